#include "compile/hir/analysis.h"

#include <algorithm>

namespace rapgo::compile::hir {

// Cooper, Harvey, Kennedy: "A simple, fast dominance algorithm".
Dominators::Dominators(const Graph& g) {
  std::vector<std::pair<Block*, size_t>> stack{{g.entry(), 0}};
  std::unordered_map<const Block*, bool> seen{{g.entry(), true}};
  while (!stack.empty()) {
    auto& [b, i] = stack.back();
    if (i < b->succs.size()) {
      // Visiting the last successor first keeps "then" before "else" in reverse postorder.
      Block* s = b->succs[b->succs.size() - 1 - i++];
      if (seen.emplace(s, true).second) stack.push_back({s, 0});
    } else {
      rpo_.push_back(b);
      stack.pop_back();
    }
  }
  std::reverse(rpo_.begin(), rpo_.end());
  for (size_t i = 0; i < rpo_.size(); i++) number_[rpo_[i]] = i;
  constexpr size_t kNone = ~size_t{0};
  idom_.assign(rpo_.size(), kNone);
  idom_[0] = 0;
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 1; i < rpo_.size(); i++) {
      size_t best = kNone;
      for (Block* p : rpo_[i]->preds) {
        auto it = number_.find(p);
        if (it == number_.end() || idom_[it->second] == kNone) continue;
        size_t x = it->second;
        if (best == kNone) { best = x; continue; }
        size_t y = best;
        while (x != y) {
          while (x > y) x = idom_[x];
          while (y > x) y = idom_[y];
        }
        best = x;
      }
      if (idom_[i] != best) {
        idom_[i] = best;
        changed = true;
      }
    }
  }
  for (Block* b : rpo_) children_[b];
  for (size_t i = 1; i < rpo_.size(); i++) children_[rpo_[idom_[i]]].push_back(rpo_[i]);
  interval_.resize(rpo_.size());
  uint32_t time = 0;
  std::vector<std::pair<size_t, size_t>> walk{{0, 0}};
  interval_[0].first = time++;
  while (!walk.empty()) {
    auto& [n, i] = walk.back();
    auto& kids = children_[rpo_[n]];
    if (i < kids.size()) {
      size_t k = number_[kids[i++]];
      interval_[k].first = time++;
      walk.push_back({k, 0});
    } else {
      interval_[n].second = time++;
      walk.pop_back();
    }
  }
}

Block* Dominators::idom(const Block* b) const {
  size_t n = number_.at(b);
  return n == 0 ? nullptr : rpo_[idom_[n]];
}

bool Dominators::dominates(const Block* a, const Block* b) const {
  auto ia = number_.find(a), ib = number_.find(b);
  if (ia == number_.end() || ib == number_.end()) return false;
  auto &x = interval_[ia->second], &y = interval_[ib->second];
  return x.first <= y.first && y.second <= x.second;
}

bool Dominators::dominates(const Node* a, const Node* b) const {
  if (a->block != b->block) return dominates(a->block, b->block);
  for (const Node* n : a->block->nodes) {
    if (n == b) return false;
    if (n == a) return true;
  }
  return false;
}

Loops::Loops(const Graph&, const Dominators& dom) {
  auto& rpo = dom.reverse_postorder();
  // Inner headers come later in reverse postorder: going backwards makes inner loops first.
  for (size_t i = rpo.size(); i-- > 0;) {
    Block* h = rpo[i];
    std::vector<Block*> latches;
    for (Block* p : h->preds)
      if (dom.dominates(h, p) && std::find(latches.begin(), latches.end(), p) == latches.end()) latches.push_back(p);
    if (latches.empty()) continue;
    Loop& l = loops_.emplace_back();
    l.header = h;
    l.latches = latches;
    l.blocks.push_back(h);
    l.member[h] = true;
    std::vector<Block*> work = latches;
    while (!work.empty()) {
      Block* b = work.back();
      work.pop_back();
      if (!l.member.emplace(b, true).second) continue;
      l.blocks.push_back(b);
      for (Block* p : b->preds) work.push_back(p);
    }
    for (Block* b : l.blocks) {
      Loop*& in = innermost_[b];
      if (!in) {
        in = &l;
      } else {
        Loop* top = in;
        while (top->parent) top = top->parent;
        if (top != &l) top->parent = &l;
      }
    }
    order_.push_back(&l);
  }
  for (Loop& l : loops_)
    for (Loop* p = l.parent; p; p = p->parent) l.depth++;
}

Loop* Loops::innermost(const Block* b) const {
  auto it = innermost_.find(b);
  return it == innermost_.end() ? nullptr : it->second;
}

Block* preheader(Graph& g, const Loop& l, bool* changed) {
  std::vector<size_t> outside;
  for (size_t k = 0; k < l.header->preds.size(); k++)
    if (!l.contains(l.header->preds[k])) outside.push_back(k);
  Block* h = l.header;
  if (outside.size() == 1 && h->preds[outside[0]]->succs.size() == 1) return h->preds[outside[0]];
  *changed = true;
  if (outside.size() == 1) {
    Block* p = h->preds[outside[0]];
    size_t s = static_cast<size_t>(std::find(p->succs.begin(), p->succs.end(), h) - p->succs.begin());
    return g.split_edge(p, s);
  }
  // Several entries: one new block with phis of what they bring.
  Block* pre = g.new_block();
  Node* jump = g.append(pre, Op::Jump, Type::Void);
  jump->frame = h->nodes.front()->frame;
  jump->il_offset = h->nodes.front()->il_offset;
  std::vector<Block*> old_preds = h->preds, inside;
  for (size_t k = 0; k < old_preds.size(); k++)
    if (!std::count(outside.begin(), outside.end(), k)) inside.push_back(old_preds[k]);
  for (Node* n : h->nodes) {
    if (n->op != Op::Phi) continue;
    Node* merged = g.new_node(Op::Phi, n->type);
    merged->block = pre;
    std::vector<Node*> kept{merged};
    for (size_t k = 0; k < n->operands.size(); k++)
      (std::count(outside.begin(), outside.end(), k) ? merged->operands : kept).push_back(n->operands[k]);
    n->operands = kept;
    pre->nodes.insert(pre->nodes.end() - 1, merged);
  }
  h->preds = inside;
  h->preds.insert(h->preds.begin(), pre);
  pre->succs.push_back(h);
  for (size_t k : outside) {
    Block* p = old_preds[k];
    pre->preds.push_back(p);
    for (Block*& s : p->succs)
      if (s == h) { s = pre; break; }
  }
  return pre;
}

}  // namespace rapgo::compile::hir
