#pragma once
// Where the references of an object lie. Thread safety: reads only.
#include <cstddef>
#include <cstdint>

#include "gc/heap/layout.h"

namespace rapgo::gc::heap {

inline const abi::GcMap* map_of(const TypeHead* h) {
  return reinterpret_cast<const abi::GcMap*>(static_cast<uintptr_t>(h->gc_map));
}

// f(Object** slot) for every reference of a value with this map.
template <class F> inline void for_each_mapped(void* base, const abi::GcMap& map, F&& f) {
  for (uint32_t r = 0; r < map.run_count; r++) {
    auto* slot = reinterpret_cast<Object**>(static_cast<uint8_t*>(base) + map.runs[r].offset);
    for (uint32_t i = 0; i < map.runs[r].count; i++) f(slot + i);
  }
}

// f(slot) for every reference of an object whose type has kHasReferences.
template <class F> inline void for_each_slot(Object* o, const TypeHead* h, F&& f) {
  if (!(h->flags & abi::kIsArray)) [[likely]] {
    for_each_mapped(o, *map_of(h), f);
    return;
  }
  auto* a = static_cast<abi::Array*>(o);
  auto n = static_cast<uint32_t>(a->length);
  if (h->flags & abi::kElementsAreReferences) {
    auto** slot = a->at<Object*>(0);
    for (uint32_t i = 0; i < n; i++) f(slot + i);
  } else {
    const abi::GcMap& map = *map_of(h);
    uint8_t* element = a->data();
    for (uint32_t i = 0; i < n; i++, element += h->element_size) for_each_mapped(element, map, f);
  }
}

// The same for references inside [low, high) only, so that one dirty card of a long array costs one card.
template <class F> inline void for_each_slot_within(Object* o, const TypeHead* h, uintptr_t low, uintptr_t high, F&& f) {
  auto clipped = [&](Object** slot) {
    if (address(slot) >= low && address(slot) < high) f(slot);
  };
  if (!(h->flags & abi::kIsArray)) return for_each_mapped(o, *map_of(h), clipped);
  auto* a = static_cast<abi::Array*>(o);
  uintptr_t data = address(a->data());
  auto n = static_cast<uint32_t>(a->length);
  uint64_t first = low > data ? (low - data) / h->element_size : 0;
  uint64_t last = high > data ? (high - data + h->element_size - 1) / h->element_size : 0;
  if (last > n) last = n;
  for (uint64_t i = first; i < last; i++) {
    auto* element = reinterpret_cast<uint8_t*>(data + i * h->element_size);
    if (h->flags & abi::kElementsAreReferences)
      f(reinterpret_cast<Object**>(element));
    else
      for_each_mapped(element, *map_of(h), clipped);
  }
}

}  // namespace rapgo::gc::heap
