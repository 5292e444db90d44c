#include "gc/collect/tracer.h"

namespace rapgo::gc::collector {

static inline void copy_object(Object* to, const Object* from, size_t size) {
  if (size > 256) {
    std::memcpy(static_cast<void*>(to), from, size);
    return;
  }
  auto* d = reinterpret_cast<uint64_t*>(to);
  auto* s = reinterpret_cast<const uint64_t*>(from);
  size_t words = size / 8;
  do *d++ = *s++;
  while (--words);
}

template <bool kMajor> Object* Tracer<kMajor>::move(Object* o, uint64_t header_word) {
  const TypeHead* head = abi::head_at(static_cast<uint32_t>(header_word));
  size_t size = size_of(o, head);
  auto* to = static_cast<Object*>(heap_.promoter.allocate(size));
  if (!to) [[unlikely]] {  // address space used up: stay
    pin(o);
    return o;
  }
  copy_object(to, o, size);
  header(o) = address(to) | 1;
  if constexpr (kMajor) {
    mark(to);
    mark_lines(to, size);
    bytes_marked += size;
  } else {
    set_bit(start_words(), heap_offset(to));
  }
  bytes_moved += size;
  push(to, head);
  return to;
}

template <bool kMajor> void Tracer<kMajor>::scan(Object* o) {
  const TypeHead* head = o->head();
  if (head->flags & abi::kIsEphemeronArray) [[unlikely]]
    return add_ephemerons(o);
  for_each_slot(o, head, [this](Object** s) { visit(s); });
}

template <bool kMajor> void Tracer<kMajor>::drain() {
  while (top_ != bottom()) scan(*--top_);
}

// ---- pinning -------------------------------------------------------------------------------------------------

template <bool kMajor> void Tracer<kMajor>::pin(Object* o) {
  if (!mark(o)) return;
  const TypeHead* head = o->head();
  size_t size = size_of(o, head);
  bytes_marked += size;
  if (in_small(o)) {
    mark_lines(o, size);
    Kind& k = kinds()[block_of(o)];
    if (is_moving(k)) {
      if (k == Kind::Nursery) k = Kind::NurseryPinned;
      bytes_pinned += size;
      objects_pinned++;
    }
  }
  push(o, head);
}

template <bool kMajor> void Tracer<kMajor>::pin_exactly(Object* o) {
  if constexpr (kMajor) {
    if (heap_offset(o) < kHeapSize) pin(o);
  } else {
    if (in_small(o) && is_nursery(kind_of(o))) pin(o);
  }
}

template <bool kMajor> void Tracer<kMajor>::consider(uint64_t value) {
  uintptr_t offset = value - kHeapBase;
  if (offset >= kHeapSize) [[likely]]
    return;
  auto* p = reinterpret_cast<void*>(value);
  if (offset >= kSmallSize) {
    if constexpr (kMajor)
      if (Object* o = heap_.large.find(p)) pin(o);
    return;
  }
  Kind k = kind_of(p);
  if (kMajor ? k == Kind::Free || k == Kind::NurseryIdle : !is_nursery(k)) return;
  for_each_object_at(p, [this](Object* o) { pin(o); });
}

// Stacks contain dead words, padding and other threads' frames: not for the address sanitizer to judge.
template <bool kMajor>
[[gnu::no_sanitize("address"), gnu::no_sanitize("thread")]]
void Tracer<kMajor>::range(const void* low, const void* high) {
  uintptr_t end = address(high) & ~uintptr_t{7};
  for (uintptr_t p = (address(low) + 7) & ~uintptr_t{7}; p < end; p += 8) {
    uint64_t value = *reinterpret_cast<const volatile uint64_t*>(p);
    if (value - kHeapBase < kHeapSize) consider(value);
  }
}

// ---- cards ---------------------------------------------------------------------------------------------------

template <bool kMajor> void Tracer<kMajor>::scan_within(Object* o, uintptr_t low, uintptr_t high) {
  const TypeHead* head = o->head();
  if (!(head->flags & abi::kHasReferences)) return;
  if (head->flags & abi::kIsEphemeronArray) return add_ephemerons(o);
  for_each_slot_within(o, head, low, high, [this](Object** s) { visit(s); });
}

// A card is exactly one word of start bits.
template <bool kMajor> void Tracer<kMajor>::scan_card(uint32_t block, uint32_t card) {
  uintptr_t low = block_base(block) + (uintptr_t{card} << abi::kCardShift), high = low + (1 << abi::kCardShift);
  if (card > 0)
    if (Object* o = last_start(low - 8 - kHeapBase); o && address(o) + size_of(o) > low) scan_within(o, low, high);
  // Read once: objects that arrive here while scanning are scanned as survivors anyway.
  for (uint64_t starts = block_starts(block)[card]; starts; starts &= starts - 1)
    scan_within(reinterpret_cast<Object*>(low + size_t{8} * static_cast<uint32_t>(__builtin_ctzll(starts))), low, high);
}

template <bool kMajor> void Tracer<kMajor>::scan_dirty_cards() {
  for (uint32_t block = 0; block < heap_.frontier; block++) {
    if (kinds()[block] != Kind::Old) continue;
    auto* words = reinterpret_cast<uint64_t*>(block_cards(block));
    uint64_t any = 0;
    for (uint32_t i = 0; i < kCardsPerBlock / 8; i++) any |= words[i];
    if (!any) continue;
    uint8_t* cards = block_cards(block);
    for (uint32_t c = 0; c < kCardsPerBlock; c++)
      if (cards[c]) {
        cards[c] = 0;
        scan_card(block, c);
      }
  }
  heap_.large.for_each_with_references([this](Object* o) {
    uintptr_t end = address(o) + size_of(o);
    uint8_t* card = card_of(o);
    uint8_t* last = card + ((end - address(o) - 1) >> abi::kCardShift);
    while (card <= last) {
      card = static_cast<uint8_t*>(std::memchr(card, 1, static_cast<size_t>(last - card) + 1));
      if (!card) return;
      *card = 0;
      uintptr_t low = address(o) + (static_cast<uintptr_t>(card - card_of(o)) << abi::kCardShift);
      scan_within(o, low, low + (1 << abi::kCardShift));
      card++;
    }
  });
}

template class Tracer<false>;
template class Tracer<true>;

}  // namespace rapgo::gc::collector
