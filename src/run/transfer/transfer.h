// Transfer between tiers (DESIGN 4.9, conventions 6): up from a baseline back-edge into an OSR version, down from an exit of
// optimized code into baseline frames.
// Thread safety: each call concerns the calling thread's own stack. TransferDown may collect (virtual objects).
#pragma once
#include <cstdint>
#include <vector>

#include "loop/compiled_code.h"

namespace rapgo::run::transfer {

// Registers the bodies of TransferUp and TransferDown. Before core stubs are made.
void register_helpers();

struct Counts {
  uint64_t up = 0, down = 0, up_refused = 0;
};
Counts counts();

// Methods whose loops were entered from baseline code `least` times or more since they were last named here: calls still
// reach their baseline code. A bounded table: methods may be missed, and counts lost when two threads write at once.
std::vector<loop::MethodId> entered_often(uint32_t least);

// Loops that were entered too fast (back_off.h) have their back-edges disarmed; those whose pause is over are armed again, if their
// version is still there. A version that is published meanwhile arms them at once. To be called now and then.
void resume_entering(uint64_t now_ns);
// Around a fork: the lock that its list is under.
void before_fork();
void after_fork();

// What a symbol's address is (StateValue::Symbol); set by vm, as it resolves relocations.
extern uint64_t (*resolve_symbol)(const loop::Symbol& symbol);

}  // namespace rapgo::run::transfer
