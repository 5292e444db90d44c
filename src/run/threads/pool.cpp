#include "run/threads/pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "run/threads/thread.h"

namespace rapgo::run::threads::pool {

namespace {

using std::chrono::milliseconds;

struct Pool {
  std::mutex lock;  // never held across a marked point
  std::condition_variable work, gate;
  void (*perform)() = nullptr;
  std::atomic<int32_t> wanted = 0;  // requests not yet taken by a worker; changed under the lock
  int32_t workers = 0, idle = 0;
  bool spinning = false;  // one of the idle looks out for a request before it sleeps
  bool gate_runs = false;
  bool gate_sleeps = false;  // until there is a request: only then it has to be woken
  uint64_t progress = 0;  // completed items and taken requests
  Limits limits;
  bool may_spin;
  Pool() {
    const auto processors = static_cast<int32_t>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
    limits = {processors, processors * 100, processors, processors * 100};
    may_spin = processors > 1;
  }
};
Pool& pool() {
  static auto* p = new Pool;
  return *p;
}

constexpr milliseconds kIdle{20000};  // then a worker ends
constexpr int kSpins = 400;  // about 20 us: going to sleep and being woken costs as much
constexpr milliseconds kPatience{100};  // then one more helps where all are stuck

void work();

// The count is raised before the thread exists, so that two requests do not start two threads too many.
void start_worker() {
  StartOptions options;
  options.background = true;
  options.pool = true;
  options.name = "Thread Pool Worker";
  try {
    release(start(work, options));
  } catch (const std::system_error&) {
    std::lock_guard hold(pool().lock);
    pool().workers--;
  }
}

void work() {
  Pool& p = pool();
  for (;;) {
    {
      NativeScope native;
      std::unique_lock hold(p.lock);
      p.idle++;
      // Small tasks follow one another: whoever waits a moment spares the system two calls for each.
      if (p.may_spin && p.wanted == 0 && !std::exchange(p.spinning, true)) {
        hold.unlock();
        for (int i = 0; i < kSpins && p.wanted.load(std::memory_order_relaxed) == 0; i++) __builtin_ia32_pause();
        hold.lock();
        p.spinning = false;
      }
      const bool called = p.work.wait_for(hold, kIdle, [&] { return p.wanted > 0; });
      p.idle--;
      if (!called || p.workers > p.limits.max_workers) {
        p.workers--;
        if (p.wanted > 0) p.work.notify_one();  // the call was for one that stays
        return;
      }
      p.wanted--;
      p.progress++;
    }
    p.perform();
  }
}

// Adds a worker where requests wait and nothing moves: work items that wait for one another must not starve.
void watch() {
  Pool& p = pool();
  for (;;) {
    bool add = false;
    {
      NativeScope native;
      std::unique_lock hold(p.lock);
      while (p.wanted == 0) {
        p.gate_sleeps = true;
        p.gate.wait(hold);
      }
      p.gate_sleeps = false;
      const uint64_t before = p.progress;
      p.gate.wait_for(hold, kPatience, [] { return false; });
      add = p.wanted > 0 && p.idle == 0 && p.progress == before && p.workers < p.limits.max_workers;
      if (add) p.workers++;
    }
    if (add) start_worker();
  }
}

}  // namespace

void set_perform(void (*perform)()) { pool().perform = perform; }

void request_worker() {
  Pool& p = pool();
  bool add = false, gate = false, wake_gate = false, wake = true;
  {
    std::lock_guard hold(p.lock);
    p.wanted++;
    wake = !(p.spinning && p.wanted == 1);  // that one looks again before it sleeps
    wake_gate = std::exchange(p.gate_sleeps, false);
    if (p.idle >= p.wanted) {
    } else if (p.workers < p.limits.min_workers) {
      add = true;
      p.workers++;
    } else if (!p.gate_runs) {
      gate = p.gate_runs = true;
    }
  }
  if (wake) p.work.notify_one();
  if (wake_gate) p.gate.notify_one();
  if (add) start_worker();
  if (gate) {
    StartOptions options;
    options.background = true;
    options.name = "Thread Pool Gate";
    release(start(watch, options));
  }
}

bool item_completed() {
  Pool& p = pool();
  std::lock_guard hold(p.lock);
  p.progress++;
  return p.workers <= p.limits.max_workers;
}

Limits limits() {
  std::lock_guard hold(pool().lock);
  return pool().limits;
}

bool set_min(int32_t workers, int32_t io) {
  std::lock_guard hold(pool().lock);
  Limits& l = pool().limits;
  if (workers <= 0 || workers > l.max_workers || io <= 0 || io > l.max_io) return false;
  l.min_workers = workers;
  l.min_io = io;
  return true;
}

bool set_max(int32_t workers, int32_t io) {
  std::lock_guard hold(pool().lock);
  Limits& l = pool().limits;
  if (workers < l.min_workers || workers <= 0 || io < l.min_io || io <= 0) return false;
  l.max_workers = workers;
  l.max_io = io;
  return true;
}

int32_t available_workers() {
  std::lock_guard hold(pool().lock);
  return std::max(0, pool().limits.max_workers - (pool().workers - pool().idle));
}

}  // namespace rapgo::run::threads::pool
