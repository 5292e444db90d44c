#pragma once
// The heap's state: blocks, nursery, large objects, frozen space, finalizer sets. No policy and no tracing (gc/collect).
//
// Thread safety: `mutex` guards everything; it is held for short stretches without marked points, so no stopped thread ever
// holds it, and the collector holds it throughout a collection.
// Invariants between collections: mark bits are all zero; start bits of old blocks are exactly their objects; a free block's
// start bits and lines are zero; cards of old objects that reference the nursery are marked; there is no young object outside
// nursery blocks [0, nursery_next); the first nursery_kept of those hold pinned objects and are not allocated in.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "abi/thread_state.h"
#include "base/pages.h"
#include "gc/binding/api.h"
#include "gc/heap/large_space.h"
#include "gc/heap/layout.h"
#include "gc/heap/pointer_set.h"
#include "gc/heap/promoter.h"

namespace rapgo::gc::heap {

enum class Want : uint8_t { Minor, AsNeeded, Major, Compact, MoveAll };

class Heap {
 public:
  Heap(const Options&, Binding*);
  ~Heap();

  std::mutex mutex;
  const Options options;
  Binding* const binding;
  // Set by gc/collect. Returns false if another thread has collected since `epoch` (so the caller tries again first).
  bool (*collect)(Want, uint64_t epoch) = nullptr;
  uint64_t epoch = 0;  // collections so far
  bool in_major = false;

  std::vector<ThreadState*> threads;

  // ---- nursery: blocks [0, nursery_next) are in use
  std::vector<uint32_t> nursery;
  uint32_t nursery_next = 0, nursery_kept = 0, nursery_quota = 0;
  size_t kept_bytes = 0;                          // of the objects in kept blocks
  size_t nursery_size = 0;                        // wanted, in bytes: see adapt_nursery
  uintptr_t shared_cursor = 0, shared_limit = 0;  // for what does not fit a thread's buffer, and for move=N
  uint32_t until_move = 0;                        // allocations until the next forced collection

  // ---- blocks
  std::vector<uint32_t> free_blocks;
  uint32_t frontier = 0;  // blocks above were never used
  base::GrowingPages pages{128 << 10};
  uint32_t old_blocks = 0;
  Promoter promoter{*this};
  LargeSpace large;

  // ---- limits, in bytes
  size_t heap_max = 0;
  size_t next_major = 0;  // old bytes at which a major collection is due
  int64_t pressure = 0;   // native memory, counted as old bytes

  // ---- finalizers
  PointerSet young_finalizable, old_finalizable;
  std::deque<Object*> finalizable;  // unreachable, waiting for the finalizer thread: roots

  // ---- frozen space
  uintptr_t frozen_cursor = abi::kFrozenBase;
  std::vector<Object*> frozen_with_references;
  Object* tombstone = nullptr;

  uint64_t bytes_allocated = 0;
  Stats counters{};

  bool stress() const { return options.move_every_n != 0; }
  bool poison() const { return options.move_every_n != 0 || options.verify; }
  size_t old_bytes() const { return size_t{old_blocks} * kBlockSize + large.used_bytes(); }
  size_t committed() const { return old_bytes() + nursery.size() * kBlockSize; }
  size_t nursery_blocks_wanted() const;

  // The caller holds the mutex, or is the collector.
  bool take_free_block(uint32_t& block);
  void release_block(uint32_t block);  // lines and start bits are zero already
  void retire_buffer(ThreadState&);    // leaves cursor = limit = 0
  void retire_all_buffers();
  void* take_small(ThreadState&, size_t size);  // zeroed, or null: the nursery is used up
  void* take_large(size_t size, bool may_ask_for_collection);
  void update_quota();
  // After a minor collection of `used` bytes that left `survived` of them. Small as long as nearly all dies: then the nursery stays
  // in the processor's cache. Large where objects live on, or where looking through the cards of old space costs more.
  void adapt_nursery(size_t used, size_t survived);

 private:
  bool take_nursery_block(uint32_t& block);
  void retire_range(uintptr_t cursor, uintptr_t limit);
  void* bump_shared(size_t size);
};

extern Heap* instance;
inline Heap& the_heap() { return *instance; }

size_t default_heap_max();  // three quarters of what the system or the control group grants
void map_spaces();          // heap, tables, cards, frozen. Throws base::UserError
void unmap_spaces();

}  // namespace rapgo::gc::heap
