// System.Delegate: what newobj does not do.
#include "gc/binding/api.h"
#include "run/calls/delegates.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/objects.h"
#include "run/classlib/reflection.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

namespace {

Object* create(Object* type_o, Object* target, Object* info, bool throw_on_failure) {
  Type* type = type_of_object(type_o);
  const bool dynamic = info && calls::type_of(info)->name == "DynamicMethod";
  Method* method = dynamic ? dynamic_method_of(info) : method_of_object(info);
  if (!type || !type->is_delegate()) stack::throw_argument("type", "Type must derive from Delegate.");
  if (!method || method->contains_vars()) {
    if (throw_on_failure) stack::throw_argument("method", "method argument length mismatch");
    return nullptr;
  }
  if (target && method->is_virtual() && !method->is_static() && calls::is_instance(target, method->declaring)) method = calls::virtual_target(target, method);
  Object* delegate = calls::new_object(type);
  calls::delegate_init(delegate, target, method);
  return delegate;
}
Object* alike(Object* delegate) { return calls::multicast_like(delegate); }
Object* virtual_method(Object* delegate) {
  Method* m = calls::delegate_method(delegate);
  if (!m) return nullptr;
  Object* target = *reinterpret_cast<Object**>(&calls::delegate_word(delegate, calls::delegate_fields().target));
  if (target && m->is_virtual() && calls::is_instance(target, m->declaring)) m = calls::virtual_target(target, m);
  return method_object(m, nullptr);
}

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.Delegate::CreateDelegate_internal", create),
    RAPGO_ICALL("System.Delegate::AllocDelegateLike_internal", alike),
    RAPGO_ICALL("System.Delegate::GetVirtualMethod_internal", virtual_method),
};

}  // namespace

void register_delegates() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
