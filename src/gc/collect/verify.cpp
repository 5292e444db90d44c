// The heap verifier: every object parses, every reference points at an object, every old-to-young reference has its card.
#include <cstdio>
#include <cstring>

#include "base/error.h"
#include "gc/collect/cycle.h"
#include "gc/heap/find.h"
#include "gc/heap/handles.h"
#include "gc/heap/scan.h"

namespace rapgo::gc::collector {

namespace {

class Verifier {
 public:
  Verifier(Heap& heap, const char* when) : heap_(heap), when_(when) {}

  void run() {
    for (uint32_t i = 0; i < heap_.nursery_next; i++) walk_nursery(heap_.nursery[i]);
    for (uint32_t i = 0; i < heap_.nursery_next; i++) check_objects(heap_.nursery[i], false);
    for (uint32_t block = 0; block < heap_.frontier; block++) {
      check_marks(block);
      if (kinds()[block] == Kind::Old) check_objects(block, true);
    }
    heap_.large.for_each([&](Object* o) {
      check_type(o);
      check_slots(o, true);
    });
    for (Object* o : heap_.frozen_with_references) check_slots(o, false);
    for (auto kind : {HandleKind::Normal, HandleKind::Pinned, HandleKind::Weak, HandleKind::WeakTrackResurrection})
      handles(kind).for_each([&](Object** slot) { check_reference(nullptr, slot, *slot, false); });
    for (Object* o : heap_.finalizable) check_reference(nullptr, nullptr, o, false);
    for (uint32_t i = heap_.nursery_kept; i < heap_.nursery_next; i++) unparse_nursery_block(heap_.nursery[i]);
  }

 private:
  [[noreturn]] void broken(const char* what, const void* object, const void* slot, const void* value) {
    char line[300];
    auto* o = static_cast<const Object*>(object);
    std::snprintf(line, sizeof line, "heap is broken %s: %s (object %p, type word %#x, slot %p, value %p)", when_, what, object,
                  o ? o->type : 0, slot, value);
    base::fatal(line);
  }

  void check_type(const Object* o) {
    // Type heads lie in the meta region and are aligned; anything else is not a header.
    if (o->type % 8 || o->type < abi::kMetaBase || o->type >= abi::kMetaEnd) broken("not a type word", o, nullptr, nullptr);
    const TypeHead* head = o->head();
    if (head->instance_size < 8 || (!head->element_size && head->instance_size % 8)) broken("bad instance size", o, nullptr, head);
    if (head->element_size && static_cast<const abi::Array*>(o)->length < 0) broken("negative length", o, nullptr, head);
    if (head->flags & abi::kHasReferences && !(head->flags & abi::kElementsAreReferences) && !head->gc_map)
      broken("type has references and no map", o, nullptr, head);
  }

  void walk_nursery(uint32_t block) {
    if (info(block).parsed == kParsedOnly) return;
    uintptr_t p = block_base(block), end = p + info(block).top;
    while (p < end) {
      auto* o = reinterpret_cast<Object*>(p);
      check_type(o);
      p += size_of(o);
    }
    if (p != end) broken("nursery buffer does not parse", reinterpret_cast<void*>(p), nullptr, reinterpret_cast<void*>(end));
    parse_nursery_block(block);
  }

  void check_marks(uint32_t block) {
    for (uint32_t i = 0; i < kBitmapWordsPerBlock; i++)
      if (block_marks(block)[i]) broken("mark bits left over", nullptr, nullptr, reinterpret_cast<void*>(block_base(block)));
  }

  void check_objects(uint32_t block, bool old) {
    uintptr_t previous_end = block_base(block);
    for (uint32_t w = 0; w < kBitmapWordsPerBlock; w++)
      for (uint64_t bits = block_starts(block)[w]; bits; bits &= bits - 1) {
        auto* o = reinterpret_cast<Object*>(block_base(block) + (w * 64 + static_cast<uint32_t>(__builtin_ctzll(bits))) * 8);
        check_type(o);
        if (address(o) < previous_end) broken("objects overlap", o, nullptr, reinterpret_cast<void*>(previous_end));
        previous_end = address(o) + size_of(o);
        if (previous_end > block_base(block) + kBlockUsable) broken("object leaves its block", o, nullptr, nullptr);
        if (old)
          for (uintptr_t a = address(o) & ~(kLineSize - 1); a < previous_end; a += kLineSize)
            if (!lines(block)[(a - block_base(block)) >> kLineShift]) broken("line of an object is free", o, nullptr, nullptr);
        check_slots(o, old);
      }
  }

  void check_slots(Object* o, bool needs_card) {
    const TypeHead* head = o->head();
    if (!(head->flags & abi::kHasReferences)) return;
    for_each_slot(o, head, [&](Object** slot) { check_reference(o, slot, *slot, needs_card); });
  }

  void check_reference(Object* o, Object** slot, Object* value, bool needs_card) {
    if (!value) return;
    uintptr_t a = address(value);
    if (a % 8) broken("reference is not aligned", o, slot, value);
    if (abi::in_frozen(value)) {
      if (a >= heap_.frozen_cursor) broken("reference beyond the frozen objects", o, slot, value);
      return;
    }
    if (in_large(value)) {
      if (heap_.large.find(value) != value) broken("reference to no large object", o, slot, value);
      return;
    }
    if (!in_small(value)) broken("reference outside the heap", o, slot, value);
    Kind k = kind_of(value);
    if (k != Kind::Old && k != Kind::Nursery) broken("reference into a free block", o, slot, value);
    if (!test_bit(start_words(), heap_offset(value))) broken("reference to no object's start", o, slot, value);
    if (needs_card && k == Kind::Nursery && !*card_of(slot)) broken("card is not marked", o, slot, value);
  }

  Heap& heap_;
  const char* when_;
};

}  // namespace

void verify_heap(Heap& heap, const char* when) { Verifier(heap, when).run(); }

}  // namespace rapgo::gc::collector
