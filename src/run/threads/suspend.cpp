#include "run/threads/suspend.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <linux/membarrier.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "run/threads/internal.h"

namespace rapgo::run::threads {

using abi::Mode;

std::atomic<uint32_t> stop_phase{0};
std::atomic<uint32_t> stop_acks{0};

namespace {

std::mutex& stopper_lock() {
  static auto* lock = new std::mutex;
  return *lock;
}
uint64_t stop_began, last_stop;
thread_local bool mine = false;

// A full barrier on every core that runs a thread of ours, so that threads need none when they change modes.
void barrier_everywhere() {
  static const bool registered = syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
  if (registered && syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0) return;
  // Taking a permission away interrupts every core that has the page cached: the same effect.
  static void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) base::fatal("no memory for a barrier page");
  static_cast<volatile char*>(page)[0] = 1;
  mprotect(page, 4096, PROT_READ);
  mprotect(page, 4096, PROT_READ | PROT_WRITE);
}

void await_stopped(Thread& thread, uint32_t phase) {
  bool signalled = false;
  for (;;) {
    const uint32_t acks = stop_acks.load();
    const Mode mode = thread.state->mode.load(std::memory_order_acquire);
    if (mode == Mode::Native) return;
    if (mode == Mode::Managed) {
      if (thread.stop_ack.load(std::memory_order_acquire) == phase) return;
      // Again after each time-out: a signal that met the thread in another mode was ignored.
      if (!signalled) syscall(SYS_tgkill, getpid(), thread.tid, stop_signal());
      signalled = true;
    }
    if (futex_wait(&stop_acks, acks, 1'000'000) == -ETIMEDOUT) signalled = false;
  }
}

}  // namespace

bool world_is_mine() { return mine; }

void announce_stop() {
  stop_acks.fetch_add(1);
  futex_wake(&stop_acks, 1);
}

void wait_phase(uint32_t phase) {
  while (stop_phase.load() == phase) futex_wait(&stop_phase, phase, -1);
}

void stop_world() {
  {
    NativeScope native;
    stopper_lock().lock();
    registry_lock().lock();
  }
  // We may have been held at the end of the scope while another stopper worked; both locks are ours, so nobody stops now.
  stop_began = base::monotonic_ns();
  mine = true;
  const uint32_t phase = stop_phase.fetch_add(1) + 1;
  Thread* self = current_thread();
  for (Thread* t : registry())
    if (t != self) t->state->pending.fetch_or(abi::kPendingSuspend);
  barrier_everywhere();
  for (Thread* t : registry())
    if (t != self) await_stopped(*t, phase);
}

void resume_world() {
  for (Thread* t : registry()) t->state->pending.fetch_and(~abi::kPendingSuspend);
  stop_phase.fetch_add(1);
  futex_wake(&stop_phase, INT32_MAX);
  last_stop = base::monotonic_ns() - stop_began;
  mine = false;
  registry_lock().unlock();
  stopper_lock().unlock();
}

void forget_stop() {
  new (&stopper_lock()) std::mutex;
  if (stop_phase.load() % 2 != 0) stop_phase.fetch_add(1);
}

uint64_t last_stop_ns() { return last_stop; }

void freeze_others_for_exit() { stop_world(); }

}  // namespace rapgo::run::threads
