#include "base/pages.h"

#include <sched.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>

namespace rapgo::base {

namespace {

constexpr int kPageBits = 12;
constexpr uintptr_t kPage = uintptr_t{1} << kPageBits;
constexpr int kMostPagesBits = 16;

// What is asked for and not yet taken: first page, then pages in the low bits; 0: free. A forked child has nobody who serves: these fill, and
// from then on who asks does it himself.
std::atomic<uint64_t> wanted[8];
std::atomic<uint32_t> calls{0};  // changes with every wish; what the server waits on
std::atomic<bool> serving{false}, stopped{false};

bool one_processor() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) < 2;
}

}  // namespace

void make_present(uintptr_t begin, uintptr_t end) {
  static std::atomic<bool> refused{false};
  if (refused.load(std::memory_order_relaxed)) return;
  const int error = errno;
  if (madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_WRITE) != 0) refused.store(true, std::memory_order_relaxed);
  errno = error;
}

void make_present_soon(uintptr_t begin, uintptr_t end) {
  const uint64_t pages = (end - begin) >> kPageBits;
  if (serving.load(std::memory_order_acquire) && pages < (1u << kMostPagesBits)) {
    for (auto& slot : wanted) {
      uint64_t free = 0;
      if (!slot.compare_exchange_strong(free, (begin >> kPageBits) << kMostPagesBits | pages)) continue;
      calls.fetch_add(1);
      calls.notify_one();
      return;
    }
  }
  make_present(begin, end);
}

void serve_pages() {
  if (one_processor()) return;
  serving.store(true, std::memory_order_release);
  for (;;) {
    const uint32_t seen = calls.load();  // before what it stands for is looked at: whatever comes later changes it
    if (stopped.load()) break;
    bool any = false;
    for (auto& slot : wanted) {
      const uint64_t wish = slot.exchange(0);
      if (wish == 0) continue;
      any = true;
      const uintptr_t begin = wish >> kMostPagesBits << kPageBits;
      make_present(begin, begin + ((wish & ((1u << kMostPagesBits) - 1)) << kPageBits));
    }
    if (!any) calls.wait(seen);
  }
  serving.store(false, std::memory_order_release);
}

void stop_serving_pages() {
  stopped.store(true);
  calls.fetch_add(1);
  calls.notify_one();
}

void GrowingPages::start(uintptr_t begin, uintptr_t end) {
  begin = (begin + kPage - 1) & ~(kPage - 1);
  begin_ = begin;
  end_ = end & ~(kPage - 1);
  const uintptr_t first = std::min(begin + step_, end_);
  make_present_soon(begin, first);
  asked_.store(first, std::memory_order_relaxed);
}

void GrowingPages::ask(uintptr_t at) {
  uintptr_t from = asked_.load(std::memory_order_relaxed);
  if (from >= end_ || at >= end_) return;
  const uintptr_t needed = (at + step_ - from + step_ - 1) / step_ * step_, share = (from - begin_) / 8 / step_ * step_;
  const uintptr_t to = std::min(from + std::max(needed, share), end_);
  if (!asked_.compare_exchange_strong(from, to, std::memory_order_relaxed)) return;  // another thread asks
  // Whoever fills more than a few steps at once is better off without.
  if (needed <= 4 * step_) make_present_soon(from, to);
}

}  // namespace rapgo::base
