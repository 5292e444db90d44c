#include "compile/passes/fold.h"

#include <bit>
#include <cmath>
#include <limits>

namespace rapgo::compile::passes {

using hir::Node;
using hir::Op;
using hir::Type;

namespace {

template <class S>
bool fold_int(Op op, S a, S b, S* r) {
  using U = std::make_unsigned_t<S>;
  U ua = static_cast<U>(a), ub = static_cast<U>(b);
  constexpr int kMask = sizeof(S) * 8 - 1;
  bool division = op == Op::Div || op == Op::Rem || op == Op::DivUn || op == Op::RemUn;
  if (division && (b == 0 || (a == std::numeric_limits<S>::min() && b == -1 && (op == Op::Div || op == Op::Rem)))) return false;
  switch (op) {
    case Op::Add: *r = static_cast<S>(ua + ub); return true;
    case Op::Sub: *r = static_cast<S>(ua - ub); return true;
    case Op::Mul: *r = static_cast<S>(static_cast<uint64_t>(ua) * static_cast<uint64_t>(ub)); return true;
    case Op::Div: *r = a / b; return true;
    case Op::Rem: *r = a % b; return true;
    case Op::DivUn: *r = static_cast<S>(ua / ub); return true;
    case Op::RemUn: *r = static_cast<S>(ua % ub); return true;
    case Op::And: *r = a & b; return true;
    case Op::Or: *r = a | b; return true;
    case Op::Xor: *r = a ^ b; return true;
    case Op::Shl: *r = static_cast<S>(ua << (b & kMask)); return true;
    case Op::Shr: *r = a >> (b & kMask); return true;
    case Op::ShrUn: *r = static_cast<S>(ua >> (b & kMask)); return true;
    case Op::AddOvf: return !__builtin_add_overflow(a, b, r);
    case Op::SubOvf: return !__builtin_sub_overflow(a, b, r);
    case Op::MulOvf: return !__builtin_mul_overflow(a, b, r);
    case Op::AddOvfUn: { U u; bool o = __builtin_add_overflow(ua, ub, &u); *r = static_cast<S>(u); return !o; }
    case Op::SubOvfUn: { U u; bool o = __builtin_sub_overflow(ua, ub, &u); *r = static_cast<S>(u); return !o; }
    case Op::MulOvfUn: { U u; bool o = __builtin_mul_overflow(ua, ub, &u); *r = static_cast<S>(u); return !o; }
    default: return false;
  }
}

template <class T>
bool compare(Op op, T a, T b, bool* r) {
  using U = std::conditional_t<std::is_integral_v<T>, std::make_unsigned<T>, std::type_identity<T>>::type;
  U ua = static_cast<U>(a), ub = static_cast<U>(b);
  constexpr bool kFloat = std::is_floating_point_v<T>;
  bool unordered = kFloat && (a != a || b != b);
  switch (op) {
    case Op::CmpEq: *r = a == b; return true;
    case Op::CmpNe: *r = a != b; return true;
    case Op::CmpLt: *r = a < b; return true;
    case Op::CmpLe: *r = a <= b; return true;
    case Op::CmpGt: *r = a > b; return true;
    case Op::CmpGe: *r = a >= b; return true;
    case Op::CmpLtUn: *r = unordered || ua < ub; return true;
    case Op::CmpLeUn: *r = unordered || ua <= ub; return true;
    case Op::CmpGtUn: *r = unordered || ua > ub; return true;
    case Op::CmpGeUn: *r = unordered || ua >= ub; return true;
    default: return false;
  }
}

template <class F>
bool fold_float(Op op, F a, F b, F* r) {
  switch (op) {
    case Op::Add: *r = a + b; break;
    case Op::Sub: *r = a - b; break;
    case Op::Mul: *r = a * b; break;
    case Op::Div: *r = a / b; break;
    default: return false;
  }
  return *r == *r;  // the bits of a fresh NaN are the machine's business
}

double f64(const Node* n) { return std::bit_cast<double>(n->imm); }
float f32(const Node* n) { return std::bit_cast<float>(static_cast<uint32_t>(n->imm)); }
int64_t bits_of(float f) { return std::bit_cast<uint32_t>(f); }
int64_t bits_of(double d) { return std::bit_cast<int64_t>(d); }

bool fold_unary(const Node& n, int64_t* bits) {
  const Node* a = n.operands[0];
  auto i = static_cast<int32_t>(a->imm);
  switch (n.op) {
    case Op::Neg:
      if (n.type == Type::F64) *bits = a->imm ^ INT64_MIN;
      else if (n.type == Type::F32) *bits = (a->imm ^ 0x80000000) & 0xffffffff;
      else *bits = static_cast<int64_t>(0 - static_cast<uint64_t>(a->imm));
      return true;
    case Op::Not: *bits = ~a->imm; return true;
    case Op::Sext8: *bits = static_cast<int8_t>(i); return true;
    case Op::Sext16: *bits = static_cast<int16_t>(i); return true;
    case Op::Zext8: *bits = static_cast<uint8_t>(i); return true;
    case Op::Zext16: *bits = static_cast<uint16_t>(i); return true;
    case Op::Sext32: *bits = i; return true;
    case Op::Zext32: *bits = static_cast<uint32_t>(i); return true;
    case Op::Trunc: *bits = i; return true;
    case Op::IntToFloat: {
      int64_t v = a->type == Type::I32 ? i : a->imm;
      *bits = n.type == Type::F64 ? bits_of(static_cast<double>(v)) : bits_of(static_cast<float>(v));
      return true;
    }
    case Op::FloatToInt: {
      double v = a->type == Type::F64 ? f64(a) : f32(a);
      double limit = n.type == Type::I32 ? 2147483648.0 : 9223372036854775808.0;
      if (n.type == Type::I32) *bits = v > -limit - 1 && v < limit ? static_cast<int32_t>(v) : INT32_MIN;
      else *bits = v >= -limit && v < limit ? static_cast<int64_t>(v) : INT64_MIN;
      return true;
    }
    case Op::FExt:
      if (f32(a) != f32(a)) return false;
      *bits = bits_of(static_cast<double>(f32(a)));
      return true;
    case Op::FTrunc:
      if (f64(a) != f64(a)) return false;
      *bits = bits_of(static_cast<float>(f64(a)));
      return true;
    case Op::Bitcast:
      if (n.type == Type::I32) *bits = i;
      else if (n.type == Type::F32) *bits = static_cast<uint32_t>(i);
      else if (n.type == Type::F64 || n.type == Type::I64) *bits = a->imm;
      else return false;
      return true;
    case Op::Sqrt:
      if (n.type == Type::F64 && f64(a) >= 0) *bits = bits_of(std::sqrt(f64(a)));
      else if (n.type == Type::F32 && f32(a) >= 0) *bits = bits_of(std::sqrt(f32(a)));
      else return false;
      return true;
    case Op::FAbs:
      *bits = n.type == Type::F64 ? a->imm & INT64_MAX : a->imm & 0x7fffffff;
      return true;
    default: return false;
  }
}

}  // namespace

bool fold(const Node& n, int64_t* bits) {
  if (n.operands.empty() || n.op == Op::Phi || n.op == Op::Copy) return false;
  if (n.is_pure() == false && !n.has(hir::effect::Exit)) return false;
  for (const Node* o : n.operands)
    if (!o->is_const()) return false;
  if (n.operands.size() == 1) return n.is_pure() && fold_unary(n, bits);
  if (n.operands.size() != 2) return false;
  const Node *a = n.operands[0], *b = n.operands[1];
  bool r;
  switch (a->type) {
    case Type::I32: {
      auto x = static_cast<int32_t>(a->imm), y = static_cast<int32_t>(b->imm);
      if (compare(n.op, x, y, &r)) { *bits = r; return true; }
      int32_t v;
      if (n.type != Type::I32 || !fold_int(n.op, x, y, &v)) return false;
      *bits = v;
      return true;
    }
    case Type::I64: {
      if (b->type == Type::I64 && compare(n.op, a->imm, b->imm, &r)) { *bits = r; return true; }
      int64_t v;
      if (n.type != Type::I64 || !fold_int(n.op, a->imm, b->imm, &v)) return false;
      *bits = v;
      return true;
    }
    case Type::F64: {
      if (compare(n.op, f64(a), f64(b), &r)) { *bits = r; return true; }
      double v;
      if (n.type != Type::F64 || !fold_float(n.op, f64(a), f64(b), &v)) return false;
      *bits = bits_of(v);
      return true;
    }
    case Type::F32: {
      if (compare(n.op, f32(a), f32(b), &r)) { *bits = r; return true; }
      float v;
      if (n.type != Type::F32 || !fold_float(n.op, f32(a), f32(b), &v)) return false;
      *bits = bits_of(v);
      return true;
    }
    case Type::Ref: case Type::Ptr:
      if (compare(n.op, a->imm, b->imm, &r)) { *bits = r; return true; }
      return false;
    default: return false;
  }
}

}  // namespace rapgo::compile::passes
