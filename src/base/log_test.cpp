#include "base/log.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/log_format.h"

namespace rapgo::base {
namespace {

TEST(Log, OffChannelsFormatNothing) {
  log_configure("gc");
  int evaluated = 0;
  RAPGO_LOG(compile, "{}", ++evaluated);
  EXPECT_EQ(evaluated, 0);
  testing::internal::CaptureStderr();
  RAPGO_LOG(gc, "nursery {}", ++evaluated);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "[gc] nursery 1\n");
  log_configure("");
}

TEST(Log, NamesAreChecked) {
  log_configure("all");
  for (int i = 0; i < kChannelCount; i++) EXPECT_TRUE(log_enabled(static_cast<Channel>(i)));
  EXPECT_THROW(log_configure("gc,typo"), UserError);
  log_configure("");
}

}  // namespace
}  // namespace rapgo::base
