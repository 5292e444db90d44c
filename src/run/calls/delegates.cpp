#include "run/calls/delegates.h"

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <unordered_map>

#include "base/found.h"
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

// Delegates are made in loops: what stays the same from one to the next is found without a lock. Entries live for ever, in a
// map of their own; a slot holds the one used last of those that fall into it.
template <class Entry>
class Recent {
 public:
  const Entry* find(uint64_t hash) const { return slots_[index(hash)].load(std::memory_order_acquire); }
  void remember(uint64_t hash, const Entry* entry) { slots_[index(hash)].store(entry, std::memory_order_release); }

 private:
  static size_t index(uint64_t hash) { return (hash * 0x9e3779b97f4a7c15u) >> 54; }
  std::array<std::atomic<const Entry*>, 1024> slots_{};
};

struct TypeCode {
  Type* type;
  DelegateCode code;
};

// Made outside the lock: it compiles and installs. Two threads may make it twice; the first one stays.
DelegateCode code_of(Type* type) {
  static auto* known = new std::unordered_map<Type*, TypeCode>;
  static auto* recent = new Recent<TypeCode>;
  const auto hash = reinterpret_cast<uint64_t>(type);
  if (const TypeCode* entry = recent->find(hash); entry && entry->type == type) return entry->code;
  {
    std::lock_guard hold(code_lock);
    if (auto found = known->find(type); found != known->end()) {
      recent->remember(hash, &found->second);
      return found->second.code;
    }
  }
  const DelegateFields& f = delegate_fields();
  const DelegateCode fresh = compile_hooks.install_delegate(invoke_method(type), f.target, f.method_ptr, f.invoke_impl, f.delegates);
  std::lock_guard hold(code_lock);
  return known->emplace(type, TypeCode{type, fresh}).first->second.code;
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

// What a delegate of that type over that method gets, whatever the receiver.
struct Binding {
  Type* type;
  Method* method;
  uint64_t function;     // as it is stored
  uint64_t invoke_impl;
  bool wants_receiver;   // closed over an instance method
};

Binding bind(Type* type, Method* method, uint64_t function) {
  const DelegateCode code = code_of(type);
  const auto wanted = invoke_method(type)->signature().params.size();
  const auto& s = method->signature();
  const bool closed = s.params.size() + (s.has_this ? 1 : 0) == wanted + 1;
  // A boxed receiver: the method itself wants the address of the value.
  if (closed && s.has_this && method->declaring->is_value_type()) function = compile_hooks.unboxing_entry(method);
  // Open over a virtual method: each receiver's own implementation.
  if (!closed && s.has_this && method->is_virtual() && !method->declaring->is_value_type()) function = virtual_entry_of(method);
  return {type, method, function, closed ? code.closed : code.open, closed && s.has_this};
}

void fill(abi::Object* delegate, abi::Object* target, const Binding& binding) {
  const DelegateFields& f = delegate_fields();
  delegate_word(delegate, f.method_ptr) = binding.function;
  delegate_word(delegate, f.method) = reinterpret_cast<uint64_t>(binding.method);
  delegate_word(delegate, f.invoke_impl) = binding.invoke_impl;
  gc::store_ref(&stack::ref_at(delegate, f.target), target);
}

// By the permanent stub that ldftn gives; null where `function` is something else. Dynamic methods come and go.
const Binding* binding_of_stub(Type* type, uint64_t function) {
  struct Known {
    uint64_t stub;
    Binding binding;
  };
  static auto* known = new std::map<std::pair<Type*, uint64_t>, Known>;
  static auto* recent = new Recent<Known>;
  const uint64_t hash = reinterpret_cast<uint64_t>(type) ^ function << 32;
  if (const Known* entry = recent->find(hash); entry && entry->binding.type == type && entry->stub == function) return &entry->binding;
  const auto id = code::versions::method_of_stub(function);
  if (!id) return nullptr;
  Method* method = Method::from(id);
  if (method->dynamic_body) return nullptr;
  const Binding fresh = bind(type, method, function);
  std::lock_guard hold(code_lock);
  const Known& entry = known->emplace(std::pair{type, function}, Known{function, fresh}).first->second;
  recent->remember(hash, &entry);
  return &entry.binding;
}

}  // namespace

const DelegateFields& delegate_fields() {
  static constinit base::Found<const DelegateFields*> found;
  return *found.get([] {
    const auto& t = Loader::get().types();
    const auto offset = [](Type* type, std::string_view name) {
      load::types::Field* f = type->find_field(name);
      if (!f) throw LoadError(LoadErrorKind::MissingField, "System.Delegate lacks field " + std::string(name), std::string(name));
      return f->offset();
    };
    return new DelegateFields{offset(t.delegate, "method_ptr"), offset(t.delegate, "invoke_impl"), offset(t.delegate, "m_target"),
                          offset(t.delegate, "method"), offset(t.multicast_delegate, "delegates"), offset(t.delegate, "method_is_virtual")};
  });
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
  Type* type = stack::type_of(delegate);
  Binding made;
  const Binding* binding = binding_of_stub(type, function);
  if (!binding) {
    Method* method = method_of_function(function);
    const DelegateCode code = code_of(type);
    made = method ? bind(type, method, function) : Binding{type, nullptr, function, target ? code.closed : code.open, false};
    binding = &made;
  }
  if (!target && binding->wants_receiver) stack::throw_argument("object", "Delegate to an instance method cannot have null 'this'.");
  fill(delegate, target, *binding);
}

void delegate_init(abi::Object* delegate, abi::Object* target, Method* method) {
  fill(delegate, target, bind(stack::type_of(delegate), method, function_of(method)));
}

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
