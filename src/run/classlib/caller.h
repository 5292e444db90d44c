// Who called: for internal calls that depend on their managed caller.
// Thread safety: inside an internal call, Mode::Runtime.
#pragma once
#include <string_view>

#include "run/classlib/objects.h"

namespace rapgo::run::classlib {

// The innermost managed frame outside System.Type, RuntimeType, Assembly, Activator and the like; null if none.
Method* calling_method_outside_reflection(int skip = 0);
load::types::Assembly* calling_assembly();                 // its assembly; corlib if there is none
load::types::Assembly* assembly_of_object(Object* runtime_assembly);
Type* find_ignoring_case(std::string_view full_name, load::types::Assembly* assembly);  // "Ns.Outer+Inner", no arguments; null

}  // namespace rapgo::run::classlib
