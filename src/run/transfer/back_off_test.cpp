#include "run/transfer/back_off.h"

#include <gtest/gtest.h>

namespace rapgo::run::transfer {
namespace {

// Entries `apart` ns from each other until told to stop, or `most` of them.
uint32_t enter(BackOff& b, uint64_t& now, uint64_t apart, uint32_t most) {
  for (uint32_t n = 1; n <= most; n++, now += apart)
    if (b.entered(now)) return n;
  return 0;
}

TEST(BackOff, LoopsThatRunForAWhileAreNeverLeftAlone) {
  BackOff b;
  uint64_t now = 1'000'000'000;
  EXPECT_EQ(enter(b, now, 2000, 1'000'000), 0u);
}

TEST(BackOff, EntriesWithoutPauseStopAtOnceAndForLongerEachTime) {
  BackOff b;
  uint64_t now = 1'000'000'000, entries = 0, last = 0;
  for (int k = 0; k < 12; k++) {
    const uint32_t n = enter(b, now, 700, 10000);
    ASSERT_GT(n, 0u);
    entries += n;
    const uint64_t pause = b.pause();
    EXPECT_GE(pause, last);
    EXPECT_EQ(pause, k == 0 ? BackOff::kPause : k <= 7 ? 2 * last : last);
    last = pause;
    now += pause;
  }
  // A dozen bursts in more than ten seconds.
  EXPECT_LE(entries, 12 * (BackOff::kBurst + 1));
  EXPECT_GT(now, 11'000'000'000u);
}

}  // namespace
}  // namespace rapgo::run::transfer
