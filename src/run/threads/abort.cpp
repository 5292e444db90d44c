// Thread.Abort: who wants a thread aborted has it done here, the world stopped for a moment; what may be aborted where is run/stack's to know.
#include <ctime>

#include "run/threads/internal.h"
#include "run/threads/suspend.h"

namespace rapgo::run::threads {

namespace {

std::mutex& lock() {
  static auto* l = new std::mutex;
  return *l;
}
bool running = false;  // under the lock
std::mutex& round() {  // one round at a time
  static auto* l = new std::mutex;
  return *l;
}

// Again and again: a finally block or a static constructor has to end first, or the thread stood where nothing can be thrown.
void keep_trying() {
  for (;;) {
    {
      NativeScope native;
      const timespec while_{0, 1'000'000};
      nanosleep(&while_, nullptr);
    }
    if (deliver_aborts_now()) continue;
    std::lock_guard hold(lock());
    bool left = false;  // wanted since
    for_each_thread([&](Thread& t) { left |= t.abort.load() == Thread::Abort::Wanted; });
    if (left) continue;
    running = false;
    return;
  }
}

}  // namespace

bool deliver_aborts_now() {
  bool left = false;
  {
    NativeScope native;
    round().lock();
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
  round().unlock();
  if (left) foreground_changed();  // joiners wait there
  return left;
}

void deliver_abort(Thread*) {
  deliver_aborts_now();
  {
    NativeScope native;
    std::lock_guard hold(lock());
    if (running) return;
    running = true;
  }
  StartOptions options;
  options.background = true;
  options.name = "Thread.Abort";
  try {
    release(start(keep_trying, options));
  } catch (...) {
    NativeScope native;
    std::lock_guard hold(lock());
    running = false;
    throw;
  }
}

}  // namespace rapgo::run::threads
