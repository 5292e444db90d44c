// Shapes of objects, large ones, limits, threads, and how much is moved rather than pinned.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "gc/collect/fixture.h"

namespace rapgo::gc {
namespace {

class AllocTest : public GcTest {};

TEST_F(AllocTest, ShapesAndSizes) {
  TypeHead* string = mock::string_type();
  auto* s = alloc_string(string, 5);
  EXPECT_EQ(s->length, 5);
  EXPECT_EQ(object_size(s), 24u);
  EXPECT_EQ(object_size(alloc_string(string, 0)), 16u);
  auto* v = alloc_vector(bytes_type(), 3);
  EXPECT_EQ(object_size(v), 24u);
  EXPECT_EQ(v->bounds_offset, 0u);
  EXPECT_EQ(object_size(alloc_vector(refs_type(), 0)), 16u);
  EXPECT_EQ(alloc_vector(refs_type(), -1), nullptr);
  EXPECT_EQ(alloc_vector(refs_type(), int64_t{1} << 31), nullptr);
  EXPECT_EQ(alloc_string(string, -1), nullptr);
}

TEST_F(AllocTest, MultiDimensional) {
  TypeHead* matrix = mock::ref_matrix_type();
  ArrayBound bounds[2] = {{3, 1}, {4, -2}};
  Object*& m = root(alloc_multi(matrix, 2, bounds));
  EXPECT_EQ(object_size(m), 16 + 12 * 8 + 16u);
  for (uint64_t i = 0; i < 12; i++) store_ref(element(m, i), node(i));
  collect(0);
  collect(1);
  auto* a = static_cast<abi::Array*>(m);
  EXPECT_EQ(a->length, 12);
  auto* stored = reinterpret_cast<ArrayBound*>(reinterpret_cast<uint64_t*>(a) + a->bounds_offset);
  EXPECT_EQ(stored[0].length, 3);
  EXPECT_EQ(stored[1].lower, -2);
  for (uint64_t i = 0; i < 12; i++) EXPECT_EQ(number(*element(m, i), 2), i);
  ArrayBound empty[2] = {{1 << 30, 0}, {0, 0}}, huge[3] = {{1 << 30, 0}, {1 << 30, 0}, {1 << 30, 0}}, negative[1] = {{-1, 0}};
  EXPECT_EQ(alloc_multi(matrix, 2, empty)->length, 0);
  EXPECT_EQ(alloc_multi(mock::ref_matrix_type(), 3, huge), nullptr);
  EXPECT_EQ(alloc_multi(mock::ref_matrix_type(), 1, negative), nullptr);
}

TEST_F(AllocTest, MemoryIsZeroedWhenReused) {
  for (int round = 0; round < 6; round++) {
    for (int64_t length : {10, 1000, 9000, 16000, 17000, 100000, 1000000}) {
      auto* a = alloc_vector(bytes_type(), length);
      for (int64_t i = 0; i < length; i++) ASSERT_EQ(a->data()[i], 0) << length << " " << i;
      std::memset(a->data(), 0xAA, static_cast<size_t>(length));
    }
    collect(round & 1);
  }
}

TEST_F(AllocTest, LargeObjectsStayAndDie) {
  Object*& big = root(alloc_vector(refs_type(), 100000));
  Object* before = big;
  for (size_t i = 0; i < 100000; i += 1000) store_ref(element(big, i), node(i));
  for (int i = 0; i < 20; i++) {
    store_ref(element(big, 500), node(static_cast<uint64_t>(i)));
    collect(i % 5 == 4);
    ASSERT_EQ(number(*element(big, 500), 2), static_cast<uint64_t>(i));
  }
  EXPECT_EQ(big, before);
  for (size_t i = 0; i < 100000; i += 1000) EXPECT_EQ(number(*element(big, i), 2), i);
  thread->words.push_back(reinterpret_cast<uint64_t>(big) + 400000);
  big = nullptr;
  collect(1);
  EXPECT_EQ(find_object(reinterpret_cast<uint8_t*>(before) + 70000), before);
  thread->words.clear();
  collect(1);
  EXPECT_EQ(find_object(reinterpret_cast<uint8_t*>(before) + 70000), nullptr);
  EXPECT_EQ(stats().bytes_used, 0u);
}

TEST_F(AllocTest, LargeGarbageIsCollectedInTime) {
  verify_ = false;
  start();
  for (int i = 0; i < 3000; i++) ASSERT_NE(alloc_vector(bytes_type(), 1 << 20), nullptr);
  EXPECT_LT(stats().bytes_committed, 120u << 20);
  EXPECT_GT(stats().major_collections, 10u);
}

TEST_F(AllocTest, PinnedVectorsNeverMove) {
  Object*& a = root(alloc_pinned_vector(bytes_type(), 10));
  Object* before = a;
  collect(1);
  EXPECT_EQ(a, before);
}

TEST_F(AllocTest, OutOfMemoryIsNullAndPasses) {
  verify_ = false;
  start({.heap_max = 32 << 20});
  EXPECT_EQ(alloc_vector(bytes_type(), 64 << 20), nullptr);
  Object*& list = root(nullptr);
  uint64_t count = 0;
  for (;; count++) {
    Object* o = alloc_object(node_type());
    if (!o) break;
    set(o, 0, list);
    list = o;
    ASSERT_LT(count, 2000000u);
  }
  EXPECT_GT(count, 600000u);
  list = nullptr;
  for (int i = 0; i < 1000000; i++) ASSERT_NE(alloc_object(node_type()), nullptr);
  Object*& arrays = root(nullptr);
  for (count = 0;; count++) {
    Object* o = alloc_vector(refs_type(), 10000);
    if (!o) break;
    store_ref(element(o, 0), arrays);
    arrays = o;
  }
  EXPECT_GT(count, 200u);
}

TEST_F(AllocTest, CloneAndSyncWord) {
  Object*& a = root(alloc_vector(refs_type(), 3));
  store_ref(element(a, 1), node(5));
  a->sync = 42 << 2 | abi::kSyncHash;
  thread->words.push_back(reinterpret_cast<uint64_t>(a));
  Object*& b = root(clone(a));
  thread->words.clear();
  EXPECT_EQ(b->sync, 0u);
  EXPECT_EQ(*element(b, 1), *element(a, 1));
  Object* before = a;
  collect(0);
  EXPECT_NE(a, before);
  EXPECT_EQ(a->sync, 42u << 2 | abi::kSyncHash);
  EXPECT_EQ(number(*element(b, 1), 2), 5u);
}

TEST_F(AllocTest, CopyWithBarrierOverlapsAndMarks) {
  Object*& a = root(alloc_vector(refs_type(), 200));
  collect(0);
  for (uint64_t i = 0; i < 100; i++) store_ref(element(a, i), node(i));
  copy_refs_with_barrier(element(a, 50), element(a, 0), 100);
  copy_refs_with_barrier(element(a, 1), element(a, 50), 100);
  collect(0);
  for (uint64_t i = 0; i < 100; i++) EXPECT_EQ(number(*element(a, i + 1), 2), i);
  EXPECT_EQ(compare_exchange_ref(element(a, 0), nullptr, nullptr), *element(a, 0));
  Object* x = node(1);
  exchange_ref(element(a, 0), x);
  EXPECT_EQ(compare_exchange_ref(element(a, 0), node(2), x), x);
  collect(0);
  EXPECT_EQ(number(*element(a, 0), 2), 2u);
}

TEST_F(AllocTest, BarrierOnAnyAddress) {
  Object* on_stack = nullptr;
  store_ref(&on_stack, node(1));
  static Object* in_data;
  store_ref(&in_data, node(2));
  auto on_heap = std::make_unique<Object*>();
  store_ref(on_heap.get(), node(3));
  collect(0);
}

// What machine code does, by hand: the header word in one store, then the commit.
TEST_F(AllocTest, InlineAllocationProtocol) {
  Object*& list = root(nullptr);
  for (uint64_t i = 0; i < 300000; i++) {
    ThreadState& t = abi::current();
    Object* o;
    uint32_t size = node_type()->instance_size;
    if (t.alloc_cursor + size <= t.alloc_limit) {
      o = reinterpret_cast<Object*>(t.alloc_cursor);
      *reinterpret_cast<uint64_t*>(o) = reinterpret_cast<uint64_t>(node_type());
      t.alloc_cursor += size;
    } else {
      o = alloc_object(node_type());
    }
    ASSERT_EQ(number(o, 2), 0u);
    number(o, 2) = i;
    if (i % 10 == 0) {
      set(o, 1, list);
      list = o;
    }
  }
  uint64_t i = 300000;
  for (Object* o = list; o; o = *field(o, 1)) ASSERT_EQ(number(o, 2), i -= 10);
  EXPECT_EQ(i, 0u);
}

class TreesTest : public GcTest {
 protected:
  // Left in slots[base]; everything is reached through precise slots, with the frame's own objects pinned as a stack would.
  Object* tree(int depth) {
    size_t base = thread->words.size();
    thread->words.push_back(0);
    thread->words.push_back(0);
    if (depth > 0) {
      thread->words[base] = reinterpret_cast<uint64_t>(tree(depth - 1));
      thread->words[base + 1] = reinterpret_cast<uint64_t>(tree(depth - 1));
    }
    Object* o = alloc_object(node_type());
    if (depth > 0) {
      set(o, 0, reinterpret_cast<Object*>(thread->words[base]));
      set(o, 1, reinterpret_cast<Object*>(thread->words[base + 1]));
    }
    thread->words.resize(base);
    return o;
  }
  static int count(Object* o) { return o ? 1 + count(*field(o, 0)) + count(*field(o, 1)) : 0; }
};

TEST_F(TreesTest, MostSurvivorsMove) {
  verify_ = false;
  start();
  Object*& keep = root(tree(16));
  for (int i = 0; i < 60; i++) {
    Object* t = tree(14);
    ASSERT_EQ(count(t), (2 << 14) - 1);
  }
  EXPECT_EQ(count(keep), (2 << 16) - 1);
  Stats s = stats();
  EXPECT_GT(s.minor_collections, 10u);
  double moved = static_cast<double>(s.bytes_moved) / static_cast<double>(s.bytes_moved + s.bytes_pinned);
  std::printf("%.2f %% of surviving bytes moved, %lu objects pinned in %lu + %lu collections\n", moved * 100,
              static_cast<unsigned long>(s.objects_pinned), static_cast<unsigned long>(s.minor_collections),
              static_cast<unsigned long>(s.major_collections));
  EXPECT_GT(moved, 0.8);
}

TEST_F(AllocTest, ForkWhileOthersAllocate) {
  verify_ = false;
  start();
  std::atomic<bool> end{false};
  std::vector<std::thread> threads;
  for (int n = 0; n < 2; n++)
    threads.emplace_back([&] {
      binding->attach();
      while (!end) node(1), binding->poll();
      binding->detach();
    });
  Object*& kept = root(node(77));
  for (int i = 0; i < 10; i++) {
    pid_t child = binding->fork_stopped();
    if (child == 0) {
      for (int j = 0; j < 500000; j++) node(2);
      collect(1);
      _exit(number(kept, 2) == 77 ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    ASSERT_EQ(status, 0);
  }
  end = true;
  binding->enter_native();
  for (auto& t : threads) t.join();
  binding->leave_native();
}

TEST_F(AllocTest, ManyThreads) {
  verify_ = false;
  start({.nursery = 1 << 20});
  constexpr int kThreads = 6;
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int n = 0; n < kThreads; n++)
    threads.emplace_back([&, n] {
      MockThread& me = binding->attach();
      me.slots.resize(3);
      for (uint64_t i = 0; i < 200000; i++) {
        Object* o = node(i * kThreads + static_cast<uint64_t>(n));
        set(o, 0, me.slots[0]);
        me.slots[0] = o;
        if (i % 1000 == 999) {
          uint64_t expect = i;
          for (Object* p = me.slots[0]; p; p = *field(p, 0), expect--)
            if (number(p, 2) != expect * kThreads + static_cast<uint64_t>(n)) failures++;
          me.slots[0] = nullptr;
          if (i % 7000 == 6999) alloc_vector(bytes_type(), 50000);
          if (i % 50000 == 49999) collect(n & 1);
          binding->poll();
        }
      }
      binding->detach();
    });
  binding->enter_native();
  for (auto& t : threads) t.join();
  binding->leave_native();
  EXPECT_EQ(failures, 0);
  gc::verify();
  EXPECT_GT(stats().bytes_allocated, uint64_t{kThreads} * 200000 * 30);
}

}  // namespace
}  // namespace rapgo::gc
