#pragma once
// Before and after tracing: choosing blocks to empty, settling what is left in them, giving memory back.
// Thread safety: the collecting thread, world stopped, heap mutex held.
#include <cstdint>

#include "gc/heap/find.h"
#include "gc/heap/heap.h"

namespace rapgo::gc::collector {

using namespace heap;

// Major: clears line marks, makes sparse old blocks OldMoving. `at_most_lines`: blocks with no more used lines than that.
void prepare_old_space(Heap&, uint32_t at_most_lines);
// Major: frees empty blocks and dead large objects, rebuilds start bits; then all cards are clean.
void sweep_old_space(Heap&);
// Both: the nursery is empty again but for pinned objects. Where those are few, their blocks stay in the nursery for a while if
// `keep_pinned` (minor collections; old objects that reference them have their cards marked): most are let go soon. Other
// pinned blocks become old blocks with holes.
void reset_nursery(Heap&, bool keep_pinned);
// Returns free memory beyond `keep` bytes to the system.
void trim(Heap&, size_t keep);

}  // namespace rapgo::gc::collector
