// What the optimizer does to a graph, one object per optimization, listed in one registry: `--list-optimizations` prints it,
// `--no-optimization=NAME` takes one out, `--dump-hir=METHOD:NAME` shows its work.
//
// Thread safety: optimizations are stateless; any number of graphs at once. apply() keeps verify() true.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "compile/hir/graph.h"
#include "loop/profile.h"

namespace rapgo::compile::passes {

class Optimization {
 public:
  virtual ~Optimization() = default;
  virtual const char* name() const = 0;         // lower case with dashes
  virtual const char* description() const = 0;  // one line, for --list-optimizations
  // The share of the method's time that this is expected to save, 0..1, before anything is compiled; for decide's model.
  virtual double estimate(const loop::Profile&, loop::MethodId) const { return 0.02; }
  // Returns whether anything changed.
  virtual bool apply(hir::Graph&) const = 0;
};

// All of them, in the order of first use in the pipeline.
const std::vector<const Optimization*>& all_optimizations();
const Optimization* find_optimization(std::string_view name);  // or null

struct PipelineOptions {
  std::vector<std::string> disabled;  // names
  bool verify = false;                // between passes (debug and stress modes); a broken graph is reported through `error`
  std::function<void(const char* pass, const hir::Graph&)> after_pass;  // dumps
};

// The pipeline. False and `error` if a pass broke the graph (only with verify).
bool optimize(hir::Graph&, const PipelineOptions&, std::string* error);

// Sum of the estimates of the enabled optimizations, capped: decide's gain model.
double estimate_gain(const loop::Profile&, loop::MethodId, const std::vector<std::string>& disabled);

// ---- the optimizations, one file each ---------------------------------------------------------------------------------
const Optimization& simplify();         // constants, identities, known branches, straight-line blocks
const Optimization& gvn();              // common subexpressions; checks and type tests that are known already
const Optimization& load_forwarding();  // loads of what was just stored or loaded
const Optimization& scalar_replacement();  // objects that do not escape become values
const Optimization& loop_invariants();  // checks, lengths and loads out of loops
const Optimization& bounds_checks();    // range checks of induction variables, once before the loop
const Optimization& dead_code();        // what nobody uses
const Optimization& cold_paths();       // branch weights towards exits and from the profile

}  // namespace rapgo::compile::passes
