#include "run/classlib/convert.h"

#include <cstring>

#include "gc/binding/api.h"

namespace rapgo::run::classlib {

using load::types::Kind;

void copy_value(Object*, void* to, const void* from, Type* type) {
  const uint32_t size = type->value_size();
  if (type->has_references() && size >= 8) {
    gc::copy_refs_with_barrier(to, from, size / 8);
    std::memcpy(static_cast<uint8_t*>(to) + size / 8 * 8, static_cast<const uint8_t*>(from) + size / 8 * 8, size % 8);
  } else {
    std::memmove(to, from, size);
  }
}

namespace {

bool is_real(Kind k) { return k == Kind::R4 || k == Kind::R8; }

// Bit set of the kinds that a value of the kind converts to without loss (I.8.7, CLR binder's table).
uint32_t bit(Kind k) { return 1u << static_cast<int>(k); }
uint32_t wider(Kind k) {
  const uint32_t reals = bit(Kind::R4) | bit(Kind::R8);
  switch (k) {
    case Kind::Boolean: return bit(Kind::Boolean);
    case Kind::Char: return bit(Kind::Char) | bit(Kind::U2) | bit(Kind::I4) | bit(Kind::U4) | bit(Kind::I8) | bit(Kind::U8) | reals;
    case Kind::U1: return bit(Kind::U1) | bit(Kind::Char) | bit(Kind::I2) | bit(Kind::U2) | bit(Kind::I4) | bit(Kind::U4) | bit(Kind::I8) | bit(Kind::U8) | reals;
    case Kind::I1: return bit(Kind::I1) | bit(Kind::I2) | bit(Kind::I4) | bit(Kind::I8) | reals;
    case Kind::I2: return bit(Kind::I2) | bit(Kind::I4) | bit(Kind::I8) | reals;
    case Kind::U2: return bit(Kind::U2) | bit(Kind::Char) | bit(Kind::I4) | bit(Kind::U4) | bit(Kind::I8) | bit(Kind::U8) | reals;
    case Kind::I4: return bit(Kind::I4) | bit(Kind::I8) | reals;
    case Kind::U4: return bit(Kind::U4) | bit(Kind::I8) | bit(Kind::U8) | reals;
    case Kind::I8: return bit(Kind::I8) | reals;
    case Kind::U8: return bit(Kind::U8) | reals;
    case Kind::R4: return reals;
    case Kind::R8: return bit(Kind::R8);
    case Kind::I: return bit(Kind::I);
    case Kind::U: return bit(Kind::U);
    default: return 0;
  }
}

int64_t integer(Kind k, const void* value) {
  switch (k) {
    case Kind::Boolean: case Kind::U1: return *static_cast<const uint8_t*>(value);
    case Kind::I1: return *static_cast<const int8_t*>(value);
    case Kind::Char: case Kind::U2: return *static_cast<const uint16_t*>(value);
    case Kind::I2: return *static_cast<const int16_t*>(value);
    case Kind::I4: return *static_cast<const int32_t*>(value);
    case Kind::U4: return *static_cast<const uint32_t*>(value);
    default: return *static_cast<const int64_t*>(value);
  }
}

}  // namespace

Conversion convert_primitive(Type* from, const void* value, Type* to, void* out) {
  const Kind f = from->underlying()->kind, t = to->underlying()->kind;
  if (f < Kind::Boolean || f > Kind::U || t < Kind::Boolean || t > Kind::U) return Conversion::Impossible;
  if (!(wider(f) & bit(t))) return Conversion::Narrowing;
  if (is_real(f) || is_real(t)) {
    double d;
    if (f == Kind::R4) d = *static_cast<const float*>(value);
    else if (f == Kind::R8) d = *static_cast<const double*>(value);
    else if (f == Kind::U8) d = static_cast<double>(*static_cast<const uint64_t*>(value));
    else d = static_cast<double>(integer(f, value));
    if (t == Kind::R4) {
      const auto s = static_cast<float>(d);
      std::memcpy(out, &s, 4);
    } else {
      std::memcpy(out, &d, 8);
    }
    return Conversion::Done;
  }
  const int64_t i = integer(f, value);
  std::memcpy(out, &i, to->value_size());
  return Conversion::Done;
}

}  // namespace rapgo::run::classlib
