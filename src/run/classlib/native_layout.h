// Structures as native code sees them: layout (ECMA-335 II.23.4, Marshal.SizeOf) and conversion.
// Thread safety: attached thread in Mode::Runtime. May collect, may throw (ArgumentException for what has no native form).
#pragma once
#include <vector>

#include "run/classlib/objects.h"

namespace rapgo::run::classlib {

struct NativeField {
  enum class How : uint8_t { Bits, Bool, Char, String, WideString, InlineString, InlineArray, Struct, Delegate };
  Field* field;
  How how;
  bool wide = false;       // Char, InlineString: two bytes each
  uint32_t offset = 0, size = 0;
  uint32_t count = 0;      // InlineString, InlineArray
  uint32_t element_size = 0;
  Type* type = nullptr;    // InlineArray: element; Struct: the nested type
};
struct NativeLayout {
  std::vector<NativeField> fields;
  uint32_t size = 1, align = 1;
};
const NativeLayout& native_layout(Type* type);
// value: the fields' start (behind the header of a class's object).
void to_native(Type* type, const uint8_t* value, uint8_t* native);
void from_native(Type* type, const uint8_t* native, uint8_t* value);
void destroy_native(Type* type, uint8_t* native);  // frees strings, null afterwards

}  // namespace rapgo::run::classlib
