// IL + profile -> HIR: the optimizer's front end. Reads the method and what it inlines through the loader; emits typed SSA
// with frame states, guards where the profile allows a speculation, assumptions where the loaded world does.
//
// Thread safety: any number of builds at once, each on its own thread in Mode::Runtime (it may load types; it never collects by itself).
// Errors: Unsupported names what the optimizer cannot do yet (the method stays in baseline code); LoadError and
// InvalidProgram never escape: such an instruction becomes an exit, where baseline code throws.
#pragma once
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "compile/hir/graph.h"
#include "load/types/method.h"
#include "loop/plan.h"

namespace rapgo::compile::il2hir {

class Unsupported : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Limits {
  uint32_t inline_il_bytes = 64;        // callees up to this size are inlined wherever they are
  uint32_t hot_inline_il_bytes = 400;   // and up to this where the profile calls the site hot
  uint32_t inline_depth = 9;
  uint32_t total_il_bytes = 8000;       // of one compilation unit, inlined bodies included
  uint32_t max_il_bytes = 20000;        // of the method itself; larger: Unsupported
};

struct Options {
  const loop::Profile* profile = nullptr;
  bool osr = false;
  uint32_t osr_il_offset = 0;
  uint32_t deopt_every = 0;             // stress: guards fail when Helper::StressGuard says so; 0: off
  bool speculate = true;                // guards and assumptions; false: only what is certain
  bool inline_calls = true;
  Limits limits;
  // Layout of a method's baseline frame, whose exposed block OSR entries and exits share. Valid as long as the build. Null
  // result or no function: methods whose variables have their address taken are Unsupported.
  std::function<const loop::BaselineFrame*(load::types::Method*)> baseline_frame;
};

// REQUIRES: method->body == Body::Il and the method is closed (no type variables).
std::unique_ptr<hir::Graph> build(load::types::Method* method, const Options& options);

}  // namespace rapgo::compile::il2hir
