// Escape analysis and scalar replacement: objects and slots that nothing outside can see fall into SSA values. Frame states get
// virtual objects (rebuilt when an exit is taken) and struct pieces in their place.
#include <algorithm>
#include <set>
#include <tuple>

#include "compile/hir/analysis.h"
#include "compile/passes/aggregates.h"
#include "compile/passes/optimization.h"

namespace rapgo::compile::passes {

namespace {

using hir::FrameState;
using hir::MemKind;
using hir::StateOperand;
using W = StateOperand::Where;

class Replacer {
 public:
  Replacer(Graph& g, Aggregates& a) : g_(g), aggregates_(a), dom_(g) {}

  size_t run() {
    roots_ = aggregates_.alive();
    if (roots_.empty()) return 0;
    for (Block* b : g_.blocks) expand(b);
    for (Aggregate* a : roots_)
      for (auto& [at, p] : a->pieces) {
        p.number = static_cast<uint32_t>(variables_.size());
        variables_.push_back(hir::mem_type(p.kind));
      }
    place_phis();
    for (Block* b : dom_.reverse_postorder()) rename(b);
    for (auto& [phi, variable] : phis_)
      for (Block* p : phi->block->preds) phi->operands.push_back(end_.at(p)[variable]);
    place_zeros();
    g_.clean();
    return roots_.size();
  }

 private:
  Within find(const Node* n) {
    Within w = aggregates_.find(n);
    if (w && !w.aggregate->lives) w.aggregate = nullptr;
    return w;
  }

  Node* node_like(const Node* at, Op op, Type t, std::initializer_list<Node*> operands, int64_t imm = 0) {
    Node* n = g_.new_node(op, t);
    n->operands.assign(operands);
    n->imm = imm;
    n->block = at->block;
    n->frame = at->frame;
    n->il_offset = at->il_offset;
    return n;
  }
  Node* zero(Type t) {
    Node*& z = zeros_[t];
    if (!z) {
      z = g_.new_node(Op::Const, t);
      z->block = g_.entry();  // placed when all blocks are done
    }
    return z;
  }
  void place_zeros() {
    auto& nodes = g_.entry()->nodes;
    for (auto& [t, z] : zeros_) {
      auto at = std::find_if(nodes.begin(), nodes.end(), [](Node* n) { return n->op != Op::Param && n->op != Op::OsrHome; });
      nodes.insert(at, z);
    }
  }

  // Copies and clears become loads and stores of pieces.
  void expand(Block* b) {
    std::vector<Node*> out;
    for (Node* n : b->nodes) {
      if (n->op == Op::MemZero) {
        if (Within w = find(n->operands[0])) {
          w.offset += n->imm2;
          for (auto& [at, p] : w.aggregate->pieces)
            if (at >= w.offset && at + p.size() <= w.offset + n->imm) store(&out, n, w.aggregate->root, at, p.kind, zero(hir::mem_type(p.kind)));
          continue;
        }
      } else if (n->op == Op::MemCopy) {
        Within d = find(n->operands[0]), s = find(n->operands[1]);
        if (d || s) {
          auto& pieces = (d ? d : s).aggregate->pieces;
          int64_t base = (d ? d : s).offset;
          std::vector<std::pair<int64_t, Node*>> values;
          for (auto& [at, p] : pieces) {
            if (at < base || at + p.size() > base + n->imm) continue;
            Node* l = node_like(n, Op::Load, hir::mem_type(p.kind), {s ? s.aggregate->root : n->operands[1]}, at - base + (s ? s.offset : 0));
            l->mem.kind = p.kind;
            out.push_back(l);
            values.push_back({at - base, l});
          }
          for (auto& [at, v] : values) store(&out, n, d ? d.aggregate->root : n->operands[0], at + (d ? d.offset : 0), v->mem.kind, v);
          continue;
        }
      }
      out.push_back(n);
    }
    b->nodes = std::move(out);
  }
  void store(std::vector<Node*>* out, const Node* like, Node* base, int64_t at, MemKind kind, Node* v) {
    Node* n = node_like(like, Op::Store, Type::Void, {base, v}, at);
    n->mem.kind = kind;
    out->push_back(n);
  }

