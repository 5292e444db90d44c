#include "run/calls/type_check.h"

#include <atomic>

#include "run/calls/invoke.h"
#include "run/stack/objects.h"
#include "run/stack/throw.h"
#include "run/threads/thread.h"

namespace rapgo::run::calls {

using abi::TypeHead;
using load::types::Type;

namespace {

// One word holds a whole answer: from << 32 | to | known | yes; heads are 16-aligned.
constexpr uint32_t kSlots = 4096;
constexpr uint64_t kKnown = 1, kYes = 2;
std::atomic<uint64_t> cache[kSlots];

uint32_t word(const TypeHead* h) { return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(h)); }
uint64_t key_of(const TypeHead* from, const TypeHead* to) { return static_cast<uint64_t>(word(from)) << 32 | word(to) | kKnown; }
std::atomic<uint64_t>& slot_of(uint64_t key) { return cache[(key * 0x9E3779B97F4A7C15ull) >> 52]; }

bool ask(const TypeHead* from, const TypeHead* to, uint64_t key) {
  Type* source = Type::from({from->type});
  Type* target = Type::from({to->type});
  const bool yes = source->is_assignable_to(target);
  slot_of(key).store(key | (yes ? kYes : 0), std::memory_order_relaxed);
  return yes;
}

// -1: unknown
int known(const TypeHead* from, const TypeHead* to, uint64_t key) {
  if (from == to) return 1;
  if (!(to->flags & (abi::kIsInterface | abi::kIsArray | abi::kIsDelegate | abi::kIsNullable))) return abi::derives_from(from, to);
  const uint64_t entry = slot_of(key).load(std::memory_order_relaxed);
  if ((entry & ~kYes) != key) return -1;
  return (entry & kYes) != 0;
}

}  // namespace

static_assert(kSlots == 4096);

bool is_instance_of(const TypeHead* from, const TypeHead* to) {
  const uint64_t key = key_of(from, to);
  const int answer = known(from, to, key);
  return answer >= 0 ? answer != 0 : ask(from, to, key);
}

// The slow path makes the transition by hand, as a stub would: the caller is managed code, and frames keep rbp.
abi::Object* leaf_isinst(abi::Object* object, TypeHead* type) {
  if (!object) return nullptr;
  const TypeHead* from = object->head();
  const uint64_t key = key_of(from, type);
  const int answer = known(from, type, key);
  if (answer >= 0) [[likely]] return answer ? object : nullptr;
  abi::ThreadState& s = abi::current();
  const auto* frame = static_cast<const uint64_t*>(__builtin_frame_address(0));
  s.last_pc = reinterpret_cast<uint64_t>(__builtin_return_address(0));
  s.last_sp = reinterpret_cast<uint64_t>(frame + 2);
  s.last_fp = frame[0];
  s.mode.store(abi::Mode::Runtime, std::memory_order_relaxed);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  bool yes = false;
  try {
    yes = ask(from, type, key);
  } catch (const std::exception&) {  // a type that cannot be loaded has no instances
  }
  for (;;) {
    s.mode.store(abi::Mode::Managed, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (!(s.pending.load(std::memory_order_relaxed) & abi::kPendingSuspend)) break;
    s.mode.store(abi::Mode::Runtime, std::memory_order_relaxed);
    threads::safepoint();
  }
  return yes ? object : nullptr;
}

void throw_bad_cast(abi::Object*, Type*) { stack::throw_invalid_cast("Specified cast is not valid."); }

}  // namespace rapgo::run::calls
