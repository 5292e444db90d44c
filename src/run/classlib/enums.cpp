// System.Enum.
#include <algorithm>
#include <cstring>

#include "gc/binding/api.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/constants.h"
#include "run/classlib/objects.h"
#include "run/classlib/type_arrays.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

using load::types::Kind;
using load::types::Loader;

namespace {

bool is_signed(Type* t) {
  const Kind k = t->underlying()->kind;
  return k == Kind::I1 || k == Kind::I2 || k == Kind::I4 || k == Kind::I8 || k == Kind::I;
}
// The value of an integer primitive, sign-extended to 64 bits.
uint64_t bits(Type* t, const void* value) {
  uint64_t v = 0;
  const uint32_t size = t->value_size();
  std::memcpy(&v, value, size);
  if (is_signed(t) && size < 8) v = static_cast<uint64_t>(static_cast<int64_t>(v << (64 - 8 * size)) >> (64 - 8 * size));
  return v;
}

Object* underlying(Object* o) {
  Type* t = type_of_object(o);
  if (!t || !t->is_enum()) stack::throw_argument("enumType", "Type provided must be an Enum.");
  return type_object(t->underlying());
}
// Names and values ordered by unsigned value; false: they were not in order as declared.
bool values_and_names(Object* o, Array** values, Array** names) {
  Type* t = type_of_object(o);
  if (!t || !t->is_enum()) stack::throw_argument("enumType", "Type provided must be an Enum.");
  std::vector<std::pair<uint64_t, Field*>> members;
  bool sorted = true;
  for (Field* f : t->fields()) {
    if (!f->is_static() || !f->is_literal()) continue;
    const uint64_t v = constant_bits(f);
    if (!members.empty() && v < members.back().first) sorted = false;
    members.emplace_back(v, f);
  }
  Array* v = calls::new_array(Loader::get().types().u8, static_cast<int64_t>(members.size()));
  calls::store_ref(values, v);
  Array* n = calls::new_array(Loader::get().types().string, static_cast<int64_t>(members.size()));
  calls::store_ref(names, n);
  for (size_t i = 0; i < members.size(); i++) {
    *v->at<uint64_t>(i) = members[i].first;
    calls::store_ref(n->at<Object*>(i), calls::new_string(std::string(members[i].second->name).c_str()));
  }
  return sorted;
}
Object* box_enum(Object* o, int64_t value) {
  Type* t = type_of_object(o);
  if (!t) stack::throw_argument("enumType", "Type must be a type provided by the runtime.");
  return calls::box(t, &value);
}
Object* get_value(Object* self) { return calls::box(calls::type_of(self)->underlying(), calls::unboxed(self)); }
bool has_flag(Object* self, Object* flag) {
  Type* t = calls::type_of(self);
  const uint64_t a = bits(t, calls::unboxed(self)), b = bits(t, calls::unboxed(flag));
  return (a & b) == b;
}
int32_t hash_code(Object* self) {
  Type* t = calls::type_of(self);
  const uint64_t v = bits(t, calls::unboxed(self));
  // The hash of the underlying type, as the class library defines it.
  switch (t->underlying()->kind) {
    case Kind::I1: return static_cast<int32_t>(v) ^ static_cast<int32_t>(static_cast<uint32_t>(v) << 8);
    case Kind::I2: return static_cast<int32_t>(static_cast<uint16_t>(v)) | static_cast<int32_t>(static_cast<uint32_t>(v) << 16);
    case Kind::Char: return static_cast<int32_t>(v) | static_cast<int32_t>(static_cast<uint32_t>(v) << 16);
    case Kind::I8: case Kind::U8: case Kind::I: case Kind::U: return static_cast<int32_t>(v) ^ static_cast<int32_t>(v >> 32);
    default: return static_cast<int32_t>(v);
  }
}
// 2: different types; 3: not an integer type.
int32_t compare(Object* self, Object* other) {
  if (!other) return 1;
  Type* t = calls::type_of(self);
  if (t != calls::type_of(other)) return 2;
  const uint64_t a = bits(t, calls::unboxed(self)), b = bits(t, calls::unboxed(other));
  if (is_signed(t)) return static_cast<int64_t>(a) < static_cast<int64_t>(b) ? -1 : a != b;
  return a < b ? -1 : a != b;
}

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.Enum::InternalGetUnderlyingType", underlying), RAPGO_ICALL("System.Enum::GetEnumValuesAndNames", values_and_names),
    RAPGO_ICALL("System.Enum::InternalBoxEnum", box_enum),             RAPGO_ICALL("System.Enum::get_value", get_value),
    RAPGO_ICALL("System.Enum::InternalHasFlag", has_flag),             RAPGO_ICALL("System.Enum::get_hashcode", hash_code),
    RAPGO_ICALL("System.Enum::InternalCompareTo", compare),
};

}  // namespace

void register_enums() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
