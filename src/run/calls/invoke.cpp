#include "run/calls/invoke.h"

#include <alloca.h>

#include "gc/binding/api.h"
#include "load/types/loader.h"
#include "run/calls/arrays.h"
#include "run/calls/class_init.h"
#include "run/calls/type_check.h"
#include "run/stack/call.h"
#include "run/stack/objects.h"
#include "run/stack/throw.h"

namespace rapgo::run::calls {

using abi::Array;
using abi::Object;
using load::types::Kind;
using load::types::Method;
using load::types::Type;

void invoke_raw(Method* method, const void* const* args, void* result) {
  if (method->is_static() || method->is_constructor()) ensure_initialized(method->declaring);
  stack::call_managed(method, args, result);
}

namespace {

// Primitive widening that reflection allows (I.8.7 coercion, as Mono's invoke does for boxed primitives).
bool widen(Type* from, const void* value, Type* to, void* out) {
  const Kind f = from->underlying()->kind, t = to->underlying()->kind;
  if (f < Kind::Boolean || f > Kind::U || t < Kind::Boolean || t > Kind::U) return false;
  const auto rank = [](Kind k) {
    switch (k) {
      case Kind::U1: return 1; case Kind::I1: return 1;
      case Kind::Char: case Kind::U2: case Kind::I2: return 2;
      case Kind::I4: case Kind::U4: return 3;
      case Kind::I8: case Kind::U8: return 4;
      case Kind::R4: return 5; case Kind::R8: return 6;
      default: return 0;
    }
  };
  if (rank(f) == 0 || rank(t) <= rank(f)) return false;
  int64_t i = 0;
  double d = 0;
  switch (f) {
    case Kind::U1: i = *static_cast<const uint8_t*>(value); break;
    case Kind::I1: i = *static_cast<const int8_t*>(value); break;
    case Kind::Char: case Kind::U2: i = *static_cast<const uint16_t*>(value); break;
    case Kind::I2: i = *static_cast<const int16_t*>(value); break;
    case Kind::I4: i = *static_cast<const int32_t*>(value); break;
    case Kind::U4: i = *static_cast<const uint32_t*>(value); break;
    case Kind::I8: case Kind::U8: i = *static_cast<const int64_t*>(value); break;
    case Kind::R4: d = *static_cast<const float*>(value); break;
    default: return false;
  }
  if (f != Kind::R4) d = f == Kind::U8 ? static_cast<double>(static_cast<uint64_t>(i)) : static_cast<double>(i);
  if (t == Kind::R8) memcpy(out, &d, 8);
  else if (t == Kind::R4) { const auto s = static_cast<float>(d); memcpy(out, &s, 4); }
  else memcpy(out, &i, to->value_size());
  return true;
}

[[noreturn]] void bad_argument(Object* value, Type* wanted) {
  stack::throw_new("System", "ArgumentException",
                   "Object of type '" + (value ? type_of(value)->full_name() : std::string("null")) + "' cannot be converted to type '" +
                       wanted->full_name() + "'.");
}

// Writes the argument's value of type `type` to `room`.
void convert(Object* value, Type* type, void* room) {
  if (type->is_reference()) {
    if (value && !is_instance_of(value->head(), type->head())) bad_argument(value, type);
    memcpy(room, &value, 8);
    return;
  }
  if (type->is_nullable()) {
    if (value && type_of(value) != type->element) bad_argument(value, type);
    unbox_nullable(type, value, room);
    return;
  }
  if (type->kind == Kind::Ptr || type->kind == Kind::FnPtr) {
    void* p = nullptr;
    if (value) {
      Type* t = type_of(value);
      if (t->kind != Kind::I && t->kind != Kind::U && t->name != "IntPtr" && t->name != "UIntPtr") bad_argument(value, type);
      memcpy(&p, unboxed(value), 8);
    }
    memcpy(room, &p, 8);
    return;
  }
  const uint32_t size = type->value_size();
  memset(room, 0, size);
  if (!value) return;
  Type* given = type_of(value);
  if (given == type || (given->is_value_type() && given->underlying() == type->underlying())) memcpy(room, unboxed(value), size);
  else if (!widen(given, unboxed(value), type, room)) bad_argument(value, type);
}

}  // namespace

Object* invoke_boxed(Method* method, Object* self, Array* args) {
  const auto& s = method->signature();
  const size_t count = s.params.size();
  if ((args ? static_cast<size_t>(args->length) : 0) != count)
    stack::throw_new("System.Reflection", "TargetParameterCountException", "Number of parameters specified does not match the expected number.");
  // Values lie on this stack while the call runs: they may hold references.
  auto** pointers = static_cast<const void**>(alloca(8 * (count + 1)));
  size_t n = 0;
  void* receiver = self;
  if (s.has_this) {
    if (!self) stack::throw_null_reference();
    if (method->declaring->is_value_type()) receiver = unboxed(self);
    pointers[n++] = &receiver;
  }
  auto** byrefs = static_cast<void**>(alloca(8 * (count + 1)));
  for (size_t i = 0; i < count; i++) {
    Type* type = s.params[i];
    Object* value = *args->at<Object*>(i);
    byrefs[i] = nullptr;
    Type* stored = type->is_byref() ? type->element : type;
    const uint32_t size = stored->is_value_type() ? stored->value_size() : 8;
    void* room = alloca((size + 15) & ~7u);
    memset(room, 0, (size + 15) & ~7u);
    convert(value, stored, room);
    if (type->is_byref()) {
      byrefs[i] = room;
      pointers[n++] = &byrefs[i];
    } else {
      pointers[n++] = room;
    }
  }
  const uint32_t result_size = s.ret->is_void() ? 16 : s.ret->is_value_type() ? s.ret->value_size() : 8;
  void* result = alloca(result_size + 32);
  memset(result, 0, result_size + 32);
  invoke_raw(method, pointers, result);
  for (size_t i = 0; i < count; i++) {
    if (!byrefs[i]) continue;
    Type* stored = s.params[i]->element;
    Object* back = stored->is_reference() ? *static_cast<Object**>(byrefs[i]) : stored->is_value_type() ? box(stored, byrefs[i]) : nullptr;
    gc::store_ref(args->at<Object*>(i), back);
  }
  if (s.ret->is_void()) return nullptr;
  if (s.ret->is_reference()) return *static_cast<Object**>(result);
  if (s.ret->is_byref()) {  // reflection reads through it
    void* at = *static_cast<void**>(result);
    if (!at) stack::throw_null_reference();
    return s.ret->element->is_reference() ? *static_cast<Object**>(at) : box(s.ret->element, at);
  }
  if (s.ret->kind == Kind::Ptr || s.ret->kind == Kind::FnPtr) return box(load::types::Loader::get().types().i, result);
  return box(s.ret, result);
}

}  // namespace rapgo::run::calls
