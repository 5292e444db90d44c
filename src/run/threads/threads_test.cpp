#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "gc/binding/api.h"
#include "run/threads/binding.h"
#include "run/threads/monitor.h"
#include "run/threads/suspend.h"
#include "run/threads/thread.h"

namespace rapgo::run::threads {
namespace {

using abi::Mode;
using abi::Object;

struct Interrupted {};

class ThreadsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    gc::init({}, &binding());
    init();
    hooks.throw_interrupted = [] { throw Interrupted{}; };
  }
  // Runs in an attached thread, as managed programs do.
  template <class F>
  void attached(F body) {
    run_main([&] {
      body();
      return 0;
    });
  }
  static Thread* spawn(std::function<void()> body) { return start(std::move(body), {}); }
  static void finish(Thread* t) {
    EXPECT_TRUE(join(t, 20000));
    release(t);
  }
};

TEST_F(ThreadsTest, StartsAndJoins) {
  attached([] {
    int value = 0;
    Thread* t = spawn([&] { value = 42; });
    finish(t);
    EXPECT_EQ(value, 42);
    EXPECT_EQ(thread_count(), 1);
  });
}

TEST_F(ThreadsTest, MonitorExcludesAndRecurses) {
  attached([] {
    static Object object{};
    object.sync = 0;
    int counter = 0;
    std::vector<Thread*> all;
    for (int i = 0; i < 4; i++)
      all.push_back(spawn([&] {
        for (int n = 0; n < 20000; n++) {
          monitor_enter(&object);
          monitor_enter(&object);
          const int before = counter;
          if (n % 1000 == 0) {
            NativeScope native;
            sched_yield();
          }
          counter = before + 1;
          EXPECT_TRUE(monitor_exit(&object));
          EXPECT_TRUE(monitor_exit(&object));
        }
      }));
    for (Thread* t : all) finish(t);
    EXPECT_EQ(counter, 80000);
    EXPECT_FALSE(monitor_is_locked(&object));
    EXPECT_FALSE(monitor_exit(&object));
  });
}

TEST_F(ThreadsTest, DeepRecursionInflatesAndTryEnterTimesOut) {
  attached([] {
    static Object object{};
    object.sync = 0;
    for (int i = 0; i < 20000; i++) monitor_enter(&object);
    Thread* t = spawn([] {
      EXPECT_FALSE(monitor_try_enter(&object, 0));
      const uint64_t begin = base::monotonic_ns();
      EXPECT_FALSE(monitor_try_enter(&object, 30));
      EXPECT_GE(base::monotonic_ns() - begin, 29'000'000u);
    });
    finish(t);
    for (int i = 0; i < 20000; i++) EXPECT_TRUE(monitor_exit(&object));
    EXPECT_FALSE(monitor_exit(&object));
  });
}

TEST_F(ThreadsTest, IdentityHashSurvivesLocking) {
  attached([] {
    static Object object{};
    object.sync = 0;
    const int32_t hash = identity_hash(&object);
    EXPECT_NE(hash, 0);
    monitor_enter(&object);
    EXPECT_EQ(identity_hash(&object), hash);
    for (int i = 0; i < 100; i++) {
      monitor_exit(&object);
      monitor_enter(&object);
    }
    EXPECT_TRUE(monitor_exit(&object));
    EXPECT_EQ(identity_hash(&object), hash);
    static Object locked{};
    locked.sync = 0;
    monitor_enter(&locked);
    const int32_t other = identity_hash(&locked);
    EXPECT_TRUE(monitor_is_entered(&locked));
    EXPECT_TRUE(monitor_exit(&locked));
    EXPECT_EQ(identity_hash(&locked), other);
  });
}

TEST_F(ThreadsTest, WaitAndPulse) {
  attached([] {
    static Object object{};
    object.sync = 0;
    int turn = 0;
    Thread* t = spawn([&] {
      monitor_enter(&object);
      for (int i = 0; i < 500; i++) {
        while (turn != 1) EXPECT_EQ(monitor_wait(&object, -1), WaitResult::Notified);
        turn = 0;
        monitor_pulse(&object, true);
      }
      monitor_exit(&object);
    });
    monitor_enter(&object);
    for (int i = 0; i < 500; i++) {
      while (turn != 0) EXPECT_EQ(monitor_wait(&object, -1), WaitResult::Notified);
      turn = 1;
      monitor_pulse(&object, false);
    }
    monitor_exit(&object);
    finish(t);
    EXPECT_EQ(monitor_wait(&object, 1), WaitResult::NotOwner);
    monitor_enter(&object);
    monitor_enter(&object);
    EXPECT_EQ(monitor_wait(&object, 20), WaitResult::TimedOut);
    EXPECT_TRUE(monitor_exit(&object));
    EXPECT_TRUE(monitor_exit(&object));
  });
}

TEST_F(ThreadsTest, InterruptEndsWaitsAndSleeps) {
  attached([] {
    static Object object{};
    object.sync = 0;
    std::atomic<int> caught{0};
    Thread* t = spawn([&] {
      try {
        sleep(-1);
      } catch (Interrupted) {
        caught++;
      }
      monitor_enter(&object);
      try {
        monitor_wait(&object, -1);
      } catch (Interrupted) {
        caught++;
      }
      EXPECT_TRUE(monitor_exit(&object));  // reacquired before it threw
    });
    interrupt(t);
    while (caught.load() < 1) sleep(1);
    interrupt(t);
    finish(t);
    EXPECT_EQ(caught.load(), 2);
  });
}

