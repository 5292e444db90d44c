// III.3.27-29. Where the standard leaves results open (floating point out of range) we do as Mono does on this machine.
#include <bit>

#include "compile/baseline/compiler_x64.h"

namespace rapgo::compile::baseline {

using namespace x86;
using In = Entry::In;

void Compiler::convert_float(Entry& e, StackKind want) {
  if (e.kind == want) return;
  if (e.in == In::Const) {
    if (want == StackKind::Float64) e.value = std::bit_cast<int64_t>(static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(e.value))));
    else e.value = std::bit_cast<uint32_t>(static_cast<float>(std::bit_cast<double>(e.value)));
    e.kind = want;
    return;
  }
  const Xmm x = to_xmm(e);
  if (want == StackKind::Float64) a.cvtss2sd(x, x); else a.cvtsd2ss(x, x);
  e.kind = want;
}

void Compiler::convert(Opcode op) {
  Entry e = pop();
  if (e.kind == StackKind::Struct) e.kind = StackKind::NativeInt;
  StackKind kind = StackKind::Int32;
  switch (op) {
    case Opcode::ConvI8: case Opcode::ConvU8: kind = StackKind::Int64; break;
    case Opcode::ConvI: case Opcode::ConvU: kind = StackKind::NativeInt; break;
    case Opcode::ConvR4: kind = StackKind::Float32; break;
    case Opcode::ConvR8: case Opcode::ConvRUn: kind = StackKind::Float64; break;
    default: break;
  }
  if (kind == StackKind::Float32 || kind == StackKind::Float64) {
    if (e.is_float()) {
      convert_float(e, kind);
      e.words = 1;
      return push(e);
    }
    const Gp r = to_gp(e);
    if (op == Opcode::ConvRUn) {
      if (e.kind == StackKind::Int32) {
        a.mov(r.r32(), r.r32());
      } else {
        spill_registers();
        claim(rdi);
        a.mov(rdi, r.r64());
        release(e);
        free_gp(rdi);
        call_helper(Helper::UInt64ToDouble);
        used_xmm_ |= 1;
        return push_xmm(xmm0, kind);
      }
    }
    const Xmm x = take_xmm();
    a.xorps(x, x);  // cvtsi2sd keeps the upper part: no false dependency
    const Gp source = op == Opcode::ConvRUn ? Gp(r.r64()) : r;
    if (kind == StackKind::Float32) a.cvtsi2ss(x, source); else a.cvtsi2sd(x, source);
    release(e);
    return push_xmm(x, kind);
  }
  if (e.is_float()) {
    if (op == Opcode::ConvU8 || op == Opcode::ConvU) {
      convert_float(e, StackKind::Float64);
      spill_registers();
      load_to(xmm0, e);
      release(e);
      call_helper(Helper::DoubleToUInt64);
      used_gp_ |= 1;
      return push_gp(rax, kind);
    }
    const Gp r = take_gp();
    const bool wide = kind != StackKind::Int32 || op == Opcode::ConvU4;
    const Gp target = wide ? Gp(r.r64()) : Gp(r.r32());
    if (e.in == In::Home || e.in == In::Var) {
      if (e.kind == StackKind::Float32) a.cvttss2si(target, memory_of(e)); else a.cvttsd2si(target, memory_of(e));
    } else {
      const Xmm x = to_xmm(e);
      if (e.kind == StackKind::Float32) a.cvttss2si(target, x); else a.cvttsd2si(target, x);
    }
    release(e);
    switch (op) {
      case Opcode::ConvI1: a.movsx(r.r32(), r.r8()); break;
      case Opcode::ConvU1: a.movzx(r.r32(), r.r8()); break;
      case Opcode::ConvI2: a.movsx(r.r32(), r.r16()); break;
      case Opcode::ConvU2: a.movzx(r.r32(), r.r16()); break;
      default: break;
    }
    return push_gp(r, kind);
  }
  // integers
  if (e.in == In::Const) {
    int64_t v = e.value;
    switch (op) {
      case Opcode::ConvI1: v = static_cast<int8_t>(v); break;
      case Opcode::ConvU1: v = static_cast<uint8_t>(v); break;
      case Opcode::ConvI2: v = static_cast<int16_t>(v); break;
      case Opcode::ConvU2: v = static_cast<uint16_t>(v); break;
      case Opcode::ConvI4: case Opcode::ConvU4: v = static_cast<int32_t>(v); break;
      case Opcode::ConvU8: case Opcode::ConvU: if (!e.is64()) v = static_cast<uint32_t>(v); break;
      default: break;
    }
    return push_const(kind, v);
  }
  if (kind == StackKind::Int32) {
    if (op == Opcode::ConvI4 || op == Opcode::ConvU4) {
      coerce(e, StackKind::Int32);
      e.type = nullptr;
      return push(e.in == In::Home || e.in == In::Var ? (to_gp(e), e) : e);
    }
    const Gp r = to_gp(e);
    switch (op) {
      case Opcode::ConvI1: a.movsx(r.r32(), r.r8()); break;
      case Opcode::ConvU1: a.movzx(r.r32(), r.r8()); break;
      case Opcode::ConvI2: a.movsx(r.r32(), r.r16()); break;
      default: a.movzx(r.r32(), r.r16()); break;
    }
    return push_gp(r, kind);
  }
  if (e.kind != StackKind::Int32) {  // same width
    if (e.in == In::VarAddress || e.in == In::Symbol) to_gp(e);
    e.kind = kind;
    e.type = nullptr;
    return push(e.in == In::Home ? (to_gp(e), e) : e);
  }
  if (op == Opcode::ConvU8 || op == Opcode::ConvU) {
    const Gp r = to_gp(e);
    a.mov(r.r32(), r.r32());
    return push_gp(r, kind);
  }
  coerce(e, kind);
  push(e);
}

