#pragma once
// Marks and moves: one collection's working state. Tracer<false> looks at the nursery only and takes old objects as alive;
// Tracer<true> traces everything. Order: pin (nothing has moved yet), then roots, then drain, then the weak ones (weak.h).
// Thread safety: the collecting thread, world stopped, heap and handle mutexes held.
#include <cstring>
#include <vector>

#include "gc/binding/binding.h"
#include "gc/heap/find.h"
#include "gc/heap/heap.h"
#include "gc/heap/scan.h"

namespace rapgo::gc::collector {

using namespace heap;

template <bool kMajor> class Tracer final : public ConservativeRoots, public PreciseRoots, public Survivors {
 public:
  explicit Tracer(Heap& heap) : heap_(heap) {}

  // ---- pinning
  void range(const void* low, const void* high) override;
  void word(uint64_t value) override { consider(value); }
  void pin_exactly(Object* o);  // a pinned handle's target

  // ---- roots
  void slot(Object** s) override { visit(s); }
  void mapped(void* base, const GcMap& map) override {
    for_each_mapped(base, map, [this](Object** s) { visit(s); });
  }
  void scan_dirty_cards();

  // ---- tracing
  inline void visit(Object** s);
  void drain();
  bool pending() const { return top_ != bottom(); }

  // The object's address from now on, or null if it is not (yet) reached.
  inline Object* survivor(Object* o) override;

  // Ephemeron arrays reached so far.
  std::vector<Object*> ephemerons;
  uint64_t bytes_moved = 0, bytes_pinned = 0, objects_pinned = 0, bytes_marked = 0;

 private:
  static Object** bottom() { return reinterpret_cast<Object**>(kMarkStack); }
  void consider(uint64_t value);
  void pin(Object* o);
  void scan(Object* o);
  void scan_card(uint32_t block, uint32_t card);
  void scan_within(Object* o, uintptr_t low, uintptr_t high);
  Object* move(Object* o, uint64_t header_word);
  void push(Object* o, const TypeHead* head) {
    if (head->flags & abi::kHasReferences) *top_++ = o;
  }
  void add_ephemerons(Object* o) {
    if (ephemerons.empty() || ephemerons.back() != o) ephemerons.push_back(o);
  }

  Heap& heap_;
  Object** top_ = bottom();
};

template <bool kMajor> inline void Tracer<kMajor>::visit(Object** s) {
  Object* o = *s;
  uintptr_t offset = heap_offset(o);
  if constexpr (kMajor) {
    if (offset >= kHeapSize) return;  // null or frozen
    if (offset >= kSmallSize) {
      if (mark(o)) {
        bytes_marked += size_of(o);
        push(o, o->head());
      }
      return;
    }
    Kind k = kinds()[offset >> kBlockShift];
    if (!is_moving(k)) {
      if (!mark(o)) return;
      const TypeHead* head = o->head();
      size_t size = size_of(o, head);
      mark_lines(o, size);
      bytes_marked += size;
      push(o, head);
      return;
    }
    uint64_t word = header(o);
    if (Object* to = forwarded(word))
      *s = to;
    else if (!is_marked(o))
      *s = move(o, word);
  } else {
    if (offset >= kSmallSize) return;  // null, frozen or large
    Kind k = kinds()[offset >> kBlockShift];
    if (!is_nursery(k)) return;
    uint64_t word = header(o);
    if (Object* to = forwarded(word))
      *s = to;
    else if (k == Kind::NurseryPinned && is_marked(o))
      mark_card(s);  // may stay young
    else if (Object* to = move(o, word); to != o) [[likely]]
      *s = to;
    else
      mark_card(s);
  }
}

template <bool kMajor> inline Object* Tracer<kMajor>::survivor(Object* o) {
  uintptr_t offset = heap_offset(o);
  if (offset >= (kMajor ? kHeapSize : kSmallSize)) return o;
  if (offset < kSmallSize) {
    Kind k = kinds()[offset >> kBlockShift];
    if (kMajor ? is_moving(k) : is_nursery(k)) {
      if (Object* to = forwarded(header(o))) return to;
    } else if (!kMajor) {
      return o;
    }
  }
  return is_marked(o) ? o : nullptr;
}

}  // namespace rapgo::gc::collector
