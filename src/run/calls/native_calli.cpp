// calli with an unmanaged calling convention (III.3.20): numbers, pointers, bool and structs of such; one convention on this platform.
#include <cstring>

#include "load/types/classify.h"
#include "load/types/loader.h"
#include "run/calls/bodies.h"
#include "run/calls/marshal.h"
#include "run/calls/native_call_x64.h"
#include "run/stack/throw.h"

namespace rapgo::run::calls {

using load::types::Kind;
using load::types::Type;

namespace {

void refuse(const char* what, Type* type) {
  stack::throw_new("System.Runtime.InteropServices", "MarshalDirectiveException",
                   std::string("Rapgo cannot marshal ") + what + " of type " + type->full_name() + " in a calli of native code");
}

// args: the values in IL order, each from a word of its own on; result: words enough for it.
void call_native(Type* pointer_type, void* function, const uint64_t* args, uint64_t* result) {
  const load::types::Signature& s = *pointer_type->function_signature();
  if (!function) stack::throw_null_reference();
  NativeCall call;
  const abi::ValueShape shape = load::types::shape_of(s.ret);
  const bool hidden = abi::returns_hidden(shape);
  if (hidden) call.add_word(reinterpret_cast<uint64_t>(result));
  if (s.has_this) call.add_word(*args++);
  for (Type* p : s.params) {
    const abi::ValueShape passed = load::types::shape_of(p);
    if (p->kind == Kind::Boolean) call.add_word(*reinterpret_cast<const uint8_t*>(args) != 0);
    else if (is_blittable(p)) call.add(passed, args);
    else refuse("a parameter", p);
    args += passed.words() ? passed.words() : 1;
  }
  if (!s.ret->is_void() && s.ret->kind != Kind::Boolean && !is_blittable(s.ret)) refuse("a result", s.ret);
  call.call(function, nullptr);
  if (s.ret->is_void() || hidden) return;
  if (s.ret->kind == Kind::Boolean) *result = static_cast<int32_t>(call.result_word()) != 0;
  else call.result(shape, result);
}

}  // namespace

void register_native_calli() { set_body<&call_native>(abi::Helper::CallNative); }

}  // namespace rapgo::run::calls
