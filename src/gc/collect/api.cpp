// The collector's half of gc/binding/api.h.
#include "base/error.h"
#include "gc/binding/api.h"
#include "gc/collect/cycle.h"
#include "gc/heap/handles.h"

namespace rapgo::gc {

void init(const Options& options, Binding* binding) {
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
