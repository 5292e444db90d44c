// castclass, isinst and array stores: the rules of I.8.7 through load/types, remembered in abi::type_checks.
// Thread safety: any attached thread.
#pragma once
#include "abi/object.h"
#include "abi/type_head.h"
#include "load/types/type.h"

namespace rapgo::run::calls {

// Mode::Runtime; may load types.
bool is_instance_of(const abi::TypeHead* from, const abi::TypeHead* to);
// Body of Helper::IsInst, for what its stub does not know. Mode::Runtime; lets itself be suspended; raises nothing.
abi::Object* isinst_body(abi::Object* object, abi::TypeHead* type);
// Makes the cache. Before stubs are made, and before any of the above.
void init_type_checks();
// InvalidCastException with Mono's words, which name no types.
[[noreturn]] void throw_bad_cast(abi::Object* object, load::types::Type* to);

}  // namespace rapgo::run::calls
