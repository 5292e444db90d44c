// Objects and slots that may be taken apart: which of them do not escape, and into which pieces they fall.
// Internal to scalar replacement.
#pragma once
#include <map>
#include <unordered_map>
#include <vector>

#include "compile/passes/facts.h"

namespace rapgo::compile::passes {

struct Piece {
  int64_t offset;
  hir::MemKind kind;    // of the first access seen; others of the same size convert
  uint32_t number = 0;  // index of the SSA variable
  uint32_t size() const { return hir::mem_size(kind); }
};

// A NewObject or Slot node with all accesses to it.
struct Aggregate {
  Node* root = nullptr;
  std::map<int64_t, Piece> pieces;  // by offset, disjoint
  bool lives = true;                // false: escapes or cannot be split
  bool copied_into = false;         // bytes arrive by MemCopy: all of them count in frame states
  bool in_states = false;
  int64_t size = 0;
};

// A constant address within an aggregate.
struct Within {
  Aggregate* aggregate = nullptr;
  int64_t offset = 0;
  explicit operator bool() const { return aggregate != nullptr; }
};

class Aggregates {
 public:
  explicit Aggregates(Graph& g);
  Within find(const Node* address);       // null aggregate if it is not (any longer) one
  std::vector<Aggregate*> alive();
  Aggregate* of_root(const Node* root);

 private:
  void collect();
  void use(Node* user, size_t operand);
  void state(const hir::FrameState* s);
  void operand(const hir::StateOperand& o, int depth);
  void access(Within w, hir::MemKind kind);
  void kill(Within w) { if (w) w.aggregate->lives = false; }
  void unify_copies();
  void unify(Node* copy);
  void drop_cut_pieces();
  void fill(Aggregate* a, int64_t begin, int64_t end, bool references);

  Graph& g_;
  std::unordered_map<const Node*, Aggregate> all_;
  std::vector<Node*> copies_;
  struct Range { Aggregate* a; int64_t begin, end; };
  std::vector<Range> state_ranges_;
  std::unordered_map<const hir::FrameState*, bool> seen_;
};

}  // namespace rapgo::compile::passes
