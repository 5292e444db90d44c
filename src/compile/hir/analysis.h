// Dominators and natural loops, computed afresh by whoever needs them (graphs are small). Valid until an edge changes.
#pragma once
#include <unordered_map>
#include <vector>

#include "compile/hir/graph.h"

namespace rapgo::compile::hir {

class Dominators {
 public:
  explicit Dominators(const Graph&);
  const std::vector<Block*>& reverse_postorder() const { return rpo_; }
  Block* idom(const Block*) const;  // null for the entry
  bool dominates(const Block* a, const Block* b) const;  // reflexive
  bool dominates(const Node* a, const Node* b) const;    // strictly before in the same block, or block-wise
  const std::vector<Block*>& children(const Block* b) const { return children_.at(b); }

 private:
  std::vector<Block*> rpo_;
  std::unordered_map<const Block*, size_t> number_;
  std::vector<size_t> idom_;
  std::vector<std::pair<uint32_t, uint32_t>> interval_;  // of the dominator tree: ancestor test in O(1)
  std::unordered_map<const Block*, std::vector<Block*>> children_;
};

struct Loop {
  Block* header = nullptr;
  Loop* parent = nullptr;
  uint32_t depth = 1;
  std::vector<Block*> blocks;   // header first; inner loops included
  std::vector<Block*> latches;  // sources of the back-edges
  std::unordered_map<const Block*, bool> member;
  bool contains(const Block* b) const { return member.count(b) != 0; }
};

class Loops {
 public:
  Loops(const Graph&, const Dominators&);
  const std::vector<Loop*>& all() const { return order_; }  // inner loops before outer ones
  Loop* innermost(const Block* b) const;                    // or null

 private:
  std::deque<Loop> loops_;
  std::vector<Loop*> order_;
  std::unordered_map<const Block*, Loop*> innermost_;
};

// The block before the loop that only jumps into it, made if there is none (changes edges: recompute analyses).
// `changed` is set if the graph was altered.
Block* preheader(Graph&, const Loop&, bool* changed);

}  // namespace rapgo::compile::hir
