// Evaluates one operation on constants, with exactly the machine's result.
#pragma once
#include "compile/hir/node.h"

namespace rapgo::compile::passes {
// False if an operand is not constant, the operation has no value here (division by zero, overflow in a checked one), or it is
// not folded. REQUIRES: operands resolved.
bool fold(const hir::Node&, int64_t* bits);
}  // namespace rapgo::compile::passes
