#include "compile/hir/graph.h"

#include <algorithm>
#include <unordered_set>

namespace rapgo::compile::hir {

Block* Graph::new_block() {
  Block& b = all_blocks_.emplace_back();
  b.id = next_block_++;
  blocks.push_back(&b);
  return &b;
}

Node* Graph::new_node(Op op, Type type) {
  Node& n = nodes_.emplace_back();
  n.op = op;
  n.type = type;
  n.id = next_node_++;
  return &n;
}

Node* Graph::append(Block* b, Op op, Type type, std::initializer_list<Node*> operands) {
  Node* n = new_node(op, type);
  n->operands.assign(operands);
  n->block = b;
  b->nodes.push_back(n);
  return n;
}

FrameState* Graph::new_state() {
  FrameState& s = states_.emplace_back();
  s.id = next_state_++;
  return &s;
}

FrameState* Graph::copy_state(const FrameState& from) {
  FrameState& s = states_.emplace_back(from);
  s.id = next_state_++;
  return &s;
}

CallInfo* Graph::new_call_info() { return &calls_.emplace_back(); }

void Graph::add_edge(Block* from, Block* to) {
  from->succs.push_back(to);
  to->preds.push_back(from);
}

// Which of to->preds belongs to from->succs[i]: several edges between the same two blocks keep their relative order.
static size_t pred_index(const Block* from, size_t succ_index) {
  const Block* to = from->succs[succ_index];
  size_t nth = static_cast<size_t>(std::count(from->succs.begin(), from->succs.begin() + static_cast<long>(succ_index), to));
  for (size_t k = 0; k < to->preds.size(); k++)
    if (to->preds[k] == from && nth-- == 0) return k;
  return to->preds.size();
}

static void drop_pred(Block* to, size_t k) {
  to->preds.erase(to->preds.begin() + static_cast<long>(k));
  for (Node* n : to->nodes) {
    if (n->op == Op::Copy) continue;
    if (n->op != Op::Phi) break;
    n->operands.erase(n->operands.begin() + static_cast<long>(k));
  }
}

void Graph::remove_edge(Block* from, size_t succ_index) {
  drop_pred(from->succs[succ_index], pred_index(from, succ_index));
  from->succs.erase(from->succs.begin() + static_cast<long>(succ_index));
}

Block* Graph::split_edge(Block* from, size_t succ_index) {
  Block* to = from->succs[succ_index];
  size_t k = pred_index(from, succ_index);
  Block* middle = new_block();
  middle->frequency = std::min(from->frequency, to->frequency);
  from->succs[succ_index] = middle;
  to->preds[k] = middle;
  middle->preds.push_back(from);
  middle->succs.push_back(to);
  Node* jump = append(middle, Op::Jump, Type::Void);
  jump->frame = from->terminator()->frame;
  jump->il_offset = from->terminator()->il_offset;
  return middle;
}

void Graph::clean() {
  // Reachability first: what is not reachable neither uses nor defines.
  std::unordered_set<Block*> reached;
  std::vector<Block*> work{entry()};
  reached.insert(entry());
  while (!work.empty()) {
    Block* b = work.back();
    work.pop_back();
    for (Block* s : b->succs)
      if (reached.insert(s).second) work.push_back(s);
  }
  for (Block* b : blocks)
    if (!reached.count(b))
      while (!b->succs.empty()) remove_edge(b, 0);
  std::erase_if(blocks, [&](Block* b) { return !reached.count(b); });

  // A phi of one value (itself aside) is a copy; finding one may make another.
  for (bool changed = true; changed;) {
    changed = false;
    for (Block* b : blocks)
      for (Node* n : b->nodes) {
        if (n->op != Op::Phi) continue;
        Node* same = nullptr;
        bool one = true;
        for (Node* o : n->operands) {
          o = o->resolve();
          if (o == n || o == same) continue;
          if (same) one = false;
          same = o;
        }
        if (one && same) {
          n->replace_by(same);
          changed = true;
        }
      }
  }
  for (Block* b : blocks) {
    std::erase_if(b->nodes, [](Node* n) { return n->op == Op::Copy; });
    for (Node* n : b->nodes)
      for (Node*& o : n->operands) o = o->resolve();
  }
  for (FrameState& s : states_)
    for_each_state_operand(&s, [](StateOperand& o) {
      if (o.value) o.value = o.value->resolve();
    });
  for (VirtualObject& v : virtuals)
    for (auto& p : v.pieces)
      if (p.value.value) p.value.value = p.value.value->resolve();
}

size_t Graph::node_count() const {
  size_t count = 0;
  for (const Block* b : blocks) count += b->nodes.size();
  return count;
}

void Graph::renumber() {
  next_node_ = next_block_ = next_state_ = 0;
  std::unordered_set<const FrameState*> seen;
  auto number = [&](const FrameState* s) {
    for (; s && seen.insert(s).second; s = s->caller) const_cast<FrameState*>(s)->id = next_state_++;
  };
  for (Block* b : blocks) {
    b->id = next_block_++;
    number(b->entry_state);
    for (Node* n : b->nodes) {
      n->id = next_node_++;
      number(n->state);
    }
  }
  // What is not in any block keeps ids above all others, so that side tables stay valid.
  for (Node& n : nodes_)
    if (!n.block || std::find(blocks.begin(), blocks.end(), n.block) == blocks.end()) n.id = next_node_++;
  for (FrameState& s : states_)
    if (!seen.count(&s)) s.id = next_state_++;
}

}  // namespace rapgo::compile::hir
