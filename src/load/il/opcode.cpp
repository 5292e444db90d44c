#include "load/il/opcode.h"

#include <array>

namespace rapgo::load::il {

const OpcodeInfo kOpcodes[static_cast<int>(Opcode::Count)] = {
#define RAPGO_OPCODE(name, mnemonic, code, operand, pop, push, flow, canonical, implied) \
  {mnemonic, code, OperandKind::operand, pop, push, Flow::flow, Opcode::canonical, implied},
#include "load/il/opcodes.def"
};

namespace {

struct ByteMaps {
  std::array<Opcode, 256> one{}, two{};
};

constexpr ByteMaps make_maps() {
  ByteMaps m;
  m.one.fill(Opcode::Count);
  m.two.fill(Opcode::Count);
#define RAPGO_OPCODE(name, mnemonic, code, operand, pop, push, flow, canonical, implied) \
  ((code) >= 0xFE00 ? m.two : m.one)[(code) & 0xFF] = Opcode::name;
#include "load/il/opcodes.def"
  return m;
}

constexpr ByteMaps kMaps = make_maps();

}  // namespace

Opcode one_byte_opcode(uint8_t byte) { return kMaps.one[byte]; }
Opcode two_byte_opcode(uint8_t second) { return kMaps.two[second]; }

}  // namespace rapgo::load::il
