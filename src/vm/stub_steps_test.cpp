// Rule (DESIGN 4.4): a collection between any two instructions of the allocation and barrier stubs finds a heap that parses and
// every old-to-young reference. The real stubs are single-stepped; at the k-th instruction, for every k, another thread
// collects: the real stop signal interrupts exactly there and the real handler moves the pc.
#include <gtest/gtest.h>
#include <semaphore.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <set>
#include <ucontext.h>

#include "compile/stubs/test_memory.h"
#include "gc/binding/api.h"
#include "gc/binding/mock.h"
#include "run/threads/binding.h"
#include "run/threads/suspend.h"
#include "run/threads/thread.h"

namespace rapgo {
namespace {

using abi::Helper;
using abi::Object;
using run::threads::NativeScope;

// What the trap handler works with.
struct Stepping {
  uint64_t begin = 0, end = 0;  // the stub's code
  uint64_t stop_at = 0;         // collect before this instruction of it, counted from 0 as executed
  uint64_t count = 0;
  bool fired = false;
  std::set<uint64_t>* seen = nullptr;  // made before stepping; grows only between steps
  uint64_t pc = 0;
} step;
sem_t wanted, done;
std::atomic<int> generation{0};
std::atomic<bool> over{false};

constexpr int kStop = 3;  // as run::threads: SIGRTMIN + 3

void on_trap(int, siginfo_t*, void* context) {
  auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  const auto pc = static_cast<uint64_t>(registers[REG_RIP]);
  if (pc < step.begin || pc >= step.end || step.count++ != step.stop_at) return;  // go on stepping
  step.fired = true;
  step.pc = pc;
  registers[REG_EFL] &= ~0x100;
  sem_post(&wanted);
  // All signals are blocked here: the stop signal waits, and comes as soon as this handler returns, before the next instruction.
  for (sigset_t set; sigpending(&set) == 0 && !sigismember(&set, SIGRTMIN + kStop);) usleep(20);
}
void on_begin(int, siginfo_t*, void* context) { static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL] |= 0x100; }
void on_end(int, siginfo_t*, void* context) { static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL] &= ~0x100; }

void handle(int signal, void (*handler)(int, siginfo_t*, void*)) {
  struct sigaction action {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigfillset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

void wait_for(sem_t& s) {
  NativeScope native;
  while (sem_wait(&s) != 0) {}
}

Object* old_holder;  // a root

class StubSteps : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    gc::Options o;
    o.verify = true;  // before and after each collection
    gc::init(o, &run::threads::binding());
    run::threads::init();
    abi::stub_bodies.pending = [](uint32_t) -> Object* {
      run::threads::safepoint();
      return nullptr;
    };
    abi::helper_body(Helper::NewObjectSlow) = reinterpret_cast<void*>(+[](abi::TypeHead* t) { return gc::alloc_object(t); });
    abi::helper_body(Helper::NewVectorSlow) = reinterpret_cast<void*>(+[](abi::TypeHead* t, int64_t n) -> Object* { return gc::alloc_vector(t, n); });
    abi::helper_body(Helper::NewStringSlow) = reinterpret_cast<void*>(+[](abi::TypeHead* t, int64_t n) -> Object* { return gc::alloc_string(t, static_cast<int32_t>(n)); });
    compile::stubs::testing::install_core();
    run::threads::register_root(&old_holder);
    sem_init(&wanted, 0, 0);
    sem_init(&done, 0, 0);
    handle(SIGTRAP, on_trap);
    handle(SIGUSR1, on_begin);
    handle(SIGUSR2, on_end);
  }

  // Calls the helper as managed code does, once for each of its instructions with a collection there; `check` gets the result.
  template <class Prepare, class Check>
  void at_every_step(Helper helper, const char* name, Prepare prepare, Check check) {
    const auto& core = compile::stubs::testing::install_core();
    step = {};
    for (size_t i = 0; i < core.names.size(); i++) {
      if (std::string_view(core.names[i].name) != name) continue;
      step.begin = abi::stub_entries.blob + core.names[i].offset;
      step.end = i + 1 < core.names.size() ? abi::stub_entries.blob + core.names[i + 1].offset : step.begin + 64;
    }
    ASSERT_NE(step.begin, 0u) << name;
    std::set<uint64_t> places;
    run::threads::run_main([&] {
      over = false;
      auto* collector = run::threads::start(
          [] {
            for (;;) {
              wait_for(wanted);
              if (over) return;
              gc::collect(generation);
              sem_post(&done);
            }
          },
          {});
      for (int g = 0; g < 2; g++) {
        generation = g;
        for (uint64_t k = 0;; k++) {
          abi::InvokeBlock block;
          prepare(block, k);
          step.stop_at = k;
          step.count = 0;
          step.fired = false;
          raise(SIGUSR1);
          abi::stub_entries.invoke(abi::helper_entry(helper), &block);
          raise(SIGUSR2);
          if (!step.fired) break;
          wait_for(done);
          places.insert(step.pc);
          check(block, k);
          gc::verify();
          if (testing::Test::HasFailure()) break;
        }
      }
      over = true;
      sem_post(&wanted);
      run::threads::join(collector, 20000);
      run::threads::release(collector);
      return 0;
    });
    // Every place inside the restart ranges was one of them.
    int ranges = 0;
    for (int i = 0; i < abi::restart_range_count; i++) {
      const auto& r = abi::restart_ranges[i];
      if (r.begin < step.begin || r.begin >= step.end) continue;
      ranges++;
      EXPECT_TRUE(places.count(r.begin));
      EXPECT_TRUE(places.count(r.end)) << "also between the commit and the return";
      EXPECT_GE(places.size(), 6u);
    }
    EXPECT_EQ(ranges, 1);
  }
};

