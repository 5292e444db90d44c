#include "gc/heap/heap.h"

#include <algorithm>
#include <cstring>

namespace rapgo::gc::heap {

Heap* instance;

static constexpr size_t kLeastNursery = 1u << 20, kMostNursery = 4u << 20, kFirstMajor = 6u << 20;
// Below this many nursery blocks the program would only collect: better report that memory is out.
static constexpr size_t kLeastNurseryBlocks = 4;
// Objects above this size are worth a detour rather than a new buffer.
static constexpr size_t kDetour = 2048;

static constexpr uint32_t kStressBlocks = 2048;

Heap::Heap(const Options& o, Binding* b) : options(o), binding(b) {
  heap_max = o.heap_max ? o.heap_max : default_heap_max();
  next_major = std::min(kFirstMajor, heap_max / 2);
  until_move = o.move_every_n;
  nursery_size = o.nursery ? o.nursery : kLeastNursery;
  map_spaces();
  pages.start(kHeapBase, kHeapBase + kSmallSize);
  update_quota();
}

Heap::~Heap() { unmap_spaces(); }

size_t Heap::nursery_blocks_wanted() const {
  return std::max(nursery_size >> kBlockShift, kLeastNurseryBlocks);
}

void Heap::adapt_nursery(size_t used, size_t survived) {
  if (options.nursery || stress()) return;
  const size_t work = survived + size_t{old_blocks} * kCardsPerBlock;  // bytes to copy, bytes of cards to look at
  // With much in old space a larger nursery is no great part of the whole.
  const size_t most = std::max(kMostNursery, old_bytes() / 32);
  if (work > used / 16)
    nursery_size = std::min(nursery_size * 2, most);
  else if (work < used / 64)
    nursery_size = std::max(nursery_size / 2, kLeastNursery);
}

void Heap::update_quota() {
  size_t old = old_bytes(), room = old < heap_max ? (heap_max - old) >> kBlockShift : 0;
  size_t quota = std::min(nursery_blocks_wanted(), room);
  nursery_quota = quota < kLeastNurseryBlocks ? 0 : static_cast<uint32_t>(quota);
}

bool Heap::take_free_block(uint32_t& block) {
  // When everything moves all the time, come back to an address as late as possible: who still holds it meets poison.
  if (!free_blocks.empty() && (!stress() || frontier >= kStressBlocks)) {
    auto i = stress() ? free_blocks.begin() : free_blocks.end() - 1;
    block = *i;
    free_blocks.erase(i);
    return true;
  }
  if (frontier == kBlockCount) return false;
  block = frontier++;
  pages.reached(block_base(block) + kBlockSize);
  return true;
}

void Heap::release_block(uint32_t block) {
  kinds()[block] = Kind::Free;
  info(block) = {.top = 0, .used_lines = 0, .dirty = 1, .parsed = 0};
  if (poison()) std::memset(reinterpret_cast<void*>(block_base(block)), 0xEF, kBlockSize);
  free_blocks.push_back(block);
}

void Heap::retire_range(uintptr_t cursor, uintptr_t limit) {
  if (!limit) return;
  uint32_t block = block_of(reinterpret_cast<void*>(limit));
  info(block).top = static_cast<uint32_t>(cursor - block_base(block));
  bytes_allocated += info(block).top;
}

void Heap::retire_buffer(ThreadState& thread) {
  retire_range(thread.alloc_cursor, thread.alloc_limit);
  thread.alloc_cursor = thread.alloc_limit = 0;
}

void Heap::retire_all_buffers() {
  for (ThreadState* thread : threads) retire_buffer(*thread);
  retire_range(shared_cursor, shared_limit);
  shared_cursor = shared_limit = 0;
}

bool Heap::take_nursery_block(uint32_t& block) {
  if (nursery_next == nursery.size()) {
    if (nursery.size() - nursery_kept >= nursery_quota || !take_free_block(block)) return false;
    nursery.push_back(block);
  }
  block = nursery[nursery_next++];
  BlockInfo& i = info(block);
  // A buffer is zeroed whole just before use: it fits the first-level cache.
  if (i.dirty) std::memset(reinterpret_cast<void*>(block_base(block)), 0, kBlockSize);
  i = {.top = 0, .used_lines = 0, .dirty = 1, .parsed = 0};
  kinds()[block] = Kind::Nursery;
  return true;
}

static void* bump(uintptr_t& cursor, size_t size) {
  auto* p = reinterpret_cast<void*>(cursor);
  cursor += size;
  return p;
}

void* Heap::bump_shared(size_t size) {
  if (size > shared_limit - shared_cursor) {
    uint32_t block;
    if (!take_nursery_block(block)) return nullptr;
    retire_range(shared_cursor, shared_limit);
    shared_cursor = block_base(block);
    shared_limit = shared_cursor + kBlockUsable;
  }
  return bump(shared_cursor, size);
}

void* Heap::take_small(ThreadState& thread, size_t size) {
  size_t left = thread.alloc_limit - thread.alloc_cursor;
  if (size <= left) return bump(thread.alloc_cursor, size);
  bool attached = std::find(threads.begin(), threads.end(), &thread) != threads.end();
  if (stress() || !attached || (size > kDetour && left > kDetour)) return bump_shared(size);
  uint32_t block;
  if (!take_nursery_block(block)) return nullptr;
  retire_buffer(thread);
  thread.alloc_cursor = block_base(block);
  thread.alloc_limit = thread.alloc_cursor + kBlockUsable;
  return bump(thread.alloc_cursor, size);
}

void* Heap::take_large(size_t size, bool may_ask_for_collection) {
  size_t bytes = LargeSpace::footprint(size);
  if (bytes > heap_max || old_bytes() > heap_max - bytes) return nullptr;
  if (may_ask_for_collection && old_bytes() + bytes + static_cast<size_t>(std::max<int64_t>(pressure, 0)) > next_major)
    return nullptr;
  void* p = large.allocate(size);
  if (p) {
    bytes_allocated += size;
    counters.bytes_used += size;
  }
  return p;
}

}  // namespace rapgo::gc::heap
