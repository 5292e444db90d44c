#include "base/arena.h"

#include <gtest/gtest.h>

namespace rapgo::base {
namespace {

TEST(Arena, GrowsZeroedAndAligned) {
  Arena arena(256);
  for (int i = 1; i < 200; i++) {
    auto* p = static_cast<unsigned char*>(arena.allocate(static_cast<size_t>(i), 16));
    ASSERT_EQ(reinterpret_cast<uintptr_t>(p) % 16, 0u);
    for (int j = 0; j < i; j++) ASSERT_EQ(p[j], 0);
    memset(p, 0xcc, static_cast<size_t>(i));
  }
  EXPECT_GE(arena.bytes_used(), 200u * 199 / 2);
}

TEST(Arena, LargeBlockKeepsTheCurrentChunk) {
  Arena arena(1024);
  char* a = static_cast<char*>(arena.allocate(8, 8));
  arena.allocate(100000, 8);
  EXPECT_EQ(static_cast<char*>(arena.allocate(8, 8)), a + 8);
}

TEST(Arena, FixedRangeReportsTheEnd) {
  alignas(16) char range[64] = {};
  Arena arena(range, sizeof range);
  EXPECT_EQ(arena.allocate(40, 8), range);
  EXPECT_EQ(arena.try_allocate(32, 8), nullptr);
  EXPECT_EQ(arena.try_allocate(24, 8), range + 40);
  EXPECT_EQ(arena.bytes_left(), 0u);
}

TEST(Arena, CopiesTextWithNul) {
  Arena arena;
  const std::string_view copy = arena.copy(std::string_view("abc"));
  EXPECT_EQ(copy, "abc");
  EXPECT_EQ(copy.data()[3], '\0');
}

TEST(Arena, MovesItsChunks) {
  Arena a;
  int* value = a.make<int>(7);
  Arena b = std::move(a);
  EXPECT_EQ(*value, 7);
  EXPECT_EQ(b.bytes_used(), sizeof(int));
}

}  // namespace
}  // namespace rapgo::base
