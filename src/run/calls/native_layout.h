// Structures as native code sees them: layout (ECMA-335 II.23.4, Marshal.SizeOf) and conversion.
// Thread safety: attached thread in Mode::Runtime. May collect, may throw (ArgumentException for what has no native form).
#pragma once
#include <vector>

#include "abi/call_layout.h"
#include "load/types/type.h"

namespace rapgo::run::calls {

struct NativeField {
  enum class How : uint8_t { Bits, Bool, Char, String, WideString, InlineString, InlineArray, Struct, Delegate };
  load::types::Field* field;
  How how;
  bool wide = false;       // Char, InlineString: two bytes each
  uint32_t offset = 0, size = 0;
  uint32_t count = 0;      // InlineString, InlineArray
  uint32_t element_size = 0;
  load::types::Type* type = nullptr;    // InlineArray: element; Struct: the nested type
};
struct NativeLayout {
  std::vector<NativeField> fields;
  uint32_t size = 1, align = 1;
};
const NativeLayout& native_layout(load::types::Type* type);
// value: the fields' start (behind the header of a class's object).
void to_native(load::types::Type* type, const uint8_t* value, uint8_t* native);
void from_native(load::types::Type* type, const uint8_t* native, uint8_t* value);
void destroy_native(load::types::Type* type, uint8_t* native);  // frees strings, null afterwards
// Managed and native form are the same bytes.
bool same_layout(load::types::Type* type);
// How a value of this layout travels by value in native calls. Type: a struct.
abi::ValueShape native_shape(load::types::Type* type);

}  // namespace rapgo::run::calls