  void place_phis() {
    std::map<const Block*, std::vector<Block*>> frontier;
    for (Block* b : dom_.reverse_postorder()) {
      if (b->preds.size() < 2) continue;
      for (Block* p : b->preds)
        for (Block* r = p; r && r != dom_.idom(b); r = dom_.idom(r))
          if (auto& f = frontier[r]; std::find(f.begin(), f.end(), b) == f.end()) f.push_back(b);
    }
    std::vector<std::set<Block*>> defined(variables_.size());
    for (Block* b : g_.blocks)
      for (Node* n : b->nodes) {
        if (Aggregate* a = aggregates_.of_root(n); a && n->op == Op::NewObject)
          for (auto& [at, p] : a->pieces) defined[p.number].insert(b);
        if (n->op != Op::Store && n->op != Op::StoreRef) continue;
        if (Within w = find(n->operands[0])) defined[w.aggregate->pieces.at(w.offset + n->imm).number].insert(b);
      }
    for (uint32_t v = 0; v < variables_.size(); v++) {
      std::vector<Block*> work(defined[v].begin(), defined[v].end());
      std::set<Block*> has;
      while (!work.empty()) {
        Block* b = work.back();
        work.pop_back();
        for (Block* f : frontier[b]) {
          if (!has.insert(f).second) continue;
          Node* phi = g_.new_node(Op::Phi, variables_[v]);
          phi->block = f;
          f->nodes.insert(f->nodes.begin(), phi);
          phis_.push_back({phi, v});
          phi_of_[phi] = v;
          if (!defined[v].count(f)) work.push_back(f);
        }
      }
    }
  }

  void rename(Block* b) {
    Block* up = dom_.idom(b);
    current_ = up ? end_.at(up) : std::vector<Node*>();
    if (!up)
      for (Type t : variables_) current_.push_back(zero(t));
    changed_values();
    for (Node* n : b->nodes)
      if (auto it = phi_of_.find(n); it != phi_of_.end()) current_[it->second] = n;
    b->entry_state = rewrite(b->entry_state);
    std::vector<Node*> out;
    for (Node* n : b->nodes)
      if (!node(n, &out)) out.push_back(n);
    b->nodes = std::move(out);
    end_[b] = std::move(current_);
  }

  // True: the node is gone.
  bool node(Node* n, std::vector<Node*>* out) {
    if (Aggregate* a = aggregates_.of_root(n)) {
      if (n->op == Op::NewObject)
        for (auto& [at, p] : a->pieces) current_[p.number] = zero(variables_[p.number]);
      changed_values();
      return true;
    }
    if (n->state) n->state = rewrite(n->state);
    if (n->operands.empty()) return false;
    Within w = find(n->operands[0]);
    switch (n->op) {
      case Op::FieldAddr: return static_cast<bool>(w);
      case Op::CheckNull: case Op::KeepAlive: return static_cast<bool>(w);
      case Op::CmpEq: case Op::CmpNe:
        if (w || find(n->operands[1])) {
          n->operands.clear();
          n->imm = n->op == Op::CmpNe;
          n->op = Op::Const;
        }
        return false;
      case Op::Store: case Op::StoreRef: {
        if (!w) return false;
        const Piece& p = w.aggregate->pieces.at(w.offset + n->imm);
        current_[p.number] = convert(n, n->operands[1]->resolve(), variables_[p.number], out);
        changed_values();
        return true;
      }
      case Op::Load: {
        if (!w) return false;
        const Piece& p = w.aggregate->pieces.at(w.offset + n->imm);
        n->replace_by(widen(n, convert(n, current_[p.number], n->type, out), out));
        return true;
      }
      default: return false;
    }
  }