void Compiler::convert_checked(Opcode op) {
  Entry e = pop();
  if (e.kind == StackKind::Struct) e.kind = StackKind::NativeInt;
  StackKind kind = StackKind::Int32;
  bool from_unsigned = false;
  switch (op) {
    case Opcode::ConvOvfI8Un: case Opcode::ConvOvfU8Un: from_unsigned = true; [[fallthrough]];
    case Opcode::ConvOvfI8: case Opcode::ConvOvfU8: kind = StackKind::Int64; break;
    case Opcode::ConvOvfIUn: case Opcode::ConvOvfUUn: from_unsigned = true; [[fallthrough]];
    case Opcode::ConvOvfI: case Opcode::ConvOvfU: kind = StackKind::NativeInt; break;
    case Opcode::ConvOvfI1Un: case Opcode::ConvOvfI2Un: case Opcode::ConvOvfI4Un:
    case Opcode::ConvOvfU1Un: case Opcode::ConvOvfU2Un: case Opcode::ConvOvfU4Un: from_unsigned = true; break;
    default: break;
  }
  if (e.is_float()) {
    convert_float(e, StackKind::Float64);
    spill_registers();
    load_to(xmm0, e);
    release(e);
    a.mov(edi, static_cast<uint32_t>(il::info(op).code));
    call_helper(Helper::CheckedDoubleToInt64);
    used_gp_ |= 1;
    return push_gp(rax, kind);
  }
  // Widen to 64 bits as the source says, check the range there.
  const bool wide = e.is64();
  const Gp r = to_gp(e).r64();
  if (!wide) {
    if (from_unsigned) a.mov(r.r32(), r.r32()); else a.movsxd(r, r.r32());
  }
  const auto overflow = [&] { return throw_label(Helper::ThrowOverflow); };
  // value in [low, high] of a signed 64-bit number
  const auto range = [&](int64_t low, int64_t high) {
    if (wide && from_unsigned) {  // a huge unsigned number is negative here, and out of every range
      a.test(r, r);
      a.js(overflow());
      low = 0;
    }
    if (high == static_cast<int32_t>(high)) {
      a.cmp(r, static_cast<int32_t>(high));
    } else {
      a.mov(r11, high);
      a.cmp(r, r11);
    }
    a.jg(overflow());
    if (low == 0) {
      a.test(r, r);
      a.js(overflow());
    } else {
      a.cmp(r, static_cast<int32_t>(low));
      a.jl(overflow());
    }
  };
  switch (op) {
    case Opcode::ConvOvfI1: case Opcode::ConvOvfI1Un: range(INT8_MIN, INT8_MAX); break;
    case Opcode::ConvOvfU1: case Opcode::ConvOvfU1Un: range(0, UINT8_MAX); break;
    case Opcode::ConvOvfI2: case Opcode::ConvOvfI2Un: range(INT16_MIN, INT16_MAX); break;
    case Opcode::ConvOvfU2: case Opcode::ConvOvfU2Un: range(0, UINT16_MAX); break;
    case Opcode::ConvOvfI4: case Opcode::ConvOvfI4Un: range(INT32_MIN, INT32_MAX); break;
    case Opcode::ConvOvfU4: case Opcode::ConvOvfU4Un: range(0, UINT32_MAX); break;
    case Opcode::ConvOvfI8: case Opcode::ConvOvfI: break;            // always fits
    case Opcode::ConvOvfU8Un: case Opcode::ConvOvfUUn: break;
    case Opcode::ConvOvfI8Un: case Opcode::ConvOvfIUn:
      if (wide) {
        a.test(r, r);
        a.js(overflow());
      }
      break;
    default:  // to unsigned 64 from signed
      a.test(r, r);
      a.js(overflow());
  }
  push_gp(r, kind);
}

}  // namespace rapgo::compile::baseline
