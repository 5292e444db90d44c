// Constants, variables, arithmetic, conversions.
#include "compile/il2hir/frame.h"

namespace rapgo::compile::il2hir {

using hir::MemKind;

bool Frame::translate_simple(const Instruction& i) {
  switch (i.op) {
    case Opcode::Nop:
    case Opcode::Break: return true;
    case Opcode::LdcI4: push(StackKind::Int32, b_.i32(i.i4())); return true;
    case Opcode::LdcI8: push(StackKind::Int64, b_.i64(i.i8())); return true;
    case Opcode::LdcR4: push(StackKind::Float32, b_.f32(i.r4())); return true;
    case Opcode::LdcR8: push(StackKind::Float64, b_.f64(i.r8())); return true;
    case Opcode::Ldnull: push(StackKind::Ref, b_.null()); return true;
    case Opcode::Dup: push(Value(top())); return true;
    case Opcode::Pop: pop(); return true;
    case Opcode::Ldarg:
    case Opcode::Ldloc: {
      const uint32_t n = i.op == Opcode::Ldarg ? arg_var(i.index()) : local_var(i.index());
      Value v{vars_[n].type->stack_kind(), vars_[n].type, load_variable(n)};
      // `this` of a reference type is never null in code that C# compilers emit, but `call` may pass null: only what is proven counts.
      push(v);
      return true;
    }
    case Opcode::Starg:
    case Opcode::Stloc: store_variable(i.op == Opcode::Starg ? arg_var(i.index()) : local_var(i.index()), pop()); return true;
    case Opcode::Ldarga:
    case Opcode::Ldloca: {
      const uint32_t n = i.op == Opcode::Ldarga ? arg_var(i.index()) : local_var(i.index());
      Value v{StackKind::ByRef, vars_[n].type, vars_[n].address};
      v.non_null = true;
      push(v);
      return true;
    }
    default: return false;
  }
}


static Op binary_op(Opcode op) {
  switch (op) {
    case Opcode::Add: return Op::Add;
    case Opcode::Sub: return Op::Sub;
    case Opcode::Mul: return Op::Mul;
    case Opcode::Div: return Op::Div;
    case Opcode::DivUn: return Op::DivUn;
    case Opcode::Rem: return Op::Rem;
    case Opcode::RemUn: return Op::RemUn;
    case Opcode::And: return Op::And;
    case Opcode::Or: return Op::Or;
    case Opcode::Xor: return Op::Xor;
    case Opcode::AddOvf: return Op::AddOvf;
    case Opcode::AddOvfUn: return Op::AddOvfUn;
    case Opcode::SubOvf: return Op::SubOvf;
    case Opcode::SubOvfUn: return Op::SubOvfUn;
    case Opcode::MulOvf: return Op::MulOvf;
    case Opcode::MulOvfUn: return Op::MulOvfUn;
    default: return Op::Copy;
  }
}

static Op compare_op(Opcode op) {
  switch (op) {
    case Opcode::Ceq: return Op::CmpEq;
    case Opcode::Cgt: return Op::CmpGt;
    case Opcode::CgtUn: return Op::CmpGtUn;
    case Opcode::Clt: return Op::CmpLt;
    case Opcode::CltUn: return Op::CmpLtUn;
    default: return Op::Copy;
  }
}

bool Frame::translate_arithmetic(const Instruction& i) {
  if (const Op compare = compare_op(i.op); compare != Op::Copy) {
    Value right = pop(), left = pop();
    push(StackKind::Int32, compare_values(compare, left, right));
    return true;
  }
  if (i.op == Opcode::Neg || i.op == Opcode::Not) {
    Value v = pop();
    push(v.kind, b_.unary(i.op == Opcode::Neg ? Op::Neg : Op::Not, v.kind == StackKind::ByRef ? as_i64(v) : v.node));
    return true;
  }
  if (i.op == Opcode::Shl || i.op == Opcode::Shr || i.op == Opcode::ShrUn) {
    Value count = pop(), v = pop();
    const Op op = i.op == Opcode::Shl ? Op::Shl : i.op == Opcode::Shr ? Op::Shr : Op::ShrUn;
    push(v.kind, b_.add(op, v.node->type, {v.node, as_int32(count)}));
    return true;
  }
  if (i.op == Opcode::Ckfinite) unsupported("ckfinite");
  const Op op = binary_op(i.op);
  if (op == Op::Copy) return false;

  Value right = pop(), left = pop();
  const StackKind kind = load::il::binary_result(i, left.kind, right.kind);
  // A byref plus an integer stays an address that the collector can follow; the difference of two byrefs is an integer.
  if (kind == StackKind::ByRef && (op == Op::Add || op == Op::Sub)) {
    const bool left_is_ref = left.kind == StackKind::ByRef;
    Node* base = as(left_is_ref ? left : right, hir::Type::Ptr);
    Node* offset = as_i64(left_is_ref ? right : left);
    if (op == Op::Sub) offset = b_.unary(Op::Neg, offset);
    push(StackKind::ByRef, b_.add(Op::PtrAdd, hir::Type::Ptr, {base, offset}));
    return true;
  }
  const hir::Type t = hir_type(kind == StackKind::ByRef ? StackKind::NativeInt : kind);
  Node* a = as(left, t);
  Node* b = as(right, t);
  switch (op) {
    case Op::AddOvf: case Op::AddOvfUn: case Op::SubOvf: case Op::SubOvfUn: case Op::MulOvf: case Op::MulOvfUn:
      push(kind, b_.checked(op, a, b, state()));
      return true;
    case Op::Div: case Op::Rem: case Op::DivUn: case Op::RemUn:
      if (hir::is_int(t)) {
        const bool is_signed = op == Op::Div || op == Op::Rem;
        if (!(b->is_const() && b->imm != 0)) {
          Node* not_zero = t == hir::Type::I64 ? b_.binary(Op::CmpNe, b, b_.i64(0)) : b;
          require(not_zero, true, loop::ExitReason::DivideByZero, abi::Helper::ThrowDivideByZero);
        }
        if (is_signed && !(b->is_const() && b->imm != -1)) {
          Node* minus_one = t == hir::Type::I32 ? b_.i32(-1) : b_.i64(-1);
          Node* lowest = t == hir::Type::I32 ? b_.i32(INT32_MIN) : b_.i64(INT64_MIN);
          Node* both = b_.binary(Op::And, b_.binary(Op::CmpEq, b, minus_one), b_.binary(Op::CmpEq, a, lowest));
          require(both, false, loop::ExitReason::Overflow, abi::Helper::ThrowOverflow);
        }
      }
      push(kind, b_.binary(op, a, b));
      return true;
    default: push(kind, b_.binary(op, a, b)); return true;
  }
}

Node* Frame::compare_values(Op op, const Value& left, const Value& right) {
  hir::Type t = left.node->type;
  if (left.node->type != right.node->type) {
    if (hir::is_float(left.node->type) || hir::is_float(right.node->type)) t = hir::Type::F64;
    else if (left.node->type == hir::Type::Ref || right.node->type == hir::Type::Ref)
      t = (left.node->is_const(0) || right.node->is_const(0)) && !hir::is_int(left.node->type) && !hir::is_int(right.node->type) ? hir::Type::Ptr : hir::Type::I64;
    else t = hir::Type::I64;
  }
  if (t == hir::Type::Ref && op != Op::CmpEq && op != Op::CmpNe && op != Op::CmpGtUn && op != Op::CmpLtUn && op != Op::CmpGeUn && op != Op::CmpLeUn) t = hir::Type::I64;
  if (t == hir::Type::Ptr) {
    switch (op) {  // signed comparison of addresses: what III.1.5 leaves unverifiable
      case Op::CmpLt: case Op::CmpLe: case Op::CmpGt: case Op::CmpGe: t = hir::Type::I64; break;
      default: break;
    }
  }
  auto in = [&](const Value& v) { return v.node->type == t ? v.node : as(v, t); };
  return b_.binary(op, in(left), in(right));
}

bool Frame::translate_conversion(const Instruction& i) {
  using hir::Type;
  // Target of the unchecked conversions; unsigned_source for conv.r.un.
  auto to_int = [&](MemKind target, StackKind kind) {
    Value v = pop();
    Node* n = v.node;
    const bool wide = mem_size(target) == 8;
    if (hir::is_float(n->type)) {
      n = b_.convert(Op::FloatToInt, wide ? Type::I64 : Type::I32, n);  // as Mono and baseline code: narrow ones through 32 bits
    } else if (hir::is_address(n->type)) {
      n = as(v, Type::I64);
    }
    if (!wide && n->type == Type::I64) n = b_.convert(Op::Trunc, Type::I32, n);
    switch (target) {
      case MemKind::I8: n = b_.convert(Op::Sext8, Type::I32, n); break;
      case MemKind::U8: n = b_.convert(Op::Zext8, Type::I32, n); break;
      case MemKind::I16: n = b_.convert(Op::Sext16, Type::I32, n); break;
      case MemKind::U16: n = b_.convert(Op::Zext16, Type::I32, n); break;
      default: break;
    }
    push(kind, n);
  };
  auto to_wide = [&](bool sign, StackKind kind) {
    Value v = pop();
    if (v.kind == StackKind::ByRef && kind == StackKind::NativeInt) {  // conv.u of a byref: `fixed`; stays a followable address
      push(StackKind::NativeInt, as(v, Type::I64), v.type);
      return;
    }
    Node* n = v.node;
    if (n->type == Type::I32) n = b_.convert(sign ? Op::Sext32 : Op::Zext32, Type::I64, n);
    else if (hir::is_float(n->type)) {
      if (!sign) {
        if (n->type == Type::F32) n = b_.convert(Op::FExt, Type::F64, n);
        n = b_.call_helper(abi::Helper::DoubleToUInt64, {n});
      } else {
        n = b_.convert(Op::FloatToInt, Type::I64, n);
      }
    } else n = as(v, Type::I64);
    push(kind, n);
  };
  switch (i.op) {
    case Opcode::ConvI1: to_int(MemKind::I8, StackKind::Int32); return true;
    case Opcode::ConvU1: to_int(MemKind::U8, StackKind::Int32); return true;
    case Opcode::ConvI2: to_int(MemKind::I16, StackKind::Int32); return true;
    case Opcode::ConvU2: to_int(MemKind::U16, StackKind::Int32); return true;
    case Opcode::ConvI4: to_int(MemKind::I32, StackKind::Int32); return true;
    case Opcode::ConvU4: {
      if (hir::is_float(top().node->type)) {
        Value v = pop();
        push(StackKind::Int32, b_.convert(Op::Trunc, Type::I32, b_.convert(Op::FloatToInt, Type::I64, v.node)));
      } else {
        to_int(MemKind::I32, StackKind::Int32);
      }
      return true;
    }
    case Opcode::ConvI8: to_wide(true, StackKind::Int64); return true;
    case Opcode::ConvU8: to_wide(false, StackKind::Int64); return true;
    case Opcode::ConvI: to_wide(true, StackKind::NativeInt); return true;
    case Opcode::ConvU: to_wide(false, StackKind::NativeInt); return true;
    case Opcode::ConvR4: {
      Value v = pop();
      push(StackKind::Float32, hir::is_float(v.node->type) ? as(v, Type::F32) : b_.convert(Op::IntToFloat, Type::F32, v.node));
      return true;
    }
    case Opcode::ConvR8: {
      Value v = pop();
      push(StackKind::Float64, hir::is_float(v.node->type) ? as(v, Type::F64) : b_.convert(Op::IntToFloat, Type::F64, v.node));
      return true;
    }
    case Opcode::ConvRUn: {
      Value v = pop();
      push(StackKind::Float64, hir::is_float(v.node->type) ? as(v, Type::F64) : b_.convert(Op::UIntToFloat, Type::F64, v.node));
      return true;
    }
    default: return translate_checked_conversion(i);
  }
}

// conv.ovf.*: the value must survive the round trip; otherwise baseline code throws.
bool Frame::translate_checked_conversion(const Instruction& i) {
  using hir::Type;
  struct Row { Opcode op; MemKind kind; bool unsigned_target, unsigned_source; StackKind result; };
  static const Row rows[] = {
      {Opcode::ConvOvfI1, MemKind::I8, false, false, StackKind::Int32},     {Opcode::ConvOvfU1, MemKind::U8, true, false, StackKind::Int32},
      {Opcode::ConvOvfI2, MemKind::I16, false, false, StackKind::Int32},    {Opcode::ConvOvfU2, MemKind::U16, true, false, StackKind::Int32},
      {Opcode::ConvOvfI4, MemKind::I32, false, false, StackKind::Int32},    {Opcode::ConvOvfU4, MemKind::I32, true, false, StackKind::Int32},
      {Opcode::ConvOvfI8, MemKind::I64, false, false, StackKind::Int64},    {Opcode::ConvOvfU8, MemKind::I64, true, false, StackKind::Int64},
      {Opcode::ConvOvfI, MemKind::I64, false, false, StackKind::NativeInt}, {Opcode::ConvOvfU, MemKind::I64, true, false, StackKind::NativeInt},
      {Opcode::ConvOvfI1Un, MemKind::I8, false, true, StackKind::Int32},    {Opcode::ConvOvfU1Un, MemKind::U8, true, true, StackKind::Int32},
      {Opcode::ConvOvfI2Un, MemKind::I16, false, true, StackKind::Int32},   {Opcode::ConvOvfU2Un, MemKind::U16, true, true, StackKind::Int32},
      {Opcode::ConvOvfI4Un, MemKind::I32, false, true, StackKind::Int32},   {Opcode::ConvOvfU4Un, MemKind::I32, true, true, StackKind::Int32},
      {Opcode::ConvOvfI8Un, MemKind::I64, false, true, StackKind::Int64},   {Opcode::ConvOvfU8Un, MemKind::I64, true, true, StackKind::Int64},
      {Opcode::ConvOvfIUn, MemKind::I64, false, true, StackKind::NativeInt}, {Opcode::ConvOvfUUn, MemKind::I64, true, true, StackKind::NativeInt}};
  for (const Row& row : rows) {
    if (row.op != i.op) continue;
    Value v = pop();
    if (hir::is_float(v.node->type)) {
      // Rare: baseline code does it, and throws if need be.
      Node* d = as(v, Type::F64);
      Node* l = b_.call_helper(abi::Helper::CheckedDoubleToInt64, {d, b_.i32(static_cast<int32_t>(load::il::info(i.op).code & 0xff))}, throw_state());
      push(row.result, mem_size(row.kind) == 8 ? l : b_.convert(Op::Trunc, Type::I32, l));
      return true;
    }
    Node* wide = v.node->type == Type::I32 ? b_.convert(row.unsigned_source ? Op::Zext32 : Op::Sext32, Type::I64, v.node) : as(v, Type::I64);
    const uint32_t bits = mem_size(row.kind) * 8;
    if (bits == 64) {
      // Only the sign can be wrong, and only between signed and unsigned (an unsigned 32-bit source always fits).
      if (row.unsigned_target != row.unsigned_source && !(v.node->type == Type::I32 && row.unsigned_source))
        require(b_.binary(Op::CmpGe, wide, b_.i64(0)), true, loop::ExitReason::Overflow, abi::Helper::ThrowOverflow);
      push(row.result, wide);
      return true;
    }
    const int64_t lowest = row.unsigned_target ? 0 : -(int64_t{1} << (bits - 1));
    const int64_t highest = row.unsigned_target ? (int64_t{1} << bits) - 1 : (int64_t{1} << (bits - 1)) - 1;
    if (row.unsigned_source && v.node->type == Type::I64) {
      require(b_.binary(Op::CmpLeUn, wide, b_.i64(highest)), true, loop::ExitReason::Overflow, abi::Helper::ThrowOverflow);
    } else {
      // lowest <= wide <= highest as one unsigned comparison
      Node* shifted = b_.binary(Op::Sub, wide, b_.i64(lowest));
      require(b_.binary(Op::CmpLeUn, shifted, b_.i64(highest - lowest)), true, loop::ExitReason::Overflow, abi::Helper::ThrowOverflow);
    }
    push(row.result, b_.convert(Op::Trunc, Type::I32, wide));
    return true;
  }
  return false;
}

}  // namespace rapgo::compile::il2hir
