// Memory that grows at its end, made present ahead of its use: a page fault for each page costs several times as much as a page
// among many, and most of either can be had on another processor. (Huge pages were tried: they come cold, and clearing what is
// never used of the last one costs what the others save.)
//
// Thread safety: any thread, not from signal handlers. Units: bytes. Errors: none; what the system refuses (MADV_POPULATE_WRITE needs
// Linux 5.14) is not asked for again. errno is kept.
#pragma once
#include <atomic>
#include <cstdint>

namespace rapgo::base {

// Makes [begin, end) present and writable. REQUIRES: page-aligned, mapped writable.
void make_present(uintptr_t begin, uintptr_t end);

// The same by the thread that serves, soon; by the caller where none serves or it is behind. What is touched earlier is faulted in as ever.
void make_present_soon(uintptr_t begin, uintptr_t end);

// Makes present what others ask for, until stop_serving_pages; at once where this process may use one processor only. One thread.
void serve_pages();
void stop_serving_pages();  // for good; may come before serve_pages

// One stretch of memory that is used from its start on.
//
// Thread safety: `start` happens before `reached`; `reached` from any thread.
class GrowingPages {
 public:
  explicit constexpr GrowingPages(uintptr_t step) : step_(step) {}  // bytes at a time, a multiple of the page size
  // Makes the first step of [begin, end) present. REQUIRES: mapped writable; only whole pages inside are asked for.
  void start(uintptr_t begin, uintptr_t end);
  // Used up to `at`: the next step is asked for where that is near. Addresses outside do nothing.
  void reached(uintptr_t at) {
    if (at + step_ > asked_.load(std::memory_order_relaxed)) ask(at);
  }

 private:
  void ask(uintptr_t at);
  const uintptr_t step_;  // the least; larger where much is used already: waking who serves has its price
  std::atomic<uintptr_t> asked_{UINTPTR_MAX};  // up to here; before `start`: never again
  uintptr_t begin_ = 0, end_ = 0;
};

}  // namespace rapgo::base
