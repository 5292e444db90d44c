// What machine code reads of a load::types::Field (below 4 GiB, 16-aligned).
#pragma once
#include <cstdint>

namespace rapgo::abi {

// Offset of a uint32_t: 0, or 1 + the field's first word in every thread's table of thread statics, once some thread has asked for it.
inline constexpr uint32_t kFieldThreadWord = 36;

}  // namespace rapgo::abi
