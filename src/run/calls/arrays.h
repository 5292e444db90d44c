// Arrays of several dimensions and Nullable`1, for helpers and internal calls.
// Thread safety: attached thread in Mode::Runtime. May collect, may throw.
#pragma once
#include <cstdint>
#include <span>

#include "abi/object.h"
#include "load/types/type.h"

namespace rapgo::run::calls {

// dims: one length per dimension, or (lower bound, length) pairs; vectors of vectors: one length per level.
abi::Array* new_multi(load::types::Type* array_type, std::span<const int64_t> dims);

struct NullableLayout {
  uint32_t flag, value;  // offsets from the value's start
};
NullableLayout nullable_layout(load::types::Type* nullable);
// unbox.any of Nullable<T>: `object` null or a boxed T; `to` on a stack or in the heap. InvalidCastException.
void unbox_nullable(load::types::Type* nullable, abi::Object* object, void* to);

}  // namespace rapgo::run::calls
