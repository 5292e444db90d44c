// Constants, arithmetic, comparison, conversion.
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/IntrinsicsX86.h>

#include "compile/hir2llvm/lowering.h"

namespace rapgo::compile::hir2llvm {

using namespace llvm;
namespace hi = rapgo::compile::hir;
using hi::Op;

Value* Lowering::constant(const hi::Node* n) {
  switch (n->type) {
    case hi::Type::I32: return b_.getInt32(static_cast<uint32_t>(n->imm));
    case hi::Type::I64: return b_.getInt64(static_cast<uint64_t>(n->imm));
    case hi::Type::F32: return ConstantFP::get(c_, APFloat(APFloat::IEEEsingle(), APInt(32, static_cast<uint32_t>(n->imm))));
    case hi::Type::F64: return ConstantFP::get(c_, APFloat(APFloat::IEEEdouble(), APInt(64, static_cast<uint64_t>(n->imm))));
    default:
      if (n->imm == 0) return ConstantPointerNull::get(b_.getPtrTy());
      return ConstantExpr::getIntToPtr(b_.getInt64(static_cast<uint64_t>(n->imm)), b_.getPtrTy());
  }
}

Value* Lowering::condition(const hi::Node* n) {
  auto it = conditions_.find(n);
  if (it != conditions_.end()) return it->second;
  V v = value(n);
  return b_.CreateICmpNE(v, ConstantInt::get(v->getType(), 0));
}

Value* Lowering::lower_compare(const hi::Node* n) {
  V a = value(n->operands[0]), c = value(n->operands[1]);
  bool fp = hi::is_float(n->operands[0]->type);
  CmpInst::Predicate p;
  switch (n->op) {
    case Op::CmpEq: p = fp ? CmpInst::FCMP_OEQ : CmpInst::ICMP_EQ; break;
    case Op::CmpNe: p = fp ? CmpInst::FCMP_UNE : CmpInst::ICMP_NE; break;
    case Op::CmpLt: p = fp ? CmpInst::FCMP_OLT : CmpInst::ICMP_SLT; break;
    case Op::CmpLe: p = fp ? CmpInst::FCMP_OLE : CmpInst::ICMP_SLE; break;
    case Op::CmpGt: p = fp ? CmpInst::FCMP_OGT : CmpInst::ICMP_SGT; break;
    case Op::CmpGe: p = fp ? CmpInst::FCMP_OGE : CmpInst::ICMP_SGE; break;
    case Op::CmpLtUn: p = fp ? CmpInst::FCMP_ULT : CmpInst::ICMP_ULT; break;
    case Op::CmpLeUn: p = fp ? CmpInst::FCMP_ULE : CmpInst::ICMP_ULE; break;
    case Op::CmpGtUn: p = fp ? CmpInst::FCMP_UGT : CmpInst::ICMP_UGT; break;
    case Op::CmpGeUn: p = fp ? CmpInst::FCMP_UGE : CmpInst::ICMP_UGE; break;
    default: return nullptr;
  }
  V bit = fp ? b_.CreateFCmp(p, a, c) : b_.CreateICmp(p, a, c);
  conditions_[n] = bit;
  return bool_to_i32(bit);
}

bool Lowering::lower_arith(const hi::Node* n) {
  auto in = [&](size_t i) { return value(n->operands[i]); };
  bool fp = hi::is_float(n->type);
  auto masked = [&](V count) {
    V m = b_.CreateAnd(count, b_.getInt32(n->type == hi::Type::I64 ? 63 : 31));
    return b_.CreateZExt(m, type(n->type));
  };
  auto intrinsic = [&](Intrinsic::ID id) { return b_.CreateUnaryIntrinsic(id, in(0)); };
  auto narrow = [&](llvm::Type* t, bool sign) {
    V v = b_.CreateTrunc(in(0), t);
    return sign ? b_.CreateSExt(v, b_.getInt32Ty()) : b_.CreateZExt(v, b_.getInt32Ty());
  };
  V r = nullptr;
  switch (n->op) {
    case Op::Add: r = fp ? b_.CreateFAdd(in(0), in(1)) : b_.CreateAdd(in(0), in(1), "", n->imm2 == 1, n->imm2 == 1); break;
    case Op::Sub: r = fp ? b_.CreateFSub(in(0), in(1)) : b_.CreateSub(in(0), in(1)); break;
    case Op::Mul: r = fp ? b_.CreateFMul(in(0), in(1)) : b_.CreateMul(in(0), in(1), "", n->imm2 == 1, n->imm2 == 1); break;
    case Op::Div: r = fp ? b_.CreateFDiv(in(0), in(1)) : b_.CreateSDiv(in(0), in(1)); break;
    case Op::DivUn: r = b_.CreateUDiv(in(0), in(1)); break;
    case Op::Rem:
      r = fp ? call_helper(n->type == hi::Type::F32 ? abi::Helper::FModF : abi::Helper::FMod, {in(0), in(1)}, n)
             : b_.CreateSRem(in(0), in(1));
      break;
    case Op::RemUn: r = b_.CreateURem(in(0), in(1)); break;
    case Op::And: r = b_.CreateAnd(in(0), in(1)); break;
    case Op::Or: r = b_.CreateOr(in(0), in(1)); break;
    case Op::Xor: r = b_.CreateXor(in(0), in(1)); break;
    case Op::Shl: r = b_.CreateShl(in(0), masked(in(1))); break;
    case Op::Shr: r = b_.CreateAShr(in(0), masked(in(1))); break;
    case Op::ShrUn: r = b_.CreateLShr(in(0), masked(in(1))); break;
    case Op::Neg: r = fp ? b_.CreateFNeg(in(0)) : b_.CreateNeg(in(0)); break;
    case Op::Not: r = b_.CreateNot(in(0)); break;
    case Op::AddOvf: case Op::AddOvfUn: case Op::SubOvf: case Op::SubOvfUn: case Op::MulOvf: case Op::MulOvfUn:
      lower_checked(n);
      return true;
    case Op::CmpEq: case Op::CmpNe: case Op::CmpLt: case Op::CmpLe: case Op::CmpGt: case Op::CmpGe:
    case Op::CmpLtUn: case Op::CmpLeUn: case Op::CmpGtUn: case Op::CmpGeUn:
      r = lower_compare(n);
      break;
    case Op::Select: r = b_.CreateSelect(condition(n->operands[0]), in(1), in(2)); break;
    case Op::Sext8: r = narrow(b_.getInt8Ty(), true); break;
    case Op::Sext16: r = narrow(b_.getInt16Ty(), true); break;
    case Op::Zext8: r = narrow(b_.getInt8Ty(), false); break;
    case Op::Zext16: r = narrow(b_.getInt16Ty(), false); break;
    case Op::Sext32: r = b_.CreateSExt(in(0), b_.getInt64Ty()); break;
    case Op::Zext32: r = b_.CreateZExt(in(0), b_.getInt64Ty()); break;
    case Op::Trunc: r = b_.CreateTrunc(in(0), b_.getInt32Ty()); break;
    case Op::IntToFloat: r = b_.CreateSIToFP(in(0), type(n->type)); break;
    case Op::UIntToFloat: r = b_.CreateUIToFP(in(0), type(n->type)); break;
    case Op::FloatToInt: {
      // fptosi is poison out of range; the machine's instruction is what Mono's answer is.
      bool wide = n->type == hi::Type::I64, d = n->operands[0]->type == hi::Type::F64;
      auto id = d ? (wide ? Intrinsic::x86_sse2_cvttsd2si64 : Intrinsic::x86_sse2_cvttsd2si)
                  : (wide ? Intrinsic::x86_sse_cvttss2si64 : Intrinsic::x86_sse_cvttss2si);
      auto* vec = FixedVectorType::get(in(0)->getType(), d ? 2 : 4);
      V x = b_.CreateInsertElement(PoisonValue::get(vec), in(0), b_.getInt32(0));
      r = b_.CreateIntrinsic(id, {}, {x});
      break;
    }
    case Op::FExt: r = b_.CreateFPExt(in(0), b_.getDoubleTy()); break;
    case Op::FTrunc: r = b_.CreateFPTrunc(in(0), b_.getFloatTy()); break;
    case Op::Bitcast: {
      V v = in(0);
      bool to_ptr = hi::is_address(n->type), from_ptr = hi::is_address(n->operands[0]->type);
      if (to_ptr && from_ptr) r = v;
      else if (to_ptr) r = b_.CreateIntToPtr(v, b_.getPtrTy());
      else if (from_ptr) r = b_.CreatePtrToInt(v, type(n->type));
      else r = b_.CreateBitCast(v, type(n->type));
      break;
    }
    case Op::Sqrt: r = intrinsic(Intrinsic::sqrt); break;
    case Op::FAbs: r = intrinsic(Intrinsic::fabs); break;
    case Op::Floor: r = intrinsic(Intrinsic::floor); break;
    case Op::Ceil: r = intrinsic(Intrinsic::ceil); break;
    case Op::Round: r = intrinsic(Intrinsic::roundeven); break;
    case Op::TruncF: r = intrinsic(Intrinsic::trunc); break;
    case Op::PopCount: r = intrinsic(Intrinsic::ctpop); break;
    case Op::LeadingZeros: r = b_.CreateBinaryIntrinsic(Intrinsic::ctlz, in(0), b_.getFalse()); break;
    case Op::TrailingZeros: r = b_.CreateBinaryIntrinsic(Intrinsic::cttz, in(0), b_.getFalse()); break;
    default: return false;
  }
  define(n, r);
  return true;
}

void Lowering::lower_checked(const hi::Node* n) {
  Intrinsic::ID id;
  switch (n->op) {
    case Op::AddOvf: id = Intrinsic::sadd_with_overflow; break;
    case Op::AddOvfUn: id = Intrinsic::uadd_with_overflow; break;
    case Op::SubOvf: id = Intrinsic::ssub_with_overflow; break;
    case Op::SubOvfUn: id = Intrinsic::usub_with_overflow; break;
    case Op::MulOvf: id = Intrinsic::smul_with_overflow; break;
    default: id = Intrinsic::umul_with_overflow; break;
  }
  V pair = b_.CreateBinaryIntrinsic(id, value(n->operands[0]), value(n->operands[1]));
  V sum = b_.CreateExtractValue(pair, 0);
  guard(b_.CreateNot(b_.CreateExtractValue(pair, 1)), n);
  define(n, sum);
}

}  // namespace rapgo::compile::hir2llvm
