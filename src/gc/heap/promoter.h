#pragma once
// Allocates the copies of survivors in old space: in holes between used lines (minor collections), or in empty blocks only
// (major ones, while the line marks are being rebuilt). Thread safety: the collecting thread only.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "gc/heap/layout.h"

namespace rapgo::gc::heap {

class Heap;

class Promoter {
 public:
  explicit Promoter(Heap& heap) : heap_(heap) {}

  // Memory for a copy of `size` bytes, or null if the address space is used up. Contents are undefined.
  void* allocate(size_t size) {
    if (size <= small_.limit - small_.cursor) [[likely]] {
      auto* p = reinterpret_cast<void*>(small_.cursor);
      small_.cursor += size;
      return p;
    }
    return allocate_slow(size);
  }

  // A major collection begins: forget all holes; only empty blocks are used until add_recyclable.
  void restart();
  // An old block with free lines, whose line table is up to date.
  void add_recyclable(uint32_t block) { recyclable_.push_back(block); }

 private:
  struct Range {
    uintptr_t cursor = 0, limit = 0;
  };
  void* allocate_slow(size_t size);
  bool next_hole();
  bool take_block(Range&);

  Heap& heap_;
  Range small_, medium_;             // medium: objects longer than a line that do not fit the hole
  std::vector<uint32_t> recyclable_;
  uint32_t block_ = 0, line_ = kLinesPerBlock;  // where the search for holes goes on
};

}  // namespace rapgo::gc::heap
