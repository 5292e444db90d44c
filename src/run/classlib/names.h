// Names of types as reflection shows them (the grammar of Type.FullName and Type.ToString).
// Thread safety: attached thread in Mode::Runtime. Does not collect.
#pragma once
#include <string>

#include "load/types/loader.h"

namespace rapgo::run::classlib {

enum class NameFormat {
  Display,            // Type.ToString(): "Ns.Outer+List`1[System.Int32]", definitions with their parameters
  Full,               // Type.FullName: arguments assembly-qualified in double brackets, definitions bare
  AssemblyQualified,  // Full, then ", assembly"
};
std::string type_name(load::types::Type* type, NameFormat format);
std::string simple_name(load::types::Type* type);     // Type.Name
std::string name_space_of(load::types::Type* type);   // Type.Namespace; "" for none
load::types::Type* root_element(load::types::Type* type);  // through arrays, pointers, byrefs
load::types::Type* declaring_type(load::types::Type* type);  // Type.DeclaringType or null

}  // namespace rapgo::run::classlib
