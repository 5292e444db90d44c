// Range checks of induction variables: a[scale*i + invariant] for i running from `init` to `limit` is in bounds if it is at both
// ends. Two guards before the loop, in 64-bit arithmetic where nothing wraps, replace the check of every iteration.
#include <algorithm>
#include <map>
#include <optional>

#include "compile/passes/loop_tools.h"
#include "compile/passes/optimization.h"

namespace rapgo::compile::passes {

namespace {

// scale * iv + sum of terms + constant, all i32 values taken as exact integers.
struct Linear {
  int64_t scale = 0;
  std::vector<std::pair<Node*, int64_t>> terms;  // invariant values with factors
  int64_t constant = 0;
};

// Header phi that moves by a constant step, and how far it gets.
struct Induction {
  Node* phi = nullptr;
  Node* next = nullptr;
  Node* init = nullptr;
  int64_t step = 0;
  // The loop goes on only while phi (or next) compares so with limit: step > 0: <, <=; step < 0: >, >=.
  Node* limit = nullptr;
  int64_t limit_offset = 0;     // last value of the tested quantity = limit + limit_offset
  Block* test = nullptr;        // block with the test
  bool tests_next = false;      // the test looks at `next`: the first iteration was not tested
  size_t inside = 0;            // successor of `test` that stays in the loop
};

class BoundsChecks {
 public:
  explicit BoundsChecks(Graph& g) : g_(g) {}

  int run() {
    for (bool again = true; again;) {  // preheaders
      again = false;
      hir::Dominators dom(g_);
      hir::Loops loops(g_, dom);
      for (hir::Loop* l : loops.all()) {
        hir::preheader(g_, *l, &again);
        if (again) break;
      }
    }
    hir::Dominators dom(g_);
    hir::Loops loops(g_, dom);
    dom_ = &dom;
    for (hir::Loop* l : loops.all()) loop(*l);
    if (removed_) g_.clean();
    return removed_;
  }

 private:
  void loop(hir::Loop& l) {
    if (l.header->no_hoist || !l.header->entry_state) return;
    bool ignored = false;
    pre_ = hir::preheader(g_, l, &ignored);
    state_ = nullptr;
    wide_.clear();
    std::vector<Induction> ivs = inductions(l);
    if (ivs.empty()) return;
    for (Block* b : l.blocks) {
      if (is_cold(b)) continue;
      std::vector<Node*> nodes = b->nodes;
      for (Node* n : nodes) {
        if (n->op != Op::CheckBounds || !is_invariant(l, n->operands[1])) continue;
        for (auto& iv : ivs)
          if (eliminate(l, iv, n)) break;
      }
    }
  }

  std::vector<Induction> inductions(const hir::Loop& l) {
    std::vector<Induction> found;
    for (Node* phi : l.header->nodes) {
      if (phi->op != Op::Phi) break;
      if (phi->type != Type::I32) continue;
      Induction iv;
      iv.phi = phi;
      iv.init = entry_value(phi, pre_);
      bool ok = iv.init != nullptr;
      for (size_t k = 0; k < l.header->preds.size() && ok; k++) {
        if (l.header->preds[k] == pre_) continue;
        Node* v = phi->operands[k]->resolve();
        if (iv.next && iv.next != v) ok = false;
        iv.next = v;
      }
      if (!ok || !iv.next) continue;
      const Node* n = iv.next;
      if ((n->op != Op::Add && n->op != Op::Sub) || n->operands[0]->resolve() != phi || !n->operands[1]->resolve()->is_const()) continue;
      iv.step = n->operands[1]->resolve()->imm * (n->op == Op::Sub ? -1 : 1);
      if (iv.step == 0 || std::abs(iv.step) > 1024) continue;
      if (find_limit(l, &iv)) found.push_back(iv);
    }
    return found;
  }

  // A test that every iteration passes before it comes round again.
  bool find_limit(const hir::Loop& l, Induction* iv) {
    for (Block* b : l.blocks) {
      Node* t = b->terminator();
      if (t->op != Op::Branch) continue;
      bool in0 = l.contains(b->succs[0]), in1 = l.contains(b->succs[1]);
      if (in0 == in1) continue;
      if (!std::all_of(l.latches.begin(), l.latches.end(), [&](Block* latch) { return dom_->dominates(b, latch); })) continue;
      Node* c = t->operands[0]->resolve();
      if (!is_compare(c->op) || c->operands[0]->type != Type::I32) continue;
      Node *x = c->operands[0]->resolve(), *y = c->operands[1]->resolve();
      Op op = c->op;
      if (y == iv->phi || y == iv->next) {
        std::swap(x, y);
        op = mirrored(op);
      }
      if ((x != iv->phi && x != iv->next) || !is_invariant(l, y)) continue;
      if (in1) op = inverted(op);
      // Now: the loop goes on while `x op y`.
      int64_t offset;
      if (iv->step > 0 && op == Op::CmpLt) offset = -1;
      else if (iv->step > 0 && op == Op::CmpLe) offset = 0;
      else if (iv->step < 0 && op == Op::CmpGt) offset = 1;
      else if (iv->step < 0 && op == Op::CmpGe) offset = 0;
      else continue;
      iv->limit = y;
      iv->limit_offset = offset;
      iv->test = b;
      iv->tests_next = x == iv->next;
      iv->inside = in0 ? 0 : 1;
      return true;
    }
    return false;
  }

