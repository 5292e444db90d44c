#include "base/pointer_table.h"

#include <gtest/gtest.h>

namespace rapgo::base {
namespace {

TEST(PointerTable, FindsWhatWasInsertedWhileItGrows) {
  PointerTable<int> table;
  EXPECT_EQ(table.find(0, [](int*) { return true; }), nullptr);
  std::vector<int> items(5000);
  const auto hash_of = [](int value) { return static_cast<uint32_t>(value % 700 * 0x9E3779B1u); };  // several of each
  for (int i = 0; i < 5000; ++i) {
    items[static_cast<size_t>(i)] = i;
    table.insert(hash_of(i), &items[static_cast<size_t>(i)]);
  }
  EXPECT_EQ(table.size(), 5000u);
  for (int i = 0; i < 5000; ++i) {
    int* found = table.find(hash_of(i), [&](int* item) { return *item == i; });
    ASSERT_EQ(found, &items[static_cast<size_t>(i)]);
  }
  EXPECT_EQ(table.find(hash_of(3), [](int*) { return false; }), nullptr);
}

}  // namespace
}  // namespace rapgo::base
