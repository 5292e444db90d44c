#include "load/il/instruction.h"

#include <array>
#include <cstdio>

namespace rapgo::load::il {

namespace {
std::string il_label(uint32_t offset) {
  char text[16];
  std::snprintf(text, sizeof text, "IL_%04x", offset);
  return text;
}
}  // namespace

InvalidProgram::InvalidProgram(uint32_t offset, const std::string& reason)
    : LoadError(types::LoadErrorKind::InvalidProgram, il_label(offset) + ": " + reason), il_offset(offset) {}

InvalidProgram::InvalidProgram(const InvalidProgram& inner, const std::string& method)
    : LoadError(types::LoadErrorKind::InvalidProgram, "Invalid IL code in " + method + ": " + inner.what(), method),
      il_offset(inner.il_offset) {}

namespace {

class CodeReader {
 public:
  CodeReader(Bytes code, uint32_t start) : code_(code), at_(start), start_(start) {}
  uint32_t at() const { return at_; }
  template <class T> T read() {
    if (code_.size() - at_ < sizeof(T)) throw InvalidProgram(start_, "truncated instruction");
    T v;
    std::memcpy(&v, code_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return v;
  }
  const uint8_t* skip(uint64_t n) {
    if (code_.size() - at_ < n) throw InvalidProgram(start_, "truncated instruction");
    const uint8_t* p = code_.data() + at_;
    at_ += static_cast<uint32_t>(n);
    return p;
  }
  Opcode opcode() {
    const auto byte = read<uint8_t>();
    const Opcode op = byte == 0xFE ? two_byte_opcode(read<uint8_t>()) : one_byte_opcode(byte);
    if (op == Opcode::Count) throw InvalidProgram(start_, "unknown instruction");
    return op;
  }

 private:
  Bytes code_;
  uint32_t at_;
  uint32_t start_;
};

void add_prefix(Instruction& i, Opcode op, CodeReader& r) {
  uint8_t bit = 0;
  switch (op) {
    case Opcode::Volatile: bit = prefix::kVolatile; break;
    case Opcode::Tail: bit = prefix::kTail; break;
    case Opcode::Readonly: bit = prefix::kReadonly; break;
    case Opcode::Constrained:
      bit = prefix::kConstrained;
      i.constrained = Token(r.read<uint32_t>());
      break;
    case Opcode::Unaligned:
      bit = prefix::kUnaligned;
      i.alignment = r.read<uint8_t>();
      if (i.alignment != 1 && i.alignment != 2 && i.alignment != 4) throw InvalidProgram(i.offset, "bad alignment in unaligned.");
      break;
    default:
      bit = prefix::kNo;
      i.no_checks = r.read<uint8_t>();
  }
  i.prefixes |= bit;
}

bool prefix_fits(const Instruction& i) {
  const OperandKind operand = i.info().operand;
  const bool memory = (i.op >= Opcode::LdindI1 && i.op <= Opcode::StindR8) || i.op == Opcode::StindI || i.op == Opcode::Ldobj ||
                      i.op == Opcode::Stobj || i.op == Opcode::Cpblk || i.op == Opcode::Initblk || operand == OperandKind::Field;
  uint8_t allowed = prefix::kNo;
  if (memory) allowed |= prefix::kVolatile | prefix::kUnaligned;
  if (i.op == Opcode::Callvirt) allowed |= prefix::kTail | prefix::kConstrained | prefix::kReadonly;
  if (i.op == Opcode::Call) allowed |= prefix::kTail | prefix::kReadonly | prefix::kConstrained;  // array Address; static virtuals
  if (i.op == Opcode::Calli) allowed |= prefix::kTail;
  if (i.op == Opcode::Ldelema) allowed |= prefix::kReadonly;
  return (i.prefixes & ~allowed) == 0;
}

std::array<detail::Quick, 256> make_quick() {
  std::array<detail::Quick, 256> all;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const Opcode op = one_byte_opcode(static_cast<uint8_t>(byte));
    if (byte == 0xFE || op == Opcode::Count || info(op).flow == Flow::Prefix) continue;
    unsigned bytes = 4;
    bool is_signed = false;
    switch (info(op).operand) {
      case OperandKind::None: bytes = 0; break;
      case OperandKind::I1: case OperandKind::Branch1: bytes = 1, is_signed = true; break;
      case OperandKind::U1: bytes = 1; break;
      case OperandKind::I4: case OperandKind::Branch4: is_signed = true; break;
      case OperandKind::I8: case OperandKind::R8: bytes = 8; break;
      case OperandKind::U2: case OperandKind::Switch: continue;
      default: break;
    }
    detail::Quick& q = all[byte];
    q.length = static_cast<uint8_t>(1 + bytes);
    q.shift = static_cast<uint8_t>(bytes ? 64 - 8 * bytes : 0);
    q.narrow = is_signed ? 0 : q.shift;
    q.has_operand = bytes != 0;
    q.is_target = info(op).operand == OperandKind::Branch1 || info(op).operand == OperandKind::Branch4;
    q.implied = bytes ? int8_t{0} : info(op).implied;
    q.encoded = op;
    q.op = info(op).canonical;
  }
  return all;
}
}  // namespace

const std::array<detail::Quick, 256> detail::kQuick = make_quick();

Instruction detail::decode_any(Bytes code, uint32_t offset) {
  Instruction i;
  i.offset = offset;
  CodeReader r(code, offset);
  Opcode op = r.opcode();
  while (info(op).flow == Flow::Prefix) {
    add_prefix(i, op, r);
    op = r.opcode();
  }
  const OpcodeInfo& encoded = info(op);
  i.encoded = op;
  i.op = encoded.canonical;
  switch (encoded.operand) {
    case OperandKind::None: i.bits = static_cast<uint64_t>(int64_t{encoded.implied}); break;
    case OperandKind::I1: i.bits = static_cast<uint64_t>(int64_t{r.read<int8_t>()}); break;
    case OperandKind::U1: i.bits = r.read<uint8_t>(); break;
    case OperandKind::U2: i.bits = r.read<uint16_t>(); break;
    case OperandKind::I4: i.bits = static_cast<uint64_t>(int64_t{r.read<int32_t>()}); break;
    case OperandKind::I8: case OperandKind::R8: i.bits = r.read<uint64_t>(); break;
    case OperandKind::Branch1: {
      const int32_t d = r.read<int8_t>();
      i.bits = r.at() + static_cast<uint32_t>(d);
      break;
    }
    case OperandKind::Branch4: {
      const auto d = r.read<uint32_t>();
      i.bits = r.at() + d;
      break;
    }
    case OperandKind::Switch: {
      const auto count = r.read<uint32_t>();
      i.bits = count;
      i.switch_data = r.skip(uint64_t{count} * 4);
      break;
    }
    case OperandKind::R4: case OperandKind::Method: case OperandKind::Field: case OperandKind::Type: case OperandKind::Token:
    case OperandKind::Sig: case OperandKind::String:
      i.bits = r.read<uint32_t>();
      break;
  }
  if (encoded.operand == OperandKind::Branch1 || encoded.operand == OperandKind::Branch4) i.bits &= 0xFFFFFFFF;
  i.next_offset = r.at();
  if (i.prefixes && !prefix_fits(i)) throw InvalidProgram(offset, std::string("prefix does not fit ") + i.info().mnemonic);
  return i;
}

std::string to_string(const Instruction& i) {
  std::string out = il_label(i.offset) + ": ";
  if (i.has(prefix::kVolatile)) out += "volatile. ";
  if (i.has(prefix::kTail)) out += "tail. ";
  if (i.has(prefix::kReadonly)) out += "readonly. ";
  if (i.has(prefix::kUnaligned)) out += "unaligned. " + std::to_string(i.alignment) + " ";
  char text[48];
  if (i.has(prefix::kConstrained)) {
    std::snprintf(text, sizeof text, "constrained. 0x%08x ", i.constrained.value);
    out += text;
  }
  out += i.info().mnemonic;
  switch (i.info().operand) {
    case OperandKind::None: return out;
    case OperandKind::R4: std::snprintf(text, sizeof text, " %.9g", static_cast<double>(i.r4())); break;
    case OperandKind::R8: std::snprintf(text, sizeof text, " %.17g", i.r8()); break;
    case OperandKind::Branch1: case OperandKind::Branch4: return out + " " + il_label(i.target());
    case OperandKind::Switch:
      out += " (";
      for (uint32_t n = 0; n < i.switch_count(); ++n) out += (n ? ", " : "") + il_label(i.switch_target(n));
      return out + ")";
    case OperandKind::Method: case OperandKind::Field: case OperandKind::Type: case OperandKind::Token: case OperandKind::Sig:
    case OperandKind::String:
      std::snprintf(text, sizeof text, " 0x%08x", i.token().value);
      break;
    default: std::snprintf(text, sizeof text, " %lld", static_cast<long long>(i.i8()));
  }
  return out + text;
}

}  // namespace rapgo::load::il