  Node* convert(const Node* at, Node* v, Type t, std::vector<Node*>* out) {
    if (v->type == t) return v;
    Node* c = node_like(at, Op::Bitcast, t, {v});
    out->push_back(c);
    return c;
  }
  // Narrow pieces hold what was stored; loading extends.
  Node* widen(const Node* load, Node* v, std::vector<Node*>* out) {
    Op op;
    switch (load->mem.kind) {
      case MemKind::I8: op = Op::Sext8; break;
      case MemKind::U8: op = Op::Zext8; break;
      case MemKind::I16: op = Op::Sext16; break;
      case MemKind::U16: op = Op::Zext16; break;
      default: return v;
    }
    Node* c = node_like(load, op, Type::I32, {v});
    out->push_back(c);
    return c;
  }

  // ---- frame states ---------------------------------------------------------------------------------------------------
  void changed_values() { rewritten_.clear(); }

  bool mentions(const StateOperand& o, int depth = 0) {
    if (o.value && find(o.value)) return true;
    if ((o.where == W::Virtual || o.where == W::Pieces) && depth < 8)
      for (auto& p : g_.virtuals[o.index].pieces)
        if (mentions(p.value, depth + 1)) return true;
    return false;
  }
  bool mentions(const FrameState* s) {
    for (; s; s = s->caller) {
      if (s->exposed && find(s->exposed)) return true;
      for (auto* list : {&s->args, &s->locals, &s->stack})
        for (auto& o : *list)
          if (mentions(o)) return true;
    }
    return false;
  }

  const FrameState* rewrite(const FrameState* s) {
    if (!s) return s;
    auto [it, fresh] = rewritten_.try_emplace(s, s);
    if (!fresh) return it->second;
    if (!mentions(s)) return s;
    FrameState* c = g_.copy_state(*s);
    if (c->exposed && find(c->exposed)) c->exposed = nullptr;
    for (auto* list : {&c->args, &c->locals, &c->stack})
      for (auto& o : *list) map(&o, 0);
    c->caller = rewrite(s->caller);
    rewritten_[s] = c;
    return c;
  }

  void map(StateOperand* o, int depth) {
    if (o->where == W::Value || o->where == W::Memory) {
      Within w = find(o->value);
      if (!w) return;
      bool object = o->where == W::Value;
      o->index = object ? virtual_of(w.aggregate, 0, w.aggregate->size, true) : virtual_of(w.aggregate, w.offset, w.offset + 8 * o->words, false);
      o->where = object ? W::Virtual : W::Pieces;
      o->value = nullptr;
    } else if ((o->where == W::Virtual || o->where == W::Pieces) && depth < 8 && mentions(*o)) {
      // An object of an earlier round that holds one of this round.
      hir::VirtualObject copy = g_.virtuals[o->index];
      std::vector<MappedPiece> mapped;
      for (auto& p : copy.pieces) {
        map(&p.value, depth + 1);
        mapped.emplace_back(p.value.where, p.value.index, p.value.value);
      }
      auto [it, fresh] = copies_.try_emplace({o->index, std::move(mapped)}, static_cast<uint32_t>(g_.virtuals.size()));
      o->index = fresh ? intern(std::move(copy)) : it->second;
    }
  }

  static loop::ValueKind value_kind(MemKind k) {
    using V = loop::ValueKind;
    switch (hir::mem_type(k)) {
      case Type::I64: return V::Int64;
      case Type::F32: return V::Float32;
      case Type::F64: return V::Float64;
      case Type::Ref: return V::Ref;
      case Type::Ptr: return V::ByRef;
      default: return V::Int32;
    }
  }

