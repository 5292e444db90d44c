// Loads, stores, addresses, copies, atomics.
#include <llvm/IR/MDBuilder.h>

#include "abi/object.h"
#include "abi/type_head.h"
#include "compile/hir2llvm/lowering.h"

namespace rapgo::compile::hir2llvm {

using namespace llvm;
namespace hi = rapgo::compile::hir;
using hi::MemKind;
using hi::Op;

static llvm::Type* memory_type(IRBuilder<>& b, MemKind k) {
  switch (k) {
    case MemKind::I8: case MemKind::U8: return b.getInt8Ty();
    case MemKind::I16: case MemKind::U16: return b.getInt16Ty();
    case MemKind::I32: return b.getInt32Ty();
    case MemKind::I64: return b.getInt64Ty();
    case MemKind::F32: return b.getFloatTy();
    case MemKind::F64: return b.getDoubleTy();
    case MemKind::Ref: case MemKind::Ptr: return b.getPtrTy();
  }
  return nullptr;
}

Value* Lowering::address(V base, int64_t offset) {
  return offset ? b_.CreateConstGEP1_64(b_.getInt8Ty(), base, static_cast<uint64_t>(offset)) : base;
}

Value* Lowering::element_address(const hi::Node* array, const hi::Node* index, uint32_t size) {
  // The index passed its check: below 2^31 and not negative, which `zext nneg` tells LLVM's loop analyses.
  V i = b_.CreateZExt(value(index), b_.getInt64Ty(), "", true);
  V data = b_.CreateConstInBoundsGEP1_64(b_.getInt8Ty(), value(array), abi::kArrayDataOffset);
  if (size == 1 || size == 2 || size == 4 || size == 8)
    return b_.CreateInBoundsGEP(b_.getIntNTy(size * 8), data, i);
  return b_.CreateInBoundsGEP(ArrayType::get(b_.getInt8Ty(), size), data, i);
}

void Lowering::mark_invariant(Instruction* i) { i->setMetadata(LLVMContext::MD_invariant_load, MDNode::get(c_, {})); }

// Alias classes of the HIR as type-based alias metadata: siblings under one root never overlap; Any carries no tag.
void Lowering::tag(Instruction* i, const hi::Memory& m) {
  if (m.immutable && isa<LoadInst>(i)) mark_invariant(i);
  uint32_t key;
  switch (m.alias) {
    case hi::AliasKind::Field: key = m.alias_id; break;
    case hi::AliasKind::Static: key = m.alias_id; break;
    case hi::AliasKind::Element: {
      if (m.alias_id) return;
      static const uint8_t group[] = {1, 1, 2, 2, 3, 4, 5, 6, 7, 8};  // sbyte[] and byte[] may be the same array
      key = group[static_cast<int>(m.kind)];
      break;
    }
    default: return;
  }
  if (!key) return;
  MDNode*& t = tbaa_[key];
  if (!t) {
    MDBuilder md(c_);
    MDNode* root = md.createTBAARoot("rapgo");
    MDNode* scalar = md.createTBAAScalarTypeNode("t" + std::to_string(key), root);
    t = md.createTBAAStructTagNode(scalar, scalar, 0);
  }
  i->setMetadata(LLVMContext::MD_tbaa, t);
}

Value* Lowering::load(V at, const hi::Memory& m) {
  auto align = Align(m.unaligned ? 1 : hi::mem_size(m.kind));
  auto* i = b_.CreateAlignedLoad(memory_type(b_, m.kind), at, align);
  if (m.is_volatile && !m.unaligned && !m.poll) {
    i->setAtomic(AtomicOrdering::Acquire);
  } else if (m.is_volatile) {
    i->setVolatile(true);
  } else if (m.kind == MemKind::Ref && !m.unaligned) {
    i->setAtomic(AtomicOrdering::Unordered);
  }
  tag(i, m);
  switch (m.kind) {
    case MemKind::I8: case MemKind::I16: return b_.CreateSExt(i, b_.getInt32Ty());
    case MemKind::U8: case MemKind::U16: return b_.CreateZExt(i, b_.getInt32Ty());
    default: return i;
  }
}

void Lowering::store(V at, V v, const hi::Memory& m) {
  auto* t = memory_type(b_, m.kind);
  if (t->isIntegerTy() && v->getType()->isPointerTy()) v = b_.CreatePtrToInt(v, b_.getInt64Ty());
  if (t->isPointerTy() && v->getType()->isIntegerTy()) v = b_.CreateIntToPtr(v, t);
  if (t->isIntegerTy() && v->getType() != t) v = b_.CreateTrunc(v, t);
  auto* i = b_.CreateAlignedStore(v, at, Align(m.unaligned ? 1 : hi::mem_size(m.kind)));
  if (m.is_volatile && !m.unaligned) {
    i->setAtomic(AtomicOrdering::Release);
  } else if (m.is_volatile) {
    i->setVolatile(true);
  } else if (m.kind == MemKind::Ref && !m.unaligned) {
    i->setAtomic(AtomicOrdering::Unordered);
  }
  tag(i, m);
}

Value* Lowering::type_word(V object) {
  auto* i = b_.CreateAlignedLoad(b_.getInt32Ty(), object, Align(4));
  mark_invariant(i);
  return i;
}

// Values with references travel as whole words, so that the collector never sees half of one.
void Lowering::copy_words(V dst, V src, int64_t bytes) {
  hi::Memory m;
  m.kind = MemKind::Ref;
  for (int64_t at = 0; at + 8 <= bytes; at += 8) store(address(dst, at), load(address(src, at), m), m);
}

static bool is_null(const hi::Node* n) { return n->is_const(0) && n->type == hi::Type::Ref; }

bool Lowering::lower_memory(const hi::Node* n) {
  auto in = [&](size_t i) { return value(n->operands[i]); };
  switch (n->op) {
    case Op::PtrAdd:
      define(n, address(b_.CreateGEP(b_.getInt8Ty(), in(0), in(1)), n->imm));
      return true;
    case Op::FieldAddr: define(n, address(in(0), n->imm)); return true;
    case Op::ElemAddr: define(n, element_address(n->operands[0], n->operands[1], static_cast<uint32_t>(n->imm))); return true;
    case Op::Load: define(n, load(address(in(0), n->imm), n->mem)); return true;
    case Op::Store: store(address(in(0), n->imm), in(1), n->mem); return true;
    case Op::LoadElem:
      define(n, load(element_address(n->operands[0], n->operands[1], hi::mem_size(n->mem.kind)), n->mem));
      return true;
    case Op::StoreElem:
      store(element_address(n->operands[0], n->operands[1], hi::mem_size(n->mem.kind)), in(2), n->mem);
      return true;
    case Op::StoreRef: {
      V at = address(in(0), n->imm);
      // null needs no barrier: it creates no old-to-young reference.
      if (is_null(n->operands[1])) store(at, in(1), n->mem);
      else call_helper(abi::Helper::StoreRef, {at, in(1)}, n);
      return true;
    }
    case Op::StoreRefElem: {
      V at = element_address(n->operands[0], n->operands[1], 8);
      if (is_null(n->operands[2])) store(at, in(2), n->mem);
      else call_helper(abi::Helper::StoreRef, {at, in(2)}, n);
      return true;
    }
    case Op::Length: {
      auto* i = b_.CreateAlignedLoad(b_.getInt32Ty(), address(in(0), abi::kArrayLengthOffset), Align(4));
      mark_invariant(i);
      i->setMetadata(LLVMContext::MD_range, MDBuilder(c_).createRange(APInt(32, 0), APInt(32, 0x7fffffff)));
      define(n, i);
      return true;
    }
    case Op::Bound:
    case Op::LowerBound: {
      auto* offset = b_.CreateAlignedLoad(b_.getInt32Ty(), address(in(0), offsetof(abi::Array, bounds_offset)), Align(4));
      mark_invariant(offset);
      V bounds = b_.CreateGEP(b_.getInt64Ty(), in(0), b_.CreateZExt(offset, b_.getInt64Ty(), "", true));
      const bool lower = n->op == Op::LowerBound;
      auto* i = b_.CreateAlignedLoad(b_.getInt32Ty(), address(bounds, 8 * n->imm + (lower ? offsetof(abi::ArrayBound, lower) : offsetof(abi::ArrayBound, length))), Align(4));
      mark_invariant(i);
      if (!lower) i->setMetadata(LLVMContext::MD_range, MDBuilder(c_).createRange(APInt(32, 0), APInt(32, 0x7fffffff)));
      define(n, i);
      return true;
    }
    case Op::TypeWord: define(n, type_word(in(0))); return true;
    case Op::MemZero:
      if (n->imm > 1024) call_helper(abi::Helper::MemSet, {address(in(0), n->imm2), b_.getInt32(0), b_.getInt64(static_cast<uint64_t>(n->imm))}, n);
      else b_.CreateMemSetInline(address(in(0), n->imm2), MaybeAlign(1), b_.getInt8(0), b_.getInt64(static_cast<uint64_t>(n->imm)));
      return true;
    case Op::MemCopy:
      if (n->mem.kind == MemKind::Ref) {
        if (n->imm % 8) throw Unsupported{"copy of references in broken words"};
        if (n->imm <= 64) copy_words(in(0), in(1), n->imm);
        else call_helper(abi::Helper::CopyRefs, {in(0), in(1), b_.getInt64(static_cast<uint64_t>(n->imm / 8))}, n);
      } else if (n->imm <= 256) {
        // Equal addresses are allowed: memmove, which is expanded inline for constant sizes of few registers.
        auto* t = n->imm <= 128 ? b_.getIntNTy(static_cast<unsigned>(n->imm * 8)) : nullptr;
        if (t && (n->imm & (n->imm - 1)) == 0 && n->imm <= 8) b_.CreateAlignedStore(b_.CreateAlignedLoad(t, in(1), Align(1)), in(0), Align(1));
        else b_.CreateMemMove(in(0), MaybeAlign(1), in(1), MaybeAlign(1), b_.getInt64(static_cast<uint64_t>(n->imm)));
      } else {
        call_helper(abi::Helper::MemCopy, {in(0), in(1), b_.getInt64(static_cast<uint64_t>(n->imm))}, n);
      }
      return true;
    case Op::CopyStruct:
      call_helper(abi::Helper::CopyStruct, {in(0), in(1), symbol_address(n->symbol)}, n);
      return true;
    case Op::AtomicAdd:
    case Op::AtomicXchg:
      define(n, b_.CreateAtomicRMW(n->op == Op::AtomicAdd ? AtomicRMWInst::Add : AtomicRMWInst::Xchg, address(in(0), n->imm), in(1),
                                   Align(hi::size_of(n->type)), AtomicOrdering::SequentiallyConsistent));
      return true;
    case Op::AtomicCas: {
      auto* x = b_.CreateAtomicCmpXchg(address(in(0), n->imm), in(2), in(1), Align(hi::size_of(n->type)),
                                       AtomicOrdering::SequentiallyConsistent, AtomicOrdering::SequentiallyConsistent);
      define(n, b_.CreateExtractValue(x, 0));
      return true;
    }
    case Op::Fence: b_.CreateFence(AtomicOrdering::SequentiallyConsistent); return true;
    default: return false;
  }
}

}  // namespace rapgo::compile::hir2llvm
