#pragma once
// From any address to the object it points into. Thread safety: world stopped, buffers retired.
#include "gc/heap/layout.h"

namespace rapgo::gc::heap {

// Sets the start bits of a nursery block by walking its objects.
void parse_nursery_block(uint32_t block);
// Forgets them, when objects may be added again.
void unparse_nursery_block(uint32_t block);

// The object in a small block that starts last at or before heap offset `offset`, or null. The block must not be free.
Object* last_start(uintptr_t offset);

// f(object) for the object that contains `p`, and for one that ends exactly there (a byref may point past the last element).
template <class F> void for_each_object_at(const void* p, F&& f) {
  uintptr_t offset = heap_offset(p);
  Object* o = last_start(offset);
  if (!o) return;
  if (address(o) == address(p)) {
    f(o);
    if ((offset & (kBlockSize - 1)) == 0) return;
    o = last_start(offset - 8);
    if (o && address(o) + size_of(o) == address(p)) f(o);
  } else if (address(p) <= address(o) + size_of(o)) {
    f(o);
  }
}

}  // namespace rapgo::gc::heap
