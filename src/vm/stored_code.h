// Code of earlier runs: found by method, installed at once or as soon as what it takes for granted has come true.
//
// A cold process has initialised hardly any class when a method is called first, so optimized code usually waits: it is decoded
// and validated then, and installed when the last class it needs has been initialised. An OSR version that comes late still
// arms the back-edges of frames that are already running.
// Thread safety: any attached thread in Mode::Runtime, no lock held.
#pragma once
#include <functional>
#include <memory>

#include "code/store/store.h"
#include "code/versions/versions.h"
#include "load/types/method.h"
#include "loop/plan.h"

namespace rapgo::vm {

struct StoredCodeConfig {
  code::store::Store* store = nullptr;  // null: nothing is ever found
  code::versions::Resolver* resolver = nullptr;
  bool baseline = false;                // baseline code too
  // Told of each version that was installed from the store, before it is published.
  std::function<void(code::versions::InstalledCode&, uint64_t load_ns)> loaded;
};
void init_stored_code(StoredCodeConfig config);

// What is stored for the method's normal entry. Called at its first call. `code` can be published at once: optimized if `optimized`
// allows it, else baseline; null: compile. `osr`: there are OSR versions, for stored_osr.
struct Stored {
  code::versions::InstalledCode* code = nullptr;
  bool osr = false;
};
Stored stored_code(load::types::Method* method, bool optimized);
// Behind that, when the method has code that runs (and its assemblies are loaded).
void stored_osr(load::types::Method* method);
// Before the optimizer carries out a plan: names that were unknown at the first call may be known by now. True: it is published.
bool stored_instead(const loop::CompilePlan& plan);

// Hook of run::calls.
void class_initialized(load::types::Type* type);
// May this assumption come true, though it does not hold now?
bool may_come_true(const loop::Assumption& assumption);

// For put: the code, with the identity of all assemblies whose types it may have baked in (field offsets, slots, sizes) among its
// assumptions: its own methods' and what those reference, directly or not, as far as it is loaded.
loop::SharedCode with_assemblies(loop::SharedCode code);

}  // namespace rapgo::vm
