#pragma once
// The few instructions that code::versions writes itself. Every one lies inside one aligned 8-byte word.
#include <cstdint>

#include "loop/compiled_code.h"

namespace rapgo::code::versions {

// `jmp rel32` at `site` (8-aligned), int3 behind it.
uint64_t jump_word(uintptr_t site, uintptr_t target);
// `jmp [slot]`, slot below 2 GiB.
uint64_t slot_jump_word(uint32_t slot);
// The slot of a word made by slot_jump_word; 0 if it is none.
uint32_t slot_of_jump_word(uint64_t word);

// `word` with the 5-byte nop at byte `at` (0..3) turned into `call target` or back. False: neither stands there.
bool arm_word(uint64_t& word, unsigned at, uintptr_t pc, uintptr_t target);
bool disarm_word(uint64_t& word, unsigned at, uintptr_t pc, uintptr_t target);

// Writes one relocation into the bytes that will lie at `start`. False: the value does not fit the field.
bool relocate(uint8_t* bytes, uintptr_t start, const loop::Reloc& reloc, uint64_t value);

}  // namespace rapgo::code::versions
