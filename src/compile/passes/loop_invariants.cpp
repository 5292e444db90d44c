// Moves loop-invariant computations, checks and loads in front of loops. A check that moves transfers down to the loop's header
// with the values on entry, which is correct whether or not it would have run: baseline code then decides.
#include <algorithm>

#include "compile/passes/loop_tools.h"
#include "compile/passes/optimization.h"

namespace rapgo::compile::passes {

namespace {

class Hoister {
 public:
  explicit Hoister(Graph& g) : g_(g) {}

  bool run() {
    make_preheaders();
    hir::Dominators dom(g_);
    hir::Loops loops(g_, dom);
    dom_ = &dom;
    for (hir::Loop* l : loops.all()) loop(*l);  // inner first: what leaves an inner loop may leave the outer one
    if (changed_) g_.clean();
    return changed_;
  }

 private:
  void make_preheaders() {
    for (bool again = true; again;) {
      again = false;
      hir::Dominators dom(g_);
      hir::Loops loops(g_, dom);
      for (hir::Loop* l : loops.all()) {
        hir::preheader(g_, *l, &again);
        if (again) break;
      }
    }
  }

  void loop(hir::Loop& l) {
    bool ignored = false;
    Block* pre = hir::preheader(g_, l, &ignored);
    writes_.clear();
    for (Block* b : l.blocks)
      for (Node* n : b->nodes)
        if (n->has(hir::effect::Write) || n->has(hir::effect::Call)) writes_.push_back(n);
    const hir::FrameState* state = nullptr;
    for (Block* b : dom_->reverse_postorder()) {
      if (!l.contains(b) || is_cold(b)) continue;
      bool always = std::all_of(l.latches.begin(), l.latches.end(), [&](Block* latch) { return dom_->dominates(b, latch); });
      std::vector<Node*> nodes = b->nodes;
      for (Node* n : nodes) {
        for (Node*& o : n->operands) o = o->resolve();
        if (n->op == Op::Phi || n->op == Op::Copy) continue;
        if (!std::all_of(n->operands.begin(), n->operands.end(), [&](Node* o) { return is_invariant(l, o); })) continue;
        if (n->has(hir::effect::Exit)) {
          // Only where the loop always comes by, else rare paths would bring the whole loop down.
          if (!always || l.header->no_hoist || !hoistable_check(n, pre)) continue;
          if (!state) state = preheader_state(g_, l, pre);
          if (!state) continue;
          n->state = state;
          n->frame = state->frame;
          n->il_offset = state->il_offset;
          move(n, pre);
        } else if (can_speculate(n)) {
          move(n, pre);
        } else if (n->has(hir::effect::Read) && !n->mem.is_volatile && readable(n, pre) && unwritten(n)) {
          move(n, pre);
        }
      }
    }
  }

  void move(Node* n, Block* pre) {
    move_to_preheader(n, pre);
    changed_ = true;
  }

  bool hoistable_check(const Node* n, Block* pre) const {
    switch (n->op) {
      case Op::CheckNull: case Op::CheckBounds: case Op::Guard: case Op::GuardNot: case Op::GuardTarget: return true;
      case Op::GuardType: return known_not_null(n->operands[0], pre);
      case Op::GuardClassInit: return true;
      default: return n->op >= Op::AddOvf && n->op <= Op::MulOvfUn;
    }
  }

  // A check that stands before the preheader's end proves it.
  bool known_not_null(const Node* v, const Block* pre) const {
    if (never_null(v)) return true;
    for (const Block* b = pre; b; b = dom_->idom(b)) {
      for (const Node* n : b->nodes)
        if ((n->op == Op::CheckNull || n->op == Op::GuardType) && n->operands[0] == v) return true;
      const Block* up = dom_->idom(b);
      if (up && b->preds.size() == 1 && b->preds[0] == up && up->terminator()->op == Op::Branch) {
        const Node* c = up->terminator()->operands[0];
        bool truth = up->succs[0] == b;
        if ((c->op == Op::CmpNe || c->op == Op::CmpEq) && c->operands[0] == v && c->operands[1]->is_const(0) && truth == (c->op == Op::CmpNe)) return true;
        if ((c->op == Op::IsExact || c->op == Op::IsSubclass || c->op == Op::IsInstance) && c->operands[0] == v && truth) return true;
      }
    }
    return false;
  }
  bool known_in_bounds(const Node* array, const Node* index, const Block* pre) const {
    for (const Block* b = pre; b; b = dom_->idom(b))
      for (const Node* n : b->nodes)
        if (n->op == Op::CheckBounds && n->operands[0] == index && n->operands[1]->op == Op::Length && n->operands[1]->operands[0] == array) return true;
    return false;
  }

  bool readable(const Node* n, const Block* pre) const {
    switch (n->op) {
      case Op::Length: case Op::Bound: case Op::LowerBound: case Op::TypeWord: return known_not_null(n->operands[0], pre);
      case Op::IsExact: case Op::IsSubclass: case Op::IsInstance: return true;  // null allowed
      case Op::Load: {
        int64_t ignored = 0;
        const Node* base = strip_field_address(n->operands[0], &ignored);
        return base->type == Type::Ref || base->op == Op::Slot || base->op == Op::Symbol ? known_not_null(base, pre) : false;
      }
      case Op::LoadElem: return known_not_null(n->operands[0], pre) && known_in_bounds(n->operands[0], n->operands[1], pre);
      default: return false;
    }
  }

  bool unwritten(const Node* n) const {
    if (reads_immutable(n)) return true;
    return std::none_of(writes_.begin(), writes_.end(), [&](const Node* w) { return may_write(w, n->mem); });
  }

  Graph& g_;
  const hir::Dominators* dom_ = nullptr;
  std::vector<const Node*> writes_;
  bool changed_ = false;
};

class LoopInvariants : public Optimization {
  const char* name() const override { return "loop-invariants"; }
  const char* description() const override { return "move invariant checks, lengths and loads in front of loops"; }
  double estimate(const loop::Profile&, loop::MethodId) const override { return 0.15; }
  bool apply(Graph& g) const override { return Hoister(g).run(); }
};

}  // namespace

const Optimization& loop_invariants() {
  static const LoopInvariants o;
  return o;
}

}  // namespace rapgo::compile::passes
