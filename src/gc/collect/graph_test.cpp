// Random object graphs against a shadow model.
#include <map>
#include <random>
#include <vector>

#include "gc/collect/fixture.h"

namespace rapgo::gc {
namespace {

// Every object carries its id; the model knows what each id references. Shapes: node (2 references), reference vector,
// struct vector with a plain word between two references, and a long reference vector that is a large object.
class GraphTest : public GcTest {
 protected:
  enum Shape { Node, Refs, Structs, Long };
  struct Shadow {
    Shape shape;
    std::vector<uint32_t> children;  // 0 = null
  };
  std::mt19937 random{12345};
  std::map<uint32_t, Shadow> model;
  uint32_t next_id = 1;
  static constexpr size_t kRoots = 40;
  std::vector<uint32_t> root_ids = std::vector<uint32_t>(kRoots, 0);
  static constexpr int kLength = 6, kLongLength = 4000;

  uint32_t below(uint32_t n) { return static_cast<uint32_t>(random() % n); }
  static TypeHead* structs_type() {
    static TypeHead* t = mock::struct_vector_type(3, {0, 2});
    return t;
  }

  static Shape shape_of(Object* o) {
    if (o->head() == node_type()) return Node;
    if (o->head() == structs_type()) return Structs;
    return static_cast<abi::Array*>(o)->length == kLongLength ? Long : Refs;
  }
  // The id of an array is kept in an object of its own behind element 0, so that it is moved, too.
  static Object** child(Object* o, size_t i) {
    switch (shape_of(o)) {
      case Node: return field(o, i);
      case Refs: return element(o, 1 + i);
      case Structs: return element(o, (1 + i / 2) * 3 + i % 2 * 2);
      case Long: return element(o, 1 + i * 700);
    }
    return nullptr;
  }
  static size_t child_count(Shape s) { return s == Node ? 2 : s == Long ? 5 : 4; }
  static uint32_t id_of(Object* o) {
    return static_cast<uint32_t>(number(shape_of(o) == Node ? o : *element(o, 0), 2));
  }

  Object*& slot(size_t i) { return thread->slots[i]; }

  void make(size_t into) {
    uint32_t kind = below(100);
    Shape s = kind < 60 ? Node : kind < 80 ? Refs : kind < 98 ? Structs : Long;
    uint32_t id = next_id++;
    Object*& tag = thread->slots[kRoots];
    if (s != Node) tag = node(id);
    Object* o = s == Node      ? node(id)
                : s == Structs ? alloc_vector(structs_type(), kLength)
                               : alloc_vector(refs_type(), s == Long ? kLongLength : kLength);
    if (s != Node) store_ref(element(o, 0), tag);
    tag = nullptr;
    slot(into) = o;
    root_ids[into] = id;
    model[id] = {s, std::vector<uint32_t>(child_count(s), 0)};
  }

  void link() {
    size_t a = below(kRoots), b = below(kRoots);
    if (!slot(a)) return;
    uint32_t i = below(static_cast<uint32_t>(child_count(shape_of(slot(a)))));
    store_ref(child(slot(a), i), slot(b));
    model[root_ids[a]].children[i] = root_ids[b];
  }

  void follow() {
    size_t a = below(kRoots), b = below(kRoots);
    if (!slot(a)) return;
    uint32_t i = below(static_cast<uint32_t>(child_count(shape_of(slot(a)))));
    slot(b) = *child(slot(a), i);
    root_ids[b] = model[root_ids[a]].children[i];
  }

  void drop() {
    size_t a = below(kRoots);
    slot(a) = nullptr;
    root_ids[a] = 0;
  }

  // Pins what some root references for a while.
  void pin() {
    size_t a = below(kRoots);
    if (thread->words.size() > 5) thread->words.pop_front();
    if (slot(a)) thread->words.push_back(reinterpret_cast<uint64_t>(slot(a)) + below(3) * 8);
  }

  void compare() {
    std::map<uint32_t, Object*> seen;
    std::vector<std::pair<uint32_t, Object*>> work;
    auto meet = [&](uint32_t id, Object* o) {
      ASSERT_EQ(id == 0, o == nullptr);
      if (!o) return;
      auto [known, fresh] = seen.emplace(id, o);
      ASSERT_EQ(known->second, o) << "one object became two";
      if (fresh) work.emplace_back(id, o);
    };
    for (size_t i = 0; i < kRoots; i++) meet(root_ids[i], slot(i));
    while (!work.empty()) {
      auto [id, o] = work.back();
      work.pop_back();
      const Shadow& shadow = model.at(id);
      ASSERT_EQ(shape_of(o), shadow.shape);
      ASSERT_EQ(id_of(o), id);
      for (size_t i = 0; i < shadow.children.size(); i++) meet(shadow.children[i], *child(o, i));
    }
    std::erase_if(model, [&](auto& entry) { return !seen.contains(entry.first); });
  }

  void run(int steps, int compare_every, int collect_every) {
    for (size_t i = 0; i < kRoots + 1; i++) root(nullptr);
    for (int step = 1; step <= steps; step++) {
      switch (below(8)) {
        case 0: case 1: make(below(kRoots)); break;
        case 2: case 3: case 4: link(); break;
        case 5: follow(); break;
        case 6: if (below(3) == 0) drop(); break;
        case 7: pin(); break;
      }
      if (collect_every && step % collect_every == 0) collect(below(4) == 0 ? 1 : 0);
      if (step % compare_every == 0) compare();
      if (HasFatalFailure()) return;
    }
    gc::verify();
  }
};

TEST_F(GraphTest, MinorAndMajor) { run(60000, 500, 400); }

TEST_F(GraphTest, NaturalCollections) {
  verify_ = false;
  start({.nursery = 256 << 10});
  run(1500000, 100000, 0);
  EXPECT_GT(stats().minor_collections, 50u);
}

TEST_F(GraphTest, MoveAtEveryAllocation) {
  start({.move_every_n = 1});
  run(6000, 50, 0);
  EXPECT_GT(stats().major_collections, 1000u);
}

TEST_F(GraphTest, MoveAtEverySeventhAllocation) {
  start({.move_every_n = 7});
  run(20000, 200, 0);
}

TEST_F(GraphTest, SmallHeap) {
  verify_ = false;
  start({.heap_max = 16 << 20, .nursery = 512 << 10});
  run(600000, 50000, 0);
  EXPECT_LE(stats().bytes_committed, 18u << 20);
}

// What the model forgets the heap forgets, too.
TEST_F(GraphTest, NothingLeaks) {
  run(100000, 5000, 3000);
  thread->slots.clear();
  thread->words.clear();
  collect(1);
  EXPECT_EQ(stats().bytes_used, 0u);
  EXPECT_LE(stats().bytes_committed, 4u << 20);  // the nursery
}

}  // namespace
}  // namespace rapgo::gc
