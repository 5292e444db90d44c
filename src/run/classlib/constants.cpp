#include "run/classlib/constants.h"

#include <cstring>

#include "run/calls/invoke.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

using load::metadata::ConstantRow;
using load::metadata::ElementType;
using load::metadata::Metadata;
using load::metadata::Table;
using load::metadata::Token;
using load::types::Loader;

namespace {

uint64_t value_bits(const Metadata& metadata, const ConstantRow& row) {
  load::metadata::BlobReader r(metadata.blob(row.value));
  switch (static_cast<ElementType>(row.type)) {
    case ElementType::Boolean: case ElementType::U1: return r.u8();
    case ElementType::I1: return static_cast<uint64_t>(int64_t{r.i8()});
    case ElementType::Char: case ElementType::U2: return r.u16();
    case ElementType::I2: return static_cast<uint64_t>(int64_t{r.i16()});
    case ElementType::I4: return static_cast<uint64_t>(int64_t{r.i32()});
    case ElementType::U4: case ElementType::R4: return r.u32();
    case ElementType::I8: case ElementType::U8: case ElementType::R8: return r.u64();
    default: return 0;
  }
}

Type* type_of_constant(uint8_t element) {
  const auto& t = Loader::get().types();
  switch (static_cast<ElementType>(element)) {
    case ElementType::Boolean: return t.boolean;
    case ElementType::Char: return t.char_;
    case ElementType::I1: return t.i1;
    case ElementType::U1: return t.u1;
    case ElementType::I2: return t.i2;
    case ElementType::U2: return t.u2;
    case ElementType::I4: return t.i4;
    case ElementType::U4: return t.u4;
    case ElementType::I8: return t.i8;
    case ElementType::U8: return t.u8;
    case ElementType::R4: return t.r4;
    case ElementType::R8: return t.r8;
    default: return nullptr;
  }
}

}  // namespace

uint64_t constant_bits(Field* literal) {
  Type* definition = literal->declaring->definition ? literal->declaring->definition : literal->declaring;
  const Metadata& metadata = *definition->assembly->metadata;
  const auto row = metadata.constant_of(Token(Table::Field, literal->row));
  return row ? value_bits(metadata, *row) : 0;
}

Object* constant_object(const Metadata& metadata, const ConstantRow& row, Type* type) {
  if (static_cast<ElementType>(row.type) == ElementType::String) {
    const auto blob = metadata.blob(row.value);
    std::u16string text(blob.size() / 2, u'\0');
    std::memcpy(text.data(), blob.data(), text.size() * 2);
    return calls::new_string(text.data(), text.size());
  }
  Type* plain = type_of_constant(row.type);
  if (!plain) return nullptr;  // a null reference
  const uint64_t bits = value_bits(metadata, row);
  if (type && type->is_nullable()) type = type->element;
  return calls::box(type && type->is_enum() && type->underlying()->value_size() == plain->value_size() ? type : plain, &bits);
}

}  // namespace rapgo::run::classlib
