#include "run/calls/type_check.h"

#include <atomic>

#include "abi/type_checks.h"
#include "code/memory/low_memory.h"
#include "run/calls/invoke.h"
#include "run/stack/objects.h"
#include "run/stack/throw.h"
#include "run/threads/thread.h"

namespace rapgo::run::calls {

using abi::TypeHead;
using load::types::Type;

namespace {

std::atomic_ref<uint64_t> slot_of(uint64_t key) { return std::atomic_ref(abi::type_checks[abi::type_check_slot(key)]); }

bool ask(const TypeHead* from, const TypeHead* to, uint64_t key) {
  const bool yes = Type::from({from->type})->is_assignable_to(Type::from({to->type}));
  slot_of(key).store(key | (yes ? abi::kTypeCheckYes : 0), std::memory_order_relaxed);
  return yes;
}

}  // namespace

bool is_instance_of(const TypeHead* from, const TypeHead* to) {
  if (from == to) return true;
  if (!(to->flags & abi::kCheckedByCache) && to->depth < abi::kDisplaySize) return abi::derives_from(from, to);
  const uint64_t key = abi::type_check_key(from, to);
  const uint64_t entry = slot_of(key).load(std::memory_order_relaxed);
  if ((entry & ~abi::kTypeCheckYes) == key) return (entry & abi::kTypeCheckYes) != 0;
  return ask(from, to, key);
}

abi::Object* isinst_body(abi::Object* object, TypeHead* type) {
  if (abi::current().pending.load(std::memory_order_relaxed) & abi::kPendingSuspend) threads::safepoint();
  try {
    return is_instance_of(object->head(), type) ? object : nullptr;
  } catch (const std::exception&) {  // a type that cannot be loaded has no instances
    return nullptr;
  }
}

void init_type_checks() {
  constexpr size_t kBytes = abi::kTypeCheckSlots * sizeof(uint64_t);
  if (!abi::type_checks) abi::type_checks = static_cast<uint64_t*>(code::memory::meta_alloc(kBytes, 64));
}

void throw_bad_cast(abi::Object*, Type*) { stack::throw_invalid_cast("Specified cast is not valid."); }

}  // namespace rapgo::run::calls
