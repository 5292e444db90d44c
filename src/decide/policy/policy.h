// decide: a pure function from events and history to plans (DESIGN 4.13). No clock, no threads, no metadata.
#pragma once
#include <optional>
#include <string>

#include "decide/history/history.h"
#include "decide/model/cost_model.h"
#include "loop/hot_event.h"
#include "loop/plan.h"

namespace rapgo::decide {

struct PolicyOptions {
  bool probe_first = true;           // collect exact counts before optimizing methods with virtual calls
  bool stress_probe = false;         // probe everything first
  uint32_t guard_limit = 50;         // transfers down before a version is compiled anew
  uint32_t recompile_limit = 8;      // of one method, so that a bad guess cannot loop
  double min_samples = 3;            // below this a method's share is noise
  double margin = 1.2;               // benefit must exceed cost by this factor
};

struct Decision {
  std::optional<loop::CompilePlan> plan;
  Estimate estimate;
  std::string why;                   // one phrase, for plan and no-plan alike
  bool roll_back = false;            // republish the previous version instead
};

// The caller gives the plan its profile, and records the outcome with history.planned()/compiled().
Decision decide(const loop::HotEvent& event, const History& history, const CostModel& model, const PolicyOptions& options);

}  // namespace rapgo::decide
