// What an interface call does at its first meeting with a type, and virtual resolution from C++.
#include <mutex>
#include <unordered_map>

#include "code/memory/low_memory.h"
#include "code/versions/versions.h"
#include "load/types/classify.h"
#include "load/types/loader.h"
#include "run/calls/bodies.h"
#include "run/calls/compile_hooks.h"
#include "run/calls/delegates.h"
#include "run/calls/invoke.h"
#include "run/stack/objects.h"
#include "run/stack/throw.h"

namespace rapgo::run::calls {

using abi::Helper;
using load::types::Method;
using load::types::Type;

namespace {

struct SlotKey {
  uint32_t type, slot;
  bool operator==(const SlotKey&) const = default;
};
struct SlotHash {
  size_t operator()(SlotKey k) const { return (k.type >> 4) * 0x9E3779B97F4A7C15ull ^ k.slot; }
};
struct Imt {
  std::mutex lock;  // held while a stub is made: no marked point there
  std::unordered_map<SlotKey, std::vector<ImtEntry>, SlotHash> cases;
};
Imt& imt() {
  static auto* i = new Imt;
  return *i;
}

[[noreturn]] void not_implemented_by(Type* type, Method* method) {
  stack::throw_new("System", "EntryPointNotFoundException", type->full_name() + " does not implement " + method->display_name());
}

// An 8-byte cell that holds the address to call for this implementation, kept up to date: its vtable word if it has one.
uint64_t* cell_of(Type* type, Method* target) {
  const auto vtable = type->vtable();
  if (target->slot >= 0 && static_cast<size_t>(target->slot) < vtable.size() && vtable[static_cast<size_t>(target->slot)] == target)
    return &type->head()->vtable[target->slot];
  auto* cell = static_cast<uint64_t*>(code::memory::meta_alloc(8, 8));
  if (target->declaring->is_value_type() && !target->is_static()) *cell = compile_hooks.unboxing_entry(target);
  else code::versions::register_cell(target->id(), cell);
  return cell;
}

uint64_t interface_miss(uint32_t interface_method, abi::ArgRegisters* args) {
  Method* method = Method::from({interface_method});
  const bool hidden = abi::returns_hidden(load::types::call_layout_of(method).result_shape);
  auto* receiver = reinterpret_cast<Object*>(hidden ? args->rsi : args->rdi);
  if (!receiver) stack::throw_null_reference();
  Type* type = stack::type_of(receiver);
  Method* target = type->find_virtual(method);
  if (!target || target->is_abstract()) not_implemented_by(type, method);
  uint64_t* cell = cell_of(type, target);
  // Generic virtual methods have no end of instantiations: they are looked up in the stub's list like all others.
  const uint32_t slot = abi::imt_slot(interface_method);
  {
    Imt& i = imt();
    std::lock_guard hold(i.lock);
    auto& cases = i.cases[{type->id().value, slot}];
    bool known = false;
    for (const ImtEntry& c : cases) known |= c.method == method;
    if (!known) {
      cases.push_back({method, cell});
      const uint64_t stub = compile_hooks.install_imt(cases);
      __atomic_store_n(&type->head()->imt[slot], stub, __ATOMIC_RELEASE);
    }
  }
  return __atomic_load_n(cell, __ATOMIC_ACQUIRE);
}

// ldvirtftn: an address that takes this very object.
uint64_t resolve_virtual(Object* object, Method* method) {
  if (!object) stack::throw_null_reference();
  Method* target = virtual_target(object, method);
  if (target->declaring->is_value_type()) return compile_hooks.unboxing_entry(target);
  return function_of(target);
}

void delegate_init_body(Object* delegate, Object* target, uint64_t function) { delegate_init(delegate, target, function); }

}  // namespace

Method* virtual_target(Object* object, Method* method) {
  if (!method->is_virtual()) return method;
  Type* type = stack::type_of(object);
  Method* target = type->find_virtual(method);
  if (!target || target->is_abstract()) not_implemented_by(type, method);
  return target;
}

uint64_t first_call(uint32_t method, abi::ArgRegisters* args);  // first_call.cpp

void register_dispatch_bodies() {
  set_body<&first_call>(Helper::FirstCall);
  set_body<&interface_miss>(Helper::InterfaceMiss);
  set_body<&resolve_virtual>(Helper::ResolveVirtual);
  set_body<&delegate_init_body>(Helper::DelegateInit);
}

}  // namespace rapgo::run::calls
