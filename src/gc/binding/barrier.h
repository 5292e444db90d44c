#pragma once
// The write barrier: every reference stored into an object of the heap marks the card of the slot, then stores.
//
// Thread safety: any thread in Mode::Runtime, or machine code in Mode::Managed inside a restart range. Never collects.
//
// What machine code shall emit (compile/stubs, helper StoreRef; rdi = slot, rsi = value; a restart range from the first
// instruction up to and including the last; clobbers rax only):
//
//     mov  rax, rdi
//     shr  rax, kCardShift
//     and  eax, kCardMask            ; wraps: no range check, any slot address will do, stacks and statics included
//     mov  byte [rax + kCardBase], 1 ; kCardBase = gc::card_bias() fits a 32-bit displacement
//     mov  [rdi], rsi                ; last instruction of the range; a null slot faults here
//
// Compare-and-exchange alike, with `lock cmpxchg [rdi], rsi` or `xchg` as the last instruction. The card may be marked
// for nothing; it must be marked before the store, and no collection may come between the two.
//
// Allocation (NewObject; rdi = TypeHead, result rax; restart range from `mov rax`; clobbers r10, flags):
//
//     test dword [rdi + flags], kAllocateSlowly     ; jnz slow -- before the range
//     mov  r10d, [rdi + instance_size]
//     mov  rax, fs:[alloc_cursor]                   ; range begins
//     add  r10, rax                                 ; (reload the size inside the range, or keep it in another register)
//     cmp  r10, fs:[alloc_limit] ; ja slow
//     mov  [rax], rdi                               ; type word and zero sync word in one store: the address is below 4 GiB
//     mov  fs:[alloc_cursor], r10                   ; commit: last instruction of the range
//
// The memory between cursor and limit is zero. NewVector: size = (16 + length * element_size + 7) & ~7 with
// length < kMaxFastLength (unsigned, else slow) and `mov [rax + 8], length` (8 bytes: bounds_offset becomes 0) before the
// commit. When the collector wants every allocation (move=N) it sets cursor = limit = 0, so the stubs need no test.
#include <cstddef>
#include <cstdint>

#include "abi/memory_map.h"
#include "abi/object.h"

namespace rapgo::gc {

using abi::Object;

inline constexpr uint64_t kMaxFastLength = 1 << 16;

constexpr uint64_t card_bias() { return abi::kCardBase; }

inline uint8_t* card_of(const void* slot) {
  return reinterpret_cast<uint8_t*>(abi::kCardBase + ((reinterpret_cast<uintptr_t>(slot) >> abi::kCardShift) & abi::kCardMask));
}

inline void mark_card(const void* slot) { __atomic_store_n(card_of(slot), uint8_t{1}, __ATOMIC_RELAXED); }

// *slot = value, where slot lies in a heap object (or anywhere else: harmless).
inline void store_ref(Object** slot, Object* value) {
  mark_card(slot);
  __atomic_store_n(slot, value, __ATOMIC_RELEASE);
}
// The same with the object that holds the slot, for the reader (null: not in an object).
inline void store(Object* /*holder*/, Object** slot, Object* value) { store_ref(slot, value); }

inline Object* load_ref(Object* const* slot) { return __atomic_load_n(slot, __ATOMIC_ACQUIRE); }

inline Object* exchange_ref(Object** slot, Object* value) {
  mark_card(slot);
  return __atomic_exchange_n(slot, value, __ATOMIC_SEQ_CST);
}
// Stores value if *slot == comparand; returns what was there.
inline Object* compare_exchange_ref(Object** slot, Object* value, Object* comparand) {
  mark_card(slot);
  __atomic_compare_exchange_n(slot, &comparand, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  return comparand;
}

// Marks every card of [begin, begin + bytes): before storing many references there by hand, with no marked point between.
void mark_cards(const void* begin, size_t bytes);

// Copies whole 8-byte words (each one atomically), overlapping ranges included, then the cards of the destination are marked.
// For structs and array parts that contain references; both ends 8-aligned.
void copy_refs_with_barrier(void* dst, const void* src, size_t words);
// Without barrier: destination on a stack or in a fresh object.
void copy_words(void* dst, const void* src, size_t words);

}  // namespace rapgo::gc
