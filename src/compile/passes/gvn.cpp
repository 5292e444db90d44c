// Value numbering over the dominator tree: equal pure computations merge; what dominating checks and branches established
// (not null, exact type, in bounds, condition true) removes later checks and decides later tests.
#include <algorithm>
#include <unordered_map>

#include "compile/hir/analysis.h"
#include "compile/passes/facts.h"
#include "compile/passes/optimization.h"

namespace rapgo::compile::passes {

namespace {

struct Key {
  Op op;
  Type type;
  int64_t imm, imm2;
  loop::Symbol symbol;
  hir::Memory mem;
  std::vector<const Node*> operands;
  bool operator==(const Key&) const = default;
};
struct KeyHash {
  size_t operator()(const Key& k) const {
    size_t h = static_cast<size_t>(k.op) * 31 + static_cast<size_t>(k.type);
    auto mix = [&](size_t v) { h = (h ^ v) * 0x9E3779B97F4A7C15ull; h ^= h >> 29; };
    mix(static_cast<size_t>(k.imm));
    mix(static_cast<size_t>(k.imm2));
    mix(k.symbol.id + (static_cast<size_t>(k.symbol.kind) << 32));
    for (auto* o : k.operands) mix(o->id);
    return h;
  }
};

Key key_of(const Node* n) {
  Key k{n->op, n->type, n->imm, n->imm2, n->symbol, n->mem, {n->operands.begin(), n->operands.end()}};
  switch (n->op) {
    case Op::Add: case Op::Mul: case Op::And: case Op::Or: case Op::Xor: case Op::CmpEq: case Op::CmpNe:
    case Op::AddOvf: case Op::MulOvf: case Op::AddOvfUn: case Op::MulOvfUn:
      if (k.operands[0]->id > k.operands[1]->id) std::swap(k.operands[0], k.operands[1]);
      break;
    default: break;
  }
  return k;
}

// What is known about a node's value is known by what it computes only if it computes the same each time: two loads, calls or
// phis with equal operands are different values.
Key fact_key(const Node* n) {
  bool same_each_time = is_pure_compute(n) || (n->op >= Op::AddOvf && n->op <= Op::MulOvfUn);
  return same_each_time ? key_of(n) : Key{Op::Copy, n->type, 0, 0, {}, {}, {n}};
}

class Gvn {
 public:
  explicit Gvn(Graph& g) : g_(g), dom_(g) {}

  bool run() {
    visit(g_.entry());
    g_.clean();
    return changed_;
  }

 private:
  // Everything known is undone when the walk leaves the subtree in which it holds.
  struct Undo { Key key; Node* old; };

  void learn(Key k, Node* v) {
    auto [it, fresh] = known_.try_emplace(k, v);
    undo_.push_back({std::move(k), fresh ? nullptr : it->second});
    if (!fresh) it->second = v;
  }
  Node* lookup(const Key& k) const {
    auto it = known_.find(k);
    return it == known_.end() ? nullptr : it->second;
  }

  void visit(Block* b) {
    // An explicit stack: graphs may be deep.
    struct Frame { Block* block; size_t mark; size_t child; };
    std::vector<Frame> stack;
    auto enter = [&](Block* x) {
      stack.push_back({x, undo_.size(), 0});
      edge_facts(x);
      block(x);
    };
    enter(b);
    while (!stack.empty()) {
      auto& f = stack.back();
      auto& kids = dom_.children(f.block);
      if (f.child < kids.size()) {
        enter(kids[f.child++]);
        continue;
      }
      while (undo_.size() > f.mark) {
        auto& u = undo_.back();
        if (u.old) known_[u.key] = u.old;
        else known_.erase(u.key);
        undo_.pop_back();
      }
      stack.pop_back();
    }
  }

  Node* constant(Type t, int64_t v) {
    // Constants for facts live in the entry block, where they dominate everything.
    Node*& c = facts_[v * 2 + (t == Type::I32)];
    if (!c) {
      c = g_.new_node(Op::Const, t);
      c->imm = v;
      c->block = g_.entry();
      auto& nodes = g_.entry()->nodes;
      auto at = std::find_if(nodes.begin(), nodes.end(), [](Node* n) { return n->op != Op::Param && n->op != Op::OsrHome; });
      pending_constants_.push_back({c, static_cast<size_t>(at - nodes.begin())});
      nodes.insert(at, c);
    }
    return c;
  }

