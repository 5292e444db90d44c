#include "base/method_filter.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace rapgo::base {
namespace {

constexpr char kName[] = "Bench.Body:Step(int,string)";

TEST(MethodFilter, NamesAndWildcards) {
  EXPECT_TRUE(MethodFilter("", "").allows(kName));
  EXPECT_TRUE(MethodFilter("Body:Step", "").allows(kName));
  EXPECT_TRUE(MethodFilter("Other,Bench.*:St*", "").allows(kName));
  EXPECT_TRUE(MethodFilter("Bench.Body:Step(int,string)", "").allows(kName));
  EXPECT_FALSE(MethodFilter("Bench.Body:Step(int)", "").allows(kName));
  EXPECT_FALSE(MethodFilter("Other", "").allows(kName));
  EXPECT_FALSE(MethodFilter("", "*Step*").allows(kName));
  EXPECT_FALSE(MethodFilter("Step", "Body").allows(kName));
}

TEST(MethodFilter, HashRanges) {
  const uint32_t hash = method_hash(kName);
  EXPECT_EQ(method_hash(""), 0x811c9dc5u);
  EXPECT_TRUE(MethodFilter(fmt::format("#{:x}-{:x}", hash, hash), "").allows(kName));
  EXPECT_TRUE(MethodFilter(fmt::format("#{:x}", hash), "").allows(kName));
  EXPECT_FALSE(MethodFilter(fmt::format("#0-{:x}", hash - 1), "").allows(kName));
  EXPECT_TRUE(MethodFilter("#0-ffffffff", "").allows(kName));
  EXPECT_THROW(MethodFilter("#xyz", ""), UserError);
}

}  // namespace
}  // namespace rapgo::base
