// FirstCall: a method is called that has no code yet.
#include "code/versions/versions.h"
#include "load/types/classify.h"
#include "load/types/loader.h"
#include "run/calls/boxed_body.h"
#include "run/calls/bodies.h"
#include "run/calls/calls.h"
#include "run/calls/compile_hooks.h"
#include "run/calls/delegates.h"
#include "run/calls/pinvoke.h"
#include "run/calls/thread_statics.h"
#include "run/stack/throw.h"
#include "run/stack/walk.h"

namespace rapgo::run::calls {

using load::types::Body;
using load::types::Method;

CompileHooks compile_hooks;

namespace {

void delegate_constructor(Object* delegate, Object* target, uint64_t function) { delegate_init(delegate, target, function); }

uint32_t stack_words_of(Method* method) { return load::types::call_layout_of(method).stack_words; }

uint64_t runtime_body(Method* method) {
  if (method->name == "Invoke") {
    const DelegateFields& f = delegate_fields();
    return compile_hooks.install_delegate(method, f.target, f.method_ptr, f.invoke_impl, f.delegates).invoke;
  }
  if (method->is_constructor()) return compile_hooks.install_icall(method, detail::bordered<&delegate_constructor>(), 0, false);
  if (const IcallEntry* e = find_icall(method)) return compile_hooks.install_icall(method, e->function, stack_words_of(method), e->leaf);
  if (const BoxedBody body = find_boxed_body ? find_boxed_body(method) : nullptr) return install_boxed_body(method, body);
  stack::throw_not_implemented("Rapgo does not implement " + method->display_name() + " yet");
}

uint64_t internal_call(Method* method) {
  const IcallEntry* e = find_icall(method);
  if (!e) stack::throw_not_implemented("Rapgo does not implement the internal call " + icall_name(method, true) + " yet");
  return compile_hooks.install_icall(method, e->function, stack_words_of(method), e->leaf);
}

}  // namespace

uint64_t code_for(Method* method) {
  if (method->intrinsic != load::types::Intrinsic::None && compile_hooks.compilable(method)) return compile_hooks.compile(method);
  switch (method->body) {
    case Body::Il:
    case Body::ArrayMethod: return compile_hooks.compile(method);
    case Body::InternalCall: return internal_call(method);
    case Body::PInvoke: return install_pinvoke_method(method);
    case Body::Runtime: return runtime_body(method);
    case Body::Abstract: break;
  }
  stack::throw_new("System", "EntryPointNotFoundException", "abstract method called: " + method->display_name());
}

// Registered behind the border: LoadErrors become managed exceptions at the call.
uint64_t first_call(uint32_t id, abi::ArgRegisters*) {
  Method* method = Method::from({id});
  if (const auto* active = code::versions::active(method->id())) return active->entry();  // another thread was faster
  const stack::Unsampled compiling;
  return code_for(method);
}

void register_helpers() {
  register_allocation_bodies();
  register_type_bodies();
  register_throw_bodies();
  register_math_bodies();
  register_native_calli();
  register_memory_bodies();
  register_dispatch_bodies();
  abi::stub_bodies.save_errno = save_errno;
  install_thread_statics();
}

}  // namespace rapgo::run::calls
