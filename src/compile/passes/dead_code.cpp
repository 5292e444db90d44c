// Removes what no effect, state or terminator needs. Unused allocations go too: nobody can see that they did not happen.
#include <unordered_set>

#include "compile/passes/facts.h"
#include "compile/passes/optimization.h"

namespace rapgo::compile::passes {

namespace {

bool has_effect(const Node* n) {
  namespace effect = hir::effect;
  if (n->has(effect::Call)) return !(n->call && n->call->pure_helper);
  if (n->has(effect::Write) || n->has(effect::Exit) || n->has(effect::Term)) return true;
  if (n->has(effect::Read)) return n->mem.is_volatile;
  if (n->op == Op::NewObject) return n->imm2 != 0;
  if (n->op == Op::Param || n->op == Op::KeepAlive || n->op == Op::Pin) return true;
  return false;
}

class DeadCode : public Optimization {
  const char* name() const override { return "dead-code"; }
  const char* description() const override { return "remove computations and allocations that nothing uses"; }

  bool apply(Graph& g) const override {
    g.clean();
    std::unordered_set<const Node*> live;
    std::unordered_set<const hir::FrameState*> states;
    std::unordered_set<uint32_t> virtuals;
    std::vector<Node*> work;
    auto mark = [&](Node* n) {
      if (n && live.insert(n).second) work.push_back(n);
    };
    auto mark_operand = [&](auto&& self, const hir::StateOperand& o) -> void {
      mark(o.value);
      using W = hir::StateOperand::Where;
      if ((o.where == W::Virtual || o.where == W::Pieces) && virtuals.insert(o.index).second)
        for (auto& p : g.virtuals[o.index].pieces) self(self, p.value);
    };
    auto mark_state = [&](const hir::FrameState* s) {
      for (; s && states.insert(s).second; s = s->caller)
        hir::for_each_state_operand(const_cast<hir::FrameState*>(s), [&](hir::StateOperand& o) { mark_operand(mark_operand, o); });
    };
    for (Block* b : g.blocks) {
      for (Node* n : b->nodes)
        if (has_effect(n)) mark(n);
      mark_state(b->entry_state);
    }
    while (!work.empty()) {
      Node* n = work.back();
      work.pop_back();
      for (Node* o : n->operands) mark(o);
      mark_state(n->state);
    }
    size_t removed = 0;
    for (Block* b : g.blocks) removed += std::erase_if(b->nodes, [&](Node* n) { return !live.count(n); });
    return removed != 0;
  }
};

}  // namespace

const Optimization& dead_code() {
  static const DeadCode o;
  return o;
}

}  // namespace rapgo::compile::passes
