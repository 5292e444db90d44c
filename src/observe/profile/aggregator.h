// Samples in, Profile snapshots and HotEvents out: a calling-context tree with decay (DESIGN 4.13).
// Thread safety: owned by one thread (the observing one). Snapshots are immutable and may be shared.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "loop/hot_event.h"
#include "loop/profile.h"

namespace rapgo::observe {

// One node: a method called from its parent's call site.
struct ContextNode {
  loop::MethodId method;
  uint32_t call_il = 0;    // in the parent
  double self = 0;         // decayed samples with this node innermost
  std::vector<uint32_t> children;
};

class Aggregator {
 public:
  // Samples lose half their weight every `half_life_ns` of program time.
  explicit Aggregator(double half_life_ns = 2e9) : half_life_ns_(half_life_ns) {}

  void add(const loop::Sample& sample);
  void decay_to(uint64_t now_ns);
  // Merges exact counts of a probed version, exits, or a stored profile.
  void merge(loop::MethodId method, const loop::MethodProfile& counts, double weight = 1);
  void count_exit(loop::MethodId method, uint32_t il);

  std::shared_ptr<const loop::Profile> snapshot();
  double total_samples() const { return total_; }
  const std::map<loop::MethodId, loop::MethodProfile>& methods() const { return methods_; }
  // Methods whose innermost samples changed since the last call, hottest first.
  struct Hot {
    loop::MethodId method;
    double samples;
    uint32_t il;             // hottest innermost IL offset
    uint32_t version;        // of the latest sample
    uint32_t thread;
  };
  std::vector<Hot> hottest(size_t most = 8);
  // Share of recent samples in methods that were not hot before: near 0 in a steady phase, near 1 at a phase change.
  double phase_change() const { return recent_total_ > 0 ? recent_new_ / recent_total_ : 0; }
  const std::vector<ContextNode>& contexts() const { return nodes_; }

 private:
  uint32_t child(uint32_t parent, loop::MethodId method, uint32_t call_il);

  double half_life_ns_;
  uint64_t last_decay_ns_ = 0;
  double total_ = 0, recent_total_ = 0, recent_new_ = 0;
  uint64_t epoch_ = 0;
  std::map<loop::MethodId, loop::MethodProfile> methods_;
  std::map<loop::MethodId, Hot> touched_;
  std::vector<ContextNode> nodes_{ContextNode{}};  // [0]: the root
};

}  // namespace rapgo::observe
