#include "gc/heap/promoter.h"

#include <cstring>

#include "gc/heap/heap.h"

namespace rapgo::gc::heap {

void Promoter::restart() {
  small_ = medium_ = {};
  recyclable_.clear();
  line_ = kLinesPerBlock;
}

void* Promoter::allocate_slow(size_t size) {
  if (size > kLineSize) {
    // A short hole must not be given up for one longer object.
    if (size > medium_.limit - medium_.cursor && !take_block(medium_)) return nullptr;
    auto* p = reinterpret_cast<void*>(medium_.cursor);
    medium_.cursor += size;
    return p;
  }
  do {
    if (!next_hole() && !take_block(small_)) return nullptr;
  } while (size > small_.limit - small_.cursor);
  return allocate(size);
}

bool Promoter::next_hole() {
  for (;;) {
    if (line_ == kLinesPerBlock) {
      if (recyclable_.empty()) return false;
      block_ = recyclable_.back();
      recyclable_.pop_back();
      line_ = 0;
    }
    uint8_t* table = lines(block_);
    while (line_ < kLinesPerBlock && table[line_]) line_++;
    if (line_ == kLinesPerBlock) continue;
    uint32_t first = line_;
    while (line_ < kLinesPerBlock && !table[line_]) line_++;
    std::memset(table + first, 1, line_ - first);
    info(block_).used_lines += static_cast<uint16_t>(line_ - first);
    small_.cursor = block_base(block_) + first * kLineSize;
    small_.limit = block_base(block_) + (line_ == kLinesPerBlock ? kBlockUsable : line_ * kLineSize);
    return true;
  }
}

bool Promoter::take_block(Range& range) {
  uint32_t block;
  if (!heap_.take_free_block(block)) return false;
  kinds()[block] = Kind::Old;
  info(block).dirty = 1;
  info(block).used_lines = kLinesPerBlock;
  // In a major collection the sweep counts again; the lines are marked object by object.
  if (!heap_.in_major) std::memset(lines(block), 1, kLinesPerBlock);
  heap_.old_blocks++;
  range = {block_base(block), block_base(block) + kBlockUsable};
  return true;
}

}  // namespace rapgo::gc::heap
