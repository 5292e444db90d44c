// Branches towards blocks that only leave (exits, throws) become unlikely; profile weights stand where they are known.
#include <unordered_set>

#include "compile/passes/facts.h"
#include "compile/passes/optimization.h"

namespace rapgo::compile::passes {

namespace {

class ColdPaths : public Optimization {
  const char* name() const override { return "cold-paths"; }
  const char* description() const override { return "keep exits and throws out of the way of hot code"; }

  bool apply(Graph& g) const override {
    // Cold: ends in an exit, or only leads to such blocks.
    std::unordered_set<const Block*> cold;
    for (bool again = true; again;) {
      again = false;
      for (Block* b : g.blocks) {
        if (cold.count(b)) continue;
        Op t = b->terminator()->op;
        bool is = t == Op::Exit || t == Op::Unreachable;
        if (!b->succs.empty()) {
          is = true;
          for (Block* s : b->succs) is &= cold.count(s) != 0;
        }
        if (is && b != g.entry()) {
          cold.insert(b);
          again = true;
        }
      }
    }
    bool changed = false;
    for (Block* b : g.blocks) {
      Node* t = b->terminator();
      if (cold.count(b)) b->frequency = 0;
      if (t->op != Op::Branch) continue;
      bool c0 = cold.count(b->succs[0]), c1 = cold.count(b->succs[1]);
      if (c0 == c1) continue;
      t->weights = {c0 ? 0u : 1u << 20, c1 ? 0u : 1u << 20};
      changed = true;
    }
    return changed;
  }
};

}  // namespace

const Optimization& cold_paths() {
  static const ColdPaths o;
  return o;
}

}  // namespace rapgo::compile::passes
