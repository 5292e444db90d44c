#include "observe/profile/aggregator.h"

#include <gtest/gtest.h>

namespace rapgo::observe {
namespace {

loop::Sample sample(uint64_t ns, std::initializer_list<loop::SampleFrame> frames) {
  loop::Sample s{};
  s.time_ns = ns;
  s.weight = 1;
  for (auto& f : frames) s.frames[s.frame_count++] = f;
  return s;
}

TEST(Aggregator, CountsInnermostAndKeepsContexts) {
  Aggregator a;
  for (int i = 0; i < 10; i++) a.add(sample(1, {{32, 5, 1}, {16, 9, 1}}));
  a.add(sample(1, {{16, 9, 1}}));
  auto hot = a.hottest();
  ASSERT_EQ(hot.size(), 2u);
  EXPECT_EQ(hot[0].method.value, 32u);
  EXPECT_EQ(hot[0].il, 5u);
  EXPECT_DOUBLE_EQ(hot[0].samples, 10);
  ASSERT_EQ(a.contexts().size(), 3u);
  EXPECT_EQ(a.contexts()[2].call_il, 9u);
  EXPECT_TRUE(a.hottest().empty()) << "only what changed";
}

TEST(Aggregator, HalvesEveryHalfLife) {
  Aggregator a(1e9);
  for (int i = 0; i < 8; i++) a.add(sample(1, {{16, 0, 1}}));
  a.decay_to(2'000'000'001);
  EXPECT_NEAR(a.methods().at({16}).samples, 2, 0.01);
}

TEST(Aggregator, MergesHistogramsMostFrequentFirst) {
  Aggregator a;
  loop::MethodProfile p;
  p.receivers[7].rows = {{100, 3}, {200, 5}};
  a.merge({16}, p);
  p.receivers[7].rows = {{100, 9}};
  a.merge({16}, p);
  auto s = a.snapshot();
  auto& rows = s->of({16})->receivers.at(7).rows;
  EXPECT_EQ(rows[0].id, 100u);
  EXPECT_EQ(rows[0].count, 12u);
  EXPECT_EQ(rows[1].count, 5u);
}

}  // namespace
}  // namespace rapgo::observe
