// III.3: add ... xor, shifts, neg, not, checked forms.
#include "compile/baseline/compiler_x64.h"

namespace rapgo::compile::baseline {

using namespace x86;
using In = Entry::In;

asmjit::Operand Compiler::operand(Entry& e, bool is64) {
  if (e.in == In::Const && (!is64 || fits32(e.value))) return asmjit::imm(static_cast<int32_t>(e.value));
  if (e.in == In::Home || e.in == In::Var) return memory_of(e);
  to_gp(e);
  return gp(e.reg, is64);
}

StackKind Compiler::arithmetic_kind(Entry& l, Entry& r) {
  if (l.kind == StackKind::Struct) l.kind = StackKind::NativeInt;
  if (r.kind == StackKind::Struct) r.kind = StackKind::NativeInt;
  if (l.is_float() || r.is_float()) {
    const StackKind k = l.kind == StackKind::Float32 && r.kind == StackKind::Float32 ? StackKind::Float32 : StackKind::Float64;
    coerce(l, k);
    coerce(r, k);
    return k;
  }
  if (l.kind == StackKind::Int32 && r.kind == StackKind::Int32) return StackKind::Int32;
  const StackKind wide = l.kind == StackKind::Int32 ? r.kind : l.kind;
  coerce(l, StackKind::NativeInt);
  coerce(r, StackKind::NativeInt);
  if (wide == StackKind::Ref) return StackKind::NativeInt;
  return wide;
}

void Compiler::float_binary(Opcode op, Entry& l, Entry& r) {
  const bool f32 = l.kind == StackKind::Float32;
  if (op == Opcode::Rem) {
    // Both are off the stack: everything that is left goes home around the call.
    spill_registers();
    if (r.in == In::Xmm && r.reg == 0) {
      a.movaps(xmm15, xmm0);
      release(r);
      r.reg = 15;
    }
    load_to(xmm0, l);
    load_to(xmm1, r);
    if (r.reg != 15) release(r);
    release(l);
    const StackKind kind = l.kind;
    call_helper(f32 ? Helper::FModF : Helper::FMod);
    used_xmm_ |= 1;
    push_xmm(xmm0, kind);
    return;
  }
  const Xmm x = to_xmm(l);
  asmjit::Operand y;
  if (r.in == In::Home || r.in == In::Var) y = memory_of(r); else y = to_xmm(r);
  Inst::Id id = Inst::kIdNone;
  switch (op) {
    case Opcode::Add: id = f32 ? Inst::kIdAddss : Inst::kIdAddsd; break;
    case Opcode::Sub: id = f32 ? Inst::kIdSubss : Inst::kIdSubsd; break;
    case Opcode::Mul: id = f32 ? Inst::kIdMulss : Inst::kIdMulsd; break;
    case Opcode::Div: id = f32 ? Inst::kIdDivss : Inst::kIdDivsd; break;
    default: invalid("operator is not for floating-point values");
  }
  a.emit(id, x, y);
  release(r);
  push_xmm(x, l.kind);
}

void Compiler::binary(const Instruction& i) {
  const Opcode op = i.op;
  Entry r = pop(), l = pop();
  const StackKind lk = l.kind, rk = r.kind;
  StackKind kind = arithmetic_kind(l, r);
  if (kind == StackKind::Float32 || kind == StackKind::Float64) return float_binary(op, l, r);
  // byref - byref is a number, everything else with a byref is one.
  if (lk == StackKind::ByRef && rk == StackKind::ByRef) kind = StackKind::NativeInt;
  else if ((lk == StackKind::ByRef || rk == StackKind::ByRef) && (op == Opcode::Add || op == Opcode::Sub)) kind = StackKind::ByRef;
  else if (lk == StackKind::ByRef || rk == StackKind::ByRef) kind = StackKind::NativeInt;
  if (op == Opcode::Div || op == Opcode::DivUn || op == Opcode::Rem || op == Opcode::RemUn) return divide(op, l, r, kind);
  const bool is64 = kind != StackKind::Int32;
  if (l.in == In::Const && r.in == In::Const) {
    uint64_t v = 0;
    const auto x = static_cast<uint64_t>(l.value), y = static_cast<uint64_t>(r.value);
    switch (op) {
      case Opcode::Add: v = x + y; break;
      case Opcode::Sub: v = x - y; break;
      case Opcode::Mul: v = x * y; break;
      case Opcode::And: v = x & y; break;
      case Opcode::Or: v = x | y; break;
      default: v = x ^ y; break;
    }
    return push_const(kind, is64 ? static_cast<int64_t>(v) : static_cast<int32_t>(v));
  }
  const bool commutes = op != Opcode::Sub;
  if (commutes && (l.in == In::Const || (r.in == In::Gp && l.in != In::Gp))) std::swap(l, r);
  const Gp d = gp(to_gp(l).id(), is64);
  if (op == Opcode::Mul && r.in == In::Const && fits32(r.value)) {
    const int64_t v = r.value;
    if (v > 0 && (v & (v - 1)) == 0) a.shl(d, __builtin_ctzll(static_cast<uint64_t>(v)));
    else a.imul(d, d, static_cast<int32_t>(v));
    return push_gp(d, kind);
  }
  const asmjit::Operand y = operand(r, is64);
  Inst::Id id = Inst::kIdNone;
  switch (op) {
    case Opcode::Add: id = Inst::kIdAdd; break;
    case Opcode::Sub: id = Inst::kIdSub; break;
    case Opcode::Mul: id = Inst::kIdImul; break;
    case Opcode::And: id = Inst::kIdAnd; break;
    case Opcode::Or: id = Inst::kIdOr; break;
    default: id = Inst::kIdXor; break;
  }
  a.emit(id, d, y);
  release(r);
  push_gp(d, kind);
}

void Compiler::divide(Opcode op, Entry& l, Entry& r, StackKind kind) {
  const bool is64 = kind != StackKind::Int32;
  const bool is_signed = op == Opcode::Div || op == Opcode::Rem;
  const bool want_rest = op == Opcode::Rem || op == Opcode::RemUn;
  if (r.in == In::Const && r.value > 0 && (r.value & (r.value - 1)) == 0 && !is_signed && (is64 || r.value <= INT32_MAX)) {
    const Gp d = gp(to_gp(l).id(), is64);
    const int shift = __builtin_ctzll(static_cast<uint64_t>(r.value));
    if (!want_rest) {
      a.shr(d, shift);
    } else if (fits32(r.value - 1)) {
      a.and_(d, static_cast<int32_t>(r.value - 1));
    } else {
      a.shl(d, 64 - shift);
      a.shr(d, 64 - shift);
    }
    return push_gp(d, kind);
  }
  const uint32_t fixed = bit(rax) | bit(rdx);
  const bool divisor_is_const = r.in == In::Const;
  const int64_t divisor_value = r.value;
  const Gp divisor = gp(to_gp(r, fixed).id(), is64);
  if (l.in == In::Gp && l.reg == rdx.id()) to_gp(l, fixed);
  if (l.in != In::Gp || l.reg != rax.id()) {
    claim(rax);
    load_to(rax, l);
    release(l);
    l.in = In::Gp;
    l.reg = 0;
    used_gp_ |= 1;
  }
  claim(rdx);
  if (!divisor_is_const || divisor_value == 0) {
    a.test(divisor, divisor);
    a.jz(throw_label(Helper::ThrowDivideByZero));
  }
  if (is_signed) {
    if (!divisor_is_const || divisor_value == -1) {
      Label plain = a.newLabel();
      a.cmp(divisor, -1);
      a.jne(plain);
      // The smallest number by -1: dividend == -dividend, and not 0.
      if (is64) {
        a.mov(r11, INT64_MIN);
        a.cmp(rax, r11);
      } else {
        a.cmp(eax, INT32_MIN);
      }
      a.je(throw_label(Helper::ThrowOverflow));
      a.bind(plain);
    }
    if (is64) a.cqo(); else a.cdq();
    if (is64) a.idiv(rdx, rax, divisor); else a.idiv(edx, eax, divisor);
  } else {
    a.xor_(edx, edx);
    if (is64) a.div(rdx, rax, divisor); else a.div(edx, eax, divisor);
  }
  release(r);
  free_gp(want_rest ? rax : rdx);
  push_gp(want_rest ? rdx : rax, kind == StackKind::ByRef ? StackKind::NativeInt : kind);
}

void Compiler::shift(Opcode op) {
  Entry count = pop(), value = pop();
  if (value.kind == StackKind::Struct) value.kind = StackKind::NativeInt;
  if (value.is_float() || count.is_float()) invalid("shift of a floating-point value");
  const bool is64 = value.is64();
  const Inst::Id id = op == Opcode::Shl ? Inst::kIdShl : op == Opcode::Shr ? Inst::kIdSar : Inst::kIdShr;
  if (count.in == In::Const) {
    const Gp d = gp(to_gp(value).id(), is64);
    const auto n = static_cast<int32_t>(count.value & (is64 ? 63 : 31));
    if (n) a.emit(id, d, asmjit::imm(n));
    return push_gp(d, value.kind);
  }
  const Gp d = gp(to_gp(value, bit(rcx)).id(), is64);
  if (!(count.in == In::Gp && count.reg == rcx.id())) {
    claim(rcx);
    load_to(rcx, count);
    release(count);
    used_gp_ |= bit(rcx);
  }
  a.emit(id, d, cl);
  free_gp(rcx);
  push_gp(d, value.kind);
}

void Compiler::unary(Opcode op) {
  Entry e = pop();
  if (e.is_float()) {
    if (op == Opcode::Not) invalid("not of a floating-point value");
    const Xmm x = to_xmm(e);
    if (e.kind == StackKind::Float32) {
      a.mov(r11d, 0x80000000u);
      a.movd(xmm15, r11d);
      a.xorps(x, xmm15);
    } else {
      a.mov(r11, INT64_MIN);
      a.movq(xmm15, r11);
      a.xorpd(x, xmm15);
    }
    return push_xmm(x, e.kind);
  }
  if (e.in == In::Const) {
    const int64_t v = op == Opcode::Neg ? static_cast<int64_t>(0 - static_cast<uint64_t>(e.value)) : ~e.value;
    return push_const(e.kind, e.is64() ? v : static_cast<int32_t>(v));
  }
  const Gp d = to_gp(e);
  if (op == Opcode::Neg) a.neg(d); else a.not_(d);
  push_gp(d, e.kind);
}

void Compiler::checked_binary(Opcode op) {
  Entry r = pop(), l = pop();
  const StackKind lk = l.kind, rk = r.kind;
  StackKind kind = arithmetic_kind(l, r);
  if (kind == StackKind::Float32 || kind == StackKind::Float64) invalid("checked arithmetic on floating-point values");
  if (lk == StackKind::ByRef && rk == StackKind::ByRef) kind = StackKind::NativeInt;
  const bool is64 = kind != StackKind::Int32;
  if (op == Opcode::MulOvfUn) {
    const uint32_t fixed = bit(rax) | bit(rdx);
    const Gp factor = gp(to_gp(r, fixed).id(), is64);
    if (l.in == In::Gp && l.reg == rdx.id()) to_gp(l, fixed);
    if (l.in != In::Gp || l.reg != rax.id()) {
      claim(rax);
      load_to(rax, l);
      release(l);
      used_gp_ |= 1;
    }
    claim(rdx);
    if (is64) a.mul(rdx, rax, factor); else a.mul(edx, eax, factor);
    a.jo(throw_label(Helper::ThrowOverflow));
    release(r);
    free_gp(rdx);
    return push_gp(rax, kind);
  }
  const Gp d = gp(to_gp(l).id(), is64);
  const asmjit::Operand y = operand(r, is64);
  const bool is_unsigned = op == Opcode::AddOvfUn || op == Opcode::SubOvfUn;
  switch (op) {
    case Opcode::AddOvf: case Opcode::AddOvfUn: a.emit(Inst::kIdAdd, d, y); break;
    case Opcode::SubOvf: case Opcode::SubOvfUn: a.emit(Inst::kIdSub, d, y); break;
    default:
      if (y.isImm()) a.emit(Inst::kIdImul, d, d, y); else a.emit(Inst::kIdImul, d, y);
  }
  if (is_unsigned) a.jc(throw_label(Helper::ThrowOverflow)); else a.jo(throw_label(Helper::ThrowOverflow));
  release(r);
  push_gp(d, kind);
}

}  // namespace rapgo::compile::baseline
