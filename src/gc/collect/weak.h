#pragma once
// What is alive only if something else is: ephemerons, weak handles, finalizable objects; in the one right order.
#include "gc/collect/tracer.h"

namespace rapgo::gc::collector {

// After the roots have been visited. Drains; when it returns every survivor is marked and moved and every weak reference is
// updated or cleared.
template <bool kMajor> void finish_trace(Tracer<kMajor>& tracer, Heap& heap);

}  // namespace rapgo::gc::collector
