#include <cerrno>
#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "run/threads/internal.h"

namespace rapgo::run::threads {

int futex_wait(std::atomic<uint32_t>* word, uint32_t value, int64_t timeout_ns) {
  timespec t{}, *limit = nullptr;
  if (timeout_ns >= 0) {
    t.tv_sec = timeout_ns / 1'000'000'000;
    t.tv_nsec = timeout_ns % 1'000'000'000;
    limit = &t;
  }
  return syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, limit, nullptr, 0) == 0 ? 0 : -errno;
}

void futex_wake(std::atomic<uint32_t>* word, int count) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0); }

bool Parker::park(int64_t timeout_ns) {
  if (word_.exchange(0, std::memory_order_acquire)) return true;
  futex_wait(&word_, 0, timeout_ns);
  return word_.exchange(0, std::memory_order_acquire) != 0;
}

void Parker::unpark() {
  if (word_.exchange(1, std::memory_order_release) == 0) futex_wake(&word_, 1);
}

namespace {
[[noreturn]] void throw_interrupted(Thread* self) {
  self->interrupted.store(false);
  if (hooks.throw_interrupted) hooks.throw_interrupted();
  throw "ThreadInterruptedException";  // only reached by tests without run/stack
}

// Throws what is to be thrown at a wait.
void look_up(Thread* self) {
  if (self->abort.load() == Thread::Abort::Wanted && hooks.throw_abort && hooks.abort_permitted(*self)) hooks.throw_abort(*self);
  if (self->interrupted.load()) throw_interrupted(self);
}
}  // namespace

bool park_interruptible(int64_t timeout_ns) {
  Thread* self = current_thread();
  look_up(self);
  bool token;
  {
    Waiting waiting(*self);
    NativeScope native;
    token = self->parker.park(timeout_ns);
  }
  look_up(self);
  return token;
}

void sleep(int64_t timeout_ms) {
  Thread* self = current_thread();
  if (timeout_ms == 0) {
    look_up(self);
    NativeScope native;
    sched_yield();
    return;
  }
  const uint64_t end = base::monotonic_ns() + static_cast<uint64_t>(timeout_ms) * 1'000'000;
  Waiting waiting(*self);
  for (;;) {
    int64_t left = timeout_ms < 0 ? -1 : static_cast<int64_t>(end - base::monotonic_ns());
    if (timeout_ms > 0 && left <= 0) break;
    park_interruptible(left);
  }
  look_up(self);
}

void interrupt(Thread* thread) {
  thread->interrupted.store(true);
  thread->parker.unpark();
  foreground_changed();  // joiners wait there
}

}  // namespace rapgo::run::threads
