// Samples in, profile snapshots out. Pure values.
#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "loop/ids.h"

namespace rapgo::loop {

// One sampled managed call stack, written by a signal handler: innermost first. POD, fixed size.
inline constexpr int kMaxSampleFrames = 24;
struct SampleFrame {
  uint32_t method;     // MethodId::value
  uint32_t il_offset;
  uint32_t version;    // VersionId::value
};
struct Sample {
  uint64_t time_ns;      // monotonic
  uint32_t thread;       // kernel thread id
  uint32_t weight;       // sampling periods this sample stands for
  uint8_t frame_count;   // 0: not in managed code
  uint8_t in_native;     // top of stack was native code called from frames[0]
  SampleFrame frames[kMaxSampleFrames];
};

// Receiver types or call targets seen at one site, most frequent first; `other` counts the rest.
struct TypeHistogram {
  struct Row { uint32_t id; uint64_t count; };
  std::vector<Row> rows;
  uint64_t other = 0;
  uint64_t total() const { uint64_t t = other; for (auto& r : rows) t += r.count; return t; }
};

struct EdgeKey {
  uint32_t from_il, to_il;
  friend constexpr auto operator<=>(const EdgeKey&, const EdgeKey&) = default;
};

// What is known of one method: weights by sampling, exact counts where a probed version ran.
struct MethodProfile {
  double samples = 0;                              // decayed
  std::map<uint32_t, double> hot_il;               // il offset -> samples
  std::map<EdgeKey, uint64_t> edges;               // probed
  std::map<uint32_t, uint64_t> blocks;             // probed: block il offset -> executions
  std::map<uint32_t, TypeHistogram> receivers;     // call il offset -> TypeId histogram
  std::map<uint32_t, TypeHistogram> targets;       // delegate/indirect call il offset -> MethodId histogram
  std::map<uint32_t, uint64_t> exits;              // il offset -> transfers down taken here (failed guards)
  bool probed = false;
};

// Immutable snapshot for the optimizer.
struct Profile {
  uint64_t epoch = 0;
  std::map<MethodId, MethodProfile> methods;
  const MethodProfile* of(MethodId m) const { auto i = methods.find(m); return i == methods.end() ? nullptr : &i->second; }
};

}  // namespace rapgo::loop
