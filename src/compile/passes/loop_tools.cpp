#include "compile/passes/loop_tools.h"

#include <algorithm>

namespace rapgo::compile::passes {

Node* entry_value(const Node* phi, const Block* preheader) {
  const Block* h = phi->block;
  for (size_t k = 0; k < h->preds.size(); k++)
    if (h->preds[k] == preheader) return phi->operands[k]->resolve();
  return nullptr;
}

static bool has_header_phi(const hir::FrameState* s, const Block* header) {
  bool found = false;
  for (; s; s = s->caller)
    hir::for_each_state_operand(const_cast<hir::FrameState*>(s), [&](hir::StateOperand& o) {
      if (o.value && o.value->resolve()->op == Op::Phi && o.value->resolve()->block == header) found = true;
      if (o.where == hir::StateOperand::Where::Virtual || o.where == hir::StateOperand::Where::Pieces) found = true;
    });
  return found;
}

static const hir::FrameState* at_entry(Graph& g, const hir::FrameState* s, const Block* header, const Block* pre) {
  if (!s || !has_header_phi(s, header)) return s;
  hir::FrameState* c = g.copy_state(*s);
  c->caller = at_entry(g, s->caller, header, pre);
  auto map = [&](hir::StateOperand& o) {
    if (!o.value) return;
    Node* v = o.value->resolve();
    if (v->op == Op::Phi && v->block == header) o.value = entry_value(v, pre);
  };
  hir::for_each_state_operand(c, [&](hir::StateOperand& o) {
    map(o);
    using W = hir::StateOperand::Where;
    if (o.where == W::Virtual || o.where == W::Pieces) {
      hir::VirtualObject copy = g.virtuals[o.index];
      for (auto& p : copy.pieces) map(p.value);
      o.index = static_cast<uint32_t>(g.virtuals.size());
      g.virtuals.push_back(std::move(copy));
    }
  });
  return c;
}

const hir::FrameState* preheader_state(Graph& g, const hir::Loop& l, Block* pre) {
  return at_entry(g, l.header->entry_state, l.header, pre);
}

void move_to_preheader(Node* n, Block* pre) {
  auto& from = n->block->nodes;
  from.erase(std::find(from.begin(), from.end(), n));
  pre->nodes.insert(pre->nodes.end() - 1, n);
  n->block = pre;
}

Node* emit_before_terminator(Graph& g, Block* b, Op op, Type t, std::initializer_list<Node*> operands, int64_t imm) {
  Node* n = g.new_node(op, t);
  n->operands.assign(operands);
  n->imm = imm;
  n->block = b;
  n->frame = b->terminator()->frame;
  n->il_offset = b->terminator()->il_offset;
  b->nodes.insert(b->nodes.end() - 1, n);
  return n;
}

}  // namespace rapgo::compile::passes
