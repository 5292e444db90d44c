#include "run/calls/boxed_body.h"

#include "gc/binding/api.h"
#include "load/types/classify.h"
#include "load/types/loader.h"
#include "run/calls/arrays.h"
#include "run/calls/compile_hooks.h"
#include "run/calls/invoke.h"
#include "run/calls/managed_arguments.h"
#include "run/stack/call.h"

namespace rapgo::run::calls {

using abi::Array;
using abi::Object;
using load::types::Kind;
using load::types::Method;
using load::types::Type;

BoxedBody (*find_boxed_body)(Method* method) = nullptr;

namespace {

Object* load(Type* type, const void* at) {
  if (type->is_reference()) return *static_cast<Object* const*>(at);
  if (type->is_value_type()) return box(type, at);
  return box(load::types::Loader::get().types().i, at);  // a pointer travels as IntPtr
}

// `to` holds a value of `type`, on a stack or in the heap.
void store(Type* type, void* to, Object* value) {
  if (type->is_reference()) gc::store_ref(static_cast<Object**>(to), value);
  else if (type->is_nullable()) unbox_nullable(type, value, to);
  else if (!value) std::memset(to, 0, type->is_value_type() ? type->value_size() : 8);
  else if (type->is_value_type() && type->has_references()) gc::copy_refs_with_barrier(to, unboxed(value), type->value_size() / 8);
  else std::memcpy(to, unboxed(value), type->is_value_type() ? type->value_size() : 8);
}

void set_result(Type* type, const abi::CallLayout& layout, SavedRegisters* registers, uint64_t hidden, Object* value) {
  if (type->is_void()) return;
  uint64_t room[2] = {};
  if (hidden) {
    store(type, reinterpret_cast<void*>(hidden), value);
    registers->ints[0] = hidden;
    return;
  }
  store(type, room, value);
  switch (type->underlying()->kind) {  // narrow integers are widened for the managed caller
    case Kind::I1: room[0] = static_cast<uint64_t>(int64_t{static_cast<int8_t>(room[0])}); break;
    case Kind::I2: room[0] = static_cast<uint64_t>(int64_t{static_cast<int16_t>(room[0])}); break;
    default: break;
  }
  const abi::ArgLocation& to = layout.result;
  registers->ints[0] = room[0];
  for (int i = 0; i < to.pieces; i++) {
    if (to.cls[i] == abi::Eightbyte::Integer) registers->ints[to.reg[i]] = room[i];
    else std::memcpy(&registers->sses[to.reg[i]], &room[i], 8);
  }
}

}  // namespace

void run_boxed_body(Method* method, SavedRegisters* registers, const uint64_t* stack_words) {
  const auto& s = method->signature();
  const abi::CallLayout& layout = stack::layout_of(method);
  const ManagedArguments values(layout, registers, stack_words);
  const uint64_t hidden = layout.hidden_result ? registers->ints[0] : 0;
  const size_t first = s.has_this ? 1 : 0;
  auto* self = first ? values.get<Object*>(0) : nullptr;
  Array* args = new_array(load::types::Loader::get().types().object, static_cast<int64_t>(s.params.size()));
  for (size_t i = 0; i < s.params.size(); i++) {
    uint64_t room[2] = {};
    const void* at = values.at(i + first, room);
    Type* type = s.params[i];
    if (type->is_byref()) {
      type = type->element;
      at = *static_cast<void* const*>(at);
    }
    gc::store(args, args->at<Object*>(i), load(type, at));
  }
  const auto body = reinterpret_cast<BoxedBody>(method->native_code);
  Object* result = body(method, self, args);
  for (size_t i = 0; i < s.params.size(); i++)
    if (s.params[i]->is_byref()) store(s.params[i]->element, values.get<void*>(i + first), *args->at<Object*>(i));
  set_result(s.ret, layout, registers, hidden, result);
}

uint64_t install_boxed_body(Method* method, BoxedBody body) {
  method->native_code = reinterpret_cast<void*>(body);
  return compile_hooks.install_icall(method, reinterpret_cast<const void*>(&rapgo_pinvoke_entry), load::types::call_layout_of(method).stack_words, false);
}

}  // namespace rapgo::run::calls