  // The condition node is known to be true (or false) from here on.
  void learn_condition(Node* c, bool truth) {
    if (c->is_const()) return;
    // Only comparisons and tests are 1 when they are not 0.
    bool is_bool = is_compare(c->op) || c->op == Op::IsExact || c->op == Op::IsSubclass || c->op == Op::IsInstance;
    if (is_bool || !truth) learn(fact_key(c), constant(Type::I32, truth));
    else learn(check_key(Op::Guard, {c}), c);
    Node* a = c->operands.empty() ? nullptr : c->operands[0];
    if (truth ? c->op == Op::CmpNe : c->op == Op::CmpEq)
      if (hir::is_address(a->type) && c->operands[1]->is_const(0)) learn_not_null(a);
    if (truth && (c->op == Op::IsExact || c->op == Op::IsSubclass || c->op == Op::IsInstance)) {
      learn_not_null(a);
      if (c->op == Op::IsExact) learn_type(a, c->symbol);
    }
    // Both ways round, and the negation.
    if (is_compare(c->op) && c->operands.size() == 2 && !hir::is_float(a->type)) {
      for (auto& [op, swap, value] : relatives(c->op)) {
        Key k = key_of(c);
        k.op = op;
        k.operands = {c->operands[swap ? 1 : 0], c->operands[swap ? 0 : 1]};
        if (op == Op::CmpEq || op == Op::CmpNe)
          if (k.operands[0]->id > k.operands[1]->id) std::swap(k.operands[0], k.operands[1]);
        learn(std::move(k), constant(Type::I32, value == truth));
      }
      // unsigned index < length is a bounds check
      if (c->op == Op::CmpLtUn && truth) learn(bounds_key(a, c->operands[1]), c);
      if (c->op == Op::CmpGtUn && truth) learn(bounds_key(c->operands[1], a), c);
      if (c->op == Op::CmpGeUn && !truth) learn(bounds_key(a, c->operands[1]), c);
      if (c->op == Op::CmpLeUn && !truth) learn(bounds_key(c->operands[1], a), c);
    }
  }
  struct Relative { Op op; bool swap; bool value; };
  static std::vector<Relative> relatives(Op op) {
    switch (op) {
      case Op::CmpLt: return {{Op::CmpGt, true, true}, {Op::CmpGe, false, false}, {Op::CmpLe, true, false}};
      case Op::CmpGt: return {{Op::CmpLt, true, true}, {Op::CmpLe, false, false}, {Op::CmpGe, true, false}};
      case Op::CmpLe: return {{Op::CmpGe, true, true}, {Op::CmpGt, false, false}, {Op::CmpLt, true, false}};
      case Op::CmpGe: return {{Op::CmpLe, true, true}, {Op::CmpLt, false, false}, {Op::CmpGt, true, false}};
      case Op::CmpLtUn: return {{Op::CmpGtUn, true, true}, {Op::CmpGeUn, false, false}, {Op::CmpLeUn, true, false}};
      case Op::CmpGtUn: return {{Op::CmpLtUn, true, true}, {Op::CmpLeUn, false, false}, {Op::CmpGeUn, true, false}};
      case Op::CmpLeUn: return {{Op::CmpGeUn, true, true}, {Op::CmpGtUn, false, false}, {Op::CmpLtUn, true, false}};
      case Op::CmpGeUn: return {{Op::CmpLeUn, true, true}, {Op::CmpLtUn, false, false}, {Op::CmpGtUn, true, false}};
      case Op::CmpEq: return {{Op::CmpNe, false, false}};
      case Op::CmpNe: return {{Op::CmpEq, false, false}};
      default: return {};
    }
  }

  static Key check_key(Op op, std::vector<const Node*> operands, loop::Symbol s = {}) {
    return Key{op, Type::Void, 0, 0, s, {}, std::move(operands)};
  }
  static Key bounds_key(const Node* i, const Node* len) { return check_key(Op::CheckBounds, {i, len}); }
  void learn_not_null(Node* n) { learn(check_key(Op::CheckNull, {n}), n); }
  void learn_type(Node* n, const loop::Symbol& s) { learn(check_key(Op::GuardType, {n}, s), n); }
  bool not_null(const Node* n) const { return never_null(n) || lookup(check_key(Op::CheckNull, {n})); }

