#include "observe/profile/governor.h"

#include <gtest/gtest.h>

namespace rapgo::observe {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

TEST(Governor, StretchesPeriodsWhileProfilingCostsTooMuch) {
  Governor g(1.0);
  EXPECT_EQ(g.stretch(), 1u);
  g.measured(kSecond / 10, kSecond / 100);  // ten percent, but the window is not over
  EXPECT_EQ(g.stretch(), 1u);
  g.measured(kSecond, kSecond / 50);
  EXPECT_EQ(g.stretch(), 2u);
  g.measured(2 * kSecond, kSecond / 50 + kSecond / 125);  // 0.8 %: within the budget, and half the period would not be
  EXPECT_EQ(g.stretch(), 2u);
  g.measured(3 * kSecond, kSecond / 50 + kSecond / 125 + kSecond / 1000);
  EXPECT_EQ(g.stretch(), 1u);
}

TEST(Governor, HasBounds) {
  Governor g(0.001);
  for (uint64_t i = 1; i <= 20; i++) g.measured(i * kSecond, i * kSecond / 10);
  EXPECT_EQ(g.stretch(), Governor::kMost);
}

TEST(Governor, NoBudgetNoSamples) {
  EXPECT_EQ(Governor(0).stretch(), 0u);
}

}  // namespace
}  // namespace rapgo::observe
