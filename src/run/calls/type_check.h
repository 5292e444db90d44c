// castclass, isinst and array stores: the rules of I.8.7 through load/types, remembered in a lock-free cache.
// Thread safety: any attached thread.
#pragma once
#include "abi/object.h"
#include "abi/type_head.h"
#include "load/types/type.h"

namespace rapgo::run::calls {

// Mode::Runtime; may load types.
bool is_instance_of(const abi::TypeHead* from, const abi::TypeHead* to);
// Helper body, called in Mode::Managed; goes to Mode::Runtime where the cache does not know.
abi::Object* leaf_isinst(abi::Object* object, abi::TypeHead* type);
// InvalidCastException with Mono's words, which name no types.
[[noreturn]] void throw_bad_cast(abi::Object* object, load::types::Type* to);

}  // namespace rapgo::run::calls
