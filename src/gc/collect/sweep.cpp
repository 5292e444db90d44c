#include "gc/collect/sweep.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

namespace rapgo::gc::collector {

static void clear_cards(uint32_t block) { std::memset(block_cards(block), 0, kCardsPerBlock); }

// Holes shorter than this in total are not worth a visit by the promotion allocator.
static constexpr uint32_t kWorthFilling = 8;

void prepare_old_space(Heap& heap, uint32_t at_most_lines) {
  for (uint32_t block = 0; block < heap.frontier; block++) {
    if (kinds()[block] != Kind::Old) continue;
    std::memset(lines(block), 0, kLinesPerBlock);
    if (info(block).used_lines <= at_most_lines) kinds()[block] = Kind::OldMoving;
  }
}

// The marks say what is left in the block, the line table already says where.
static void settle(Heap& heap, uint32_t block) {
  uint64_t* marks = block_marks(block);
  std::memcpy(block_starts(block), marks, kBitmapWordsPerBlock * 8);
  std::memset(marks, 0, kBitmapWordsPerBlock * 8);
  const uint8_t* table = lines(block);
  uint32_t used = 0;
  for (uint32_t i = 0; i < kLinesPerBlock; i++) used += table[i];
  if (used == 0) {
    clear_cards(block);
    heap.old_blocks--;
    heap.release_block(block);
    return;
  }
  kinds()[block] = Kind::Old;
  info(block).used_lines = static_cast<uint16_t>(used);
  if (kLinesPerBlock - used >= kWorthFilling) heap.promoter.add_recyclable(block);
}

void sweep_old_space(Heap& heap) {
  // Free blocks are taken from the back: push high addresses first, so that low ones are filled first.
  for (uint32_t block = heap.frontier; block-- > 0;)
    if (Kind k = kinds()[block]; k == Kind::Old || k == Kind::OldMoving) {
      clear_cards(block);
      settle(heap, block);
    }
  heap.large.for_each([](Object* o) { std::memset(card_of(o), 0, LargeSpace::extent(o) >> abi::kCardShift); });
  heap.large.sweep(heap.poison());
}

// More lines than that are worth being old; so is what stayed pinned for so many collections.
static constexpr uint32_t kFewLines = 32, kPatience = 3;

// The pinned objects stay young, their block stays as it is. False: too many, or for too long.
static bool keep_in_nursery(Heap& heap, uint32_t block) {
  uint8_t* table = lines(block);
  uint32_t used = 0;
  for (uint32_t i = 0; i < kLinesPerBlock; i++) used += table[i];
  if (used > kFewLines || info(block).used_lines >= kPatience) return false;
  uint64_t* marks = block_marks(block);
  std::memcpy(block_starts(block), marks, kBitmapWordsPerBlock * 8);
  std::memset(marks, 0, kBitmapWordsPerBlock * 8);
  std::memset(table, 0, kLinesPerBlock);
  for (uint32_t w = 0; w < kBitmapWordsPerBlock; w++)
    for (uint64_t bits = block_starts(block)[w]; bits; bits &= bits - 1)
      heap.kept_bytes += size_of(reinterpret_cast<Object*>(block_base(block) + (w * 64 + static_cast<uint32_t>(__builtin_ctzll(bits))) * 8));
  kinds()[block] = Kind::Nursery;
  info(block).used_lines++;
  info(block).parsed = kParsedOnly;
  return true;
}

void reset_nursery(Heap& heap, bool keep_pinned) {
  size_t kept = 0;
  heap.nursery_kept = 0;
  heap.kept_bytes = 0;
  for (size_t i = 0; i < heap.nursery.size(); i++) {
    uint32_t block = heap.nursery[i];
    if (i < heap.nursery_next) {
      if (kinds()[block] == Kind::NurseryPinned) {
        if (keep_pinned && keep_in_nursery(heap, block)) {
          heap.nursery[kept++] = heap.nursery[heap.nursery_kept];  // kept blocks come first
          heap.nursery[heap.nursery_kept++] = block;
          continue;
        }
        // What it references may have stayed young: its cards are kept as they are.
        if (!keep_pinned) clear_cards(block);
        info(block).parsed = 0;
        heap.old_blocks++;
        settle(heap, block);
        continue;
      }
      clear_cards(block);
      unparse_nursery_block(block);
      kinds()[block] = Kind::NurseryIdle;
      if (heap.poison() && !heap.stress()) std::memset(reinterpret_cast<void*>(block_base(block)), 0xEF, kBlockSize);
    }
    heap.nursery[kept++] = block;
  }
  heap.nursery.resize(kept);
  heap.nursery_next = heap.nursery_kept;
  heap.update_quota();
  while (heap.nursery.size() > heap.nursery_kept + (heap.stress() ? 0 : heap.nursery_quota)) {
    uint32_t block = heap.nursery.back();
    heap.nursery.pop_back();
    heap.release_block(block);
  }
}

void trim(Heap& heap, size_t keep) {
  constexpr size_t kKeptStack = 1u << 20;
  madvise(reinterpret_cast<void*>(kMarkStack + kKeptStack), kMarkStackBytes - kKeptStack, MADV_DONTNEED);
  std::vector<uint32_t>& blocks = heap.free_blocks;
  size_t keep_blocks = keep >> kBlockShift;
  if (blocks.size() > keep_blocks) {
    std::sort(blocks.begin(), blocks.end(), std::greater<>());
    // The highest addresses go back, in runs: one call each.
    size_t surplus = blocks.size() - keep_blocks;
    for (size_t i = 0; i < surplus;) {
      if (!info(blocks[i]).dirty) {
        i++;
        continue;
      }
      size_t j = i;
      do info(blocks[j]).dirty = 0;
      while (++j < surplus && blocks[j] == blocks[j - 1] - 1 && info(blocks[j]).dirty);
      madvise(reinterpret_cast<void*>(block_base(blocks[j - 1])), (j - i) << kBlockShift, MADV_DONTNEED);
      i = j;
    }
  }
  heap.large.trim(keep);
}

}  // namespace rapgo::gc::collector
