#pragma once
// A bounded ring of fixed-size records: many producers, one consumer.
//
// Thread safety: push() from any thread and from signal handlers, also where the handler interrupted a push() of its own
// thread (each push owns its cell from the moment it claimed it). pop() from one thread at a time.
// Nothing waits: a full ring drops the record and counts it. A producer stopped between claim and commit holds back
// the records behind its cell, not the other producers, until the ring is full.
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace rapgo::base {

template <class T>
class EventRing {
  static_assert(std::is_trivially_copyable_v<T>, "records are copied in signal handlers");

 public:
  // Rounded up to a power of two. Allocates; make rings before any signal may reach them.
  explicit EventRing(size_t capacity)
      : mask_(std::bit_ceil(capacity < 2 ? size_t{2} : capacity) - 1), cells_(new Cell[mask_ + 1]) {
    for (size_t i = 0; i <= mask_; i++) cells_[i].turn.store(i, std::memory_order_relaxed);
  }

  // false: the ring was full and the record is lost (and counted).
  bool push(const T& record) {
    uint64_t at = head_.load(std::memory_order_relaxed);
    for (;;) {
      Cell& cell = cells_[at & mask_];
      const uint64_t turn = cell.turn.load(std::memory_order_acquire);
      if (turn == at) {
        if (head_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) {
          cell.record = record;
          cell.turn.store(at + 1, std::memory_order_release);
          return true;
        }
      } else if (static_cast<int64_t>(turn - at) < 0) {
        dropped_.fetch_add(1, std::memory_order_relaxed);
        return false;
      } else {
        at = head_.load(std::memory_order_relaxed);
      }
    }
  }

  // false: nothing to take now.
  bool pop(T& out) {
    Cell& cell = cells_[tail_ & mask_];
    if (cell.turn.load(std::memory_order_acquire) != tail_ + 1) return false;
    out = cell.record;
    cell.turn.store(tail_ + mask_ + 1, std::memory_order_release);
    tail_++;
    return true;
  }

  // Hands every committed record to `sink`, oldest first; returns how many.
  template <class Sink>
  size_t drain(Sink&& sink) {
    size_t count = 0;
    for (T record; pop(record); count++) sink(static_cast<const T&>(record));
    return count;
  }

  uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }
  uint64_t pushed() const { return head_.load(std::memory_order_relaxed); }
  size_t capacity() const { return mask_ + 1; }

 private:
  struct Cell {
    std::atomic<uint64_t> turn;  // == position: free for that push; position + 1: committed
    T record;
  };

  const size_t mask_;
  std::unique_ptr<Cell[]> cells_;
  alignas(64) std::atomic<uint64_t> head_{0};
  alignas(64) uint64_t tail_ = 0;
  alignas(64) std::atomic<uint64_t> dropped_{0};
};

}  // namespace rapgo::base