// Pretends to be managed code: a loop without any poll.
void managed_loop(std::atomic<uint64_t>& counter, std::atomic<bool>& stop) {
  abi::current().mode.store(Mode::Managed);
  while (!stop.load(std::memory_order_relaxed)) counter.fetch_add(1, std::memory_order_relaxed);
  for (;;) {
    abi::current().mode.store(Mode::Runtime);
    if (!(abi::current().pending.load() & abi::kPendingSuspend)) break;
    safepoint();
  }
}

TEST_F(ThreadsTest, StopsThreadsInEveryMode) {
  attached([] {
    std::atomic<uint64_t> managed{0}, runtime{0};
    std::atomic<bool> stop{false};
    std::vector<Thread*> all;
    all.push_back(spawn([&] { managed_loop(managed, stop); }));
    all.push_back(spawn([&] {
      while (!stop.load()) {
        runtime.fetch_add(1);
        poll();
      }
    }));
    all.push_back(spawn([&] {
      NativeScope native;
      while (!stop.load()) sched_yield();
    }));
    all.push_back(spawn([&] {
      while (!stop.load()) {
        NativeScope native;
        sched_yield();
      }
    }));
    while (managed.load() == 0 || runtime.load() == 0) sleep(1);
    for (int i = 0; i < 200; i++) {
      StoppedWorld stopped;
      const uint64_t m = managed.load(), r = runtime.load();
      for (int spin = 0; spin < 2000; spin++) __builtin_ia32_pause();
      EXPECT_EQ(managed.load(), m);
      EXPECT_EQ(runtime.load(), r);
    }
    stop = true;
    for (Thread* t : all) finish(t);
  });
}

TEST_F(ThreadsTest, ConcurrentStoppersTakeTurns) {
  attached([] {
    std::atomic<int> inside{0};
    std::vector<Thread*> all;
    for (int i = 0; i < 3; i++)
      all.push_back(spawn([&] {
        for (int n = 0; n < 100; n++) {
          StoppedWorld stopped;
          EXPECT_EQ(inside.fetch_add(1), 0);
          inside.fetch_sub(1);
        }
      }));
    for (Thread* t : all) finish(t);
  });
}

struct Wanted {
  uint64_t value;
  int found = 0;
};
void look(void* sink, const uint64_t* low, const uint64_t* high) {
  auto* w = static_cast<Wanted*>(sink);
  for (; low < high; low++) w->found += *low == w->value;
}

TEST_F(ThreadsTest, ScansRegistersAndVectorHalves) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "the thread sanitizer holds signals back until the next call that it knows: the loop below has none";
#endif
  attached([] {
    std::atomic<uint64_t> flag{0};
    std::atomic<bool> stop{false};
    // The values exist in registers only: each is made by inverting an immediate.
    Thread* t = spawn([&] {
      abi::current().mode.store(Mode::Managed);
      asm volatile(
          "mov $0xedcba9876543210e, %%r12\n not %%r12\n"
          "mov $0xedcba98765432101, %%rax\n not %%rax\n movq %%rax, %%xmm9\n pslldq $8, %%xmm9\n xor %%eax, %%eax\n"
          "movq $1, (%0)\n"
          "1: cmpb $0, (%1)\n je 1b\n xor %%r12d, %%r12d\n"
          :
          : "r"(&flag), "r"(&stop)
          : "rax", "r12", "xmm9", "memory");
      for (;;) {
        abi::current().mode.store(Mode::Runtime);
        if (!(abi::current().pending.load() & abi::kPendingSuspend)) break;
        safepoint();
      }
    });
    while (flag.load() == 0) sleep(1);
    Wanted general{~0xedcba9876543210eull}, vector{~0xedcba98765432101ull};
    {
      StoppedWorld stopped;
      scan_thread(*t, look, &general, __builtin_frame_address(0));
      scan_thread(*t, look, &vector, __builtin_frame_address(0));
    }
    stop = true;
    finish(t);
    EXPECT_GE(general.found, 1);
    EXPECT_GE(vector.found, 1);
  });
}

TEST_F(ThreadsTest, NativeScopeKeepsCalleeSavedRegistersVisible) {
  attached([] {
    std::atomic<int> phase{0};
    Thread* t = spawn([&] {
      uint64_t held = 0;
      asm volatile("mov $0xedcba98765432f0f, %0\n not %0" : "=r"(held));
      {
        NativeScope native;
        phase = 1;
        while (phase.load() == 1) sched_yield();
      }
      asm volatile("" : : "r"(held));
    });
    while (phase.load() == 0) sleep(1);
    Wanted wanted{~0xedcba98765432f0full};
    {
      StoppedWorld stopped;
      scan_thread(*t, look, &wanted, __builtin_frame_address(0));
    }
    phase = 2;
    finish(t);
    EXPECT_GE(wanted.found, 1);
  });
}

}  // namespace
}  // namespace rapgo::run::threads
