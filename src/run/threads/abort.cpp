// Thread.Abort: who wants a thread aborted has it done here, the world stopped for a moment; what may be aborted where is run/stack's to know.
#include <algorithm>
#include <ctime>
#include <new>

#include <pthread.h>

#include "run/threads/internal.h"
#include "run/threads/suspend.h"

namespace rapgo::run::threads {

namespace {

struct Shared {
  std::mutex lock;
  bool running = false;     // under the lock
  uint64_t requests = 0;    // under the lock
  std::mutex round;         // one round at a time
};
Shared& shared() {
  static Shared* s = [] {
    auto* made = new Shared;
    pthread_atfork(nullptr, nullptr, [] { new (&shared()) Shared; });  // who kept trying, and who held a lock, is not in the child
    return made;
  }();
  return *s;
}
constexpr long kFirstPause = 1'000'000, kLongestPause = 32'000'000;  // ns
constexpr int kTriesPerPause = 8;

// Again and again, more and more rarely: a finally block or a static constructor has to end first, or the thread stood where nothing can be
// thrown, or it is in native code for long. Each try stops the world.
void keep_trying() {
  uint64_t seen = 0;
  long pause = kFirstPause;
  for (int tries = 0;; tries++) {
    {
      NativeScope native;
      const timespec while_{0, pause};
      nanosleep(&while_, nullptr);
    }
    const bool left = deliver_aborts_now();
    NativeScope native;
    std::lock_guard hold(shared().lock);
    if (shared().requests != seen) {
      seen = shared().requests;
      pause = kFirstPause;
      tries = 0;
    } else if (tries % kTriesPerPause == kTriesPerPause - 1) {
      pause = std::min(2 * pause, kLongestPause);
    }
    if (left) continue;
    bool since = false;
    for_each_thread([&](Thread& t) { since |= t.abort.load() == Thread::Abort::Wanted; });
    if (since) continue;
    shared().running = false;
    return;
  }
}

}  // namespace

bool deliver_aborts_now() {
  bool left = false;
  {
    NativeScope native;
    shared().round.lock();
  }
  {
    StoppedWorld stopped;
    for (Thread* t : registry()) {
      if (t->abort.load() != Thread::Abort::Wanted) continue;
      left = true;
      if (hooks.deliver && t->state) hooks.deliver(*t);
      if (t->abort_signal.load()) t->parker.unpark();
    }
  }
  if (hooks.delivered) hooks.delivered();
  shared().round.unlock();
  if (left) foreground_changed();  // joiners wait there
  return left;
}

void deliver_abort(Thread*) {
  deliver_aborts_now();
  {
    NativeScope native;
    std::lock_guard hold(shared().lock);
    shared().requests++;
    if (shared().running) return;
    shared().running = true;
  }
  StartOptions options;
  options.background = true;
  options.name = "Thread.Abort";
  try {
    release(start(keep_trying, options));
  } catch (...) {
    NativeScope native;
    std::lock_guard hold(shared().lock);
    shared().running = false;
    throw;
  }
}

}  // namespace rapgo::run::threads
