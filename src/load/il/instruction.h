// Decoding of IL (ECMA-335 III). Short forms are decoded to their canonical instruction (ldarg.0 -> ldarg 0, br.s -> br,
// ldc.i4.m1 -> ldc.i4 -1), so that consumers have one case per meaning; prefixes become part of the instruction they
// precede. `offset` is that of the first prefix: it is the instruction's IL offset everywhere in Rapgo.
// Thread safety: values. Errors: InvalidProgram with the IL offset.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

#include "load/il/opcode.h"
#include "load/image/image.h"
#include "load/metadata/token.h"
#include "load/types/loader.h"

namespace rapgo::load::il {

using Bytes = image::Bytes;
using metadata::Token;

// Malformed IL; becomes System.InvalidProgramException.
class InvalidProgram : public types::LoadError {
 public:
  InvalidProgram(uint32_t il_offset, const std::string& reason);
  // The same with the method's name in front.
  InvalidProgram(const InvalidProgram& inner, const std::string& method);
  uint32_t il_offset;
};

namespace prefix {
inline constexpr uint8_t kVolatile = 1, kTail = 2, kReadonly = 4, kUnaligned = 8, kConstrained = 16, kNo = 32;
}

struct Instruction {
  uint32_t offset = 0;       // of the first prefix
  uint32_t next_offset = 0;
  Opcode op = Opcode::Nop;        // canonical
  Opcode encoded = Opcode::Nop;   // as stored
  uint8_t prefixes = 0;           // prefix::k*
  uint8_t alignment = 0;          // unaligned.: 1, 2 or 4
  uint8_t no_checks = 0;          // no.: 1 typecheck, 2 rangecheck, 4 nullcheck
  Token constrained;              // constrained.: the type
  uint64_t bits = 0;              // operand: see the accessors
  const uint8_t* switch_data = nullptr;

  const OpcodeInfo& info() const { return il::info(op); }
  bool has(uint8_t p) const { return prefixes & p; }
  int32_t i4() const { return static_cast<int32_t>(bits); }             // ldc.i4
  int64_t i8() const { return static_cast<int64_t>(bits); }             // ldc.i8
  float r4() const { return std::bit_cast<float>(static_cast<uint32_t>(bits)); }
  double r8() const { return std::bit_cast<double>(bits); }
  uint32_t index() const { return static_cast<uint32_t>(bits); }        // argument or local
  Token token() const { return Token(static_cast<uint32_t>(bits)); }
  uint32_t target() const { return static_cast<uint32_t>(bits); }       // absolute IL offset; not checked to be in range
  uint32_t switch_count() const { return static_cast<uint32_t>(bits); }
  uint32_t switch_target(uint32_t i) const {                            // REQUIRES: i < switch_count()
    int32_t d;
    std::memcpy(&d, switch_data + size_t{4} * i, 4);
    return next_offset + static_cast<uint32_t>(d);
  }
};

namespace detail {
// One-byte instructions without prefix: the operand's bits by shifts and masks, for a jump by its kind would be foretold badly.
struct Quick {
  uint8_t length = 0;          // 0: not one of these
  uint8_t shift = 0;           // bits of the 8 bytes behind the opcode that are none of the operand's
  uint8_t narrow = 0;          // the same where the operand is unsigned, else 0
  uint8_t has_operand = 0;     // 1: yes
  uint8_t is_target = 0;       // 1: the operand is relative to the next instruction
  int8_t implied = 0;          // what there is instead of an operand
  Opcode encoded = Opcode::Count, op = Opcode::Count;
};
extern const std::array<Quick, 256> kQuick;

Instruction decode_any(Bytes code, uint32_t offset);
}  // namespace detail

// Decodes the instruction (prefixes included) at `offset`, into place: a copy of what was just written in parts waits for the writes.
// REQUIRES: offset < code.size().
inline void decode_into(Instruction& i, Bytes code, uint32_t offset) {
  const uint8_t* at = code.data() + offset;
  const detail::Quick& q = detail::kQuick[*at];
  const size_t left = code.size() - offset;
  if (q.length == 0 || left < q.length) {
    i = detail::decode_any(code, offset);
    return;
  }
  uint64_t raw = 0;
  if (left > sizeof raw) std::memcpy(&raw, at + 1, sizeof raw); else std::memcpy(&raw, at + 1, left - 1);
  i.prefixes = i.alignment = i.no_checks = 0;
  i.constrained = Token();
  i.switch_data = nullptr;
  i.offset = offset;
  i.next_offset = offset + q.length;
  i.encoded = q.encoded;
  i.op = q.op;
  const auto extended = static_cast<uint64_t>(static_cast<int64_t>(raw << q.shift) >> q.shift) & (~uint64_t{0} >> q.narrow);
  const uint64_t target = uint64_t{0} - q.is_target;  // all ones or zero
  i.bits = (extended & (uint64_t{0} - q.has_operand)) + static_cast<uint64_t>(int64_t{q.implied}) + (target & i.next_offset);
  i.bits &= ~(target << 32);  // targets have 32 bits
}
inline Instruction decode(Bytes code, uint32_t offset) {
  Instruction i;
  decode_into(i, code, offset);
  return i;
}

// for (const Instruction& i : Instructions(code)) ...; or a part of it, for a block.
class Instructions {
 public:
  explicit Instructions(Bytes code) : code_(code), begin_(0), end_(static_cast<uint32_t>(code.size())) {}
  Instructions(Bytes code, uint32_t begin, uint32_t end) : code_(code), begin_(begin), end_(end) {}

  struct End {};
  class Iterator {
   public:
    Iterator(Bytes code, uint32_t at, uint32_t end) : code_(code), end_(end) { if (at < end) now_ = decode(code, at); now_.offset = at; }
    const Instruction& operator*() const { return now_; }
    const Instruction* operator->() const { return &now_; }
    Iterator& operator++() {
      const uint32_t at = now_.next_offset;
      if (at < end_) now_ = decode(code_, at);
      now_.offset = at;
      return *this;
    }
    bool operator==(End) const { return now_.offset >= end_; }

   private:
    Bytes code_;
    uint32_t end_;
    Instruction now_;
  };
  Iterator begin() const { return {code_, begin_, end_}; }
  End end() const { return {}; }

 private:
  Bytes code_;
  uint32_t begin_, end_;
};

// "IL_0012: callvirt 0x0a000013", for dumps.
std::string to_string(const Instruction& instruction);

}  // namespace rapgo::load::il
