#pragma once
// Shared by the tests of gc/collect: a heap with the mock binding, and short ways to make objects.
#include <gtest/gtest.h>

#include <memory>

#include "gc/binding/api.h"
#include "gc/binding/mock.h"

namespace rapgo::gc {

class GcTest : public ::testing::Test {
 protected:
  void start(Options options = {}) {
    if (running_) stop();
    options.verify = verify_;
    binding = std::make_unique<MockBinding>();
    init(options, binding.get());
    thread = &binding->attach();
    running_ = true;
  }
  void stop() {
    binding->detach();
    shutdown();
    running_ = false;
  }
  void SetUp() override { start(); }
  void TearDown() override {
    if (running_) stop();
  }

  // A precise root slot that holds `o`.
  Object*& root(Object* o) {
    thread->slots.push_back(o);
    return thread->slots.back();
  }
  static Object** field(Object* o, size_t word) { return reinterpret_cast<Object**>(o) + 1 + word; }
  static uint64_t& number(Object* o, size_t word) { return reinterpret_cast<uint64_t*>(o)[1 + word]; }
  static Object** element(Object* a, size_t i) { return static_cast<abi::Array*>(a)->at<Object*>(i); }
  static void set(Object* o, size_t word, Object* value) { store_ref(field(o, word), value); }

  // Two references (words 0, 1) and a number (word 2).
  static TypeHead* node_type() {
    static TypeHead* t = mock::object_type(3, {0, 1});
    return t;
  }
  static TypeHead* refs_type() {
    static TypeHead* t = mock::ref_vector_type();
    return t;
  }
  static TypeHead* bytes_type() {
    static TypeHead* t = mock::plain_vector_type(1);
    return t;
  }
  static Object* node(uint64_t n) {
    Object* o = alloc_object(node_type());
    number(o, 2) = n;
    return o;
  }

  bool verify_ = true;
  bool running_ = false;
  std::unique_ptr<MockBinding> binding;
  MockThread* thread = nullptr;
};

}  // namespace rapgo::gc
