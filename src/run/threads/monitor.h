// Monitors and identity hash codes in the sync word (DESIGN 4.2, 4.15).
// sync word: 0 free | tag 1: bits 2-17 owner thread_index, bits 18-31 recursion-1 | tag 2: bits 2-31 hash | tag 3: bits 2-31 monitor index.
// Thread safety: any attached thread in Mode::Runtime. Blocking happens in Mode::Native; may collect there.
#pragma once
#include <cstdint>

#include "abi/object.h"

namespace rapgo::run::threads {

void monitor_enter(abi::Object* object);                           // uninterruptible only where Mono is: Interrupt throws
bool monitor_try_enter(abi::Object* object, int64_t timeout_ms);   // 0: no waiting, -1: for ever
// false: the caller does not own the lock (SynchronizationLockException is the caller's to throw).
bool monitor_exit(abi::Object* object);
enum class WaitResult { Notified, TimedOut, NotOwner };
WaitResult monitor_wait(abi::Object* object, int64_t timeout_ms);  // throws ThreadInterruptedException after reacquiring
bool monitor_pulse(abi::Object* object, bool all);                 // false: not owner
bool monitor_is_entered(abi::Object* object);                      // by the calling thread
bool monitor_is_locked(abi::Object* object);                       // by anyone

// Identity hash: 30 bits, never 0, stable for the object's life.
int32_t identity_hash(abi::Object* object);

uint64_t monitor_contentions();
uint32_t inflated_monitors();  // in use now

}  // namespace rapgo::run::threads

namespace rapgo::gc { class Survivors; }
namespace rapgo::run::threads {
void sweep_monitors(gc::Survivors& survivors);  // gc::Binding::visit_weak

}  // namespace rapgo::run::threads
