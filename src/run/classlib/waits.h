// What WaitHandles wait for: events, mutexes, semaphores, ended processes. Handles are their addresses.
// Thread safety: any attached thread in Mode::Runtime. wait may stop for a collection and throws ThreadInterruptedException.
#pragma once
#include <cstdint>
#include <span>

namespace rapgo::run::classlib {

struct WaitObject;
WaitObject* new_event(bool manual, bool set);
void set_event(WaitObject* event);
void retain(WaitObject* object);
void release(WaitObject* object);  // frees it with the last reference
inline constexpr int32_t kWaitTimeout = 0x102, kWaitAbandoned = 0x80;
// Index of the object that ended the wait (of an abandoned mutex: + kWaitAbandoned), or kWaitTimeout. timeout in milliseconds, -1: for ever.
int32_t wait(std::span<WaitObject* const> objects, bool all, int32_t timeout);

}  // namespace rapgo::run::classlib
