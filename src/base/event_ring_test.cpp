#include "base/event_ring.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include <thread>
#include <vector>

namespace rapgo::base {
namespace {

struct Record {
  uint64_t producer, serial;
};

TEST(EventRing, FullRingDropsAndCounts) {
  EventRing<Record> ring(4);
  for (uint64_t i = 0; i < 6; i++) EXPECT_EQ(ring.push({0, i}), i < 4);
  EXPECT_EQ(ring.dropped(), 2u);
  uint64_t next = 0;
  EXPECT_EQ(ring.drain([&](const Record& r) { EXPECT_EQ(r.serial, next++); }), 4u);
  EXPECT_TRUE(ring.push({0, 9}));
}

TEST(EventRing, KeepsEachProducersOrder) {
  EventRing<Record> ring(1024);
  constexpr uint64_t kProducers = 4, kEach = 50000;
  std::vector<std::thread> producers;
  for (uint64_t p = 0; p < kProducers; p++)
    producers.emplace_back([&, p] {
      for (uint64_t i = 0; i < kEach; i++)
        while (!ring.push({p, i})) std::this_thread::yield();
    });
  uint64_t next[kProducers] = {}, total = 0;
  while (total < kProducers * kEach) {
    const size_t n = ring.drain([&](const Record& r) { ASSERT_EQ(r.serial, next[r.producer]++); });
    total += n;
    if (n == 0) std::this_thread::yield();
  }
  for (std::thread& t : producers) t.join();
}

EventRing<Record>* signal_ring;
std::atomic<uint64_t> from_handler{0};
void on_signal(int) {
  if (signal_ring->push({1, from_handler.load()})) from_handler++;
}

TEST(EventRing, HandlerMayInterruptAPushOfItsOwnThread) {
  EventRing<Record> ring(1 << 16);
  signal_ring = &ring;
  struct sigaction action = {}, old;
  action.sa_handler = on_signal;
  sigaction(SIGUSR1, &action, &old);
  std::atomic<bool> stop{false};
  uint64_t pushed = 0;
  std::thread producer([&] {
    while (!stop) pushed += ring.push({0, pushed});
  });
  uint64_t next[2] = {};
  const auto check = [&](const Record& r) { ASSERT_EQ(r.serial, next[r.producer]++); };
  for (int i = 0; i < 2000; i++) {
    pthread_kill(producer.native_handle(), SIGUSR1);
    ring.drain(check);
  }
  stop = true;
  producer.join();
  ring.drain(check);
  EXPECT_EQ(next[0], pushed);
  EXPECT_EQ(next[1], from_handler.load());
  EXPECT_GT(next[1], 0u);
  sigaction(SIGUSR1, &old, nullptr);
}

}  // namespace
}  // namespace rapgo::base
