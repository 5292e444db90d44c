#include "run/threads/monitor.h"

#include "abi/sync_word.h"
#include "base/clock.h"
#include "run/threads/internal.h"
#include "run/threads/monitor_table.h"
#include "run/threads/thread.h"

namespace rapgo::run::threads {

using abi::Object;

namespace {

using abi::kMaxThinRecursion;
constexpr uint32_t kCalmExits = 16;  // then an inflated monitor shrinks back
constexpr int kSpins = 64;

std::atomic<uint64_t> contentions{0};

uint32_t tag(uint32_t word) { return word & 3; }
uint32_t thin(uint32_t owner, uint32_t more) { return abi::thin_lock(owner, more); }
uint32_t thin_owner(uint32_t word) { return word >> abi::kThinOwnerShift & abi::kThinOwnerMask; }
uint32_t thin_more(uint32_t word) { return word >> abi::kThinMoreShift; }
uint32_t inflated(uint32_t index) { return abi::kSyncInflated | index << 2; }

uint32_t load(Object* o) { return __atomic_load_n(&o->sync, __ATOMIC_ACQUIRE); }
bool swap(Object* o, uint32_t from, uint32_t to) {
  return __atomic_compare_exchange_n(&o->sync, &from, to, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}
uint32_t self_index() { return abi::current().thread_index; }

// The object's monitor, locked (Monitor::lock held); inflates. Whoever holds the thin lock holds the monitor afterwards.
Monitor* locked_monitor(Object* o) {
  for (;;) {
    const uint32_t word = load(o);
    if (tag(word) == abi::kSyncInflated) {
      Monitor* m = monitor_at(word >> 2);
      m->lock.lock();
      if (load(o) == word) return m;  // else it shrank and may serve another object by now
      m->lock.unlock();
      continue;
    }
    Monitor* m = take_monitor();
    m->lock.lock();
    m->object = o;
    m->owner = tag(word) == abi::kSyncThin ? thin_owner(word) : 0;
    m->recursion = tag(word) == abi::kSyncThin ? thin_more(word) + 1 : 0;
    m->hash = tag(word) == abi::kSyncHash ? word >> 2 : 0;
    if (swap(o, word, inflated(m->index))) return m;
    give_monitor(m);
    m->lock.unlock();
  }
}

// With m->lock held: nobody needs it, so the object gets its small word back. Always unlocks.
void unlock_or_shrink(Object* o, Monitor* m, bool calm) {
  m->calm = calm ? m->calm + 1 : 0;
  if (m->owner == 0 && m->entering.empty() && m->waiting.empty() && m->calm >= kCalmExits) {
    const uint32_t small = m->hash ? (m->hash << 2 | abi::kSyncHash) : 0;
    if (swap(o, inflated(m->index), small)) give_monitor(m);
  }
  m->lock.unlock();
}

// With m->lock held: gives the monitor up and wakes who comes next.
void leave(Monitor* m) {
  m->owner = 0;
  m->recursion = 0;
  if (Waiter* next = m->entering.pop()) next->thread->parker.unpark();
}

int64_t left_of(uint64_t end, int64_t timeout_ms) {
  if (timeout_ms < 0) return -1;
  const auto left = static_cast<int64_t>(end - base::monotonic_ns());
  return left > 0 ? left : 0;
}

// Enters the inflated monitor. `recursion`: what to set on success (Wait re-enters with its old depth).
bool enter_slow(Object* o, int64_t timeout_ms, uint32_t recursion, bool interruptible) {
  Thread* self = current_thread();
  const uint32_t me = self_index();
  const uint64_t end = timeout_ms > 0 ? base::monotonic_ns() + static_cast<uint64_t>(timeout_ms) * 1'000'000 : 0;
  Waiter waiter{self};
  bool counted = false;
  for (;;) {
    Monitor* m = locked_monitor(o);
    if (waiter.queued) m->entering.remove(&waiter);
    if (m->owner == 0 || m->owner == me) {
      m->recursion = m->owner == me ? m->recursion + recursion : recursion;
      m->owner = me;
      m->lock.unlock();
      return true;
    }
    const int64_t left = left_of(end, timeout_ms);
    if (left == 0) {
      m->lock.unlock();
      return false;
    }
    if (!counted) contentions.fetch_add(1, std::memory_order_relaxed);
    if (counted) m->entering.push_front(&waiter);  // was first already
    else m->entering.push(&waiter);
    counted = true;
    m->lock.unlock();
    {
      Waiting waiting(*self);
      NativeScope native;
      self->parker.park(left);
    }
    if (interruptible && (self->interrupted.load() || self->abort_signal.exchange(false))) {
      m = locked_monitor(o);
      if (waiter.queued) m->entering.remove(&waiter);
      else if (m->owner == 0)
        if (Waiter* next = m->entering.pop()) next->thread->parker.unpark();  // the wake-up was meant for one who enters
      m->lock.unlock();
      park_interruptible(0);  // throws, if it may
    }
  }
}

// Without inflating where possible. nullopt-like: 1 entered, 0 not, -1 ask the monitor.
int enter_thin(Object* o, bool may_spin) {
  const uint32_t me = self_index();
  for (int spin = 0;;) {
    const uint32_t word = load(o);
    if (word == 0) {
      if (swap(o, 0, thin(me, 0))) return 1;
      continue;
    }
    if (tag(word) != abi::kSyncThin) return -1;
    if (thin_owner(word) == me) {
      if (thin_more(word) == kMaxThinRecursion) return -1;
      if (swap(o, word, thin(me, thin_more(word) + 1))) return 1;
      continue;
    }
    if (!may_spin) return 0;
    if (++spin > kSpins) return -1;
    __builtin_ia32_pause();
  }
}

bool owned_by_me(Object* o) {
  const uint32_t word = load(o), me = self_index();
  if (tag(word) == abi::kSyncThin) return thin_owner(word) == me;
  if (tag(word) != abi::kSyncInflated) return false;
  Monitor* m = locked_monitor(o);
  const bool mine = m->owner == me;
  m->lock.unlock();
  return mine;
}

}  // namespace

void monitor_enter(Object* object) {
  if (enter_thin(object, true) != 1) enter_slow(object, -1, 1, true);
}

bool monitor_try_enter(Object* object, int64_t timeout_ms) {
  const int thin = enter_thin(object, timeout_ms != 0);
  if (thin >= 0) return thin == 1;
  return enter_slow(object, timeout_ms, 1, true);
}

bool monitor_exit(Object* object) {
  const uint32_t me = self_index();
  for (;;) {
    const uint32_t word = load(object);
    if (tag(word) == abi::kSyncThin) {
      if (thin_owner(word) != me) return false;
      if (swap(object, word, thin_more(word) ? thin(me, thin_more(word) - 1) : 0)) return true;
      continue;  // inflated meanwhile
    }
    if (tag(word) != abi::kSyncInflated) return false;
    Monitor* m = locked_monitor(object);
    if (m->owner != me) {
      m->lock.unlock();
      return false;
    }
    if (--m->recursion > 0) {
      m->lock.unlock();
      return true;
    }
    const bool calm = m->entering.empty();
    leave(m);
    unlock_or_shrink(object, m, calm);
    return true;
  }
}

WaitResult monitor_wait(Object* object, int64_t timeout_ms) {
  if (!owned_by_me(object)) return WaitResult::NotOwner;
  Thread* self = current_thread();
  if (self->interrupted.load()) park_interruptible(0);  // throws
  const uint64_t end = timeout_ms > 0 ? base::monotonic_ns() + static_cast<uint64_t>(timeout_ms) * 1'000'000 : 0;
  Waiter waiter{self};
  Monitor* m = locked_monitor(object);
  const uint32_t depth = m->recursion;
  m->waiting.push(&waiter);
  m->calm = 0;
  leave(m);
  bool notified, aborted = false;
  for (;;) {
    notified = waiter.notified;
    const int64_t left = left_of(end, timeout_ms);
    if (notified || left == 0 || self->interrupted.load() || aborted) break;
    m->lock.unlock();
    {
      Waiting shown(*self);
      NativeScope native;
      self->parker.park(left);
    }
    aborted = self->abort_signal.exchange(false) && hooks.abort_permitted && hooks.abort_permitted(*self);
    m = locked_monitor(object);  // a monitor with waiters does not shrink: the same one
  }
  if (waiter.queued) m->waiting.remove(&waiter);
  m->lock.unlock();
  enter_slow(object, -1, depth, false);
  if (notified) return WaitResult::Notified;
  if (self->interrupted.load() || aborted) park_interruptible(0);  // throws
  return WaitResult::TimedOut;
}

bool monitor_pulse(Object* object, bool all) {
  if (!owned_by_me(object)) return false;
  if (tag(load(object)) != abi::kSyncInflated) return true;  // nobody has waited
  Monitor* m = locked_monitor(object);
  while (Waiter* w = m->waiting.pop()) {
    w->notified = true;
    w->thread->parker.unpark();
    if (!all) break;
  }
  m->lock.unlock();
  return true;
}

bool monitor_is_entered(Object* object) { return owned_by_me(object); }

bool monitor_is_locked(Object* object) {
  const uint32_t word = load(object);
  if (tag(word) == abi::kSyncThin) return true;
  if (tag(word) != abi::kSyncInflated) return false;
  Monitor* m = locked_monitor(object);
  const bool locked = m->owner != 0;
  m->lock.unlock();
  return locked;
}

int32_t identity_hash(Object* object) {
  static thread_local uint32_t seed = 0;
  for (;;) {
    const uint32_t word = load(object);
    if (tag(word) == abi::kSyncHash) return static_cast<int32_t>(word >> 2);
    if (seed == 0) seed = 2463534242u + self_index() * 0x9E3779B9u;
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    uint32_t fresh = seed & 0x3FFFFFFF;
    if (fresh == 0) fresh = 1;
    if (word == 0) {
      if (swap(object, 0, fresh << 2 | abi::kSyncHash)) return static_cast<int32_t>(fresh);
      continue;
    }
    Monitor* m = locked_monitor(object);
    if (m->hash == 0) m->hash = fresh;
    const uint32_t hash = m->hash;
    m->lock.unlock();
    return static_cast<int32_t>(hash);
  }
}

uint64_t monitor_contentions() { return contentions.load(); }

}  // namespace rapgo::run::threads
