#include <algorithm>

#include "compile/passes/optimization.h"

namespace rapgo::compile::passes {

bool optimize(hir::Graph& g, const PipelineOptions& options, std::string* error) {
  bool ok = true;
  auto run = [&](const Optimization& o) {
    if (!ok || std::find(options.disabled.begin(), options.disabled.end(), o.name()) != options.disabled.end()) return;
    o.apply(g);
    if (options.after_pass) options.after_pass(o.name(), g);
    if (!options.verify) return;
    if (std::string broken = hir::verify(g); !broken.empty()) {
      *error = std::string(o.name()) + " broke the graph: " + broken;
      ok = false;
    }
  };

  run(simplify());            // builders do not fold: everything after sees constants and short blocks
  run(gvn());                 // merges addresses, so that memory passes recognise equal ones
  run(scalar_replacement());  // while loads and stores still name their objects
  run(load_forwarding());     // what is left in memory
  run(simplify());            // forwarded constants and types decide branches
  run(gvn());                 // and repeat checks
  run(loop_invariants());     // lengths must stand before the loop for the next one
  run(bounds_checks());       // leaves guards on loop-invariant values
  run(loop_invariants());     // which may leave the next outer loop too
  run(gvn());                 // equal guards of several arrays
  run(simplify());            // guards on constants
  run(dead_code());
  run(cold_paths());          // last: layout only
  return ok;
}

const std::vector<const Optimization*>& all_optimizations() {
  static const std::vector<const Optimization*> all = {&simplify(), &gvn(), &scalar_replacement(), &load_forwarding(),
                                                       &loop_invariants(), &bounds_checks(), &dead_code(), &cold_paths()};
  return all;
}

const Optimization* find_optimization(std::string_view name) {
  for (auto* o : all_optimizations())
    if (o->name() == name) return o;
  return nullptr;
}

double estimate_gain(const loop::Profile& profile, loop::MethodId method, const std::vector<std::string>& disabled) {
  double rest = 1;
  for (auto* o : all_optimizations())
    if (std::find(disabled.begin(), disabled.end(), o->name()) == disabled.end()) rest *= 1 - o->estimate(profile, method);
  return 1 - rest;
}

}  // namespace rapgo::compile::passes
