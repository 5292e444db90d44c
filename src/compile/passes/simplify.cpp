// Constant folding, identities, branches and checks that are decided, and merging of straight-line blocks.
#include <algorithm>
#include <bit>
#include <cmath>

#include "compile/passes/facts.h"
#include "compile/passes/fold.h"
#include "compile/passes/optimization.h"

namespace rapgo::compile::passes {

namespace {

class Simplifier {
 public:
  explicit Simplifier(Graph& g) : g_(g) {}

  bool run() {
    bool any = false;
    for (bool again = true; again;) {
      again = false;
      for (size_t b = 0; b < g_.blocks.size(); b++) again |= block(g_.blocks[b]);
      g_.clean();
      again |= straighten();
      any |= again;
    }
    return any;
  }

 private:
  bool block(Block* b) {
    bool changed = false;
    for (size_t i = 0; i < b->nodes.size(); i++) {
      Node* n = b->nodes[i];
      for (Node*& o : n->operands) o = o->resolve();
      if (n->op == Op::Copy) continue;
      if (n->has(hir::effect::Term)) {
        changed |= terminator(n);
        break;
      }
      if (n->has(hir::effect::Exit)) {
        int verdict = check(n);
        if (verdict > 0) {
          b->nodes.erase(b->nodes.begin() + static_cast<long>(i--));
          changed = true;
          continue;
        }
        if (verdict < 0) {
          always_exits(n, i);
          return true;
        }
      }
      if (Node* r = replacement(n, i)) {
        n->replace_by(r);
        changed = true;
      }
    }
    return changed;
  }

  Node* constant(Node* like, Type t, int64_t bits, size_t& i) {
    Node* c = g_.new_node(Op::Const, t);
    c->imm = t == Type::I32 ? static_cast<int32_t>(bits) : bits;
    c->block = like->block;
    auto& nodes = like->block->nodes;
    nodes.insert(nodes.begin() + static_cast<long>(i), c);
    i++;
    return c;
  }

  // 1: never fails; -1: always fails; 0: unknown.
  static int check(Node* n) {
    const Node* a = n->operands.empty() ? nullptr : n->operands[0];
    switch (n->op) {
      case Op::CheckNull:
        if (never_null(a)) return 1;
        return a->is_const(0) ? -1 : 0;
      case Op::GuardType: {
        const loop::Symbol* t = exact_type(a);
        return !t ? 0 : *t == n->symbol ? 1 : -1;
      }
      case Op::Guard: return a->is_const() ? (a->imm ? 1 : -1) : 0;
      case Op::GuardNot: return a->is_const() ? (a->imm ? -1 : 1) : 0;
      case Op::CheckBounds: {
        const Node* len = n->operands[1];
        if (a->is_const() && a->imm < 0) return -1;
        if (!a->is_const() || !len->is_const()) return 0;
        return static_cast<uint32_t>(a->imm) < static_cast<uint32_t>(len->imm) ? 1 : -1;
      }
      case Op::GuardTarget: return a->op == Op::Symbol && a->symbol == n->symbol && a->imm == 0 ? 1 : 0;
      default: return 0;
    }
  }

  void always_exits(Node* n, size_t i) {
    Block* b = n->block;
    while (!b->succs.empty()) g_.remove_edge(b, b->succs.size() - 1);
    b->nodes.resize(i + 1);
    Node* e = g_.new_node(Op::Exit, Type::Void);
    e->block = b;
    e->state = n->state;
    e->reason = n->reason;
    e->frame = n->frame;
    e->il_offset = n->il_offset;
    b->nodes[i] = e;
  }

