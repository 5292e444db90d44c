#pragma once
// pc -> InstalledCode.
//
// One bit for every 16 bytes of the code region marks where versions begin; the word pair in front of a version's first byte
// (kHeaderBytes, in code memory) holds its InstalledCode's address.
// Thread safety: lookup is lock-free and async-signal-safe, and may run while others add and remove.
// add/remove: under the lock of code::versions. May collect: never.
#include <cstdint>

#include "code/maps/installed_code.h"

namespace rapgo::code::maps {

inline constexpr uint32_t kHeaderBytes = 16;
struct CodeHeader {  // at start - kHeaderBytes
  const InstalledCode* code;
  uint64_t magic;
};
inline constexpr uint64_t kHeaderMagic = 0xCCCC'5241'5047'4FCC;  // int3 at its ends

// The version whose [start, start+size) contains pc; null for anything else (any word may be asked).
const InstalledCode* lookup(uintptr_t pc) noexcept;
inline const InstalledCode* lookup_return(uintptr_t return_address) noexcept { return lookup(return_address - 1); }

// The header must be written, and code->start be 16-aligned inside the code region.
void add(const InstalledCode* code);
void remove(const InstalledCode* code);

}  // namespace rapgo::code::maps
