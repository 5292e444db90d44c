#include "gc/collect/weak.h"

#include <algorithm>

#include "gc/heap/handles.h"

namespace rapgo::gc::collector {

namespace {

struct Pair {
  Object *key, *value;
};

template <class F> void for_each_pair(Object* o, F&& f) {
  auto* a = static_cast<abi::Array*>(o);
  auto* pair = a->at<Pair>(0);
  for (auto* end = pair + static_cast<uint32_t>(a->length); pair < end; pair++)
    if (pair->key) f(*pair);
}

// Keys that are alive keep their values alive, which may be what keeps other keys alive.
template <bool kMajor> void trace_ephemerons(Tracer<kMajor>& tracer) {
  tracer.drain();
  for (bool found = true; found;) {
    found = false;
    // The list may grow meanwhile.
    for (size_t i = 0; i < tracer.ephemerons.size(); i++) {
      for_each_pair(tracer.ephemerons[i], [&](Pair& pair) {
        Object* key = tracer.survivor(pair.key);
        if (!key) return;
        pair.key = key;
        if (!kMajor && is_young(key)) mark_card(&pair.key);
        tracer.visit(&pair.value);
      });
      if (tracer.pending()) {
        found = true;
        tracer.drain();
      }
    }
  }
}

template <bool kMajor> void clear_ephemerons(Tracer<kMajor>& tracer, Object* tombstone) {
  for (Object* array : tracer.ephemerons)
    for_each_pair(array, [&](Pair& pair) {
      if (tracer.survivor(pair.key)) return;
      pair.key = tombstone;
      pair.value = nullptr;
    });
}

template <bool kMajor> void clear_weak(Tracer<kMajor>& tracer, HandleKind kind) {
  handles(kind).for_each([&](Object** slot) { *slot = tracer.survivor(*slot); });
}

// Unreachable objects with a finalizer are queued, and with that reachable once more.
template <bool kMajor> void queue_finalizable(Tracer<kMajor>& tracer, Heap& heap) {
  std::vector<Object*> candidates = heap.young_finalizable.take();
  if (kMajor) {
    std::vector<Object*> old = heap.old_finalizable.take();
    candidates.insert(candidates.end(), old.begin(), old.end());
  }
  std::sort(candidates.begin(), candidates.end());  // by address: roughly the order of allocation, and the same in each run
  // Decide about all before reviving any: finalizers of dead objects that reference each other all run.
  auto dead = std::stable_partition(candidates.begin(), candidates.end(), [&](Object* o) { return tracer.survivor(o); });
  for (auto i = candidates.begin(); i != dead; ++i) {
    Object* o = tracer.survivor(*i);
    (!kMajor && is_young(o) ? heap.young_finalizable : heap.old_finalizable).insert(o);
  }
  std::stable_partition(dead, candidates.end(), [&](Object* o) { return !heap.binding->is_finalized_late(o->head()); });
  for (auto i = dead; i != candidates.end(); ++i) {
    Object* o = *i;
    tracer.visit(&o);
    heap.finalizable.push_back(o);
  }
}

}  // namespace

template <bool kMajor> void finish_trace(Tracer<kMajor>& tracer, Heap& heap) {
  trace_ephemerons(tracer);
  clear_weak(tracer, HandleKind::Weak);       // before finalizers make anything reachable again
  queue_finalizable(tracer, heap);
  trace_ephemerons(tracer);                   // what the queued objects reference
  clear_weak(tracer, HandleKind::WeakTrackResurrection);
  clear_ephemerons(tracer, heap.tombstone);   // last: a key in the finalization queue keeps its value
  heap.binding->visit_weak(tracer);
}

template void finish_trace(Tracer<false>&, Heap&);
template void finish_trace(Tracer<true>&, Heap&);

}  // namespace rapgo::gc::collector
