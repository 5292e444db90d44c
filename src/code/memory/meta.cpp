// The meta region: a bump pointer, and a few free lists for what comes and goes.
#include <atomic>
#include <bit>
#include <cstring>
#include <map>
#include <mutex>
#include <vector>

#include "abi/memory_map.h"
#include "base/error.h"
#include "code/memory/low_memory.h"
#include "code/memory/region.h"

namespace rapgo::code::memory {

base::GrowingPages meta_pages{kStep};

namespace {
std::atomic<uintptr_t> meta_next{abi::kMetaBase + 4096};  // the first page stays unused: small offsets from it are bugs
std::mutex block_lock;
std::map<size_t, std::vector<void*>>& blocks() {
  static auto* lists = new std::map<size_t, std::vector<void*>>;  // never destroyed: threads outlive static destructors
  return *lists;
}
size_t block_class(size_t size) { return size <= 1024 ? (size + 15) & ~size_t{15} : std::bit_ceil(size); }
}  // namespace

void* meta_alloc(size_t size, size_t align) {
  if (!low_reserved()) base::fatal("meta_alloc before reserve_low");
  if (align == 0 || align > 4096 || (align & (align - 1)) != 0) base::fatal("meta_alloc: alignment");
  uintptr_t at = meta_next.load(std::memory_order_relaxed);
  for (;;) {
    const uintptr_t start = (at + align - 1) & ~(align - 1);
    if (size > abi::kMetaEnd - start) base::fatal("the region for loader structures is full");
    if (!meta_next.compare_exchange_weak(at, start + size, std::memory_order_relaxed)) continue;
    meta_pages.reached(start + size);
    return reinterpret_cast<void*>(start);
  }
}

size_t meta_used() { return meta_next.load(std::memory_order_relaxed) - abi::kMetaBase; }

void* meta_block_alloc(size_t size) {
  const size_t rounded = block_class(size ? size : 1);
  {
    std::lock_guard guard(block_lock);
    auto& list = blocks()[rounded];
    if (!list.empty()) {
      void* block = list.back();
      list.pop_back();
      memset(block, 0, rounded);
      return block;
    }
  }
  return meta_alloc(rounded, 16);
}

void meta_block_free(void* block, size_t size) {
  if (block == nullptr) return;
  std::lock_guard guard(block_lock);
  blocks()[block_class(size ? size : 1)].push_back(block);
}

}  // namespace rapgo::code::memory
