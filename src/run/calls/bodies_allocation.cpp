#include "gc/binding/api.h"
#include "load/types/loader.h"
#include "run/calls/arrays.h"
#include "run/calls/bodies.h"
#include "run/calls/invoke.h"
#include "run/stack/objects.h"
#include "run/stack/throw.h"

namespace rapgo::run::calls {

using abi::Helper;
using abi::TypeHead;
using load::types::Field;
using load::types::Type;

namespace {

Type* type_of_head(const TypeHead* head) { return Type::from({head->type}); }

Object* new_object_slow(TypeHead* type) {
  Object* o = gc::alloc_object(type);
  if (!o) stack::throw_out_of_memory();
  return o;
}

Object* new_vector_slow(TypeHead* type, int64_t length) {
  if (length < 0) stack::throw_new("System", "OverflowException");
  Array* a = gc::alloc_vector(type, length);
  if (!a) stack::throw_out_of_memory();
  return a;
}

Object* new_string_slow(TypeHead* type, int64_t length) {
  String* s = length >= 0 && length <= INT32_MAX ? gc::alloc_string(type, static_cast<int32_t>(length)) : nullptr;
  if (!s) stack::throw_out_of_memory();
  return s;
}

Object* new_multi_array(TypeHead* type, int32_t count, const int64_t* dims) {
  return new_multi(type_of_head(type), {dims, static_cast<size_t>(count)});
}

Object* box_nullable_body(TypeHead* type, const uint8_t* value) { return box(type_of_head(type), value); }

void unbox_nullable_body(TypeHead* type, Object* object, uint8_t* to) { unbox_nullable(type_of_head(type), object, to); }

}  // namespace

// Nullable`1 is {bool, T} in some order; found by type, so that the names do not matter.
NullableLayout nullable_layout(Type* nullable) {
  NullableLayout layout{0, 0};
  for (Field* f : nullable->fields()) {
    if (f->is_static()) continue;
    const bool flag = f->name == "hasValue" || f->name == "has_value";
    (flag ? layout.flag : layout.value) = f->offset();
  }
  return layout;
}

Object* box(Type* type, const void* value) {
  const auto* bytes = static_cast<const uint8_t*>(value);
  if (type->is_nullable()) {
    const NullableLayout layout = nullable_layout(type);
    if (!bytes[layout.flag]) return nullptr;
    bytes += layout.value;
    type = type->element;
  }
  Object* o = gc::alloc_object(type->head());  // `value` is on a stack, or pinned by being pointed at from one
  if (!o) stack::throw_out_of_memory();
  const uint32_t size = type->value_size();
  auto* payload = static_cast<uint8_t*>(unboxed(o));
  if (type->has_references()) gc::copy_refs_with_barrier(payload, bytes, (size + 7) / 8);
  else memcpy(payload, bytes, size);
  return o;
}

void* unboxed(Object* object) { return reinterpret_cast<uint8_t*>(object) + sizeof(Object); }

void unbox_nullable(Type* nullable, Object* object, void* to) {
  const NullableLayout layout = nullable_layout(nullable);
  auto* bytes = static_cast<uint8_t*>(to);
  const uint32_t size = nullable->value_size();
  if (object && stack::type_of(object) != nullable->element &&
      stack::type_of(object)->underlying() != nullable->element->underlying())
    stack::throw_new("System", "InvalidCastException");
  if (!object) {
    if (nullable->has_references()) {
      for (uint32_t i = 0; i < size / 8; i++) __atomic_store_n(reinterpret_cast<uint64_t*>(bytes) + i, 0, __ATOMIC_RELAXED);
    } else {
      memset(bytes, 0, size);
    }
    return;
  }
  bytes[layout.flag] = 1;
  const uint32_t payload = nullable->element->value_size();
  if (nullable->has_references()) gc::copy_refs_with_barrier(bytes + layout.value, unboxed(object), (payload + 7) / 8);
  else memcpy(bytes + layout.value, unboxed(object), payload);
}

Object* new_object(Type* type) { return stack::allocate(type); }

Array* new_array(Type* element, int64_t length) {
  return static_cast<Array*>(new_vector_slow(element->make_array(0)->head(), length));
}

// newobj on array types: lengths, or (lower bound, length) pairs; for vectors of vectors one length per level.
Array* new_multi(Type* type, std::span<const int64_t> dims) {
  for (size_t i = 0; i < dims.size(); i++)
    if (dims[i] != static_cast<int32_t>(dims[i])) stack::throw_out_of_memory();
  if (type->kind == load::types::Kind::SzArray) {
    auto* array = static_cast<Array*>(new_vector_slow(type->head(), dims[0]));
    if (dims.size() == 1) return array;
    for (int64_t i = 0; i < dims[0]; i++) {
      Array* inner = new_multi(type->element, dims.subspan(1));
      gc::store_ref(array->at<Object*>(static_cast<size_t>(i)), inner);
    }
    return array;
  }
  abi::ArrayBound bounds[32] = {};
  const bool pairs = dims.size() == size_t{2} * type->rank;
  if (type->rank > 32 || (!pairs && dims.size() != type->rank)) stack::throw_new("System", "ArgumentException", "wrong number of array bounds");
  uint64_t total = 1;
  for (uint32_t i = 0; i < type->rank; i++) {
    const int64_t length = pairs ? dims[2 * i + 1] : dims[i];
    if (length < 0) stack::throw_new("System", "OverflowException");
    bounds[i] = {static_cast<int32_t>(length), pairs ? static_cast<int32_t>(dims[2 * i]) : 0};
    total *= static_cast<uint64_t>(length);
    if (total > 0x7fffffff) stack::throw_out_of_memory();
  }
  Array* array = gc::alloc_multi(type->head(), type->rank, bounds);
  if (!array) stack::throw_out_of_memory();
  return array;
}

void store_ref(void* slot, Object* value) { gc::store_ref(static_cast<Object**>(slot), value); }

void register_allocation_bodies() {
  set_body<&new_object_slow>(Helper::NewObjectSlow);
  set_body<&new_vector_slow>(Helper::NewVectorSlow);
  set_body<&new_string_slow>(Helper::NewStringSlow);
  set_body<&new_multi_array>(Helper::NewMultiArray);
  set_body<&box_nullable_body>(Helper::BoxNullable);
  set_body<&unbox_nullable_body>(Helper::UnboxNullable);
}

}  // namespace rapgo::run::calls
