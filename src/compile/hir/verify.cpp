#include <algorithm>
#include <unordered_map>

#include "compile/hir/analysis.h"
#include "compile/hir/graph.h"

namespace rapgo::compile::hir {

namespace {

class Verifier {
 public:
  explicit Verifier(const Graph& g) : g_(g), dom_(g) {}

  std::string run() {
    for (const Block* b : dom_.reverse_postorder()) reached_[b] = true;
    for (const Block* b : g_.blocks) {
      size_t i = 0;
      for (const Node* n : b->nodes) place_[n] = {b, i++};
    }
    for (const Block* b : g_.blocks) {
      block(b);
      if (!error_.empty()) return error_;
    }
    return {};
  }

 private:
  void fail(const Node* n, const std::string& why) {
    if (error_.empty()) error_ = why + (n ? ": " + print(*n) : "");
  }

  static bool matches(char c, Type t, const Node* n) {
    switch (c) {
      case 'v': return t == Type::Void;
      case 'i': return t == Type::I32;
      case 'l': return t == Type::I64;
      case 'f': return t == Type::F32;
      case 'd': return t == Type::F64;
      case 'r': return t == Type::Ref;
      case 'p': return t == Type::Ptr;
      case 'n': return is_int(t);
      case 'x': return is_float(t);
      case 'b': return is_address(t);
      case '*': return t == n->type;
      case '=': return t == n->operands[0]->type || (is_address(t) && is_address(n->operands[0]->type));
      default: return t != Type::Void;
    }
  }

  void use(const Node* user, const Node* v, const Block* at, size_t index) {
    if (!v) return fail(user, "null operand");
    auto it = place_.find(v);
    if (it == place_.end()) return fail(user, "operand v" + std::to_string(v->id) + " is in no block");
    if (!reached_.count(at)) return;
    auto& [b, i] = it->second;
    if (b == at ? i >= index : !dom_.dominates(b, at)) fail(user, "v" + std::to_string(v->id) + " does not dominate its use");
  }

  void state(const Node* n, const FrameState* s, const Block* at, size_t index) {
    for (; s; s = s->caller) {
      if (s->frame >= g_.frames.size()) fail(n, "state of an unknown frame");
      if (s->caller && s->frame && g_.frames[s->frame].caller != s->caller->frame) fail(n, "state's caller is not its frame's caller");
      if (!s->caller && s->frame) fail(n, "state of an inlined frame without caller");
      for_each_state_operand(const_cast<FrameState*>(s), [&](StateOperand& o) { state_operand(n, o, at, index, 0); });
    }
  }
  void state_operand(const Node* n, const StateOperand& o, const Block* at, size_t index, int depth) {
    using W = StateOperand::Where;
    if (o.where == W::Value || o.where == W::Memory) {
      use(n, o.value, at, index);
      if (o.where == W::Memory && o.value && o.value->type != Type::Ptr) fail(n, "state memory is not an address");
    } else if (o.where == W::Virtual || o.where == W::Pieces) {
      if (o.index >= g_.virtuals.size()) return fail(n, "unknown virtual object");
      if (depth > 64) return;  // cycles are legal
      for (auto& p : g_.virtuals[o.index].pieces) state_operand(n, p.value, at, index, depth + 16);
    }
  }

  void block(const Block* b) {
    if (b->nodes.empty()) return fail(nullptr, "empty block b" + std::to_string(b->id));
    if (b == g_.entry() && !b->preds.empty()) fail(nullptr, "the entry block has predecessors");
    for (const Block* p : b->preds)
      if (reached_.count(p) && dom_.dominates(b, p) && !b->entry_state && !b->no_hoist) fail(b->nodes[0], "loop header b" + std::to_string(b->id) + " without entry state");
    bool phis = true;
    for (size_t i = 0; i < b->nodes.size(); i++) {
      const Node* n = b->nodes[i];
      if (n->block != b) fail(n, "node thinks it is elsewhere");
      if (n->has(effect::Term) != (i + 1 == b->nodes.size())) fail(n, "terminator in the wrong place");
      if (n->op == Op::Phi && !phis) fail(n, "phi behind others");
      phis &= n->op == Op::Phi;
      node(n, b, i);
      if (!error_.empty()) return;
    }
    if (b->entry_state) {
      size_t first = 0;
      while (first < b->nodes.size() && b->nodes[first]->op == Op::Phi) first++;
      state(b->nodes[0], b->entry_state, b, first);
    }
  }

