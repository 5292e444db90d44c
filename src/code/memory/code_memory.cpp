// Free lists over the code region's areas.
#include "code/memory/code_memory.h"

#include <sys/mman.h>

#include <atomic>
#include <cstring>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "base/error.h"
#include "code/memory/region.h"

namespace rapgo::code::memory {

extern std::atomic<uint64_t> patch_count, sync_count;
extern std::atomic<bool> has_membarrier;

namespace {

constexpr uint8_t kInt3 = 0xCC;
// Not at multiples of 16 MiB from each other: branch predictors tell branches apart by the low bits of their addresses, and a
// call from the first optimized method to a stub or to the first baseline method cost ten times as much (docs/arguments.md).
constexpr uintptr_t kAreaBegin[kAreaCount + 1] = {abi::kCodeBase, abi::kCodeBase + (66u << 20), abi::kCodeBase + (267u << 20),
                                                  abi::kCodeEnd};

size_t rounded(size_t size) { return (size + 15) & ~size_t{15}; }

uintptr_t alias(uintptr_t address) { return address + static_cast<uintptr_t>(alias_offset); }

struct Heap {
  uintptr_t begin = 0, end = 0, next = 0;
  base::GrowingPages alias_pages{kStep};
  size_t live = 0;
  std::map<uintptr_t, size_t> by_address;
  std::set<std::pair<size_t, uintptr_t>> by_size;

  void insert(uintptr_t address, size_t size) {
    auto after = by_address.lower_bound(address);
    if (after != by_address.end() && address + size == after->first) {
      size += after->second;
      by_size.erase({after->second, after->first});
      after = by_address.erase(after);
    }
    if (after != by_address.begin()) {
      auto before = std::prev(after);
      if (before->first + before->second == address) {
        by_size.erase({before->second, before->first});
        address = before->first;
        size += before->second;
        by_address.erase(before);
      }
    }
    by_address.emplace(address, size);
    by_size.emplace(size, address);
  }

  uintptr_t take(size_t size) {
    auto best = by_size.lower_bound({size, 0});
    if (best != by_size.end()) {
      const auto [found, address] = *best;
      by_size.erase(best);
      by_address.erase(address);
      if (found > size) {
        by_address.emplace(address + size, found - size);
        by_size.emplace(found - size, address + size);
      }
      return address;
    }
    if (end - next < size) return 0;
    const uintptr_t address = next;
    next += size;
    return address;
  }
};

struct Memory {
  Heap heap[kAreaCount];
  std::vector<std::pair<uintptr_t, size_t>> pending;
  size_t pending_bytes = 0;
  uint64_t allocations = 0, frees = 0;

  Memory() {
    for (int i = 0; i < kAreaCount; i++) {
      heap[i].begin = heap[i].next = kAreaBegin[i];
      heap[i].end = kAreaBegin[i + 1];
    }
  }
};

Memory& memory() {
  static auto* m = new Memory;  // never destroyed: threads outlive static destructors
  return *m;
}

int area_of(uintptr_t address) {
  for (int i = 0; i < kAreaCount; i++)
    if (address < kAreaBegin[i + 1]) return i;
  return kAreaCount - 1;
}

// Written since the alias was last released. Bounds only: pages in between that were not touched cost nothing.
std::atomic<size_t> unreleased{0};

}  // namespace

int used_extents(Extent out[4]) {
  Memory& m = memory();
  for (int i = 0; i < kAreaCount; i++) out[i] = {m.heap[i].begin, (m.heap[i].next + 4095) & ~uintptr_t{4095}};
  return kAreaCount;
}

uintptr_t allocate(Area area, size_t size) {
  if (!mapped.load(std::memory_order_acquire)) base::fatal("code memory used before reserve_low");
  const size_t bytes = rounded(size ? size : 1);
  if (bytes < size || bytes > kCodeSize) return 0;
  uintptr_t address;
  {
    std::lock_guard guard(code_lock);
    Memory& m = memory();
    Heap& heap = m.heap[static_cast<int>(area)];
    if (heap.next == heap.begin) heap.alias_pages.start(alias(heap.begin), alias(heap.end));
    address = heap.take(bytes);
    if (address == 0) return 0;
    heap.live += bytes;
    m.allocations++;
  }
  memset(writable(address + bytes - 16), kInt3, 16);  // the padding; the rest is the caller's to write
  memory().heap[static_cast<int>(area)].alias_pages.reached(alias(address + bytes));
  return address;
}

void free(uintptr_t address, size_t size) {
  if (!in_code(address) || (address & 15) != 0) base::fatal("code memory: free of a foreign address");
  const size_t bytes = rounded(size ? size : 1);
  memset(writable(address), kInt3, bytes);
  unreleased.fetch_add(bytes, std::memory_order_relaxed);
  std::lock_guard guard(code_lock);
  Memory& m = memory();
  m.heap[area_of(address)].live -= bytes;
  m.pending.emplace_back(address, bytes);
  m.pending_bytes += bytes;
  m.frees++;
}

void flush_freed() {
  std::vector<std::pair<uintptr_t, size_t>> freed;
  {
    std::lock_guard guard(code_lock);
    freed.swap(memory().pending);
  }
  if (freed.empty()) return;
  sync_cores();
  std::lock_guard guard(code_lock);
  Memory& m = memory();
  for (auto [address, bytes] : freed) {
    m.heap[area_of(address)].insert(address, bytes);
    m.pending_bytes -= bytes;
  }
}

void write(uintptr_t address, std::span<const uint8_t> bytes) {
  if (bytes.empty()) return;
  if (!in_code(address) || bytes.size() > abi::kCodeEnd - address) base::fatal("code memory: write outside");
  memcpy(writable(address), bytes.data(), bytes.size());
  // Half a megabyte of double-counted pages is the most we keep.
  if (unreleased.fetch_add(bytes.size(), std::memory_order_relaxed) + bytes.size() > (512u << 10)) release_alias();
}

void release_alias() {
  if (unreleased.exchange(0, std::memory_order_relaxed) == 0) return;
  Extent extents[4];
  int count;
  {
    std::lock_guard guard(code_lock);
    count = used_extents(extents);
  }
  for (int i = 0; i < count; i++)
    if (extents[i].end > extents[i].begin)
      madvise(writable(extents[i].begin), extents[i].end - extents[i].begin, MADV_DONTNEED);  // shared pages keep their content
}

MemoryStats memory_stats() {
  MemoryStats s{};
  std::lock_guard guard(code_lock);
  Memory& m = memory();
  for (int i = 0; i < kAreaCount; i++) {
    s.live[i] = m.heap[i].live;
    s.high[i] = m.heap[i].next - m.heap[i].begin;
    for (auto& [address, size] : m.heap[i].by_address) s.free_bytes += size;
  }
  s.pending_bytes = m.pending_bytes;
  s.patches = patch_count.load();
  s.syncs = sync_count.load();
  s.allocations = m.allocations;
  s.frees = m.frees;
  s.membarrier = has_membarrier.load();
  return s;
}

}  // namespace rapgo::code::memory
