// System.Array: shape, element access by position, copying.
#include <cstring>

#include "gc/binding/api.h"
#include "run/calls/arrays.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/convert.h"
#include "run/classlib/objects.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

using load::types::Kind;
using load::types::Loader;

namespace {

int32_t rank_of(Array* a) {
  Type* t = calls::type_of(a);
  return t->kind == Kind::SzArray ? 1 : static_cast<int32_t>(t->rank);
}
abi::ArrayBound bound(Array* a, int32_t dimension) {
  if (dimension < 0 || dimension >= rank_of(a)) stack::throw_index_out_of_range();
  if (!a->bounds_offset) return {a->length, 0};
  return reinterpret_cast<abi::ArrayBound*>(reinterpret_cast<uint64_t*>(a) + a->bounds_offset)[dimension];
}
int32_t get_rank(Array* a) { return rank_of(a); }
int32_t get_length(Array* a, int32_t dimension) { return bound(a, dimension).length; }
int32_t get_lower_bound(Array* a, int32_t dimension) { return bound(a, dimension).lower; }

Type* element_type(Array* a) { return calls::type_of(a)->element; }
uint8_t* element_at(Array* a, int64_t position) { return a->data() + static_cast<size_t>(position) * a->head()->element_size; }

// ---- elements by position in the flat order ----
Object* load_element(Array* a, int64_t position) {
  Type* t = element_type(a);
  uint8_t* at = element_at(a, position);
  if (t->is_reference()) return *reinterpret_cast<Object**>(at);
  if (!t->is_value_type()) stack::throw_new("System", "NotSupportedException", "Type is not supported.");  // pointers
  return calls::box(t, at);
}
void store_element(Array* a, int64_t position, Object* value) {
  Type* t = element_type(a);
  uint8_t* at = element_at(a, position);
  if (t->is_reference()) {
    if (value && !calls::is_instance(value, t))
      stack::throw_invalid_cast("Cannot widen from type '" + calls::type_of(value)->full_name() + "' to type '" + t->full_name() + "'");
    gc::store(a, reinterpret_cast<Object**>(at), value);
    return;
  }
  if (t->is_nullable()) {
    if (value && calls::type_of(value) != t->element)
      stack::throw_invalid_cast("Object cannot be stored in an array of this type.");
    calls::unbox_nullable(t, value, at);
    return;
  }
  if (!value) {  // null stands for the default
    std::memset(at, 0, a->head()->element_size);
    return;
  }
  Type* given = calls::type_of(value);
  if (given == t) {
    copy_value(a, at, calls::unboxed(value), t);
    return;
  }
  if (given->is_value_type() && given->underlying() == t->underlying() && t->underlying()->is_primitive()) {
    // An enum goes into an array of its own kind only; its underlying type and enums mix.
    std::memcpy(at, calls::unboxed(value), t->value_size());
    return;
  }
  switch (convert_primitive(given, calls::unboxed(value), t, at)) {
    case Conversion::Done: return;
    case Conversion::Narrowing:
      stack::throw_new("System", "ArgumentException",
                       "Object of type '" + given->full_name() + "' cannot be converted to type '" + t->full_name() + "'.");
    case Conversion::Impossible: stack::throw_invalid_cast("");
  }
}
Object* get_value_impl(Array* a, int32_t position) {
  if (position < 0 || position >= a->length) stack::throw_index_out_of_range();
  return load_element(a, position);
}
void set_value_impl(Array* a, Object* value, int32_t position) {
  if (position < 0 || position >= a->length) stack::throw_index_out_of_range();
  store_element(a, position, value);
}
int64_t flat_position(Array* a, Array* indices) {
  if (!indices) stack::throw_argument_null("indices");
  const int32_t rank = rank_of(a);
  if (indices->length != rank) stack::throw_argument(nullptr, "Only single dimension arrays are supported for the requested action.");
  int64_t position = 0;
  for (int32_t d = 0; d < rank; d++) {
    const abi::ArrayBound b = bound(a, d);
    const int64_t i = int64_t{*indices->at<int32_t>(d)} - b.lower;
    if (i < 0 || i >= b.length) stack::throw_index_out_of_range();
    position = position * b.length + i;
  }
  return position;
}
Object* get_value(Array* a, Array* indices) { return load_element(a, flat_position(a, indices)); }
void set_value(Array* a, Object* value, Array* indices) { store_element(a, flat_position(a, indices), value); }

// ---- copying. false: the managed side goes element by element and reports what does not fit ----
bool fast_copy(Array* from, int32_t from_at, Array* to, int32_t to_at, int32_t count) {
  if (rank_of(from) != rank_of(to)) return false;
  // Only vectors and arrays whose flat order is meant; bounds were added in by the caller.
  if (from_at < 0 || to_at < 0 || count < 0 || int64_t{from_at} + count > from->length || int64_t{to_at} + count > to->length) return false;
  Type* f = element_type(from);
  Type* t = element_type(to);
  if (f != t) {
    if (!f->is_reference() || !t->is_reference()) {
      if (!f->is_value_type() || !t->is_value_type()) return false;
      // An enum and its underlying type; never between enums or between signed and unsigned.
      if (!(f->underlying() == t->underlying() && f->underlying()->is_primitive())) return false;
    } else if (!f->is_assignable_to(t)) {
      return false;
    }
  }
  const size_t size = from->head()->element_size;
  uint8_t* destination = element_at(to, to_at);
  const uint8_t* source = element_at(from, from_at);
  if (f->is_reference() || (f->is_value_type() && f->has_references()))
    gc::copy_refs_with_barrier(destination, source, size * static_cast<size_t>(count) / 8);
  else
    std::memmove(destination, source, size * static_cast<size_t>(count));
  return true;
}
void clear(Array* a, int32_t at, int32_t count) {
  if (at < 0 || count < 0 || int64_t{at} + count > a->length) stack::throw_index_out_of_range();
  std::memset(element_at(a, at), 0, static_cast<size_t>(count) * a->head()->element_size);
}

// ---- creation ----
Array* create_instance(Object* element, Array* lengths, Array* bounds) {
  Type* type = type_of_object(element);
  if (!type) stack::throw_not_implemented("Array.CreateInstance of a type under construction");
  if (type->is_void()) stack::throw_new("System", "NotSupportedException", "Array type can not be void");
  if (type->contains_vars()) stack::throw_new("System", "NotSupportedException", "Cannot create arrays of open type.");
  const int32_t rank = lengths->length;
  bool plain = rank == 1;
  for (int32_t d = 0; bounds && d < rank; d++) plain = plain && *bounds->at<int32_t>(d) == 0;
  std::vector<int64_t> dims;
  for (int32_t d = 0; d < rank; d++) {
    if (bounds) dims.push_back(*bounds->at<int32_t>(d));
    dims.push_back(*lengths->at<int32_t>(d));
    if (dims.back() < 0) stack::throw_new("System", "ArgumentOutOfRangeException", "Non-negative number required.");
  }
  if (plain) return calls::new_array(type, *lengths->at<int32_t>(0));
  return calls::new_multi(type->make_array(static_cast<uint32_t>(rank)), dims);
}

// ---- typed access from the templates behind IList<T> (the compilers do it inline; this is for calls through pointers) ----
void get_generic(Array* a, int32_t position, uint8_t* to) {
  if (position < 0 || position >= a->length) stack::throw_index_out_of_range();
  Type* t = element_type(a);
  if (t->is_reference()) gc::store_ref(reinterpret_cast<Object**>(to), *reinterpret_cast<Object**>(element_at(a, position)));
  else copy_value(nullptr, to, element_at(a, position), t);
}
void set_generic(Array* a, int32_t position, const uint8_t* from) {
  if (position < 0 || position >= a->length) stack::throw_index_out_of_range();
  Type* t = element_type(a);
  if (!t->is_reference()) {
    copy_value(a, element_at(a, position), from, t);
    return;
  }
  Object* value = *reinterpret_cast<Object* const*>(from);
  if (value && !calls::is_instance(value, t)) stack::throw_new("System", "ArrayTypeMismatchException");
  gc::store(a, reinterpret_cast<Object**>(element_at(a, position)), value);
}

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.Array::GetRank", get_rank),
    RAPGO_ICALL("System.Array::GetLength", get_length),
    RAPGO_ICALL("System.Array::GetLowerBound", get_lower_bound),
    RAPGO_ICALL("System.Array::GetValue", get_value),
    RAPGO_ICALL("System.Array::SetValue", set_value),
    RAPGO_ICALL("System.Array::GetValueImpl", get_value_impl),
    RAPGO_ICALL("System.Array::SetValueImpl", set_value_impl),
    RAPGO_ICALL("System.Array::FastCopy", fast_copy),
    RAPGO_ICALL("System.Array::ClearInternal", clear),
    RAPGO_ICALL("System.Array::CreateInstanceImpl", create_instance),
    RAPGO_ICALL("System.Array::GetGenericValueImpl", get_generic),
    RAPGO_ICALL("System.Array::SetGenericValueImpl", set_generic),
};

}  // namespace

void register_arrays() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