  void node(const Node* n, const Block* b, size_t index) {
    const OpInfo& info = n->info();
    if (n->op == Op::Copy) return fail(n, "copy left behind");
    if (info.result != '*' && !matches(info.result, n->type, n)) fail(n, "wrong result type");
    if (info.result == '*' && n->type == Type::Void && !n->call) fail(n, "no result type");
    if (n->op == Op::Phi) {
      if (n->operands.size() != b->preds.size()) return fail(n, "phi with wrong number of operands");
      for (size_t k = 0; k < n->operands.size(); k++) {
        if (n->operands[k] && n->operands[k]->type != n->type) fail(n, "phi of other type");
        use(n, n->operands[k], b->preds[k], b->preds[k]->nodes.size());
      }
      return;
    }
    size_t i = 0;
    const char* p = info.operands;
    for (; *p && *p != '.'; p++, i++) {
      if (i >= n->operands.size()) return fail(n, "too few operands");
      if (!n->operands[i]) return fail(n, "null operand");
      if (!matches(*p, n->operands[i]->type, n)) return fail(n, "operand " + std::to_string(i) + " of wrong type");
    }
    if (*p != '.' && i != n->operands.size()) return fail(n, "too many operands");
    for (const Node* o : n->operands) use(n, o, b, index);
    if ((n->has(effect::Exit) || n->op == Op::Exit) && !n->state) fail(n, "no frame state");
    if (n->state) state(n, n->state, b, index);
    if (n->has(effect::Call)) {
      if (!n->call) return fail(n, "call without signature");
      size_t first = n->op == Op::CallIndirect ? 1 : 0;
      if (n->operands.size() != n->call->args.size() + first) return fail(n, "call with wrong number of arguments");
      for (size_t k = 0; k < n->call->args.size(); k++) {
        Type want = n->call->args[k].type, have = n->operands[k + first]->type;
        bool word = (want == Type::I64 || is_address(want)) && (have == Type::I64 || is_address(have));
        if (want != have && !word) fail(n, "argument " + std::to_string(k) + " of wrong type");
      }
      if (n->type != n->call->results[0]) fail(n, "call type is not its result");
    }
    control(n, b);
  }

  void control(const Node* n, const Block* b) {
    size_t want = ~size_t{0};
    switch (n->op) {
      case Op::Jump: want = 1; break;
      case Op::Branch: want = 2; break;
      case Op::Switch: if (b->succs.empty()) fail(n, "switch to nowhere"); break;
      case Op::Return: {
        want = 0;
        size_t values = (g_.results[0] != Type::Void) + (g_.results[1] != Type::Void);
        if (n->operands.size() != values) fail(n, "wrong number of return values");
        break;
      }
      case Op::Exit: case Op::Unreachable: want = 0; break;
      default: return;
    }
    if (want != ~size_t{0} && b->succs.size() != want) fail(n, "wrong number of successors");
    if (!n->weights.empty() && n->weights.size() != b->succs.size()) fail(n, "weights do not match successors");
  }

  const Graph& g_;
  Dominators dom_;
  std::unordered_map<const Block*, bool> reached_;
  std::unordered_map<const Node*, std::pair<const Block*, size_t>> place_;
  std::string error_;
};

// Both ends of every edge know it: what Dominators are computed from.
std::string edges(const Graph& g) {
  for (const Block* b : g.blocks) {
    for (const Block* s : b->succs)
      if (std::count(s->preds.begin(), s->preds.end(), b) != std::count(b->succs.begin(), b->succs.end(), s))
        return "edges to b" + std::to_string(s->id) + " do not match its preds: " + print(*b->terminator());
    for (const Block* p : b->preds)
      if (!std::count(p->succs.begin(), p->succs.end(), b))
        return "pred b" + std::to_string(p->id) + " does not come here: " + print(*b->nodes[0]);
  }
  return {};
}

}  // namespace

std::string verify(const Graph& g) {
  if (g.blocks.empty()) return "no blocks";
  if (g.frames.empty()) return "no frames";
  for (const Block* b : g.blocks)
    if (b->nodes.empty()) return "empty block b" + std::to_string(b->id);
  if (std::string error = edges(g); !error.empty()) return error;
  return Verifier(g).run();
}

}  // namespace rapgo::compile::hir
