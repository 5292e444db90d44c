#pragma once
// A set of objects by address: linear probing, no tombstones. For lists that are searched by address (finalizers).
// Thread safety: none; under the heap's mutex, or by the collector.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "abi/object.h"

namespace rapgo::gc::heap {

class PointerSet {
 public:
  bool insert(abi::Object* o) {
    if ((size_ + 1) * 2 > slots_.size()) grow();
    size_t i = place(o);
    if (slots_[i]) return false;
    slots_[i] = o;
    size_++;
    return true;
  }
  bool contains(abi::Object* o) const { return !slots_.empty() && slots_[place(o)]; }
  bool erase(abi::Object* o) {
    if (slots_.empty()) return false;
    size_t hole = place(o);
    if (!slots_[hole]) return false;
    // Move later members of the run back, so that no search stops at the hole.
    for (size_t i = next(hole); slots_[i]; i = next(i))
      if (((i - home(slots_[i])) & mask()) >= ((i - hole) & mask())) {
        slots_[hole] = slots_[i];
        hole = i;
      }
    slots_[hole] = nullptr;
    size_--;
    return true;
  }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Takes all members out, in no particular order.
  std::vector<abi::Object*> take() {
    std::vector<abi::Object*> all;
    all.reserve(size_);
    for (auto* o : slots_)
      if (o) all.push_back(o);
    if (slots_.size() > 1024) slots_ = {};
    for (auto*& o : slots_) o = nullptr;
    size_ = 0;
    return all;
  }
  template <class F> void for_each(F&& f) const {
    for (auto* o : slots_)
      if (o) f(o);
  }

 private:
  size_t mask() const { return slots_.size() - 1; }
  size_t next(size_t i) const { return (i + 1) & mask(); }
  size_t home(abi::Object* o) const { return (reinterpret_cast<uintptr_t>(o) >> 3) * 0x9E3779B97F4A7C15ull >> 20 & mask(); }
  size_t place(abi::Object* o) const {
    size_t i = home(o);
    while (slots_[i] && slots_[i] != o) i = next(i);
    return i;
  }
  void grow() {
    auto old = std::move(slots_);
    slots_.assign(old.empty() ? 16 : old.size() * 2, nullptr);
    for (auto* o : old)
      if (o) slots_[place(o)] = o;
  }

  std::vector<abi::Object*> slots_;
  size_t size_ = 0;
};

}  // namespace rapgo::gc::heap
