// Whether a loop's version is entered so fast that entering is what the time goes to, and how long to leave it alone then. A loop
// of a few steps that every call enters anew runs faster in baseline code, until its method's own version is there
// (docs/decisions.md has what transfers cost). Pure but for its state.
// Thread safety: any thread; counts may be lost when two threads write at once.
#pragma once
#include <atomic>
#include <cstdint>

namespace rapgo::run::transfer {

class BackOff {
 public:
  static constexpr uint32_t kBurst = 64;            // entries that are timed together: short enough to lie in one time slice
  static constexpr uint64_t kTooFast = 1500;        // ns from entry to entry, on average: the transfer is a good part of it
  static constexpr uint64_t kPause = 20'000'000;    // ns without entering; doubles each time
  static constexpr uint32_t kDoublings = 7;         // up to 2.56 s

  // An entry at this time: true if it ends a burst that came too fast.
  bool entered(uint64_t now_ns) {
    const uint32_t n = count_.load(std::memory_order_relaxed);
    count_.store(n + 1, std::memory_order_relaxed);
    if (n % kBurst != 0) return false;
    const uint64_t since = burst_ns_.load(std::memory_order_relaxed);
    burst_ns_.store(now_ns, std::memory_order_relaxed);
    return n != 0 && now_ns - since < kBurst * kTooFast;
  }
  // How long not to enter from now on; the next time longer. The burst begins anew.
  uint64_t pause() {
    count_.store(0, std::memory_order_relaxed);
    const uint32_t n = pauses_.load(std::memory_order_relaxed);
    pauses_.store(n + 1, std::memory_order_relaxed);
    return kPause << (n < kDoublings ? n : kDoublings);
  }
  void reset() {
    count_.store(0, std::memory_order_relaxed);
    pauses_.store(0, std::memory_order_relaxed);
  }

 private:
  std::atomic<uint32_t> count_{0}, pauses_{0};
  std::atomic<uint64_t> burst_ns_{0};
};

}  // namespace rapgo::run::transfer
