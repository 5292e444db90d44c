// Loads of what was just stored or loaded at the same place become that value. Knowledge flows into blocks with one predecessor.
#include <unordered_map>

#include "compile/hir/analysis.h"
#include "compile/passes/facts.h"
#include "compile/passes/optimization.h"

namespace rapgo::compile::passes {

namespace {

struct Place {
  const Node* base;
  const Node* index;  // elements; else null
  int64_t offset;
  hir::Memory mem;
  Node* value;
};

class Forwarder {
 public:
  explicit Forwarder(Graph& g) : g_(g), dom_(g) {}

  bool run() {
    for (Block* b : dom_.reverse_postorder()) {
      std::vector<Place> known;
      if (b->preds.size() == 1) known = at_end_[b->preds[0]];
      for (Node* n : b->nodes) {
        for (Node*& o : n->operands) o = o->resolve();
        node(n, &known);
      }
      at_end_[b] = std::move(known);
    }
    g_.clean();
    return changed_;
  }

 private:
  static bool same(const Place& p, const Node* base, const Node* index, int64_t offset) {
    return p.base == base && p.index == index && p.offset == offset;
  }

  // Different objects by construction: two allocations, or a slot and anything that is not derived from it.
  static bool distinct(const Node* a, const Node* b) {
    auto fresh = [](const Node* n) { return n->op == Op::NewObject || n->op == Op::NewVector || n->op == Op::Slot; };
    return a != b && fresh(a) && fresh(b);
  }

  void node(Node* n, std::vector<Place>* known) {
    const Node* base = nullptr;
    const Node* index = nullptr;
    int64_t offset = n->imm;
    switch (n->op) {
      case Op::Load: case Op::Store: case Op::StoreRef: base = strip_field_address(n->operands[0], &offset); break;
      case Op::LoadElem: case Op::StoreElem: case Op::StoreRefElem:
        base = n->operands[0];
        index = n->operands[1];
        offset = 0;
        break;
      default: break;
    }
    if (n->op == Op::Load || n->op == Op::LoadElem) {
      if (n->mem.is_volatile) {
        if (!n->mem.poll) known->clear();
        return;
      }
      for (auto& p : *known)
        if (same(p, base, index, offset) && p.mem.kind == n->mem.kind && p.value->type == n->type) {
          n->replace_by(p.value);
          changed_ = true;
          return;
        }
      known->push_back({base, index, offset, n->mem, n});
      return;
    }
    if (base) {
      std::erase_if(*known, [&](const Place& p) {
        if (n->mem.is_volatile) return true;
        if (distinct(p.base, base)) return false;
        // Another offset of the same base, not overlapping.
        if (p.base == base && !p.index && !index &&
            (p.offset + hir::mem_size(p.mem.kind) <= offset || offset + hir::mem_size(n->mem.kind) <= p.offset))
          return false;
        return may_alias(p.mem, n->mem);
      });
      Node* v = n->operands.back();
      // What a narrow store leaves is not what was stored.
      if (!n->mem.is_volatile && hir::mem_size(n->mem.kind) >= 4 && v->type == hir::mem_type(n->mem.kind))
        known->push_back({base, index, offset, n->mem, v});
      return;
    }
    namespace effect = hir::effect;
    if (n->has(effect::Write) || (n->has(effect::Call) && !(n->call && n->call->pure_helper))) known->clear();
  }

  Graph& g_;
  hir::Dominators dom_;
  std::unordered_map<const Block*, std::vector<Place>> at_end_;
  bool changed_ = false;
};

class LoadForwarding : public Optimization {
  const char* name() const override { return "load-forwarding"; }
  const char* description() const override { return "reuse values that were just stored or loaded"; }
  double estimate(const loop::Profile&, loop::MethodId) const override { return 0.05; }
  bool apply(Graph& g) const override { return Forwarder(g).run(); }
};

}  // namespace

const Optimization& load_forwarding() {
  static const LoadForwarding o;
  return o;
}

}  // namespace rapgo::compile::passes
