// The pieces that need no collector: pointer sets, large-object pages, address arithmetic.
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <set>

#include "gc/binding/mock.h"
#include "gc/heap/heap.h"
#include "gc/heap/scan.h"

namespace rapgo::gc::heap {
namespace {

TEST(PointerSet, AgreesWithStdSet) {
  std::mt19937 random{7};
  PointerSet set;
  std::set<Object*> model;
  for (int i = 0; i < 200000; i++) {
    auto* o = reinterpret_cast<Object*>(kHeapBase + random() % 700 * 8);
    switch (random() % 3) {
      case 0: ASSERT_EQ(set.insert(o), model.insert(o).second); break;
      case 1: ASSERT_EQ(set.erase(o), model.erase(o) == 1); break;
      case 2: ASSERT_EQ(set.contains(o), model.contains(o)); break;
    }
    ASSERT_EQ(set.size(), model.size());
  }
  size_t seen = 0;
  set.for_each([&](Object* o) { seen += model.count(o); });
  EXPECT_EQ(seen, model.size());
  auto all = set.take();
  EXPECT_EQ(std::set<Object*>(all.begin(), all.end()), model);
  EXPECT_TRUE(set.empty());
}

class LargeSpaceTest : public ::testing::Test {
 protected:
  void SetUp() override { map_spaces(); }
  void TearDown() override { unmap_spaces(); }
};

TEST_F(LargeSpaceTest, RandomLivesNeverOverlapAndCoalesce) {
  LargeSpace space;
  TypeHead* type = mock::plain_vector_type(1);
  std::mt19937 random{11};
  std::vector<std::pair<Object*, size_t>> live;
  for (int round = 0; round < 60; round++) {
    for (int i = 0; i < 30; i++) {
      size_t length = 1000 + random() % 200000, size = align8(16 + length);
      Object* o = space.allocate(size);
      ASSERT_NE(o, nullptr);
      auto* bytes = reinterpret_cast<uint8_t*>(o);
      for (size_t b = 0; b < size; b += 64) ASSERT_EQ(bytes[b], 0);
      header(o) = address(type);
      static_cast<abi::Array*>(o)->length = static_cast<int32_t>(length);
      std::memset(static_cast<abi::Array*>(o)->data(), static_cast<int>(live.size() % 251 + 1), length);
      ASSERT_EQ(space.find(bytes + random() % size), o);
      ASSERT_EQ(space.find(bytes + size), o);
      live.emplace_back(o, length);
    }
    std::erase_if(live, [&](auto&) { return random() % 2; });
    for (auto& [o, length] : live) mark(o);
    space.sweep(true);
    size_t total = 0;
    for (auto& [o, length] : live) {
      ASSERT_EQ(space.find(o), o);
      ASSERT_EQ(static_cast<size_t>(static_cast<abi::Array*>(o)->length), length);
      uint8_t* data = static_cast<abi::Array*>(o)->data();
      ASSERT_EQ(data[0], data[length - 1]);
      total += LargeSpace::footprint(align8(16 + length));
    }
    ASSERT_EQ(space.used_bytes(), total);
    if (round % 10 == 0) space.trim(0);
  }
  live.clear();
  space.sweep(false);
  EXPECT_EQ(space.used_bytes(), 0u);
  // All runs have become one again.
  Object* o = space.allocate(1 << 20);
  EXPECT_EQ(address(o), kLargeBase);
}

TEST(Scan, RangesOfArraysAreClipped) {
  alignas(16) uint64_t memory[64] = {};
  auto* a = reinterpret_cast<abi::Array*>(memory);
  TypeHead* type = mock::struct_vector_type(3, {0, 2});
  header(a) = address(type);
  a->length = 10;
  std::set<Object**> all, parts;
  for_each_slot(a, type, [&](Object** s) { all.insert(s); });
  EXPECT_EQ(all.size(), 20u);
  for (uintptr_t low = address(memory); low < address(memory + 64); low += 40)
    for_each_slot_within(a, type, low, low + 40, [&](Object** s) { EXPECT_TRUE(parts.insert(s).second); });
  EXPECT_EQ(parts, all);
}

}  // namespace
}  // namespace rapgo::gc::heap
