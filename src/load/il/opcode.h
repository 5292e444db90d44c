// The instruction set as enums and a constant table made from opcodes.def.
// Thread safety: constants.
#pragma once

#include <cstdint>

namespace rapgo::load::il {

enum class OperandKind : uint8_t {
  None, I1, U1, U2, I4, I8, R4, R8,
  Branch1, Branch4,  // relative to the next instruction
  Switch,            // count, then that many 4-byte displacements
  Method, Field, Type, Token, Sig, String,
};

// What may execute next.
enum class Flow : uint8_t {
  Next,
  Call,        // next; may run any code
  Branch,      // target only
  CondBranch,  // target or next
  Switch,      // targets or next
  Return,      // ret, jmp
  Throw,       // throw, rethrow
  Leave,       // target, through the finally clauses in between; empties the evaluation stack
  EndHandler,  // endfinally, endfilter
  Prefix,      // part of the next instruction
};

inline constexpr int8_t kVariable = -1;  // pop or push depends on a signature

enum class Opcode : uint8_t {
#define RAPGO_OPCODE(name, mnemonic, code, operand, pop, push, flow, canonical, implied) name,
#include "load/il/opcodes.def"
  Count,
};

struct OpcodeInfo {
  const char* mnemonic;
  uint16_t code;
  OperandKind operand;
  int8_t pop, push;
  Flow flow;
  Opcode canonical;
  int8_t implied;
};

extern const OpcodeInfo kOpcodes[static_cast<int>(Opcode::Count)];

inline const OpcodeInfo& info(Opcode op) { return kOpcodes[static_cast<int>(op)]; }

// Opcode of a byte code; Opcode::Count if there is none.
Opcode one_byte_opcode(uint8_t byte);
Opcode two_byte_opcode(uint8_t second);

}  // namespace rapgo::load::il
