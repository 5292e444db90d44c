#include "code/versions/patch_x64.h"

#include <cstring>

namespace rapgo::code::versions {
namespace {
constexpr uint64_t kFiveBytes = 0xFF'FFFF'FFFF;
constexpr uint64_t kNop5 = 0x00'0044'1F0F;  // 0f 1f 44 00 00

uint64_t call_bytes(uintptr_t pc, uintptr_t target) {
  return 0xE8 | static_cast<uint64_t>(static_cast<uint32_t>(target - (pc + 5))) << 8;
}
bool exchange(uint64_t& word, unsigned at, uint64_t from, uint64_t to) {
  if (at > 3) return false;
  if ((word >> 8 * at & kFiveBytes) != from) return false;
  word = (word & ~(kFiveBytes << 8 * at)) | to << 8 * at;
  return true;
}
}  // namespace

uint64_t jump_word(uintptr_t site, uintptr_t target) {
  return 0xCCCC'CC00'0000'00E9 | static_cast<uint64_t>(static_cast<uint32_t>(target - (site + 5))) << 8;
}

uint64_t slot_jump_word(uint32_t slot) { return 0xCC00'0000'0025'24FF | static_cast<uint64_t>(slot) << 24; }

uint32_t slot_of_jump_word(uint64_t word) {
  return (word & 0xFF00'0000'00FF'FFFF) == 0xCC00'0000'0025'24FF ? static_cast<uint32_t>(word >> 24) : 0;
}

bool arm_word(uint64_t& word, unsigned at, uintptr_t pc, uintptr_t target) {
  return exchange(word, at, kNop5, call_bytes(pc, target));
}
bool disarm_word(uint64_t& word, unsigned at, uintptr_t pc, uintptr_t target) {
  return exchange(word, at, call_bytes(pc, target), kNop5);
}

bool relocate(uint8_t* bytes, uintptr_t start, const loop::Reloc& reloc, uint64_t value) {
  uint64_t field = value + static_cast<uint64_t>(static_cast<int64_t>(reloc.addend));
  switch (reloc.kind) {
    case loop::RelocKind::Abs64: memcpy(bytes + reloc.offset, &field, 8); return true;
    case loop::RelocKind::Abs32: {
      // Zero- and sign-extended readings must agree for addresses; thread-local offsets are negative.
      const auto low = static_cast<int32_t>(field);
      if (static_cast<uint64_t>(static_cast<int64_t>(low)) != field) return false;
      memcpy(bytes + reloc.offset, &low, 4);
      return true;
    }
    case loop::RelocKind::Rel32: {
      const int64_t distance = static_cast<int64_t>(field - (start + reloc.offset + 4));
      const auto low = static_cast<int32_t>(distance);
      if (low != distance) return false;
      memcpy(bytes + reloc.offset, &low, 4);
      return true;
    }
  }
  return false;
}

}  // namespace rapgo::code::versions
