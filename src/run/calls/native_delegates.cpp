// Delegates over native functions: a method of its own per (delegate type, function), called like a P/Invoke.
#include <map>
#include <mutex>
#include <new>

#include "code/memory/low_memory.h"
#include "load/types/loader.h"
#include "run/calls/delegates.h"
#include "run/calls/invoke.h"
#include "run/calls/marshal.h"

namespace rapgo::run::calls {

using load::types::Loader;
using load::types::Method;
using load::types::Signature;
using load::types::Type;

namespace {

// Static, with the parameters of Invoke; marshalled as its Param rows say. Lives for ever, as code may refer to it.
Method* method_for(Type* type, void* function) {
  static std::mutex lock;
  static std::map<std::pair<Type*, void*>, Method*> known;
  Method* invoke = invoke_method(type);
  invoke->signature();  // resolved outside the lock
  std::lock_guard hold(lock);
  Method*& method = known[{type, function}];
  if (method) return method;
  method = new (code::memory::meta_alloc(sizeof(Method), alignof(Method))) Method;
  method->declaring = type;
  method->name = "(native function)";
  method->row = invoke->row;
  method->index = invoke->index;
  method->attributes = 0x2016;       // public static, P/Invoke
  method->impl_attributes = 0x80;    // PreserveSig
  method->definition = method;
  method->body = load::types::Body::PInvoke;
  method->native_code = function;
  auto* signature = new Signature(invoke->signature());
  signature->has_this = false;
  method->signature_ = signature;
  method->entry = Loader::get().make_entry(method);
  return method;
}

}  // namespace

abi::Object* delegate_for_native(Type* type, void* function) {
  Method* method = method_for(type, function);
  abi::Object* delegate = new_object(type);
  delegate_init(delegate, nullptr, method);
  return delegate;
}

}  // namespace rapgo::run::calls
