#include "vm/knowledge.h"

#include <fmt/format.h>

#include "base/clock.h"

namespace rapgo::vm {

namespace store = code::store;

static constexpr char kSlower[] = "rolled back", kFails[] = "compile fails";

Recalled recall(store::Records& records, const std::string& program, uint64_t build, Adaptive& adaptive) {
  Recalled r;
  const uint64_t begin = base::monotonic_ns();
  loop::Profile profile;
  if (records.load_profiles(program, profile)) {
    r.methods = profile.methods.size();
    adaptive.seed(profile);
  }
  const std::string build_name = fmt::format("{:016x}", build);
  for (const store::Verdict& v : records.load_verdicts(program)) {
    if (v.text != build_name || (v.what != kSlower && v.what != kFails)) continue;
    adaptive.refuse(v.method, v.what == kSlower ? decide::Verdict::Slower : decide::Verdict::CompileFails);
    r.verdicts++;
  }
  r.runs = records.load_runs(program).size();
  r.ms = static_cast<double>(base::monotonic_ns() - begin) / 1e6;
  return r;
}

void keep(store::Records& records, const std::string& program, uint64_t build, Adaptive& adaptive, const store::Run& run) {
  const loop::Profile learned = adaptive.learned();
  if (!learned.methods.empty()) records.save_profiles(program, learned);
  std::vector<store::Verdict> verdicts;
  for (const auto& [method, verdict] : adaptive.verdicts())
    verdicts.push_back({method, verdict == decide::Verdict::Slower ? kSlower : kFails, 0, fmt::format("{:016x}", build), 0});
  if (!verdicts.empty()) records.save_verdicts(program, verdicts);
  records.save_run(program, run);
}

}  // namespace rapgo::vm