  static Op mirrored(Op op) {
    switch (op) {
      case Op::CmpLt: return Op::CmpGt;
      case Op::CmpLe: return Op::CmpGe;
      case Op::CmpGt: return Op::CmpLt;
      case Op::CmpGe: return Op::CmpLe;
      default: return op;
    }
  }
  static Op inverted(Op op) {
    switch (op) {
      case Op::CmpLt: return Op::CmpGe;
      case Op::CmpLe: return Op::CmpGt;
      case Op::CmpGt: return Op::CmpLe;
      case Op::CmpGe: return Op::CmpLt;
      case Op::CmpEq: return Op::CmpNe;
      case Op::CmpNe: return Op::CmpEq;
      default: return Op::Count_;
    }
  }

  std::optional<Linear> linear(const hir::Loop& l, Node* n, const Induction& iv, int depth = 0) {
    n = n->resolve();
    Linear r;
    if (n == iv.phi) {
      r.scale = 1;
      return r;
    }
    if (n->is_const()) {
      r.constant = n->imm;
      return r;
    }
    if (is_invariant(l, n)) {
      r.terms.push_back({n, 1});
      return r;
    }
    if (depth > 6 || n->type != Type::I32) return std::nullopt;
    auto a = n->operands.size() == 2 ? linear(l, n->operands[0], iv, depth + 1) : std::nullopt;
    if (!a) return std::nullopt;
    if (n->op == Op::Add || n->op == Op::Sub) {
      auto b = linear(l, n->operands[1], iv, depth + 1);
      if (!b) return std::nullopt;
      int64_t sign = n->op == Op::Add ? 1 : -1;
      a->scale += sign * b->scale;
      a->constant += sign * b->constant;
      for (auto& t : b->terms) a->terms.push_back({t.first, sign * t.second});
      return a;
    }
    Node* c = n->operands[1]->resolve();
    if ((n->op == Op::Mul || n->op == Op::Shl) && c->is_const()) {
      int64_t f = n->op == Op::Mul ? c->imm : c->imm >= 0 && c->imm < 16 ? int64_t{1} << c->imm : 0;
      if (f <= 0 || f > 65536) return std::nullopt;
      a->scale *= f;
      a->constant *= f;
      for (auto& t : a->terms) t.second *= f;
      return a;
    }
    return std::nullopt;
  }
  static bool small(const Linear& r) {
    auto fits = [](int64_t v) { return v > -(int64_t{1} << 40) && v < (int64_t{1} << 40); };
    if (r.terms.size() > 4 || std::abs(r.scale) > 65536 || !fits(r.constant)) return false;
    return std::all_of(r.terms.begin(), r.terms.end(), [](auto& t) { return std::abs(t.second) <= 65536; });
  }

  // ---- code before the loop -----------------------------------------------------------------------------------------
  Node* emit(Op op, Type t, std::initializer_list<Node*> operands, int64_t imm = 0) {
    return emit_before_terminator(g_, pre_, op, t, operands, imm);
  }
  Node* wide(Node* n) {
    Node*& w = wide_[n];
    if (!w) w = n->is_const() ? emit(Op::Const, Type::I64, {}, static_cast<int32_t>(n->imm)) : emit(Op::Sext32, Type::I64, {n});
    return w;
  }
  Node* add_constant(Node* n, int64_t c) { return c ? emit(Op::Add, Type::I64, {n, emit(Op::Const, Type::I64, {}, c)}) : n; }
  // The index when the variable has the value `at` + offset.
  Node* evaluate(const Linear& r, Node* at, int64_t offset) {
    Node* v = wide(at);
    if (r.scale != 1) v = emit(Op::Mul, Type::I64, {v, emit(Op::Const, Type::I64, {}, r.scale)});
    for (auto& t : r.terms) {
      Node* w = wide(t.first);
      if (t.second == -1) { v = emit(Op::Sub, Type::I64, {v, w}); continue; }
      if (t.second != 1) w = emit(Op::Mul, Type::I64, {w, emit(Op::Const, Type::I64, {}, t.second)});
      v = emit(Op::Add, Type::I64, {v, w});
    }
    return add_constant(v, r.constant + r.scale * offset);
  }
  void require(Op compare, Node* a, Node* b) {
    Node* c = emit(compare, Type::I32, {a, b});
    Node* g = emit(Op::Guard, Type::Void, {c});
    g->reason = loop::ExitReason::BoundsCheck;
    g->state = state_;
    g->frame = state_->frame;
    g->il_offset = state_->il_offset;
  }

