// PointerTable<T>: a hash table of pointers by open addressing; the owner supplies hash and equality. Nothing is ever removed.
// Thread safety: as std::vector.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace rapgo::base {

template <class T>
class PointerTable {
 public:
  template <class Equal> T* find(uint32_t hash, Equal&& equal) const {
    if (slots_.empty()) return nullptr;
    for (uint32_t i = hash & mask_;; i = (i + 1) & mask_) {
      if (!slots_[i].item) return nullptr;
      if (slots_[i].hash == hash && equal(slots_[i].item)) return slots_[i].item;
    }
  }
  void insert(uint32_t hash, T* item) {
    if (count_ * 2 >= slots_.size()) grow();
    place(hash, item);
    ++count_;
  }
  size_t size() const { return count_; }

 private:
  struct Slot { T* item; uint32_t hash; };
  void place(uint32_t hash, T* item) {
    uint32_t i = hash & mask_;
    while (slots_[i].item) i = (i + 1) & mask_;
    slots_[i] = {item, hash};
  }
  void grow() {
    std::vector<Slot> old = std::move(slots_);
    slots_.assign(old.empty() ? 1024 : old.size() * 2, Slot{});
    mask_ = static_cast<uint32_t>(slots_.size() - 1);
    for (const Slot& s : old) if (s.item) place(s.hash, s.item);
  }
  std::vector<Slot> slots_;
  uint32_t mask_ = 0;
  size_t count_ = 0;
};

}  // namespace rapgo::base
