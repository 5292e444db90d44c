#include "decide/policy/policy.h"

#include <gtest/gtest.h>

namespace rapgo::decide {
namespace {

loop::HotEvent hot(double samples, bool loop_ = true) {
  loop::HotEvent e;
  e.method = loop::MethodId{16};
  e.samples = samples;
  e.sample_period_ns = 1e6;
  e.il_bytes = 100;
  e.in_loop = loop_;
  e.loop_il = 12;
  return e;
}

TEST(Policy, ShortRunsDoNotPay) {
  History h;
  CostModel m;
  EXPECT_FALSE(decide(hot(4), h, m, {}).plan);
}

TEST(Policy, ManySmallCompilesSayLittleOfALargeOne) {
  History h;
  CostModel m;
  auto e = hot(60);
  e.il_bytes = 400;
  const double before = m.estimate(e, loop::Tier::Optimized).cost_ns;
  for (int i = 0; i < 32; i++) m.compiled(loop::Tier::Optimized, 13, 3'500'000);
  EXPECT_LT(m.estimate(e, loop::Tier::Optimized).cost_ns, 2 * before) << "their fixed part is not what a byte costs";
  EXPECT_TRUE(decide(e, h, m, {}).plan);
}

TEST(Policy, LongRunsPayAndAskForTheLoop) {
  History h;
  CostModel m;
  auto d = decide(hot(100), h, m, {});
  ASSERT_TRUE(d.plan);
  EXPECT_EQ(d.plan->tier, loop::Tier::Optimized);
  EXPECT_TRUE(d.plan->osr);
  EXPECT_EQ(d.plan->osr_il_offset, 12u);
  EXPECT_GT(d.plan->expected_benefit_ns, d.plan->expected_cost_ns);
}

TEST(Policy, LoopsThatManyCallsEnterGetAVersionForCalls) {
  History h;
  CostModel m;
  auto d = decide(hot(100), h, m, {});
  ASSERT_TRUE(d.plan && d.plan->osr);
  h.planned(*d.plan, 100);
  h.compiled(*d.plan, true);
  auto e = hot(101, false);
  EXPECT_FALSE(decide(e, h, m, {}).plan) << "the next call will show";
  e.loop_entered_often = true;
  d = decide(e, h, m, {});
  ASSERT_TRUE(d.plan);
  EXPECT_FALSE(d.plan->osr);
}

TEST(Policy, VirtualCallsAreProbedFirstAndOptimizedWhenFull) {
  History h;
  CostModel m;
  auto e = hot(100);
  e.has_virtual_calls = true;
  auto d = decide(e, h, m, {});
  ASSERT_TRUE(d.plan);
  EXPECT_EQ(d.plan->tier, loop::Tier::Probed);
  h.planned(*d.plan, e.samples);
  EXPECT_FALSE(decide(e, h, m, {}).plan) << "while compiling";
  h.compiled(*d.plan, true);
  e.reason = loop::HotReason::ProbesFull;
  e.current_tier = loop::Tier::Probed;
  d = decide(e, h, m, {});
  ASSERT_TRUE(d.plan);
  EXPECT_EQ(d.plan->tier, loop::Tier::Optimized);
}

TEST(Policy, GuardsThatFailTooOftenAreCompiledAnewButNotForever) {
  History h;
  CostModel m;
  auto e = hot(100);
  e.reason = loop::HotReason::GuardTooOften;
  EXPECT_FALSE(decide(e, h, m, {}).plan);
  for (int i = 0; i < 8; i++) {
    h.guard_failed(e.method, 60);
    auto d = decide(e, h, m, {});
    ASSERT_TRUE(d.plan) << i;
    h.planned(*d.plan, e.samples);
    h.compiled(*d.plan, true);
  }
  h.guard_failed(e.method, 60);
  EXPECT_FALSE(decide(e, h, m, {}).plan);
}

TEST(Policy, SlowerVersionsAreRolledBackAndRemembered) {
  History h;
  CostModel m;
  auto e = hot(100);
  e.reason = loop::HotReason::GainMeasured;
  e.measured_before = 100;
  e.measured_after = 130;
  EXPECT_TRUE(decide(e, h, m, {}).roll_back);
  h.rolled_back(e.method);
  EXPECT_FALSE(decide(hot(1000), h, m, {}).plan);
}

TEST(Policy, CompilesThatProveExpensiveRaiseTheBar) {
  History h;
  CostModel m;
  EXPECT_TRUE(decide(hot(30), h, m, {}).plan);
  for (int i = 0; i < 20; i++) m.compiled(loop::Tier::Optimized, 100, 400'000'000);
  EXPECT_FALSE(decide(hot(30), h, m, {}).plan);
}

TEST(History, ARefusedLoopSaysNothingOfTheMethod) {
  History h;
  CostModel m;
  auto d = decide(hot(100), h, m, {});
  ASSERT_TRUE(d.plan && d.plan->osr);
  h.planned(*d.plan, 100);
  h.compiled(*d.plan, false);
  EXPECT_EQ(h.of(d.plan->method).verdict, Verdict::None);
  EXPECT_EQ(h.of(d.plan->method).osr_done, std::vector<uint32_t>{12}) << "not to be asked for again";
  auto next = decide(hot(100, false), h, m, {});
  ASSERT_TRUE(next.plan);
  h.planned(*next.plan, 100);
  h.compiled(*next.plan, false);
  EXPECT_EQ(h.of(d.plan->method).verdict, Verdict::CompileFails);
}

TEST(History, WhatWasOvertakenIsTriedAgainButNotForEver) {
  History h;
  CostModel m;
  const PolicyOptions options;
  for (uint32_t i = 0; i < options.recompile_limit; i++) {
    auto d = decide(hot(100), h, m, options);
    ASSERT_TRUE(d.plan);
    h.planned(*d.plan, 100);
    h.overtaken(*d.plan);
    EXPECT_EQ(h.of(d.plan->method).verdict, Verdict::None);
  }
  EXPECT_FALSE(decide(hot(100), h, m, options).plan);
}

TEST(History, RecordsReadBack) {
  loop::CompilePlan p;
  p.osr = true;
  p.osr_il_offset = 33;
  p.reason = "hot loop";
  auto r = parse_line(record_line("app!Main", p));
  ASSERT_TRUE(r);
  EXPECT_EQ(r->method, "app!Main");
  EXPECT_TRUE(r->osr);
  EXPECT_EQ(r->osr_il, 33u);
  EXPECT_EQ(r->reason, "hot loop");
  EXPECT_FALSE(parse_line("event\tx"));
  EXPECT_FALSE(parse_line("plan\tm\toptimized\t3x\t"));
}

}  // namespace
}  // namespace rapgo::decide
