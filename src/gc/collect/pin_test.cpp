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
  EXPECT_FALSE(is_young(staying));
  Stats s = stats();
  EXPECT_EQ(s.objects_pinned, 2u);
  EXPECT_EQ(s.bytes_moved, 32u);
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
    collect(0);
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
