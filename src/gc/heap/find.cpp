#include "gc/heap/find.h"

#include <bit>
#include <cstring>

#include "gc/heap/heap.h"

namespace rapgo::gc {

namespace heap {

void parse_nursery_block(uint32_t block) {
  BlockInfo& i = info(block);
  if (i.parsed) return;
  i.parsed = 1;
  uintptr_t p = block_base(block), end = p + i.top;
  while (p < end) {
    auto* o = reinterpret_cast<Object*>(p);
    set_bit(start_words(), heap_offset(o));
    p += size_of(o);
  }
}

void unparse_nursery_block(uint32_t block) {
  if (!info(block).parsed) return;
  std::memset(block_starts(block), 0, kBitmapWordsPerBlock * 8);
  info(block).parsed = 0;
}

Object* last_start(uintptr_t offset) {
  auto block = static_cast<uint32_t>(offset >> kBlockShift);
  if (is_nursery(kinds()[block])) parse_nursery_block(block);
  const uint64_t* words = block_starts(block);
  uint32_t bit = static_cast<uint32_t>(offset >> 3) & (kBlockSize / 8 - 1);
  auto w = static_cast<int>(bit / 64);
  uint64_t word = words[w] & (~uint64_t{0} >> (63 - bit % 64));
  while (!word) {
    if (--w < 0) return nullptr;
    word = words[w];
  }
  uint32_t found = static_cast<uint32_t>(w) * 64 + 63 - static_cast<uint32_t>(std::countl_zero(word));
  return reinterpret_cast<Object*>(block_base(block) + size_t{found} * 8);
}

}  // namespace heap

Object* find_object(const void* p) {
  using namespace heap;
  if (in_large(p)) return the_heap().large.find(p);
  if (!in_small(p)) return nullptr;
  Kind k = kind_of(p);
  Object* found = nullptr;
  if (k != Kind::Free && k != Kind::NurseryIdle)
    for_each_object_at(p, [&](Object* o) {
      if (!found) found = o;
    });
  return found;
}

}  // namespace rapgo::gc
