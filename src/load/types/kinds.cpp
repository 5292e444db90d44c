// What a value of a type is on the evaluation stack.
#include "load/types/impl.h"

namespace rapgo::load::types {

Type* Type::underlying() {
  if (kind != Kind::Enum) return this;
  ensure(this, kFields);
  return element;
}

StackKind Type::stack_kind() {
  switch (underlying()->kind) {
    case Kind::Void: return StackKind::Void;
    case Kind::Boolean: case Kind::Char: case Kind::I1: case Kind::U1: case Kind::I2: case Kind::U2: case Kind::I4: case Kind::U4:
      return StackKind::Int32;
    case Kind::I8: case Kind::U8: return StackKind::Int64;
    case Kind::R4: return StackKind::Float32;
    case Kind::R8: return StackKind::Float64;
    case Kind::I: case Kind::U: case Kind::Ptr: case Kind::FnPtr: return StackKind::NativeInt;
    case Kind::ByRef: return StackKind::ByRef;
    case Kind::Struct: case Kind::TypedByRef: return StackKind::Struct;
    default: return StackKind::Ref;
  }
}

loop::ValueKind Type::value_kind() {
  switch (stack_kind()) {
    case StackKind::Void: case StackKind::Int32: return loop::ValueKind::Int32;
    case StackKind::Int64: return loop::ValueKind::Int64;
    case StackKind::NativeInt: return loop::ValueKind::NativeInt;
    case StackKind::Float32: return loop::ValueKind::Float32;
    case StackKind::Float64: return loop::ValueKind::Float64;
    case StackKind::Ref: return loop::ValueKind::Ref;
    case StackKind::ByRef: return loop::ValueKind::ByRef;
    case StackKind::Struct: return loop::ValueKind::Struct;
  }
  return loop::ValueKind::Int64;
}

}  // namespace rapgo::load::types
