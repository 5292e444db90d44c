// The low reservation (DESIGN 4.2): everything machine code names by 32 bits lies here. MAP_FIXED_NOREPLACE; failure is a
// clear UserError. The garbage-collected heap lies elsewhere, at 64-bit addresses.
#pragma once
#include <cstddef>
#include <cstdint>

namespace rapgo::abi {

inline constexpr uintptr_t kLowBase = 0x10000000;
// Loader structures, type heads, statics, entry slots (read/write, never executable).
inline constexpr uintptr_t kMetaBase = 0x10000000, kMetaEnd = 0x30000000;
// Immovable objects: literals, Type objects, referents folded into code.
inline constexpr uintptr_t kFrozenBase = 0x30000000, kFrozenEnd = 0x40000000;
// Code, executable view. The writable alias lies at a high address chosen by the kernel.
inline constexpr uintptr_t kCodeBase = 0x40000000, kCodeEnd = 0x60000000;
inline constexpr uintptr_t kLowEnd = 0x60000000;

// The moving heap: one reservation, so that a conservative word is classified by two comparisons.
#ifdef __SANITIZE_THREAD__  // its shadow lies there
inline constexpr uintptr_t kHeapBase = 0x20'0000'0000;
#else
inline constexpr uintptr_t kHeapBase = 0x2000'0000'0000;
#endif
inline constexpr uintptr_t kHeapEnd = kHeapBase + 0x10'0000'0000;  // 64 GiB
inline constexpr int kCardShift = 9;  // one card byte for 512 bytes of heap

// The card table: one byte per card of the moving heap. Any address may be marked without a range check: the card number
// wraps around, and a slot outside the heap (stack, frozen object, statics) dirties some unrelated card, which is harmless.
inline constexpr uintptr_t kCardBase = 0x60000000, kCardEnd = 0x68000000;  // 128 MiB, mapped by gc
inline constexpr uint32_t kCardMask = ((kHeapEnd - kHeapBase) >> kCardShift) - 1;
static_assert(kCardMask == kCardEnd - kCardBase - 1 && ((kHeapBase >> kCardShift) & kCardMask) == 0);

inline bool in_heap(const void* p) {
  return reinterpret_cast<uintptr_t>(p) - kHeapBase < kHeapEnd - kHeapBase;
}
inline bool in_frozen(const void* p) {
  return reinterpret_cast<uintptr_t>(p) - kFrozenBase < kFrozenEnd - kFrozenBase;
}

}  // namespace rapgo::abi
