// How a value of a loaded type travels in calls (docs/conventions.md 1): what abi/call_layout.h wants to know.
// Thread safety: Mode::Runtime; may block on the loader lock; never collects. Errors: LoadError (layout of the type).
#pragma once
#include "abi/call_layout.h"
#include "load/types/type.h"

namespace rapgo::load::types {

class Method;
struct Signature;

abi::ValueShape shape_of(Type* type);
// `this` first: Ref, or ByRef for methods of value types.
abi::CallLayout call_layout_of(Method* method);
abi::CallLayout call_layout_of(const Signature& signature, bool this_is_byref);

}  // namespace rapgo::load::types
