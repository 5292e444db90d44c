// What the loop passes share.
#pragma once
#include <unordered_map>

#include "compile/hir/analysis.h"
#include "compile/passes/facts.h"

namespace rapgo::compile::passes {

// The header's entry state with the phis' values on entry: where a check that stands in the preheader transfers to.
// Null if the loop has no entry state.
const hir::FrameState* preheader_state(Graph&, const hir::Loop&, Block* preheader);

// What a header phi is on entry to the loop.
Node* entry_value(const Node* phi, const Block* preheader);

inline bool is_invariant(const hir::Loop& l, const Node* n) { return !l.contains(n->block); }
// Blocks whose every execution ends in a transfer down or a throw are not the loop's business.
inline bool is_cold(const Block* b) {
  Op t = b->terminator()->op;
  return t == Op::Exit || t == Op::Unreachable;
}

// Moves `n` (whose operands are invariant) in front of the preheader's terminator.
void move_to_preheader(Node* n, Block* preheader);
// Puts a new node in front of the preheader's terminator.
Node* emit_before_terminator(Graph&, Block*, Op, Type, std::initializer_list<Node*>, int64_t imm = 0);

}  // namespace rapgo::compile::passes
