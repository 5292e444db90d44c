// Whose IL is taken at its word: the framework's own folders belong to root, and checking the types of the class library's
// evaluation stacks in every run would only cost time (tests check them all once). Thread safety: any thread.
#pragma once
#include "load/types/loader.h"

namespace rapgo::load::types {

inline bool is_framework_assembly(const Assembly* assembly) { return assembly->is_framework; }

}  // namespace rapgo::load::types
