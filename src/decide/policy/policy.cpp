#include "decide/policy/policy.h"

#include <algorithm>

namespace rapgo::decide {

using loop::HotReason;
using loop::Tier;

static loop::CompilePlan plan_for(const loop::HotEvent& event, Tier tier, const Estimate& e, std::string reason,
                                  const MethodHistory* h) {
  loop::CompilePlan p;
  p.method = event.method;
  p.tier = tier;
  p.osr = event.in_loop;
  p.osr_il_offset = event.loop_il;
  p.expected_benefit_ns = e.benefit_ns;
  p.expected_cost_ns = e.cost_ns;
  p.reason = std::move(reason);
  if (h) p.disabled_optimizations = h->blamed;
  return p;
}

static Decision no(std::string why, Estimate e = {}) { return {std::nullopt, e, std::move(why), false}; }

Decision decide(const loop::HotEvent& event, const History& history, const CostModel& model, const PolicyOptions& options) {
  const MethodHistory* h = history.find(event.method);
  const MethodHistory none;
  const MethodHistory& past = h ? *h : none;

  if (event.reason == HotReason::GainMeasured) {
    // Slower beyond what chance explains: two standard errors, and a little that nobody would notice.
    if (event.measured_before > 0 && event.measured_after > event.measured_before * (1.05 + 2 * event.measured_error) && past.rollbacks < 2) {
      Decision d = no("measured slower than what it replaced");
      d.roll_back = true;
      return d;
    }
    return no("measured gain confirmed");
  }
  if (past.compiling) return no("already being compiled");
  if (past.verdict == Verdict::CompileFails) return no("the optimizer refused it before");
  if (past.verdict == Verdict::Slower) return no("an optimized version was slower and was rolled back");
  if (past.optimized_compiles + past.overtaken >= options.recompile_limit) return no("recompiled too often");

  if (event.reason == HotReason::Stress) {
    Estimate e = model.estimate(event, Tier::Optimized);
    return {plan_for(event, Tier::Optimized, e, "stress", h), e, "stress", false};
  }

  // New knowledge about code that exists: guards fail, an assumption broke, or the counters are full.
  if (event.reason == HotReason::GuardTooOften || event.reason == HotReason::AssumptionBroken || event.reason == HotReason::ProbesFull) {
    if (event.reason == HotReason::GuardTooOften && past.guard_failures < options.guard_limit) return no("guards fail seldom");
    Estimate e = model.estimate(event, Tier::Optimized);
    const char* why = event.reason == HotReason::ProbesFull     ? "profile complete"
                      : event.reason == HotReason::GuardTooOften ? "guards fail too often: compile for what is really seen"
                                                                 : "an assumption broke";
    return {plan_for(event, Tier::Optimized, e, why, h), e, why, false};
  }

  const bool osr_wanted = event.in_loop && std::find(past.osr_done.begin(), past.osr_done.end(), event.loop_il) == past.osr_done.end();
  if (event.current_tier == Tier::Optimized) return no("already optimized");
  if (past.optimized_compiles > 0 && !osr_wanted && !event.loop_entered_often && event.samples < 2 * past.samples_at_last_plan) return no("an optimized version waits for its next call");
  if (event.samples < options.min_samples) return no("too few samples");

  Estimate e = model.estimate(event, Tier::Optimized);
  const bool probe = event.current_tier == Tier::Baseline && past.probed_compiles == 0 && past.optimized_compiles == 0 &&
                     (options.stress_probe || (options.probe_first && event.has_virtual_calls));
  if (probe) {
    e = model.estimate(event, Tier::Probed);
    if (options.stress_probe || e.benefit_ns > e.cost_ns)
      return {plan_for(event, Tier::Probed, e, "hot with virtual calls: count receivers first", h), e, "probe", false};
  }
  if (e.benefit_ns < e.cost_ns * options.margin) return no("would not pay yet", e);
  return {plan_for(event, Tier::Optimized, e, event.in_loop ? "hot loop" : event.loop_entered_often ? "its loop is entered by many calls" : "hot", h), e, "pays", false};
}

}  // namespace rapgo::decide
