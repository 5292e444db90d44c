// Which `tail.` calls leave their frame before the callee runs (III.2.4, docs/conventions.md 1): one rule for all compilers, since what
// depth of recursion a program may rely on must not depend on the code that happens to run.
// Thread safety: as MethodBody. Errors: LoadError (layout of a type in a signature).
#pragma once
#include "load/il/method_body.h"

namespace rapgo::load::il {

// A call right before the return, outside of try blocks and handlers, whose result travels as the method's own does, whose arguments fit
// where the method's own came in, and to which nothing in the frame can be known by address. `next`: the instruction behind it, null if none.
bool leaves_frame(const MethodBody& body, const Instruction& call, const Instruction* next, const types::Signature& signature, types::StackKind this_kind);

}  // namespace rapgo::load::il
