// Private to run/threads: what thread.cpp, modes.cpp, suspend.cpp and signals_x64.cpp share.
#pragma once
#include <atomic>
#include <cstdint>
#include <mutex>

#include "run/threads/thread.h"

namespace rapgo::run::threads {

struct Thread::Impl {
  std::atomic<int> references{1};
  void* stack = nullptr;      // our mapping, freed by whoever releases last
  size_t stack_bytes = 0;
  void* alternate = nullptr;  // alternate signal stack
  size_t alternate_bytes = 0;
  bool foreign = false;       // attached, not started by us
  std::atomic<Parker*> joiner_wake{nullptr};
  std::vector<uint64_t> transfer;
};

// The thread shows as WaitSleepJoin.
class Waiting {
 public:
  explicit Waiting(Thread& thread) : thread_(thread) { thread.waiting.fetch_add(1, std::memory_order_relaxed); }
  ~Waiting() { thread_.waiting.fetch_sub(1, std::memory_order_relaxed); }
  Waiting(const Waiting&) = delete;

 private:
  Thread& thread_;
};

// Even: running. Odd: stopped or stopping; the number names the stop.
extern std::atomic<uint32_t> stop_phase;
// Bumped and woken whenever a thread has stopped; the stopper sleeps on it.
extern std::atomic<uint32_t> stop_acks;
void announce_stop();  // async-signal-safe

bool world_is_mine();   // the calling thread has stopped the world (and holds the registry's lock)

void forget_stop();  // in a forked child: whoever stopped or was about to is not there

// Blocks (in Mode::Native, or in the signal handler) until `phase` is over.
void wait_phase(uint32_t phase);

std::mutex& registry_lock();
std::vector<Thread*>& registry();

int futex_wait(std::atomic<uint32_t>* word, uint32_t value, int64_t timeout_ns);  // -1: for ever. 0 or -errno
void futex_wake(std::atomic<uint32_t>* word, int count);

void make_alternate_stack(Thread&);
void free_alternate_stack(Thread&);
void install_signal_handlers();
int stop_signal();

}  // namespace rapgo::run::threads
