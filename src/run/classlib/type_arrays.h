// Managed arrays of reflection objects, and generic parameters.
// Thread safety: attached thread in Mode::Runtime. May collect.
#pragma once
#include <span>
#include <vector>

#include "run/classlib/objects.h"

namespace rapgo::run::classlib {

Array* array_of_types(std::span<Type* const> types, bool runtime_types);   // RuntimeType[] or Type[]
Array* array_of(Type* element, std::span<Object* const> objects);          // the span lies on a stack or in a rooted place
Array* array_of_methods(std::span<Method* const> methods);                 // MethodInfo[]
std::vector<Type*> constraints_of(Type* variable);                         // of a TypeVar or MethodVar, in table order
void register_enums();
void register_type_members();

}  // namespace rapgo::run::classlib
