#include "compile/passes/aggregates.h"

#include <algorithm>

namespace rapgo::compile::passes {

using hir::MemKind;
using hir::StateOperand;

static constexpr size_t kMaxPieces = 48;
static constexpr int64_t kMaxBytes = 512;

Aggregates::Aggregates(Graph& g) : g_(g) {
  for (Block* b : g_.blocks)
    for (Node* n : b->nodes)
      // imm2 of NewObject: has a finalizer, must exist.
      if ((n->op == Op::NewObject && n->imm2 == 0) || n->op == Op::Slot) {
        Aggregate& a = all_[n];
        a.root = n;
        a.size = n->imm;
        if (n->imm <= 0 || n->imm > kMaxBytes) a.lives = false;
      }
  if (all_.empty()) return;
  collect();
  unify_copies();
}

Aggregate* Aggregates::of_root(const Node* root) {
  auto it = all_.find(root);
  return it == all_.end() || !it->second.lives ? nullptr : &it->second;
}

Within Aggregates::find(const Node* address) {
  Within w;
  const Node* base = strip_field_address(address, &w.offset);
  auto it = all_.find(base);
  if (it != all_.end()) w.aggregate = &it->second;
  return w;
}

std::vector<Aggregate*> Aggregates::alive() {
  std::vector<Aggregate*> list;
  for (Block* b : g_.blocks)  // in program order, so that results do not depend on hashing
    for (Node* n : b->nodes)
      if (Aggregate* a = of_root(n)) list.push_back(a);
  return list;
}

void Aggregates::collect() {
  for (Block* b : g_.blocks) {
    state(b->entry_state);
    for (Node* n : b->nodes) {
      for (size_t i = 0; i < n->operands.size(); i++) use(n, i);
      state(n->state);
    }
  }
}

void Aggregates::access(Within w, MemKind kind) {
  Aggregate& a = *w.aggregate;
  if (!a.lives) return;
  int64_t end = w.offset + hir::mem_size(kind);
  if (w.offset < 0 || end > a.size) { a.lives = false; return; }
  // Overlapping accesses must be the very same place.
  auto it = a.pieces.upper_bound(w.offset);
  if (it != a.pieces.begin()) {
    auto& before = std::prev(it)->second;
    if (before.offset == w.offset && before.size() == hir::mem_size(kind)) {
      if ((before.kind == MemKind::Ref) != (kind == MemKind::Ref) && before.kind != MemKind::Ptr && kind != MemKind::Ptr) a.lives = false;
      return;
    }
    if (before.offset + before.size() > w.offset) { a.lives = false; return; }
  }
  if (it != a.pieces.end() && it->first < end) { a.lives = false; return; }
  a.pieces[w.offset] = {w.offset, kind};
  if (a.pieces.size() > kMaxPieces) a.lives = false;
}

void Aggregates::use(Node* n, size_t i) {
  Within w = find(n->operands[i]);
  if (!w || !w.aggregate->lives) return;
  switch (n->op) {
    case Op::FieldAddr: return;  // judged by its own uses
    case Op::Load: case Op::Store: case Op::StoreRef:
      if (i != 0 || n->mem.is_volatile) return kill(w);
      w.offset += n->imm;
      return access(w, n->mem.kind);
    case Op::MemZero:
      w.offset += n->imm2;
      if (w.offset < 0 || w.offset + n->imm > w.aggregate->size) kill(w);
      return;
    case Op::MemCopy:
      if (i == 0) {
        copies_.push_back(n);
        w.aggregate->copied_into = true;
      } else if (!find(n->operands[0])) {
        copies_.push_back(n);
      }
      if (w.offset < 0 || w.offset + n->imm > w.aggregate->size) kill(w);
      return;
    case Op::CheckNull: case Op::KeepAlive:
      return;
    case Op::CmpEq: case Op::CmpNe: {
      // Nobody else has its address, so it equals nothing else.
      Within other = find(n->operands[1 - i]);
      if (w.aggregate->root->op == Op::NewObject && w.offset == 0 && !other) return;
      return kill(w);
    }
    default: return kill(w);
  }
}

void Aggregates::state(const hir::FrameState* s) {
  for (; s && seen_.emplace(s, true).second; s = s->caller) {
    bool exposed_known = false;
    auto one = [&](const StateOperand& o) {
      operand(o, 0);
      if (s->exposed && o.where == StateOperand::Where::Memory) {
        int64_t ignored = 0;
        exposed_known |= strip_field_address(o.value, &ignored) == s->exposed;
      }
    };
    for (auto* list : {&s->args, &s->locals, &s->stack})
      for (auto& o : *list) one(o);
    // An exposed block whose variables are not spelled out must exist.
    if (s->exposed && !exposed_known) kill(find(s->exposed));
  }
}

void Aggregates::operand(const StateOperand& o, int depth) {
  using W = StateOperand::Where;
  if (o.where == W::Value && o.value) {
    Within w = find(o.value);
    if (w && (w.aggregate->root->op != Op::NewObject || w.offset != 0)) kill(w);  // an address within
    if (w) w.aggregate->in_states = true;
  } else if (o.where == W::Memory) {
    Within w = find(o.value);
    if (!w) return;
    if (w.aggregate->root->op != Op::Slot || w.offset < 0 || w.offset + 8 * o.words > w.aggregate->size) return kill(w);
    state_ranges_.push_back({w.aggregate, w.offset, w.offset + 8 * o.words});
    w.aggregate->in_states = true;
  } else if ((o.where == W::Virtual || o.where == W::Pieces) && depth < 8) {
    for (auto& p : g_.virtuals[o.index].pieces) {
      // A struct in pieces cannot name a virtual object.
      if (o.where == W::Pieces && p.value.where == W::Value) {
        Within w = find(p.value.value);
        if (w && w.aggregate->root->op == Op::NewObject) kill(w);
      }
      operand(p.value, depth + 1);
    }
  }
}

// Covers what is not covered in [begin, end).
void Aggregates::fill(Aggregate* a, int64_t begin, int64_t end, bool references) {
  for (int64_t at = begin; at < end && a->lives;) {
    auto it = a->pieces.upper_bound(at);
    if (it != a->pieces.begin()) {
      auto& before = std::prev(it)->second;
      if (before.offset + before.size() > at) {
        at = before.offset + before.size();
        continue;
      }
    }
    int64_t room = (it == a->pieces.end() ? end : std::min(end, it->first)) - at;
    MemKind kind = MemKind::U8;
    if (room >= 8 && at % 8 == 0) kind = references ? MemKind::Ref : MemKind::I64;
    else if (room >= 4 && at % 4 == 0) kind = MemKind::I32;
    else if (room >= 2 && at % 2 == 0) kind = MemKind::U16;
    access({a, at}, kind);
    at += hir::mem_size(kind);
  }
}

// A copy between two aggregates needs the same pieces on both sides; one to or from other memory needs all bytes covered.
void Aggregates::unify_copies() {
  auto weight = [&] {
    size_t w = 0;
    for (auto& [n, a] : all_) w += a.pieces.size() + (a.lives ? 1000 : 0);
    return w;
  };
  for (size_t before = ~size_t{0}; before != weight();) {
    before = weight();
    for (Node* n : copies_) unify(n);
    for (auto& r : state_ranges_)
      if (r.a->lives && r.a->copied_into) fill(r.a, r.begin, r.end, false);
    drop_cut_pieces();
  }
}

void Aggregates::unify(Node* n) {
  Within d = find(n->operands[0]), s = find(n->operands[1]);
  if (d && !d.aggregate->lives) d.aggregate = nullptr;
  if (s && !s.aggregate->lives) s.aggregate = nullptr;
  bool refs = n->mem.kind == MemKind::Ref;
  if (d && s) {
    if (d.aggregate == s.aggregate) return kill(d);
    auto bring = [&](Within from, Within to) {
      for (auto& [at, p] : std::map<int64_t, Piece>(from.aggregate->pieces))
        if (at >= from.offset && at + p.size() <= from.offset + n->imm) access({to.aggregate, at - from.offset + to.offset}, p.kind);
    };
    bring(s, d);
    bring(d, s);
  } else if (d) {
    fill(d.aggregate, d.offset, d.offset + n->imm, refs);
  } else if (s) {
    fill(s.aggregate, s.offset, s.offset + n->imm, refs);
  }
}

// A range that cuts through a piece cannot be copied, cleared or described in pieces.
void Aggregates::drop_cut_pieces() {
  auto cuts = [&](Within w, int64_t bytes) {
    if (!w || !w.aggregate->lives) return;
    for (auto& [at, p] : w.aggregate->pieces) {
      bool begins = at < w.offset && at + p.size() > w.offset;
      bool ends = at < w.offset + bytes && at + p.size() > w.offset + bytes;
      if (begins || ends) return kill(w);
    }
  };
  for (Node* n : copies_) {
    cuts(find(n->operands[0]), n->imm);
    cuts(find(n->operands[1]), n->imm);
  }
  for (auto& r : state_ranges_) cuts({r.a, r.begin}, r.end - r.begin);
  for (Block* b : g_.blocks)
    for (Node* n : b->nodes)
      if (n->op == Op::MemZero) {
        Within w = find(n->operands[0]);
        w.offset += n->imm2;
        cuts(w, n->imm);
      }
}

}  // namespace rapgo::compile::passes
