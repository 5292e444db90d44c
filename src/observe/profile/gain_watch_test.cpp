#include "observe/profile/gain_watch.h"

#include <gtest/gtest.h>

namespace rapgo::observe {
namespace {

constexpr loop::MethodId kMain{16}, kWork{32}, kOther{48};

// A program whose Main alternates between Work and Other, one sample a millisecond.
struct Program {
  GainWatch watch;
  uint64_t now = 1'000'000'000;
  uint32_t work_version = 1;

  void sample(bool in_work, uint32_t version = 0) {
    now += 1'000'000;
    loop::Sample s{};
    s.time_ns = now;
    s.thread = 1;
    s.weight = 1;
    s.frame_count = 2;
    s.frames[0] = in_work ? loop::SampleFrame{kWork.value, 0, version ? version : work_version} : loop::SampleFrame{kOther.value, 0, 7};
    s.frames[1] = {kMain.value, 5, 9};
    watch.add(s);
  }
  // `work` of ten samples are in Work.
  void run(int tens, int work) {
    for (int i = 0; i < tens; i++)
      for (int j = 0; j < 10; j++) sample(j < work);
  }
  void replace(uint32_t version) {
    work_version = version;
    watch.replaced(kWork, loop::VersionId{version}, now);
  }
};

TEST(GainWatch, FasterCodeIsSeenAgainstTheCallersOtherWork) {
  Program p;
  p.run(40, 8);  // 8 : 2
  p.replace(2);
  p.run(60, 5);  // 5 : 5: four times as fast
  auto gains = p.watch.take();
  ASSERT_EQ(gains.size(), 1u);
  EXPECT_TRUE(gains[0].measured) << gains[0].why_not;
  EXPECT_NEAR(gains[0].before / gains[0].after, 4.0, 0.3);
  EXPECT_LT(gains[0].error, 0.2);
}

TEST(GainWatch, SlowerCodeTooAndBeyondItsError) {
  Program p;
  p.run(40, 5);
  p.replace(2);
  p.run(60, 8);
  auto gains = p.watch.take();
  ASSERT_EQ(gains.size(), 1u);
  EXPECT_GT(gains[0].after, gains[0].before * (1.05 + 2 * gains[0].error));
}

TEST(GainWatch, AMethodThatIsAllOfTheProgramHasNoYardstick) {
  Program p;
  p.run(40, 10);
  p.replace(2);
  auto gains = p.watch.take();
  ASSERT_EQ(gains.size(), 1u);
  EXPECT_FALSE(gains[0].measured);
}

TEST(GainWatch, AChangeOfTheYardstickEndsTheMeasurement) {
  Program p;
  p.run(40, 5);
  p.replace(2);
  p.run(2, 5);
  p.watch.replaced(kOther, loop::VersionId{8}, p.now);
  auto gains = p.watch.take();
  ASSERT_GE(gains.size(), 1u);
  EXPECT_EQ(gains[0].method, kWork);
  EXPECT_FALSE(gains[0].measured);
}

TEST(GainWatch, ActivationsOfTheOldVersionAreNotTheNewOnes) {
  Program p;
  p.run(40, 5);
  p.replace(2);
  for (int i = 0; i < 100; i++) p.sample(i % 2, 1);
  auto gains = p.watch.take();
  ASSERT_EQ(gains.size(), 1u);
  EXPECT_FALSE(gains[0].measured);
}

}  // namespace
}  // namespace rapgo::observe
