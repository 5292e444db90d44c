#include "load/types/classify.h"

#include <array>
#include <initializer_list>

#include "load/types/method.h"

namespace rapgo::load::types {

using abi::Eightbyte;
using abi::ValueShape;
using loop::ValueKind;

namespace {

// System V classes of the eightbytes that the type's fields touch. False: a field is not naturally aligned, or lies beyond 16 bytes.
struct Classes {
  bool integer[2] = {}, sse[2] = {};

  bool add(Type* type, uint32_t at) {
    type = type->underlying();
    switch (type->kind) {
      case Kind::R4:
      case Kind::R8: {
        const uint32_t size = type->kind == Kind::R4 ? 4 : 8;
        if (at % size || at + size > 16) return false;
        sse[at / 8] = true;
        return true;
      }
      case Kind::Struct:
      case Kind::TypedByRef: {
        bool any = false;
        for (Field* f : type->fields()) {
          if (f->is_static()) continue;
          any = true;
          if (!add(f->type(), at + f->offset())) return false;
        }
        if (!any && at < 16) integer[at / 8] = true;
        // Fixed buffers: one field, but more bytes than it has.
        for (uint32_t w = at / 8; w < 2 && w * 8 < at + type->value_size(); ++w)
          if (!sse[w]) integer[w] = true;
        return true;
      }
      default: {
        const uint32_t size = type->is_value_type() ? type->value_size() : 8;
        if (at % size || at + size > 16) return false;
        integer[at / 8] = true;
        return true;
      }
    }
  }
};

// Shapes of kinds that say it all; of the others the size is 0.
constexpr auto kScalars = [] {
  std::array<ValueShape, static_cast<size_t>(Kind::TypedByRef) + 1> all{};
  for (ValueShape& s : all) s.size = 0;
  const auto set = [&](ValueKind kind, uint32_t size, std::initializer_list<Kind> of) {
    for (Kind k : of) all[static_cast<size_t>(k)] = ValueShape::scalar(kind, size);
  };
  set(ValueKind::Int32, 1, {Kind::Boolean, Kind::I1, Kind::U1});
  set(ValueKind::Int32, 2, {Kind::Char, Kind::I2, Kind::U2});
  set(ValueKind::Int32, 4, {Kind::I4, Kind::U4});
  set(ValueKind::Int64, 8, {Kind::I8, Kind::U8});
  set(ValueKind::Float32, 4, {Kind::R4});
  set(ValueKind::Float64, 8, {Kind::R8});
  set(ValueKind::NativeInt, 8, {Kind::I, Kind::U, Kind::Ptr, Kind::FnPtr});
  set(ValueKind::ByRef, 8, {Kind::ByRef});
  set(ValueKind::Ref, 8, {Kind::Class, Kind::Interface, Kind::Delegate, Kind::String, Kind::Object, Kind::SzArray, Kind::Array});
  return all;
}();

}  // namespace

ValueShape shape_of(Type* type) {
  if (const ValueShape& s = kScalars[static_cast<size_t>(type->kind)]; s.size) return s;
  if (type->is_void()) return ValueShape::nothing();
  const ValueKind kind = type->value_kind();
  const uint32_t size = type->is_value_type() ? type->value_size() : 8;
  if (kind != ValueKind::Struct) return ValueShape::scalar(kind, size);
  ValueShape shape;
  shape.kind = kind;
  shape.size = size;
  Classes classes;
  if (size > 16 || !classes.add(type, 0)) {
    shape.memory = true;
    return shape;
  }
  for (int i = 0; i < 2; ++i) shape.cls[i] = classes.sse[i] && !classes.integer[i] ? Eightbyte::Sse : Eightbyte::Integer;
  return shape;
}

abi::CallLayout call_layout_of(const Signature& s, bool this_is_byref) {
  std::vector<ValueShape> shapes;
  shapes.reserve(s.params.size() + 1);
  if (s.has_this) shapes.push_back(ValueShape::scalar(this_is_byref ? ValueKind::ByRef : ValueKind::Ref, 8));
  for (Type* p : s.params) shapes.push_back(shape_of(p));
  return abi::make_call_layout(shape_of(s.ret), shapes);
}

abi::CallLayout call_layout_of(Method* method) { return call_layout_of(method->signature(), method->declaring->is_value_type()); }

}  // namespace rapgo::load::types
