// The stub that a baseline frame returns through when the optimized frame that owns its exposed block was kept beneath it.
// Thread safety: attached thread in Mode::Runtime.
#pragma once
#include <cstdint>

#include "loop/compiled_code.h"

namespace rapgo::run::transfer {

// On return to it rbp is the kept frame's: restores the callee-saved registers that `row` says it saved, then leave; ret.
// REQUIRES: row.cfa_is_rbp && row.cfa_offset == 16. Result registers are kept. Address to use as return address.
uint64_t kept_return(const loop::UnwindRow& row);

}  // namespace rapgo::run::transfer
