// Conservative words keep objects in place; everything else moves.
#include <cstring>

#include "gc/collect/fixture.h"

namespace rapgo::gc {
namespace {

class PinTest : public GcTest {};

uint64_t word(const void* p) { return reinterpret_cast<uint64_t>(p); }

TEST_F(PinTest, UnpinnedSurvivorsMoveOncePinnedStay) {
  Object*& moving = root(node(1));
  node(0);  // the word below might be the end of the object before, too
  Object*& staying = root(node(2));
  Object *before_moving = moving, *before_staying = staying;
  thread->words.push_back(word(staying));
  collect(0);
  EXPECT_NE(moving, before_moving);
  EXPECT_EQ(staying, before_staying);
  EXPECT_EQ(number(moving, 2), 1u);
  EXPECT_EQ(number(staying, 2), 2u);
  EXPECT_FALSE(is_young(moving));
  EXPECT_TRUE(is_young(staying));
  Stats s = stats();
  EXPECT_EQ(s.objects_pinned, 2u);
  EXPECT_EQ(s.bytes_moved, 32u);
  EXPECT_EQ(s.bytes_used, 96u);
  // Pinned no longer, it moves after all; pinned for long, it is old where it is.
  Object*& patient = root(node(3));
  Object* before_patient = patient;
  thread->words = {word(patient)};
  collect(0);
  EXPECT_NE(staying, before_staying);
  EXPECT_EQ(number(staying, 2), 2u);
  for (int i = 0; i < 4; i++) collect(0);
  EXPECT_EQ(patient, before_patient);
  EXPECT_FALSE(is_young(patient));
  EXPECT_EQ(number(patient, 2), 3u);
}

// Old objects, ephemerons, weak handles and finalizers all know an object that stays young through several collections.
TEST_F(PinTest, WhatStaysYoungIsFoundFromEverywhere) {
  Object*& old_holder = root(node(0));
  Object*& pinned_holder = root(nullptr);
  collect(0);
  ASSERT_FALSE(is_young(old_holder));
  for (int round = 0; round < 20; round++) {
    Object* staying = node(static_cast<uint64_t>(round));
    Object* child = node(100);
    set(staying, 0, child);
    set(old_holder, 0, staying);
    pinned_holder = node(200);
    set(pinned_holder, 0, staying);
    HandleId weak = handle_new(staying, HandleKind::Weak);
    thread->words = {word(staying), word(pinned_holder)};
    for (int i = 0; i < round % 6; i++) {
      collect(0);
      ASSERT_EQ(*field(old_holder, 0), staying);
      ASSERT_EQ(handle_get(weak), staying);
      ASSERT_EQ(number(*field(staying, 0), 2), 100u);
    }
    thread->words.clear();
    collect(0);
    Object* moved = *field(old_holder, 0);
    ASSERT_EQ(number(moved, 2), static_cast<uint64_t>(round));
    ASSERT_EQ(handle_get(weak), moved);
    ASSERT_EQ(*field(pinned_holder, 0), moved);
    handle_free(weak);
  }
}

TEST_F(PinTest, InteriorAndEndAddresses) {
  for (uint64_t offset : {1u, 8u, 15u, 16u, 39u, 40u}) {  // 40 = the end of a vector of three references
    Object* a = alloc_vector(refs_type(), 3);
    Object* b = alloc_vector(refs_type(), 3);
    ASSERT_EQ(word(b), word(a) + 40);
    store_ref(element(a, 2), node(offset));
    thread->words = {word(a) + offset};
    collect(0);
    // Still there, with its contents.
    ASSERT_EQ(find_object(reinterpret_cast<void*>(word(a) + 8)), a);
    EXPECT_EQ(number(*element(a, 2), 2), offset);
    // Its neighbour is alive only if the address may be its own.
    EXPECT_EQ(find_object(reinterpret_cast<void*>(word(b) + 8)) == b, offset == 40);
    // The same in old space.
    collect(1);
    ASSERT_EQ(find_object(reinterpret_cast<void*>(word(a) + 8)), a);
    EXPECT_EQ(number(*element(a, 2), 2), offset);
    thread->words.clear();
    collect(1);
    EXPECT_EQ(stats().bytes_used, 0u);
  }
}

TEST_F(PinTest, PinnedObjectsKeepTheirReferents) {
  Object* head = node(0);
  thread->words.push_back(word(head));
  Object*& last = root(head);
  for (uint64_t i = 1; i < 1000; i++) {
    Object* o = node(i);
    set(last, 0, o);
    last = o;
  }
  last = nullptr;
  collect(0);
  collect(1);
  Object* o = head;
  for (uint64_t i = 0; i < 1000; i++, o = *field(o, 0)) ASSERT_EQ(number(o, 2), i);
}

TEST_F(PinTest, PinnedHandle) {
  Object* o = node(7);
  HandleId h = handle_new(o, HandleKind::Pinned);
  collect(0);
  collect(1);
  EXPECT_EQ(handle_get(h), o);
  EXPECT_EQ(number(o, 2), 7u);
  handle_free(h);
  EXPECT_FALSE(handle_valid(h));
  collect(1);
  EXPECT_EQ(stats().bytes_used, 0u);
}

TEST_F(PinTest, WordsThatAreNoReferences) {
  node(1);
  uint64_t state = 88172645463325252u;
  for (int i = 0; i < 20000; i++) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    thread->words.push_back(i % 2 ? state : abi::kHeapBase + state % (i % 4 ? (abi::kHeapEnd - abi::kHeapBase) : 8u << 20));
  }
  root(alloc_vector(bytes_type(), 100000));
  for (int i = 0; i < 5; i++) {
    for (int j = 0; j < 3000; j++) node(1);
    collect(i & 1);
  }
}

// The verifier, which looks into the nursery itself, is off: start bits of one round must not be seen in the next.
TEST_F(PinTest, ObjectStartsAreForgotten) {
  verify_ = false;
  start();
  Object* first = node(1);
  for (int i = 0; i < 100; i++) node(1);
  thread->words = {word(first) + 20000};  // in the same buffer, behind the last object
  collect(0);
  auto* a = alloc_vector(bytes_type(), 2000);
  ASSERT_EQ(a, first);  // the buffer again
  std::memset(a->data(), 0x55, 2000);
  thread->words = {word(a) + 1000};
  collect(0);
  EXPECT_EQ(stats().objects_pinned, 1u);
  EXPECT_EQ(a->data()[1999], 0x55);
}

TEST_F(PinTest, HolesAroundPinnedObjectsAreFilled) {
  // One pinned object in each nursery block makes old blocks with holes; survivors go there.
  for (int round = 0; round < 30; round++) {
    thread->words.clear();
    for (int i = 0; i < 20000; i++) {
      Object* o = node(1);
      if (i % 900 == 0) thread->words.push_back(word(o));
    }
    for (int i = 0; i < 5; i++) collect(0);  // for a while they stay young
  }
  Object*& list = root(nullptr);
  for (uint64_t i = 0; i < 50000; i++) {
    Object* o = node(i);
    set(o, 0, list);
    list = o;
  }
  uint64_t before = stats().bytes_committed;
  collect(0);
  EXPECT_LE(stats().bytes_committed, before + (1u << 20));
  uint64_t expect = 50000;
  for (Object* o = list; o; o = *field(o, 0)) ASSERT_EQ(number(o, 2), --expect);
}

TEST_F(PinTest, CompactionEmptiesSparseBlocks) {
  start({.nursery = 4u << 20});
  std::vector<Object**> kept;
  for (int i = 0; i < 200000; i++) {
    Object* o = node(static_cast<uint64_t>(i));
    if (i % 2 == 0) kept.push_back(&root(o));
  }
  collect(0);
  uint64_t full = stats().bytes_committed;
  for (size_t i = 0; i < kept.size(); i++)
    if (i % 10) *kept[i] = nullptr;
  collect(1);
  collect(1);
  EXPECT_LT(stats().bytes_committed - (4u << 20), (full - (4u << 20)) / 5);
  for (size_t i = 0; i < kept.size(); i += 10) ASSERT_EQ(number(*kept[i], 2), i * 2);
}

TEST_F(PinTest, OwnStackAndRegistersAreScanned) {
  binding->scan_own_stack = true;
  Object* volatile on_stack = node(5);
  Object* in_register = node(6);
  collect(1);
  EXPECT_EQ(number(on_stack, 2), 5u);
  EXPECT_EQ(number(in_register, 2), 6u);
}

}  // namespace
}  // namespace rapgo::gc