  Node* replacement(Node* n, size_t& i) {
    auto in = [&](size_t k) { return n->operands[k]; };
    int64_t bits;
    if (fold(*n, &bits)) {
      // A checked operation folds only when it does not overflow.
      return constant(n, n->type, bits, i);
    }
    switch (n->op) {
      case Op::Add: case Op::Or: case Op::Xor: case Op::Mul: case Op::And:
        if (in(0)->is_const() && !in(1)->is_const() && !hir::is_float(n->type)) std::swap(n->operands[0], n->operands[1]);
        break;
      default: break;
    }
    if (hir::is_int(n->type) && n->operands.size() == 2 && in(1)->is_const()) {
      int64_t c = in(1)->imm;
      switch (n->op) {
        case Op::Add: case Op::Sub: case Op::Or: case Op::Xor: case Op::Shl: case Op::Shr: case Op::ShrUn:
          if (c == 0) return in(0);
          break;
        case Op::Mul: case Op::Div: case Op::DivUn:
          if (c == 1) return in(0);
          if (c == 0 && n->op == Op::Mul) return in(1);
          break;
        case Op::And:
          if (c == -1) return in(0);
          if (c == 0) return in(1);
          break;
        case Op::AddOvf: case Op::SubOvf: case Op::AddOvfUn: case Op::SubOvfUn:
          if (c == 0) return in(0);
          break;
        default: break;
      }
    }
    switch (n->op) {
      case Op::Select:
        if (in(0)->is_const()) return in(0)->imm ? in(1) : in(2);
        return in(1) == in(2) ? in(1) : nullptr;
      case Op::CmpEq: case Op::CmpNe: return compare_equal(n, i);
      case Op::CmpLt: case Op::CmpGt: case Op::CmpLtUn: case Op::CmpGtUn:
        return in(0) == in(1) && !hir::is_float(in(0)->type) ? constant(n, Type::I32, 0, i) : nullptr;
      case Op::CmpLe: case Op::CmpGe: case Op::CmpLeUn: case Op::CmpGeUn:
        return in(0) == in(1) && !hir::is_float(in(0)->type) ? constant(n, Type::I32, 1, i) : nullptr;
      case Op::Sub: case Op::Xor:
        return in(0) == in(1) && hir::is_int(n->type) ? constant(n, n->type, 0, i) : nullptr;
      case Op::Trunc:
        return in(0)->op == Op::Sext32 || in(0)->op == Op::Zext32 ? in(0)->operands[0] : nullptr;
      case Op::Bitcast:
        if (in(0)->type == n->type) return in(0);
        if (in(0)->op == Op::Bitcast && in(0)->operands[0]->type == n->type) return in(0)->operands[0];
        return nullptr;
      case Op::FieldAddr: return n->imm == 0 && in(0)->type == n->type ? in(0) : nullptr;
      case Op::Load: case Op::Store: case Op::StoreRef:
        element_access(n);
        return nullptr;
      case Op::TypeWord:
        if (const loop::Symbol* t = exact_type(in(0))) {
          n->op = Op::Symbol;
          n->symbol = *t;
          n->operands.clear();
        }
        return nullptr;
      case Op::Length: return in(0)->op == Op::NewVector ? in(0)->operands[0] : nullptr;
      case Op::IsExact: {
        if (in(0)->is_const(0)) return constant(n, Type::I32, 0, i);
        const loop::Symbol* t = exact_type(in(0));
        return t ? constant(n, Type::I32, *t == n->symbol, i) : nullptr;
      }
      case Op::IsSubclass: case Op::IsInstance: {
        if (in(0)->is_const(0)) return constant(n, Type::I32, 0, i);
        const loop::Symbol* t = exact_type(in(0));
        return t && *t == n->symbol ? constant(n, Type::I32, 1, i) : nullptr;
      }
      default: return nullptr;
    }
  }

  // Through the address of an element of just that size: an element access, which aliases less.
  static void element_access(Node* n) {
    Node* at = n->operands[0];
    if (at->op != Op::ElemAddr || n->imm != 0 || n->mem.is_volatile || n->mem.unaligned) return;
    if (at->imm != hir::mem_size(n->mem.kind) || n->mem.kind == hir::MemKind::Ptr) return;
    if (n->op == Op::Store && n->mem.kind == hir::MemKind::Ref) return;
    n->op = n->op == Op::Load ? Op::LoadElem : n->op == Op::Store ? Op::StoreElem : Op::StoreRefElem;
    n->mem.alias = hir::AliasKind::Element;
    n->mem.alias_id = 1;  // the address may have been reinterpreted: same size, but perhaps not the array's own kind
    n->operands.erase(n->operands.begin());
    n->operands.insert(n->operands.begin(), {at->operands[0], at->operands[1]});
  }

  Node* compare_equal(Node* n, size_t& i) {
    Node *a = n->operands[0], *c = n->operands[1];
    bool want = n->op == Op::CmpEq;
    if (a->is_const() && !c->is_const()) {
      std::swap(n->operands[0], n->operands[1]);
      std::swap(a, c);
    }
    if (a == c && !hir::is_float(a->type)) return constant(n, Type::I32, want, i);
    if (hir::is_address(a->type) && c->is_const(0) && never_null(a)) return constant(n, Type::I32, !want, i);
    // (x < y) == 0 and the like: compilers for stack machines write these for every negation.
    if (a->type == Type::I32 && c->is_const(0) && is_compare(a->op)) {
      if (!want) return a;
      Op inverse = inverted(a->op, hir::is_float(a->operands[0]->type));
      n->op = inverse;
      n->operands = a->operands;
      return nullptr;
    }
    return nullptr;
  }

