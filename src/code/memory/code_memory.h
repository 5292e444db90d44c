#pragma once
// Executable memory (DESIGN 4.11): one region, mapped twice. Code runs at [abi::kCodeBase, abi::kCodeEnd), which is never
// writable; it is written through an alias at an address that only this library knows.
//
// Thread safety: all functions from any thread, none from signal handlers. May collect: never.
// Errors: base::fatal on misuse; allocate returns 0 when the area is full.
// Fork: the child gets a private copy of all code at the same addresses (pthread_atfork), taken before fork returns in the
// parent, so that neither sees what the other compiles or patches. A child made by a raw system call gets its copy at its first write.
// Invariant: freed bytes are int3 and are not reused before all cores are synchronised.
#include <cstddef>
#include <cstdint>
#include <span>

namespace rapgo::code::memory {

// Kept apart, so that hot code lies together.
enum class Area : uint8_t { Stub, Baseline, Optimized };
inline constexpr int kAreaCount = 3;

// 16-aligned address of at least `size` executable bytes; 0 when the area is full. What lies behind `size` up to the next
// allocation is int3; the bytes themselves are to be written before anyone goes there.
uintptr_t allocate(Area area, size_t size);

// Fills with int3 and sets aside; usable again after the next flush_freed(). `size` as given to allocate.
// Nobody may be executing there or hold an address into it.
void free(uintptr_t address, size_t size);

// Synchronises the cores if anything was freed since, and gives it back to allocate.
void flush_freed();

// Copies bytes into allocated code memory. The caller makes sure that nobody executes them yet.
void write(uintptr_t address, std::span<const uint8_t> bytes);

// One 8-byte store to an aligned word that other threads may be executing. The bytes that differ must belong to one
// instruction before and one after. Threads see it soon; sync_cores() makes that "now".
void patch8(uintptr_t address, uint64_t word);
uint64_t read8(uintptr_t address);

// When it returns, no core executes stale instructions: everything patched before is seen by all threads of this process.
// membarrier(PRIVATE_EXPEDITED_SYNC_CORE); where the system lacks it, a page-protection change that interrupts all cores.
void sync_cores();

// Lets the writable alias's touched pages go, which are otherwise counted twice in the process's memory. Cheap when nothing was written.
void release_alias();

inline bool in_code(uintptr_t address);  // code region at all

struct MemoryStats {
  size_t live[kAreaCount];   // allocated bytes
  size_t high[kAreaCount];   // bytes ever handed out, i.e. the area's extent
  size_t free_bytes;         // in free lists
  size_t pending_bytes;      // freed, not flushed
  uint64_t patches, syncs, allocations, frees;
  bool membarrier;           // sync_cores uses membarrier
};
MemoryStats memory_stats();

}  // namespace rapgo::code::memory

#include "abi/memory_map.h"
namespace rapgo::code::memory {
inline bool in_code(uintptr_t address) { return address - abi::kCodeBase < abi::kCodeEnd - abi::kCodeBase; }
}  // namespace rapgo::code::memory