  // A block with one predecessor knows how that one branched.
  void edge_facts(Block* b) {
    if (b->preds.size() != 1) return;
    Node* t = b->preds[0]->terminator();
    if (t->op == Op::Branch && t->block->succs[0] != t->block->succs[1]) learn_condition(t->operands[0]->resolve(), t->block->succs[0] == b);
  }

  void block(Block* b) {
    auto& nodes = b->nodes;
    for (size_t i = 0; i < nodes.size(); i++) {
      Node* n = nodes[i];
      for (Node*& o : n->operands) o = o->resolve();
      pending_constants_.clear();
      bool remove = node(n);
      if (b == g_.entry())  // constants may have been put before us
        for (auto& p : pending_constants_) i += p.second <= i;
      if (remove) {
        nodes.erase(nodes.begin() + static_cast<long>(i--));
        changed_ = true;
      }
    }
  }

  // True: remove the node.
  bool node(Node* n) {
    switch (n->op) {
      case Op::Copy: case Op::Param: case Op::OsrHome: case Op::OsrExposed: case Op::OsrResult: case Op::Slot: case Op::KeepAlive: return false;
      case Op::Phi: return false;
      case Op::CheckNull:
        if (not_null(n->operands[0])) return true;
        learn_not_null(n->operands[0]);
        return false;
      case Op::GuardType: {
        Key k = check_key(Op::GuardType, {n->operands[0]}, n->symbol);
        if (lookup(k)) return true;
        learn(std::move(k), n);
        return false;
      }
      case Op::CheckBounds: case Op::GuardTarget: case Op::GuardClassInit: {
        Key k = check_key(n->op, {n->operands.begin(), n->operands.end()}, n->symbol);
        if (lookup(k)) return true;
        learn(std::move(k), n);
        return false;
      }
      case Op::Guard: case Op::GuardNot: {
        bool truth = n->op == Op::Guard;
        if (n->operands[0]->is_const()) return false;  // simplify's
        if (truth && lookup(check_key(Op::Guard, {n->operands[0]}))) return true;
        learn_condition(n->operands[0], truth);
        return false;
      }
      case Op::CmpEq: case Op::CmpNe:
        if (hir::is_address(n->operands[0]->type) && n->operands[1]->is_const(0) && not_null(n->operands[0])) {
          n->replace_by(constant(Type::I32, n->op == Op::CmpNe));
          changed_ = true;
          return false;
        }
        break;
      case Op::IsExact:
        if (lookup(check_key(Op::GuardType, {n->operands[0]}, n->symbol))) {
          n->replace_by(constant(Type::I32, 1));
          changed_ = true;
          return false;
        }
        break;
      case Op::Branch:
        if (Node* c = lookup(fact_key(n->operands[0])); c && c->is_const() && !n->operands[0]->is_const()) {
          n->operands[0] = c;
          changed_ = true;
        } else if (lookup(check_key(Op::Guard, {n->operands[0]}))) {
          n->operands[0] = constant(Type::I32, 1);
          changed_ = true;
        }
        return false;
      default: break;
    }
    bool checked = n->op >= Op::AddOvf && n->op <= Op::MulOvfUn;
    if (!n->is_pure() && !reads_immutable(n) && !checked) return false;
    Key k = key_of(n);
    if (Node* same = lookup(k)) {
      if (same == n || same->type != n->type) return false;
      n->replace_by(same);
      changed_ = true;
      return false;
    }
    learn(std::move(k), n);
    return false;
  }

  Graph& g_;
  hir::Dominators dom_;
  std::unordered_map<Key, Node*, KeyHash> known_;
  std::vector<Undo> undo_;
  std::unordered_map<int64_t, Node*> facts_;
  std::vector<std::pair<Node*, size_t>> pending_constants_;
  bool changed_ = false;
};

class GvnPass : public Optimization {
  const char* name() const override { return "gvn"; }
  const char* description() const override { return "merge equal computations; drop checks and tests that are decided by earlier ones"; }
  double estimate(const loop::Profile&, loop::MethodId) const override { return 0.1; }
  bool apply(Graph& g) const override { return Gvn(g).run(); }
};

}  // namespace

const Optimization& gvn() {
  static const GvnPass o;
  return o;
}

}  // namespace rapgo::compile::passes