  static Op inverted(Op op, bool fp) {
    switch (op) {
      case Op::CmpEq: return Op::CmpNe;
      case Op::CmpNe: return Op::CmpEq;
      // The inverse of an ordered comparison is the unordered opposite.
      case Op::CmpLt: return fp ? Op::CmpGeUn : Op::CmpGe;
      case Op::CmpLe: return fp ? Op::CmpGtUn : Op::CmpGt;
      case Op::CmpGt: return fp ? Op::CmpLeUn : Op::CmpLe;
      case Op::CmpGe: return fp ? Op::CmpLtUn : Op::CmpLt;
      case Op::CmpLtUn: return fp ? Op::CmpGe : Op::CmpGeUn;
      case Op::CmpLeUn: return fp ? Op::CmpGt : Op::CmpGtUn;
      case Op::CmpGtUn: return fp ? Op::CmpLe : Op::CmpLeUn;
      default: return fp ? Op::CmpLt : Op::CmpLtUn;
    }
  }

  bool terminator(Node* n) {
    Block* b = n->block;
    if (n->op == Op::Branch) {
      Node* c = n->operands[0];
      // Branch on (x != 0): on x. On (x == 0): the other way round.
      if ((c->op == Op::CmpNe || c->op == Op::CmpEq) && c->operands[1]->is_const(0) && c->operands[0]->type == Type::I32) {
        n->operands[0] = c->operands[0];
        if (c->op == Op::CmpEq) {
          std::swap(b->succs[0], b->succs[1]);
          if (!n->weights.empty()) std::swap(n->weights[0], n->weights[1]);
        }
        return true;
      }
      if (b->succs[0] == b->succs[1] && !phis_differ(b)) {
        g_.remove_edge(b, 1);
        return become_jump(n);
      }
      if (!c->is_const()) return false;
      g_.remove_edge(b, c->imm ? 1 : 0);
      return become_jump(n);
    }
    if (n->op == Op::Switch && n->operands[0]->is_const()) {
      size_t last = b->succs.size() - 1;
      size_t taken = std::min<size_t>(static_cast<uint32_t>(n->operands[0]->imm), last);
      for (size_t k = last + 1; k-- > 0;)
        if (k != taken) g_.remove_edge(b, k);
      return become_jump(n);
    }
    return false;
  }

  static bool phis_differ(const Block* b) {
    const Block* t = b->succs[0];
    size_t first = t->preds.size(), second = first;
    for (size_t k = 0; k < t->preds.size(); k++)
      if (t->preds[k] == b) (first == t->preds.size() ? first : second) = k;
    for (Node* n : t->nodes)
      if (n->op == Op::Phi && n->operands[first]->resolve() != n->operands[second]->resolve()) return true;
    return false;
  }

  static bool become_jump(Node* n) {
    n->op = Op::Jump;
    n->operands.clear();
    n->weights.clear();
    n->imm = 0;
    return true;
  }

  // A block whose only successor has no other predecessor swallows it. Loop headers have two.
  bool straighten() {
    bool changed = false;
    for (size_t k = 0; k < g_.blocks.size(); k++) {
      Block* b = g_.blocks[k];
      while (b->terminator()->op == Op::Jump) {
        Block* s = b->succs[0];
        if (s->preds.size() != 1 || s == b || s->nodes[0]->op == Op::Phi) break;
        b->nodes.pop_back();
        for (Node* n : s->nodes) n->block = b;
        b->nodes.insert(b->nodes.end(), s->nodes.begin(), s->nodes.end());
        b->succs = s->succs;
        for (Block* t : b->succs)
          for (Block*& p : t->preds)
            if (p == s) p = b;
        s->nodes.clear();
        s->succs.clear();
        size_t at = static_cast<size_t>(std::find(g_.blocks.begin(), g_.blocks.end(), s) - g_.blocks.begin());
        g_.blocks.erase(g_.blocks.begin() + static_cast<long>(at));
        if (at < k) k--;
        changed = true;
      }
    }
    return changed;
  }

  Graph& g_;
};

class Simplify : public Optimization {
  const char* name() const override { return "simplify"; }
  const char* description() const override { return "fold constants, identities, decided checks and branches; join blocks"; }
  bool apply(Graph& g) const override { return Simplifier(g).run(); }
};

}  // namespace

const Optimization& simplify() {
  static const Simplify o;
  return o;
}

}  // namespace rapgo::compile::passes
