// What was decided, what came of it, and what must not be tried again. Also records decisions and replays them, so that
// an adaptive run is reproducible (R10). Pure; not thread-safe: owned by the deciding thread.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "loop/hot_event.h"
#include "loop/plan.h"

namespace rapgo::decide {

enum class Verdict : uint8_t { None, Pays, Slower, NeverReached, FailsGuards, CompileFails };

struct MethodHistory {
  uint32_t optimized_compiles = 0;
  uint32_t probed_compiles = 0;
  uint32_t overtaken = 0;             // optimized compiles thrown away: what they took for granted broke meanwhile
  uint32_t guard_failures = 0;        // transfers down since the last compile
  uint32_t rollbacks = 0;
  bool compiling = false;             // a plan is under way
  double samples_at_last_plan = 0;
  Verdict verdict = Verdict::None;
  std::vector<uint32_t> osr_done;     // loop headers with an OSR version, or that the optimizer refused
  std::vector<std::string> blamed;    // optimizations switched off for this method
};

class History {
 public:
  MethodHistory& of(loop::MethodId m) { return methods_[m]; }
  const MethodHistory* find(loop::MethodId m) const {
    auto i = methods_.find(m);
    return i == methods_.end() ? nullptr : &i->second;
  }
  const std::map<loop::MethodId, MethodHistory>& all() const { return methods_; }

  void planned(const loop::CompilePlan& plan, double samples);
  void compiled(const loop::CompilePlan& plan, bool ok);
  void abandoned(const loop::CompilePlan& plan);   // nothing was tried: no verdict on the method
  void overtaken(const loop::CompilePlan& plan);   // an assumption broke during the compile: worth another try
  void guard_failed(loop::MethodId m, uint32_t times);
  void rolled_back(loop::MethodId m);

 private:
  std::map<loop::MethodId, MethodHistory> methods_;
};

// One line per decision: "plan <method> <tier> <osr il or -> <reason>". The method is a persistent name, made and read by the
// caller, so that a recording outlives the process.
std::string record_line(const std::string& method, const loop::CompilePlan& plan);
struct RecordedPlan {
  std::string method;
  loop::Tier tier;
  bool osr;
  uint32_t osr_il;
  std::string reason;
};
std::optional<RecordedPlan> parse_line(const std::string& line);  // nullopt for lines that are no plan

}  // namespace rapgo::decide
