// Literals and interned strings: frozen objects, one per text (ECMA-335 III.4.16).
// Thread safety: any attached thread in Mode::Runtime. May not collect (the frozen space does not).
#pragma once
#include <cstdint>
#include <string_view>

#include "abi/object.h"
#include "load/metadata/token.h"

namespace rapgo::load::types { class Assembly; }

namespace rapgo::run::calls {

abi::String* string_literal(load::types::Assembly* assembly, load::metadata::Token user_string);
abi::String* intern_text(std::u16string_view text);
abi::String* find_interned(std::u16string_view text);  // nullptr if there is none

}  // namespace rapgo::run::calls
