#include "run/calls/delegates.h"

#include <mutex>
#include <unordered_map>

#include "code/maps/maps.h"
#include "code/versions/versions.h"
#include "gc/binding/api.h"
#include "load/types/loader.h"
#include "run/calls/compile_hooks.h"
#include "run/calls/invoke.h"
#include "run/stack/objects.h"
#include "run/stack/throw.h"

namespace rapgo::run::calls {

using load::types::LoadError;
using load::types::LoadErrorKind;
using load::types::Loader;
using load::types::Method;
using load::types::Type;

namespace {

std::mutex code_lock;
std::unordered_map<Type*, DelegateCode>& codes() {
  static auto* map = new std::unordered_map<Type*, DelegateCode>;
  return *map;
}

// Made outside the lock: it compiles and installs. Two threads may make it twice; the first one stays.
DelegateCode code_of(Type* type) {
  {
    std::lock_guard hold(code_lock);
    if (auto known = codes().find(type); known != codes().end()) return known->second;
  }
  const DelegateFields& f = delegate_fields();
  const DelegateCode fresh = compile_hooks.install_delegate(invoke_method(type), f.target, f.method_ptr, f.invoke_impl, f.delegates);
  std::lock_guard hold(code_lock);
  return codes().emplace(type, fresh).first->second;
}

uint64_t virtual_entry_of(Method* method) {
  static auto* known = new std::unordered_map<Method*, uint64_t>;
  {
    std::lock_guard hold(code_lock);
    if (auto found = known->find(method); found != known->end()) return found->second;
  }
  const uint64_t fresh = compile_hooks.virtual_entry(method);
  std::lock_guard hold(code_lock);
  return known->emplace(method, fresh).first->second;
}

void set_up(abi::Object* delegate, abi::Object* target, uint64_t function, Method* method) {
  const DelegateFields& f = delegate_fields();
  Type* type = stack::type_of(delegate);
  const DelegateCode code = code_of(type);
  bool closed = target != nullptr;
  if (method) {
    const auto wanted = invoke_method(type)->signature().params.size();
    const auto& s = method->signature();
    closed = s.params.size() + (s.has_this ? 1 : 0) == wanted + 1;
    // A boxed receiver: the method itself wants the address of the value.
    if (closed && s.has_this && method->declaring->is_value_type()) function = compile_hooks.unboxing_entry(method);
    // Open over a virtual method: each receiver's own implementation.
    if (!closed && s.has_this && method->is_virtual() && !method->declaring->is_value_type()) function = virtual_entry_of(method);
  }
  delegate_word(delegate, f.method_ptr) = function;
  delegate_word(delegate, f.method) = reinterpret_cast<uint64_t>(method);
  delegate_word(delegate, f.invoke_impl) = closed ? code.closed : code.open;
  gc::store_ref(&stack::ref_at(delegate, f.target), target);
}

}  // namespace

const DelegateFields& delegate_fields() {
  static const DelegateFields fields = [] {
    const auto& t = Loader::get().types();
    const auto offset = [](Type* type, std::string_view name) {
      load::types::Field* f = type->find_field(name);
      if (!f) throw LoadError(LoadErrorKind::MissingField, "System.Delegate lacks field " + std::string(name), std::string(name));
      return f->offset();
    };
    return DelegateFields{offset(t.delegate, "method_ptr"), offset(t.delegate, "invoke_impl"), offset(t.delegate, "m_target"),
                          offset(t.delegate, "method"), offset(t.multicast_delegate, "delegates"), offset(t.delegate, "method_is_virtual")};
  }();
  return fields;
}

Method* invoke_method(Type* type) {
  Method* m = type->find_method("Invoke");
  if (!m) throw LoadError(LoadErrorKind::MissingMethod, type->full_name() + " has no Invoke", "Invoke");
  return m;
}

Method* method_of_function(uint64_t function) {
  if (const auto id = code::versions::method_of_stub(function)) return Method::from(id);
  if (const auto* code = code::maps::lookup(function))
    if (code->method) return Method::from(code->method);
  return nullptr;
}

uint64_t function_of(Method* method) { return code::versions::method_stub(method->id()); }

void delegate_init(abi::Object* delegate, abi::Object* target, uint64_t function) {
  if (!delegate) stack::throw_null_reference();
  Method* method = method_of_function(function);
  if (method && !target && !method->is_static()) {
    // Over an instance method: open if Invoke passes the receiver, else the receiver is missing.
    if (method->signature().params.size() == invoke_method(stack::type_of(delegate))->signature().params.size())
      stack::throw_argument("object", "Delegate to an instance method cannot have null 'this'.");
  }
  set_up(delegate, target, function, method);
}

void delegate_init(abi::Object* delegate, abi::Object* target, Method* method) { set_up(delegate, target, function_of(method), method); }

abi::Object* multicast_like(abi::Object* delegate) {
  Type* type = stack::type_of(delegate);
  const DelegateCode code = code_of(type);
  abi::Object* fresh = stack::allocate(type);
  const DelegateFields& f = delegate_fields();
  delegate_word(fresh, f.invoke_impl) = code.multicast;
  delegate_word(fresh, f.method_ptr) = delegate_word(delegate, f.method_ptr);
  delegate_word(fresh, f.method) = delegate_word(delegate, f.method);
  return fresh;
}

Method* delegate_method(abi::Object* delegate) { return reinterpret_cast<Method*>(delegate_word(delegate, delegate_fields().method)); }

}  // namespace rapgo::run::calls
