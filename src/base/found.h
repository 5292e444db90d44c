// Found<T>: what is looked up at first use and then known, without anybody waiting for anybody. A static local's guard would have one thread
// wait for another, in Mode::Runtime; where the lookup loads types, the other may be stopped for a collection, which waits for the first.
//
// Thread safety: any thread; several may look up at once, so all must find the same. Errors: what the lookup throws; nothing is known then.
#pragma once
#include <atomic>
#include <type_traits>

namespace rapgo::base {

// T: a pointer or a number; null or 0 is never known.
template <class T>
class Found {
  static_assert(std::is_pointer_v<T> || std::is_integral_v<T>);

 public:
  template <class F>
  T get(F&& look_up) {
    T value = value_.load(std::memory_order_acquire);
    if (value == T{}) value_.store(value = look_up(), std::memory_order_release);
    return value;
  }

 private:
  std::atomic<T> value_{};
};

}  // namespace rapgo::base
