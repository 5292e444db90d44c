// Answers to "is an object of this type an instance of that one?" (ECMA-335 I.8.7) that had to be worked out: a direct-mapped cache that
// machine code looks into (compile/stubs) and run/calls fills. Lies below 2 GiB.
// Thread safety: any; each word is a whole answer. May collect: never.
#pragma once
#include <cstddef>
#include <cstdint>

#include "abi/type_head.h"

namespace rapgo::abi {

inline constexpr int kTypeCheckBits = 12;
inline constexpr size_t kTypeCheckSlots = size_t{1} << kTypeCheckBits;
inline constexpr int kTypeCheckShift = 64 - kTypeCheckBits;
inline constexpr uint64_t kTypeCheckFactor = 0x9E3779B97F4A7C15;
inline constexpr uint64_t kTypeCheckKnown = 1, kTypeCheckYes = 2;
// Types that the display cannot answer for, at whatever depth.
inline constexpr uint32_t kCheckedByCache = kIsInterface | kIsArray | kIsDelegate | kIsNullable;

// from << 32 | to | known, and yes where it is; type heads are 16-aligned. 0: nothing.
inline uint64_t type_check_key(const TypeHead* from, const TypeHead* to) {
  return static_cast<uint64_t>(reinterpret_cast<uintptr_t>(from)) << 32 | reinterpret_cast<uintptr_t>(to) | kTypeCheckKnown;
}
inline size_t type_check_slot(uint64_t key) { return key * kTypeCheckFactor >> kTypeCheckShift; }

// Set by run/calls before stubs are made; null: stubs ask their bodies (tests).
extern uint64_t* type_checks;

}  // namespace rapgo::abi
