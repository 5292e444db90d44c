// Handles, ephemerons, finalizers, and the runtime's own weak tables.
#include "gc/collect/fixture.h"

namespace rapgo::gc {
namespace {

class WeakTest : public GcTest, public ::testing::WithParamInterface<int> {
 protected:
  static TypeHead* finalizable_type() {
    static TypeHead* t = mock::object_type(3, {0, 1}, abi::kHasFinalizer | abi::kAllocateSlowly);
    return t;
  }
  static Object* finalizable(uint64_t n) {
    Object* o = alloc_object(finalizable_type());
    number(o, 2) = n;
    return o;
  }
  static TypeHead* ephemerons_type() {
    static TypeHead* t = mock::struct_vector_type(2, {0, 1});
    return t;
  }
  Object* ephemerons(int64_t count) {
    if (!ephemeron_tombstone()) set_ephemeron_tombstone(alloc_frozen_object(node_type()));
    auto* a = alloc_vector(ephemerons_type(), count);
    register_ephemeron_array(a);
    return a;
  }
  static void put(Object* array, size_t i, Object* key, Object* value) {
    store_ref(element(array, i * 2), key);
    store_ref(element(array, i * 2 + 1), value);
  }
  static Object* key(Object* array, size_t i) { return *element(array, i * 2); }
  static Object* value(Object* array, size_t i) { return *element(array, i * 2 + 1); }
  void again() { collect(GetParam()); }
};

TEST_P(WeakTest, HandlesOfEachKind) {
  HandleId weak = handle_new(node(1), HandleKind::Weak), weak_long = handle_new(node(2), HandleKind::WeakTrackResurrection),
           normal = handle_new(node(3), HandleKind::Normal), pinned = handle_new(node(4), HandleKind::Pinned);
  HandleId kept = handle_new(nullptr, HandleKind::Weak), kept_long = handle_new(nullptr, HandleKind::WeakTrackResurrection);
  Object*& o = root(node(5));
  handle_set(kept, o);
  handle_set(kept_long, o);
  again();
  EXPECT_EQ(handle_get(weak), nullptr);
  EXPECT_EQ(handle_get(weak_long), nullptr);
  EXPECT_EQ(number(handle_get(normal), 2), 3u);
  EXPECT_EQ(number(handle_get(pinned), 2), 4u);
  EXPECT_EQ(handle_get(kept), o);
  EXPECT_EQ(handle_get(kept_long), o);
  EXPECT_EQ(number(o, 2), 5u);
  for (HandleId h : {weak, weak_long, normal, pinned, kept, kept_long}) {
    EXPECT_TRUE(handle_valid(h));
    EXPECT_GT(static_cast<int32_t>(h), 0);
    handle_free(h);
    handle_free(h);  // harmless
  }
  o = nullptr;
  collect(1);
  EXPECT_EQ(stats().bytes_used, 0u);
}

TEST_P(WeakTest, ManyHandlesAreReused) {
  std::vector<HandleId> all;
  for (int round = 0; round < 3; round++) {
    for (uint64_t i = 0; i < 10000; i++) all.push_back(handle_new(node(i), HandleKind::Normal));
    again();
    for (uint64_t i = 0; i < 10000; i++) ASSERT_EQ(number(handle_get(all[i]), 2), i);
    for (HandleId h : all) handle_free(h);
    all.clear();
  }
  EXPECT_LT(handle_new(nullptr, HandleKind::Normal) >> 2, 10010u);
}

TEST_P(WeakTest, OwnerOfAHandle) {
  Handle a(node(1)), b;
  b = std::move(a);
  again();
  EXPECT_EQ(number(b.get(), 2), 1u);
  b.set(nullptr);
  again();
  EXPECT_EQ(b.get(), nullptr);
}

TEST_P(WeakTest, FinalizerRunsOnceAfterShortWeakBeforeLongWeak) {
  Object* o = finalizable(9);
  set(o, 0, node(10));  // reachable from the finalizer
  HandleId weak = handle_new(o, HandleKind::Weak), weak_long = handle_new(o, HandleKind::WeakTrackResurrection);
  HandleId inner = handle_new(*field(o, 0), HandleKind::Weak);
  again();
  EXPECT_EQ(handle_get(weak), nullptr);
  EXPECT_EQ(handle_get(inner), nullptr);
  ASSERT_NE(handle_get(weak_long), nullptr);
  EXPECT_EQ(binding->finalizer_notices, 1);
  ASSERT_TRUE(has_finalizable());
  collect(0);
  collect(1);
  Object* queued = next_finalizable();
  ASSERT_NE(queued, nullptr);
  EXPECT_EQ(queued, handle_get(weak_long));
  EXPECT_EQ(number(queued, 2), 9u);
  EXPECT_EQ(number(*field(queued, 0), 2), 10u);
  EXPECT_EQ(next_finalizable(), nullptr);
  collect(1);
  EXPECT_EQ(handle_get(weak_long), nullptr);
  EXPECT_FALSE(has_finalizable());
  EXPECT_EQ(stats().bytes_used, 0u);
}

TEST_P(WeakTest, SuppressedAndRegisteredAgain) {
  Object*& a = root(finalizable(1));
  Object*& b = root(finalizable(2));
  suppress_finalize(a);
  suppress_finalize(b);
  collect(0);
  reregister_for_finalize(b);
  reregister_for_finalize(b);
  a = b = nullptr;
  collect(1);
  Object* o = next_finalizable();
  ASSERT_NE(o, nullptr);
  EXPECT_EQ(number(o, 2), 2u);
  EXPECT_EQ(next_finalizable(), nullptr);
}

TEST_P(WeakTest, DeadObjectsThatReferenceEachOtherAreAllFinalized) {
  Object*& previous = root(nullptr);
  for (uint64_t i = 0; i < 1000; i++) {
    Object* o = finalizable(i);
    set(o, 0, previous);
    previous = o;
  }
  collect(0);
  EXPECT_FALSE(has_finalizable());
  previous = nullptr;
  collect(1);
  uint64_t count = 0, sum = 0;
  while (Object* o = next_finalizable()) {
    count++;
    sum += number(o, 2);
  }
  EXPECT_EQ(count, 1000u);
  EXPECT_EQ(sum, 499500u);
}

TEST_P(WeakTest, AllFinalizersAtExit) {
  root(finalizable(1));
  collect(0);
  root(finalizable(2));
  queue_all_finalizers();
  collect(1);
  EXPECT_NE(next_finalizable(), nullptr);
  EXPECT_NE(next_finalizable(), nullptr);
  EXPECT_EQ(next_finalizable(), nullptr);
}

TEST_P(WeakTest, EphemeronsLiveAsLongAsTheirKeys) {
  Object*& array = root(ephemerons(4));
  Object*& k = root(node(1));
  put(array, 0, k, node(2));
  put(array, 1, node(3), node(4));
  again();
  EXPECT_EQ(key(array, 0), k);
  EXPECT_EQ(number(value(array, 0), 2), 2u);
  EXPECT_EQ(key(array, 1), ephemeron_tombstone());
  EXPECT_EQ(value(array, 1), nullptr);
  EXPECT_EQ(key(array, 2), nullptr);
  // Now the array is old and gets young entries.
  put(array, 2, node(5), node(6));
  Object*& k3 = root(node(7));
  put(array, 3, k3, node(8));
  put(array, 1, k, node(9));
  again();
  EXPECT_EQ(key(array, 2), ephemeron_tombstone());
  EXPECT_EQ(key(array, 3), k3);
  EXPECT_EQ(number(value(array, 3), 2), 8u);
  EXPECT_EQ(number(value(array, 1), 2), 9u);
  k = nullptr;
  collect(1);
  EXPECT_EQ(key(array, 0), ephemeron_tombstone());
  EXPECT_EQ(key(array, 1), ephemeron_tombstone());
  EXPECT_EQ(number(value(array, 3), 2), 8u);
}

TEST_P(WeakTest, EphemeronChainsNeedAFixpoint) {
  // The value of entry i is the key of entry i-1, so that one pass forwards finds only the last link.
  constexpr size_t kCount = 50;
  Object*& array = root(ephemerons(kCount));
  Object*& next = root(node(kCount));
  Object*& first = root(next);
  for (size_t i = 0; i < kCount; i++) {
    Object* v = node(100 + i);
    put(array, kCount - 1 - i, next, v);
    next = v;
  }
  next = nullptr;
  again();
  for (size_t i = 0; i < kCount; i++) ASSERT_EQ(number(value(array, kCount - 1 - i), 2), 100 + i);
  first = nullptr;
  collect(1);
  for (size_t i = 0; i < kCount; i++) ASSERT_EQ(key(array, i), ephemeron_tombstone());
}

TEST_P(WeakTest, ValueThatReferencesItsKeyDoesNotKeepIt) {
  Object*& array = root(ephemerons(1));
  Object* k = node(1);
  Object* v = node(2);
  set(v, 0, k);
  put(array, 0, k, v);
  again();
  EXPECT_EQ(key(array, 0), ephemeron_tombstone());
}

TEST_P(WeakTest, KeyInTheFinalizationQueueKeepsItsValue) {
  Object*& array = root(ephemerons(1));
  put(array, 0, finalizable(1), node(2));
  again();
  ASSERT_TRUE(has_finalizable());
  EXPECT_EQ(number(value(array, 0), 2), 2u);
  EXPECT_EQ(number(key(array, 0), 2), 1u);
  next_finalizable();
  collect(1);
  EXPECT_EQ(key(array, 0), ephemeron_tombstone());
}

TEST_P(WeakTest, FrozenKeysAndLargeEphemeronArrays) {
  Object*& array = root(ephemerons(5000));
  Object* frozen = alloc_frozen_object(node_type());
  for (size_t i = 0; i < 5000; i++) put(array, i, i % 2 ? frozen : node(i), node(i));
  again();
  for (size_t i = 0; i < 5000; i++) {
    ASSERT_EQ(key(array, i), i % 2 ? frozen : ephemeron_tombstone());
    if (i % 2) {
      ASSERT_EQ(number(value(array, i), 2), i);
    }
  }
}

TEST_P(WeakTest, WeakTablesOfTheRuntime) {
  Object*& kept = root(node(1));
  Object *table[] = {kept, node(2), nullptr, alloc_frozen_object(node_type())}, *frozen = table[3];
  binding->on_weak = [&](Survivors& s) {
    for (Object*& o : table) o = s.survivor(o);
  };
  again();
  EXPECT_EQ(table[0], kept);
  EXPECT_EQ(table[1], nullptr);
  EXPECT_EQ(table[2], nullptr);
  EXPECT_EQ(table[3], frozen);
}

TEST_P(WeakTest, FrozenObjectsAreRoots) {
  Object* frozen = alloc_frozen_object(node_type());
  set(frozen, 0, node(1));
  again();
  again();
  EXPECT_EQ(number(*field(frozen, 0), 2), 1u);
}

TEST_P(WeakTest, StaticsAreRoots) {
  alignas(8) uint64_t block[4] = {};
  auto** slots = reinterpret_cast<Object**>(block);
  binding->statics.push_back({block, mock::map(0, {1, 3})});
  slots[1] = node(1);
  slots[3] = node(3);
  block[2] = 0x1234567;
  again();
  slots[3] = node(4);
  again();
  EXPECT_EQ(number(slots[1], 2), 1u);
  EXPECT_EQ(number(slots[3], 2), 4u);
  EXPECT_EQ(block[2], 0x1234567u);
}

TEST_P(WeakTest, LateFinalizersComeLast) {
  static TypeHead* late = mock::object_type(3, {0, 1}, abi::kHasFinalizer | abi::kAllocateSlowly);
  binding->late = late;
  for (uint64_t i = 0; i < 40; i++) {
    Object* o = i % 2 ? finalizable(i) : alloc_object(late);
    number(o, 2) = i;
  }
  collect(GetParam());
  for (uint64_t i = 0; i < 40; i++) {
    Object* o = next_finalizable();
    ASSERT_TRUE(o);
    ASSERT_EQ(o->head() == late, i >= 20) << i;
  }
  EXPECT_FALSE(has_finalizable());
}

INSTANTIATE_TEST_SUITE_P(MinorAndMajor, WeakTest, ::testing::Values(0, 1));


}  // namespace
}  // namespace rapgo::gc
