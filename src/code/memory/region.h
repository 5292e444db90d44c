#pragma once
// The mappings behind low_memory.h and code_memory.h. Private to this folder.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "abi/memory_map.h"
#include "base/pages.h"

namespace rapgo::code::memory {

inline constexpr size_t kCodeSize = abi::kCodeEnd - abi::kCodeBase;

extern std::atomic<bool> mapped;
extern intptr_t alias_offset;       // writable address = executable address + alias_offset
extern std::mutex code_lock;        // free lists and figures; also held across fork
extern volatile uint8_t* fork_mark; // a byte that a raw fork sets to 0 in the child

// The page-wise extent of what was ever handed out, for the copy at fork. Called with code_lock held.
struct Extent {
  uintptr_t begin, end;
};
int used_extents(Extent out[4]);

// A child of a raw clone/fork has no alias: make the private copy late.
void make_private_late();

// Before every write: makes sure that there is an alias of our own.
inline uint8_t* writable(uintptr_t address) {
  if (*fork_mark == 0) make_private_late();
  return reinterpret_cast<uint8_t*>(address + alias_offset);
}

// The code areas' aliases and the meta region are made present this many bytes at a time (base/pages.h).
inline constexpr uintptr_t kStep = 64 << 10;
extern base::GrowingPages meta_pages;

extern bool force_file;  // for tests: as if mremap could not double a mapping; set before reserve_low

void register_sync();  // sync.cpp: with membarrier

}  // namespace rapgo::code::memory