// Two references and a number.
abi::TypeHead* node() {
  static auto* t = gc::mock::object_type(3, {0, 1});
  return t;
}
uint64_t word(const Object* o, int i) { return reinterpret_cast<const uint64_t*>(o)[i]; }

// A new object is one: known to the heap, of its type, zeroed, and nobody else's.
void is_new(Object* o, abi::TypeHead* type, uint64_t size, uint64_t k) {
  gc::verify();
  ASSERT_EQ(word(o, 0) & 0xFFFFFFFF, reinterpret_cast<uint64_t>(type)) << k;
  ASSERT_EQ(gc::object_size(o), size) << k;
  abi::InvokeBlock next;
  next.ints[0] = reinterpret_cast<uint64_t>(node());
  abi::stub_entries.invoke(abi::helper_entry(Helper::NewObject), &next);
  const uint64_t a = reinterpret_cast<uint64_t>(o), b = next.result_ints[0];
  ASSERT_TRUE(b + 32 <= a || b >= a + size) << "the next object overlaps; stopped before instruction " << k;
  gc::collect(0);  // it stays where it is: `o` is on the stack
  ASSERT_EQ(gc::find_object(o), o) << "stopped before instruction " << k;
}

TEST_F(StubSteps, NewObject) {
  at_every_step(
      Helper::NewObject, "NewObject",
      [](abi::InvokeBlock& b, uint64_t) {
        gc::alloc_object(node());  // a buffer to allocate in, and garbage before the new object
        b.ints[0] = reinterpret_cast<uint64_t>(node());
      },
      [](abi::InvokeBlock& b, uint64_t k) {
        auto* o = reinterpret_cast<Object*>(b.result_ints[0]);
        is_new(o, node(), 32, k);
        for (int i = 1; i < 4; i++) EXPECT_EQ(word(o, i), 0u) << k;
      });
}

TEST_F(StubSteps, NewVector) {
  static auto* type = gc::mock::ref_vector_type();
  at_every_step(
      Helper::NewVector, "NewVector",
      [](abi::InvokeBlock& b, uint64_t) {
        gc::alloc_object(node());
        b.ints[0] = reinterpret_cast<uint64_t>(type);
        b.ints[1] = 5;
      },
      [](abi::InvokeBlock& b, uint64_t k) {
        auto* o = reinterpret_cast<Object*>(b.result_ints[0]);
        is_new(o, type, 16 + 40, k);
        EXPECT_EQ(word(o, 1), 5u) << k;
        for (int i = 2; i < 7; i++) EXPECT_EQ(word(o, i), 0u) << k;
      });
}

TEST_F(StubSteps, NewString) {
  static auto* type = gc::mock::string_type();
  at_every_step(
      Helper::NewString, "NewString",
      [](abi::InvokeBlock& b, uint64_t) {
        gc::alloc_object(node());
        b.ints[0] = reinterpret_cast<uint64_t>(type);
        b.ints[1] = 5;
      },
      [](abi::InvokeBlock& b, uint64_t k) {
        auto* o = reinterpret_cast<Object*>(b.result_ints[0]);
        is_new(o, type, 24, k);  // 12 + 2 * 6
        EXPECT_EQ(word(o, 1), 5u) << k;
        EXPECT_EQ(word(o, 2), 0u) << k;
      });
}

TEST_F(StubSteps, StoreRef) {
  at_every_step(
      Helper::StoreRef, "StoreRef",
      [](abi::InvokeBlock& b, uint64_t k) {
        old_holder = gc::alloc_object(node());
        gc::collect(1);
        gc::collect(1);
        ASSERT_FALSE(gc::is_young(old_holder));
        Object* value = gc::alloc_object(node());
        reinterpret_cast<uint64_t*>(value)[3] = 1000 + k;
        b.ints[0] = reinterpret_cast<uint64_t>(old_holder) + 8;
        b.ints[1] = reinterpret_cast<uint64_t>(value);
      },
      [](abi::InvokeBlock&, uint64_t k) {
        gc::verify();  // every old-to-young reference has its card
        gc::collect(0);
        auto* value = reinterpret_cast<Object*>(word(old_holder, 1));
        ASSERT_EQ(gc::find_object(value), value) << k;
        EXPECT_EQ(word(value, 3), 1000 + k);
      });
}

TEST_F(StubSteps, StoreElement) {
  static auto* type = gc::mock::ref_vector_type();
  type->element = static_cast<uint32_t>(reinterpret_cast<uint64_t>(node()));
  at_every_step(
      Helper::StoreElement, "StoreElement",
      [](abi::InvokeBlock& b, uint64_t k) {
        old_holder = gc::alloc_vector(type, 3);
        gc::collect(1);
        gc::collect(1);
        ASSERT_FALSE(gc::is_young(old_holder));
        Object* value = gc::alloc_object(node());
        reinterpret_cast<uint64_t*>(value)[3] = 1000 + k;
        b.ints[0] = reinterpret_cast<uint64_t>(old_holder);
        b.ints[1] = 2;
        b.ints[2] = reinterpret_cast<uint64_t>(value);
      },
      [](abi::InvokeBlock&, uint64_t k) {
        gc::verify();
        gc::collect(0);
        auto* value = reinterpret_cast<Object*>(word(old_holder, 4));
        ASSERT_EQ(gc::find_object(value), value) << k;
        EXPECT_EQ(word(value, 3), 1000 + k);
      });
}

}  // namespace
}  // namespace rapgo
