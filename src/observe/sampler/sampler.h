// The sampling profiler (R1): per-thread CPU-time timers, whole managed stacks, nothing in the code that is watched.
//
// attach_thread/detach_thread: called by each managed thread itself. Everything else: the observing thread.
// The signal handler takes no lock and allocates nothing; a full buffer drops samples and counts them.
// The number of timers is capped (kMaxTimers); further threads wait their turn and are rotated in by rotate().
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>

#include "loop/profile.h"

namespace rapgo::observe {

inline constexpr int kMaxTimers = 64;

struct SamplerStats {
  uint64_t samples = 0, dropped = 0, missed = 0;  // missed: the stack could not be walked
  uint64_t handler_ns = 0;                        // time spent in the handler, all threads
  uint64_t period_ns = 0;
  int timers = 0, refused = 0;
};

class Sampler {
 public:
  static Sampler& get();

  // `capture` fills frames from an interrupted context (ucontext_t*); async-signal-safe; false: not walkable.
  using Capture = bool (*)(void* ucontext, loop::Sample& out);
  void start(Capture capture, uint64_t period_ns);
  void set_period(uint64_t period_ns);  // 0: disarm all timers; they are kept
  uint64_t period_ns() const { return period_ns_.load(std::memory_order_relaxed); }

  void attach_thread();
  void detach_thread();
  void rotate();                        // gives timers to threads that have none

  // Waits up to `timeout_ns` for a first sample (forever if 0), then hands over what there is. false: timed out.
  bool wait(uint64_t timeout_ns);
  size_t drain(const std::function<void(const loop::Sample&)>& sink);
  void wake();                          // ends a wait()
  SamplerStats stats() const;
  bool running() const { return capture_ != nullptr; }
  // A forked child has no timers and no observing thread: forget the parent's.
  void after_fork_in_child();

  struct ThreadTimer;

 private:
  void arm(ThreadTimer& t, uint64_t period_ns);
  static void on_signal(int, void* info, void* context);

  Capture capture_ = nullptr;
  std::atomic<uint64_t> period_ns_{0};
};

}  // namespace rapgo::observe
