// Operand sizes of IL, as much as hashing needs; decoding proper is load/il.
#pragma once
#include <cstdint>

namespace rapgo::load::types {

// Operand bytes of an opcode (III.1.2); -1: a token, -2: switch.
inline int il_operand_size(uint8_t first, uint8_t second) {
  if (first == 0xFE) {
    switch (second) {
      case 0x06: case 0x07: case 0x15: case 0x16: case 0x1C: return -1;
      case 0x09: case 0x0A: case 0x0B: case 0x0C: case 0x0D: case 0x0E: return 2;
      case 0x12: case 0x19: return 1;
      default: return 0;
    }
  }
  if ((first >= 0x0E && first <= 0x13) || first == 0x1F || (first >= 0x2B && first <= 0x37) || first == 0xDE) return 1;
  if (first == 0x20 || first == 0x22 || (first >= 0x38 && first <= 0x44) || first == 0xDD) return 4;
  if (first == 0x21 || first == 0x23) return 8;
  if (first == 0x45) return -2;
  switch (first) {
    case 0x27: case 0x28: case 0x29: case 0x6F: case 0x70: case 0x71: case 0x72: case 0x73: case 0x74: case 0x75: case 0x79:
    case 0x7B: case 0x7C: case 0x7D: case 0x7E: case 0x7F: case 0x80: case 0x81: case 0x8C: case 0x8D: case 0x8F: case 0xA3:
    case 0xA4: case 0xA5: case 0xC2: case 0xC6: case 0xD0: return -1;
    default: return 0;
  }
}

}  // namespace rapgo::load::types