  uint32_t virtual_of(const Aggregate* a, int64_t begin, int64_t end, bool object) {
    hir::VirtualObject v;
    if (object) v.type.value = a->root->symbol.id;
    for (auto& [at, p] : a->pieces) {
      if (at < begin || at + p.size() > end) continue;
      hir::VirtualObject::Piece made{static_cast<uint32_t>(at - begin), p.kind, hir::StateOperand{}};
      made.value.where = W::Value;
      made.value.kind = value_kind(p.kind);
      made.value.value = current_[p.number];
      v.pieces.push_back(made);
    }
    if (object) {
      auto [it, fresh] = objects_.try_emplace({a->root, values_of(v)}, static_cast<uint32_t>(g_.virtuals.size()));
      if (!fresh) return it->second;
    }
    return intern(std::move(v));
  }
  static std::vector<const Node*> values_of(const hir::VirtualObject& v) {
    std::vector<const Node*> values;
    for (auto& p : v.pieces) values.push_back(p.value.value);
    return values;
  }
  uint32_t intern(hir::VirtualObject v) {
    g_.virtuals.push_back(std::move(v));
    return static_cast<uint32_t>(g_.virtuals.size() - 1);
  }

  Graph& g_;
  Aggregates& aggregates_;
  hir::Dominators dom_;
  std::vector<Aggregate*> roots_;
  std::vector<Type> variables_;
  std::map<Type, Node*> zeros_;
  std::vector<std::pair<Node*, uint32_t>> phis_;
  std::unordered_map<const Node*, uint32_t> phi_of_;
  std::vector<Node*> current_;
  std::unordered_map<const Block*, std::vector<Node*>> end_;
  std::unordered_map<const FrameState*, const FrameState*> rewritten_;
  // The same object at the same moment must be the same virtual object, whichever state of a chain names it: those of this round by what their
  // pieces hold, those of earlier rounds by what has become of their pieces.
  std::map<std::pair<const Node*, std::vector<const Node*>>, uint32_t> objects_;
  using MappedPiece = std::tuple<W, uint32_t, const Node*>;
  std::map<std::pair<uint32_t, std::vector<MappedPiece>>, uint32_t> copies_;
};

// Drops virtual objects that no used state names.
void compact(Graph& g) {
  std::vector<uint32_t> to(g.virtuals.size(), ~0u);
  std::vector<hir::VirtualObject> kept;
  std::set<const FrameState*> seen;
  auto keep = [&](auto&& self, StateOperand& o) -> void {
    if (o.where != W::Virtual && o.where != W::Pieces) return;
    if (to[o.index] == ~0u) {
      uint32_t from = o.index, at = static_cast<uint32_t>(kept.size());
      to[from] = at;
      kept.push_back(g.virtuals[from]);
      for (size_t i = 0; i < g.virtuals[from].pieces.size(); i++) {
        StateOperand inner = g.virtuals[from].pieces[i].value;
        self(self, inner);
        kept[at].pieces[i].value = inner;
      }
    }
    o.index = to[o.index];
  };
  auto state = [&](const FrameState* s) {
    for (; s && seen.insert(s).second; s = s->caller)
      hir::for_each_state_operand(const_cast<FrameState*>(s), [&](StateOperand& o) { keep(keep, o); });
  };
  for (Block* b : g.blocks) {
    state(b->entry_state);
    for (Node* n : b->nodes) state(n->state);
  }
  g.virtuals = std::move(kept);
}

class ScalarReplacement : public Optimization {
  const char* name() const override { return "scalar-replacement"; }
  const char* description() const override { return "keep objects and structs that do not escape in registers"; }
  double estimate(const loop::Profile&, loop::MethodId) const override { return 0.1; }
  bool apply(Graph& g) const override {
    size_t objects = 0, total = 0;
    for (int round = 0; round < 4; round++) {  // what was stored into a dissolved object may be next
      Aggregates a(g);
      for (Aggregate* x : a.alive()) objects += x->root->op == Op::NewObject;
      size_t n = Replacer(g, a).run();
      total += n;
      if (!n) break;
    }
    if (total) compact(g);
    if (objects) g.notes.push_back("removed " + std::to_string(objects) + " allocations");
    return total != 0;
  }
};

}  // namespace

const Optimization& scalar_replacement() {
  static const ScalarReplacement o;
  return o;
}

}  // namespace rapgo::compile::passes
