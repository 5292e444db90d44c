// The first compile of a method, whichever way: from the store, by the optimizer (stress), by the baseline compiler. Fills
// run::calls::compile_hooks. Thread safety: hooks run on any attached thread in Mode::Runtime.
#pragma once
#include <functional>
#include <memory>

#include "base/options.h"
#include "code/versions/versions.h"
#include "compile/driver/driver.h"
#include "load/types/method.h"

namespace rapgo::vm {

struct CompileServiceConfig {
  const base::Options* options = nullptr;
  code::versions::Resolver* resolver = nullptr;
  compile::driver::Driver* driver = nullptr;
  std::function<bool(load::types::Method*)> may_optimize;
  std::function<void(loop::SharedCode)> remember;  // offers baseline code to the store; may be null
  std::function<void(load::types::Method*)> compiled;                       // after the first publish
  std::function<void(compile::driver::Result&)> optimized;                  // stress: a synchronous plan is done (publishes)
  void (*exit_taken)(const code::maps::InstalledCode&, uint32_t, loop::ExitReason) = nullptr;
};
void init_compile_service(CompileServiceConfig config);

// Layout of a method's baseline frame, made by compiling it if need be. Lives as long as the process.
const loop::BaselineFrame* baseline_frame(load::types::Method* method);
uint64_t first_call_entry(load::types::Method* method);  // loader hook: make_entry

}  // namespace rapgo::vm
