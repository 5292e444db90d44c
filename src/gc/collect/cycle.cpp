#include "gc/collect/cycle.h"

#include <algorithm>

#include "base/clock.h"
#include "base/log_format.h"
#include "gc/collect/sweep.h"
#include "gc/collect/tracer.h"
#include "gc/collect/weak.h"
#include "gc/heap/handles.h"
#include "loop/event.h"

namespace rapgo::gc::collector {

namespace {

// Old blocks with at most this many used lines (of 256) are emptied: always, and when compaction is asked for.
constexpr uint32_t kSparse = 64, kSparseWhenCompacting = 192;
// What old space may grow by before the next major collection: as much as lives; a small heap may grow by more, so that the collection costs
// less than the copying that filled it.
constexpr size_t kLeastHeadroom = 6u << 20, kSmallHeap = 20u << 20;

template <bool kMajor> void visit_roots(Tracer<kMajor>& tracer, Heap& heap) {
  auto visit = [&](Object** slot) { tracer.visit(slot); };
  if constexpr (!kMajor) tracer.scan_dirty_cards();
  handles(HandleKind::Normal).for_each(visit);
  handles(HandleKind::Pinned).for_each(visit);
  for (Object* o : heap.frozen_with_references) for_each_slot(o, o->head(), visit);
  for (Object*& o : heap.finalizable) visit(&o);
  heap.binding->visit_precise(tracer);
}

template <bool kMajor> void trace(Heap& heap, const void* own_sp) {
  Tracer<kMajor> tracer(heap);
  heap.binding->visit_conservative(tracer, own_sp);
  handles(HandleKind::Pinned).for_each([&](Object** slot) { tracer.pin_exactly(*slot); });
  visit_roots(tracer, heap);
  tracer.drain();
  finish_trace(tracer, heap);
  heap.counters.bytes_moved += tracer.bytes_moved;
  heap.counters.bytes_pinned += tracer.bytes_pinned;
  heap.counters.objects_pinned += tracer.objects_pinned;
  if (kMajor)
    heap.counters.bytes_used = tracer.bytes_marked;
  else
    heap.counters.bytes_used += tracer.bytes_moved + tracer.bytes_pinned;
}

void minor(Heap& heap, const void* own_sp) {
  const size_t used = size_t{heap.nursery_next - heap.nursery_kept} * kBlockSize;
  const uint64_t before = heap.counters.bytes_moved + heap.counters.bytes_pinned;
  heap.counters.bytes_used -= std::min<uint64_t>(heap.counters.bytes_used, heap.kept_bytes);  // counted again if they live
  trace<false>(heap, own_sp);
  heap.adapt_nursery(used, heap.counters.bytes_moved + heap.counters.bytes_pinned - before);
  reset_nursery(heap, true);
  heap.counters.minor_collections++;
}

void major(Heap& heap, const void* own_sp, uint32_t sparse) {
  heap.in_major = true;
  heap.promoter.restart();
  prepare_old_space(heap, sparse);
  trace<true>(heap, own_sp);
  heap.promoter.restart();
  sweep_old_space(heap);
  heap.in_major = false;
  reset_nursery(heap, false);
  size_t live = heap.old_bytes();
  heap.next_major = live + std::max(live, std::min(live + kLeastHeadroom, kSmallHeap));
  // Near the limit, collect while there is still room for a nursery.
  size_t ceiling = heap.heap_max - std::min(heap.heap_max, heap.nursery_blocks_wanted() * kBlockSize);
  heap.next_major = std::max(std::min(heap.next_major, ceiling), live + live / 16);
  heap.pressure /= 2;  // what it stood for has been given its chance
  if (!heap.stress()) trim(heap, std::max(live / 2, kLeastHeadroom));
  heap.counters.major_collections++;
}

bool major_is_due(const Heap& heap) {
  return heap.old_bytes() + static_cast<size_t>(heap.pressure) >= heap.next_major || heap.nursery_quota == 0;
}

void collect_stopped(Heap& heap, Want want, const void* own_sp) {
  uint64_t begin = base::monotonic_ns();
  heap.retire_all_buffers();
  uint64_t before = heap.counters.bytes_used + size_t{heap.nursery_next - heap.nursery_kept} * kBlockSize;
  if (heap.options.verify) verify_heap(heap, "before a collection");
  if (want == Want::AsNeeded) want = major_is_due(heap) ? Want::Major : Want::Minor;
  switch (want) {
    case Want::Minor: minor(heap, own_sp); break;
    case Want::Compact: major(heap, own_sp, kSparseWhenCompacting); break;
    case Want::MoveAll: major(heap, own_sp, kLinesPerBlock); break;
    default: major(heap, own_sp, kSparse);
  }
  heap.epoch++;
  if (heap.options.verify) verify_heap(heap, "after a collection");
  uint64_t pause = base::monotonic_ns() - begin;
  heap.counters.pause_ns_total += pause;
  heap.counters.pause_ns_max = std::max(heap.counters.pause_ns_max, pause);
  bool was_minor = want == Want::Minor;
  loop::Event event;
  event.time_ns = begin;
  event.kind = loop::EventKind::Collected;
  event.tier = was_minor ? loop::Tier::Baseline : loop::Tier::Probed;
  event.a = before;
  event.b = heap.counters.bytes_used;
  event.c = pause;
  loop::emit(event);
  RAPGO_LOG(gc, "{} collection: {} -> {} KiB, {} KiB committed, {} objects pinned so far, {} us", was_minor ? "minor" : "major",
            before >> 10, heap.counters.bytes_used >> 10, heap.committed() >> 10, heap.counters.objects_pinned, pause / 1000);
}

struct Request {
  Want want;
  uint64_t epoch;
  bool done, finalizers;
};

void serve(const void* own_sp, void* argument) {
  auto& request = *static_cast<Request*>(argument);
  Heap& heap = the_heap();
  if (request.epoch != kAnyEpoch && request.epoch != heap.epoch) return;
  collect_stopped(heap, request.want, own_sp);
  request.done = true;
  request.finalizers = !heap.finalizable.empty();
}

[[gnu::noinline]] void with_mutexes(void (*work)(const void*, void*), void* argument) {
  std::scoped_lock lock(the_heap().mutex, handle_mutex);
  work(__builtin_frame_address(0), argument);
  asm volatile("" ::: "memory");  // no tail call: this frame stays below the caller's saved registers
}

}  // namespace

[[gnu::noinline]] void with_world_stopped(void (*work)(const void*, void*), void* argument) {
  // Callee-saved registers go into this frame, where the conservative scan finds what our callers keep in them.
  __builtin_unwind_init();
  Binding& binding = *the_heap().binding;
  binding.stop_world();
  with_mutexes(work, argument);
  binding.resume_world();
}

bool collect(Want want, uint64_t epoch) {
  Request request{want, epoch, false, false};
  with_world_stopped(serve, &request);
  if (request.finalizers) the_heap().binding->finalizers_ready();
  return request.done;
}

}  // namespace rapgo::gc::collector