  bool eliminate(const hir::Loop& l, const Induction& iv, Node* check) {
    auto r = linear(l, check->operands[0], iv);
    if (!r || r->scale == 0 || !small(*r)) return false;
    // Guards that fail although the check would not have run cost the whole loop: under a condition only plain a[i + c].
    bool always = std::all_of(l.latches.begin(), l.latches.end(), [&](Block* latch) { return dom_->dominates(check->block, latch); });
    bool plain = r->terms.empty() && r->scale == 1;
    if (!always && (!plain || r->constant < 0)) return false;
    // Which values can the variable have at the check? From init on, and at most the tested bound where the test of this very
    // value lies before the check (or the value came through the test of the iteration before).
    bool tested = false;
    if (iv.tests_next) {
      tested = true;  // all but init itself, which gets a check of its own below
    } else {
      Block* in = iv.test->succs[iv.inside];
      tested = iv.test != check->block && in->preds.size() == 1 && dom_->dominates(in, check->block);
      // Otherwise the value may be one step beyond the tested one: what the failing test saw.
    }
    if (!state_) state_ = preheader_state(g_, l, pre_);
    if (!state_) return false;
    int64_t last_offset = iv.limit_offset + (tested ? 0 : iv.step);
    bool upwards = (iv.step > 0) == (r->scale > 0);
    if (plain && iv.init->is_const() && iv.init->imm + r->constant < 0) return false;
    // Up to the length itself: nothing to guard.
    bool limit_is_length = plain && iv.step > 0 && iv.limit == check->operands[1];
    if (limit_is_length && r->constant + last_offset >= 0) return false;
    // init end and limit end of the index.
    Node* first = evaluate(*r, iv.init, 0);
    Node* zero = emit(Op::Const, Type::I64, {}, 0);
    Node* length = wide(check->operands[1]);
    if (!limit_is_length) {
      Node* last = evaluate(*r, iv.limit, last_offset);
      require(upwards ? Op::CmpLt : Op::CmpGe, last, upwards ? length : zero);
    }
    require(upwards ? Op::CmpGe : Op::CmpLt, first, upwards ? zero : length);
    // The first iteration of a loop that tests at its end.
    if (iv.tests_next || !tested) require(upwards ? Op::CmpLt : Op::CmpGe, first, upwards ? length : zero);
    no_wrap(iv);
    auto& nodes = check->block->nodes;
    nodes.erase(std::find(nodes.begin(), nodes.end(), check));
    removed_++;
    return true;
  }

  // phi + step must not wrap round, or the variable would leave [init, limit]. It cannot while limit is far from the ends; what
  // follows from the guards is not repeated for step 1 with a strict test.
  void no_wrap(const Induction& iv) {
    if (iv.tests_next) {  // nothing tested init before the first step
      Node* bound = emit(Op::Const, Type::I64, {}, iv.step > 0 ? INT32_MAX - iv.step : INT32_MIN - iv.step);
      require(iv.step > 0 ? Op::CmpLe : Op::CmpGe, wide(iv.init), bound);
    }
    if (std::abs(iv.step) == 1 && iv.limit_offset != 0) return;
    Node* bound = emit(Op::Const, Type::I64, {}, iv.step > 0 ? INT32_MAX - iv.step : INT32_MIN - iv.step);
    require(iv.step > 0 ? Op::CmpLe : Op::CmpGe, wide(iv.limit), bound);
  }

  Graph& g_;
  const hir::Dominators* dom_ = nullptr;
  Block* pre_ = nullptr;
  const hir::FrameState* state_ = nullptr;
  std::map<Node*, Node*> wide_;
  int removed_ = 0;
};

class BoundsChecksPass : public Optimization {
  const char* name() const override { return "bounds-checks"; }
  const char* description() const override { return "check ranges of induction variables once, in front of the loop"; }
  double estimate(const loop::Profile&, loop::MethodId) const override { return 0.2; }
  bool apply(Graph& g) const override {
    int removed = BoundsChecks(g).run();
    if (removed) g.notes.push_back("removed " + std::to_string(removed) + " bounds checks from loops");
    return removed != 0;
  }
};

}  // namespace

const Optimization& bounds_checks() {
  static const BoundsChecksPass o;
  return o;
}

}  // namespace rapgo::compile::passes
