#pragma once
// Where everything lies. The lower half of the heap reservation is cut into 32 KiB blocks of 128-byte lines (nursery and old
// space), the upper half into 4 KiB pages for large objects. The collector's tables follow the heap at fixed addresses, so that
// their bases are constants in the tracing loops; they are reserved whole and cost only the pages that are touched.
//
// Thread safety: plain address arithmetic; who may write which table stands in heap.h.
#include <cstddef>
#include <cstdint>

#include "abi/memory_map.h"
#include "abi/object.h"
#include "abi/type_head.h"

namespace rapgo::gc::heap {

using abi::kHeapBase;
using abi::Object;
using abi::TypeHead;

inline constexpr size_t kHeapSize = abi::kHeapEnd - kHeapBase;
inline constexpr size_t kSmallSize = kHeapSize / 2, kLargeSize = kHeapSize - kSmallSize;
inline constexpr uintptr_t kLargeBase = kHeapBase + kSmallSize;

inline constexpr int kBlockShift = 15, kLineShift = 7, kPageShift = 12;
inline constexpr size_t kBlockSize = size_t{1} << kBlockShift, kLineSize = 1 << kLineShift, kPageSize = 1 << kPageShift;
inline constexpr uint32_t kLinesPerBlock = kBlockSize / kLineSize;  // 256
inline constexpr uint32_t kCardsPerBlock = kBlockSize >> abi::kCardShift;  // 64: one cache line of the card table
inline constexpr uint32_t kBlockCount = kSmallSize / kBlockSize;
inline constexpr uint32_t kPageCount = kLargeSize / kPageSize;
// The last word of a block stays empty: an address just past an object then never belongs to the next block.
inline constexpr size_t kBlockUsable = kBlockSize - 8;
// Larger objects go to the large-object space.
inline constexpr size_t kMaxSmallObject = kBlockSize / 2;

// One bit for 8 bytes: 64 words per block, one word per card.
inline constexpr size_t kBitmapWords = kHeapSize / 8 / 64;
inline constexpr uint32_t kBitmapWordsPerBlock = kBlockSize / 8 / 64;

enum class Kind : uint8_t {
  Free = 0,
  Nursery = 1,        // handed out for allocation since the last collection
  NurseryPinned = 2,  // the same, and some object in it was found to be pinned in this collection
  OldMoving = 3,      // old block that is being emptied in this collection
  Old = 4,
  NurseryIdle = 5,    // set aside for the nursery, empty
};

struct BlockInfo {
  uint32_t top;         // Nursery: bytes used from the block's start, valid while it is no thread's buffer
  uint16_t used_lines;  // Old: lines in use or handed to the promotion allocator. Nursery: collections that it stayed for
  uint8_t dirty;        // contents are not known to be zero
  uint8_t parsed;       // Nursery: the start bits are valid (during a collection)
};
// A nursery block that was kept for the few pinned objects in it: start bits are all that says where they are.
inline constexpr uint8_t kParsedOnly = 2;

// ---- tables, behind the heap ---------------------------------------------------------------------------------
inline constexpr uintptr_t kTables = abi::kHeapEnd + (uintptr_t{1} << 36);
inline constexpr size_t kMarkBytes = kBitmapWords * 8;                              // 1 GiB each
inline constexpr uintptr_t kMarkTable = kTables, kStartTable = kMarkTable + kMarkBytes;
inline constexpr uintptr_t kLineTable = kStartTable + kMarkBytes;                   // 256 MiB
inline constexpr uintptr_t kKindTable = kLineTable + size_t{kBlockCount} * kLinesPerBlock;
inline constexpr uintptr_t kBlockTable = kKindTable + kBlockCount;
inline constexpr uintptr_t kPageHeadTable = kBlockTable + size_t{kBlockCount} * sizeof(BlockInfo);
inline constexpr uintptr_t kPageLengthTable = kPageHeadTable + size_t{kPageCount} * 4;
inline constexpr uintptr_t kTablesEnd = kPageLengthTable + size_t{kPageCount} * 4;
inline constexpr uintptr_t kMarkStack = kTablesEnd + kBlockSize;                    // 8 GiB: a thousand million objects
inline constexpr size_t kMarkStackBytes = size_t{8} << 30;

inline uint64_t* mark_words() { return reinterpret_cast<uint64_t*>(kMarkTable); }
inline uint64_t* start_words() { return reinterpret_cast<uint64_t*>(kStartTable); }
inline Kind* kinds() { return reinterpret_cast<Kind*>(kKindTable); }
inline BlockInfo& info(uint32_t block) { return reinterpret_cast<BlockInfo*>(kBlockTable)[block]; }
inline uint8_t* lines(uint32_t block) { return reinterpret_cast<uint8_t*>(kLineTable) + size_t{block} * kLinesPerBlock; }
inline uint64_t* block_marks(uint32_t block) { return mark_words() + size_t{block} * kBitmapWordsPerBlock; }
inline uint64_t* block_starts(uint32_t block) { return start_words() + size_t{block} * kBitmapWordsPerBlock; }
inline uint8_t* block_cards(uint32_t block) {
  return reinterpret_cast<uint8_t*>(abi::kCardBase) + size_t{block} * kCardsPerBlock;
}

// ---- addresses -----------------------------------------------------------------------------------------------
inline uintptr_t address(const void* p) { return reinterpret_cast<uintptr_t>(p); }
inline uintptr_t heap_offset(const void* p) { return address(p) - kHeapBase; }
inline bool in_small(const void* p) { return heap_offset(p) < kSmallSize; }
inline bool in_large(const void* p) { return address(p) - kLargeBase < kLargeSize; }
inline uint32_t block_of(const void* p) { return static_cast<uint32_t>(heap_offset(p) >> kBlockShift); }
inline uintptr_t block_base(uint32_t block) { return kHeapBase + (uintptr_t{block} << kBlockShift); }
inline Kind kind_of(const void* p) { return kinds()[block_of(p)]; }
// Nursery, pinned or not: what a minor collection looks at.
inline bool is_nursery(Kind k) { return static_cast<uint8_t>(k) - 1u < 2; }
// Blocks whose objects move in the current collection unless pinned.
inline bool is_moving(Kind k) { return static_cast<uint8_t>(k) - 1u < 3; }

inline bool test_bit(const uint64_t* words, uintptr_t offset) { return words[offset >> 9] >> (offset >> 3 & 63) & 1; }
inline void set_bit(uint64_t* words, uintptr_t offset) { words[offset >> 9] |= uint64_t{1} << (offset >> 3 & 63); }
inline bool is_marked(const Object* o) { return test_bit(mark_words(), heap_offset(o)); }
// True if it was not marked before.
inline bool mark(Object* o) {
  uintptr_t offset = heap_offset(o);
  uint64_t& word = mark_words()[offset >> 9];
  uint64_t bit = uint64_t{1} << (offset >> 3 & 63);
  if (word & bit) return false;
  word |= bit;
  return true;
}
inline void mark_lines(const Object* o, size_t size) {
  uintptr_t first = heap_offset(o) >> kLineShift, last = (heap_offset(o) + size - 1) >> kLineShift;
  auto* table = reinterpret_cast<uint8_t*>(kLineTable);
  do table[first] = 1;
  while (++first <= last);
}

// ---- objects -------------------------------------------------------------------------------------------------
inline constexpr size_t align8(size_t n) { return (n + 7) & ~size_t{7}; }

inline size_t size_of(const Object* o, const TypeHead* h) {
  if (!h->element_size) [[likely]]
    return h->instance_size;
  size_t n = static_cast<uint32_t>(static_cast<const abi::Array*>(o)->length);  // strings keep theirs at the same offset
  if (h->flags & abi::kIsString) n++;
  size_t size = align8(h->instance_size + n * h->element_size);
  if (h->flags & abi::kIsMultiDim) [[unlikely]]
    size += h->rank * sizeof(abi::ArrayBound);
  return size;
}
inline size_t size_of(const Object* o) { return size_of(o, o->head()); }
static_assert(abi::kStringLengthOffset == abi::kArrayLengthOffset);

// ---- forwarding: the header word holds the new address plus 1; type words are even --------------------------------
inline uint64_t& header(Object* o) { return *reinterpret_cast<uint64_t*>(o); }
inline Object* forwarded(uint64_t header_word) {
  return header_word & 1 ? reinterpret_cast<Object*>(header_word - 1) : nullptr;
}

}  // namespace rapgo::gc::heap
