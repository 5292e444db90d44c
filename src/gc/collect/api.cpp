// The collector's half of gc/binding/api.h.
#include <pthread.h>

#include <mutex>

#include "base/error.h"
#include "gc/binding/api.h"
#include "gc/collect/cycle.h"
#include "gc/heap/handles.h"

namespace rapgo::gc {

// fork: the child is one thread with a heap that no other thread was just changing.
static void before_fork() {
  if (!heap::instance) return;
  heap::instance->mutex.lock();
  heap::handle_mutex.lock();
}
static void after_fork() {
  if (!heap::instance) return;
  heap::handle_mutex.unlock();
  heap::instance->mutex.unlock();
}
static void after_fork_in_child() {
  if (!heap::instance) return;
  // The other threads are gone; their states lie in memory that the child still has.
  auto& threads = heap::instance->threads;
  for (ThreadState* thread : threads)
    if (thread != &abi::current()) heap::instance->retire_buffer(*thread);
  std::erase_if(threads, [](ThreadState* thread) { return thread != &abi::current(); });
  after_fork();
}

void init(const Options& options, Binding* binding) {
  static std::once_flag once;
  std::call_once(once, [] { pthread_atfork(before_fork, after_fork, after_fork_in_child); });
  if (heap::instance) base::fatal("gc::init called twice");
  heap::instance = new heap::Heap(options, binding);
  heap::instance->collect = collector::collect;
}

void shutdown() {
  delete heap::instance;
  heap::instance = nullptr;
  for (auto& table : heap::handle_tables) table.reset();
}

void collect(int generation) { collector::collect(generation == 0 ? heap::Want::Minor : heap::Want::Compact, collector::kAnyEpoch); }

void verify() {
  collector::with_world_stopped(
      [](const void*, void*) {
        heap::the_heap().retire_all_buffers();
        collector::verify_heap(heap::the_heap(), "on request");
      },
      nullptr);
}

}  // namespace rapgo::gc
