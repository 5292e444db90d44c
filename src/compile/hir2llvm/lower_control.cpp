// Jumps, branches, returns; and what keeps bases alive in loops.
#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/MDBuilder.h>

#include <algorithm>

#include "compile/hir2llvm/lowering.h"

namespace rapgo::compile::hir2llvm {

using namespace llvm;
namespace hi = rapgo::compile::hir;
using hi::Op;

void Lowering::keep_alive(V v) {
  if (isa<Constant>(v)) return;
  auto* ft = FunctionType::get(b_.getVoidTy(), {v->getType()}, false);
  auto* call = b_.CreateCall(ft, InlineAsm::get(ft, "", "X", true), {v});
  call->addFnAttr(Attribute::NoUnwind);
  call->addFnAttr(Attribute::getWithMemoryEffects(c_, MemoryEffects::inaccessibleMemOnly()));
}

// LLVM may keep only `a - lo` of a loop's `a[i - lo]`: addresses that enter a loop are kept visible until its exits (DESIGN 4.3).
void Lowering::find_loop_bases() {
  for (auto* loop : loops_.all()) {
    auto& bases = loop_bases_[loop];
    for (auto* b : loop->blocks)
      for (auto* n : b->nodes) {
        // A byref that walks: where it started names the object even when it stands behind the end.
        bool walks = n->op == Op::Phi && n->type == hi::Type::Ptr;
        bool addresses = walks || n->has(hi::effect::Read) || n->has(hi::effect::Write) || n->op == Op::PtrAdd || n->op == Op::FieldAddr || n->op == Op::ElemAddr;
        if (!addresses) continue;
        for (auto* o : n->operands)
          if (hi::is_address(o->type) && !loop->contains(o->block) && o->op != Op::Const && o->op != Op::Symbol && o->op != Op::Slot &&
              !std::count(bases.begin(), bases.end(), o))
            bases.push_back(o);
      }
  }
}

static bool leaves_for_good(const hi::Block* b) {
  return b->terminator()->op == Op::Exit || b->terminator()->op == Op::Unreachable;
}

bool Lowering::has_way_out(const hi::Loop& l) {
  for (auto* b : l.blocks)
    for (auto* s : b->succs)
      if (!l.contains(s) && !leaves_for_good(s)) return true;
  return false;
}

// The LLVM block a terminator jumps to. Edges that leave loops go through a block that keeps the loops' bases alive.
BasicBlock* Lowering::edge_target(const hi::Block* from, size_t succ) {
  const hi::Block* to = from->succs[succ];
  BasicBlock* target = starts_.at(to);
  BasicBlock* source = b_.GetInsertBlock();
  // A loop that is never left but by exits has no place after it where its bases could be kept: they get a word of the frame before it.
  if (auto* in = loops_.innermost(to); in && in->header == to && !in->contains(from) && !has_way_out(*in))
    for (auto* n : loop_bases_[in]) {
      V v = value(n);
      if (isa<Constant>(v)) continue;
      IRBuilder<> at(&f_->getEntryBlock(), f_->getEntryBlock().begin());
      b_.CreateStore(v, at.CreateAlloca(v->getType()))->setVolatile(true);
    }
  std::vector<const hi::Node*> keep;
  for (auto* l = loops_.innermost(from); l; l = l->parent) {
    if (l->contains(to)) break;
    for (auto* n : loop_bases_[l])
      if (!std::count(keep.begin(), keep.end(), n)) keep.push_back(n);
  }
  size_t nth = static_cast<size_t>(std::count(from->succs.begin(), from->succs.begin() + static_cast<long>(succ), to));
  bool keeps = !keep.empty() && !leaves_for_good(to);
  // LLVM's phis cannot tell two edges from one block apart: further ones get a block of their own.
  if (keeps || nth > 0) {
    BasicBlock* middle = new_bb("leave");
    auto where = b_.saveIP();
    b_.SetInsertPoint(middle);
    for (auto* n : keep) keep_alive(value(n));
    b_.CreateBr(target);
    b_.restoreIP(where);
    source = target = middle;
  }
  edge_from_[{from, to, nth}] = source;
  return target;
}

bool Lowering::lower_control(const hi::Node* n) {
  const hi::Block* b = n->block;
  switch (n->op) {
    case Op::Jump: {
      auto* t = edge_target(b, 0);
      b_.CreateBr(t);
      return true;
    }
    case Op::Branch: {
      V c = condition(n->operands[0]);
      auto* t = edge_target(b, 0);
      auto* f = edge_target(b, 1);
      auto* br = b_.CreateCondBr(c, t, f);
      if (!n->weights.empty()) br->setMetadata(LLVMContext::MD_prof, MDBuilder(c_).createBranchWeights(n->weights[0] + 1, n->weights[1] + 1));
      return true;
    }
    case Op::Switch: {
      V v = value(n->operands[0]);
      size_t last = b->succs.size() - 1;
      auto* s = b_.CreateSwitch(v, edge_target(b, last), static_cast<unsigned>(last));
      for (size_t i = 0; i < last; i++) s->addCase(b_.getInt32(static_cast<uint32_t>(i)), edge_target(b, i));
      if (!n->weights.empty()) {
        std::vector<uint32_t> w{n->weights[last] + 1};
        for (size_t i = 0; i < last; i++) w.push_back(n->weights[i] + 1);
        s->setMetadata(LLVMContext::MD_prof, MDBuilder(c_).createBranchWeights(w));
      }
      return true;
    }
    case Op::Return: {
      if (n->operands.empty()) {
        b_.CreateRetVoid();
      } else if (n->operands.size() == 1) {
        b_.CreateRet(as_argument(value(n->operands[0]), type(g_.results[0])));
      } else {
        V pair = PoisonValue::get(result_type(g_.results));
        for (unsigned i = 0; i < 2; i++) pair = b_.CreateInsertValue(pair, as_argument(value(n->operands[i]), type(g_.results[i])), i);
        b_.CreateRet(pair);
      }
      return true;
    }
    case Op::Exit: exit_to(n, nullptr); return true;
    case Op::Unreachable: b_.CreateUnreachable(); return true;
    default: return false;
  }
}

}  // namespace rapgo::compile::hir2llvm
