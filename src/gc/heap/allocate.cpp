// Allocation: bump in the thread's buffer, else the slow way that refills, detours to large objects and asks for collections.
#include <cstring>

#include "gc/binding/binding.h"
#include "gc/heap/heap.h"

namespace rapgo::gc {

using namespace heap;

namespace {

// Once a collection was no help, the next one is more thorough; then the memory is really used up.
constexpr Want kEscalation[] = {Want::AsNeeded, Want::Major, Want::Compact};
constexpr int kAttempts = sizeof kEscalation / sizeof *kEscalation;
constexpr int kPatience = 1000;
constexpr uint64_t kMaxArrayBytes = kLargeSize - kPageSize;

bool move_is_due(Heap& h) {
  if (!h.stress() || --h.until_move) return false;
  h.until_move = h.options.move_every_n;
  return true;
}

[[gnu::noinline]] void* take_slowly(ThreadState& thread, size_t size, bool large) {
  Heap& h = the_heap();
  bool may_move = true;
  int tries = 0;
  for (int attempt = 0;;) {
    h.binding->poll();
    Want want = kEscalation[attempt < kAttempts ? attempt : 0];
    uint64_t epoch;
    {
      std::lock_guard lock(h.mutex);
      epoch = h.epoch;
      if (may_move && move_is_due(h)) {
        want = Want::MoveAll;
      } else {
        void* p = large ? h.take_large(size, attempt == 0) : h.take_small(thread, size);
        if (p) return p;
        if (attempt == kAttempts) return nullptr;
        if (large && attempt == 0) want = Want::Major;  // large objects are old from birth: a minor one frees none
      }
      may_move = false;
    }
    if (!h.collect(want, epoch) || want == Want::MoveAll) continue;
    // Where there is room for a nursery, other threads were just faster than we; memory is not used up.
    if (large || ++tries == kPatience) attempt++;
    else if (std::lock_guard lock(h.mutex); h.nursery_quota == 0) attempt++;
  }
}

inline void* take(size_t size) {
  ThreadState& thread = abi::current();
  if (size <= thread.alloc_limit - thread.alloc_cursor) [[likely]] {
    auto* p = reinterpret_cast<void*>(thread.alloc_cursor);
    thread.alloc_cursor += size;
    return p;
  }
  return take_slowly(thread, size, size > kMaxSmallObject);
}

inline uint64_t header_of(const TypeHead* head) { return address(head); }

// Header and length are written before anyone can stop this thread: there is no marked point in between.
Object* make(void* p, const TypeHead* head) {
  auto* o = static_cast<Object*>(p);
  if (o) header(o) = header_of(head);
  return o;
}

abi::Array* make_array(void* p, const TypeHead* head, int64_t length) {
  auto* a = static_cast<abi::Array*>(make(p, head));
  if (a) a->length = static_cast<int32_t>(length);
  return a;
}

// 0 if there can be no such array.
size_t vector_size(const TypeHead* head, int64_t length) {
  if (length < 0 || length > INT32_MAX) return 0;
  uint64_t size = align8(abi::kArrayDataOffset + static_cast<uint64_t>(length) * head->element_size);
  return size > kMaxArrayBytes ? 0 : size;
}

void register_finalizer(Object* o) {
  Heap& h = the_heap();
  std::lock_guard lock(h.mutex);
  (is_young(o) ? h.young_finalizable : h.old_finalizable).insert(o);
}

// Young objects are registered where a minor collection looks for them; large ones are old from birth.
Object* finish(Object* o, const TypeHead* head) {
  if (o && head->flags & abi::kHasFinalizer) [[unlikely]]
    register_finalizer(o);
  return o;
}

size_t string_size(const TypeHead* head, int32_t length) {
  return align8(head->instance_size + (static_cast<size_t>(length) + 1) * sizeof(char16_t));
}

void* take_frozen(size_t size) {
  Heap& h = the_heap();
  std::lock_guard lock(h.mutex);
  if (size > abi::kFrozenEnd - h.frozen_cursor) return nullptr;
  auto* p = reinterpret_cast<void*>(h.frozen_cursor);
  h.frozen_cursor += size;
  return p;
}

Object* finish_frozen(Object* o, const TypeHead* head) {
  if (o && head->flags & abi::kHasReferences) {
    Heap& h = the_heap();
    std::lock_guard lock(h.mutex);
    h.frozen_with_references.push_back(o);
  }
  return o;
}

}  // namespace

Object* alloc_object(TypeHead* head) { return finish(make(take(head->instance_size), head), head); }

abi::Array* alloc_vector(TypeHead* head, int64_t length) {
  size_t size = vector_size(head, length);
  return size ? make_array(take(size), head, length) : nullptr;
}

abi::String* alloc_string(TypeHead* head, int32_t length) {
  if (length < 0) return nullptr;
  auto* s = static_cast<abi::String*>(make(take(string_size(head, length)), head));
  if (s) s->length = length;
  return s;
}

abi::Array* alloc_multi(TypeHead* head, uint32_t rank, const ArrayBound* bounds) {
  if (!head->rank) head->rank = rank;
  uint64_t length = 1;
  bool empty = false;
  for (uint32_t i = 0; i < rank; i++) {
    if (bounds[i].length < 0) return nullptr;
    if (!bounds[i].length) empty = true;
    else if ((length *= static_cast<uint32_t>(bounds[i].length)) > INT32_MAX) length = uint64_t{1} << 31;
  }
  if (empty) length = 0;
  size_t elements = vector_size(head, static_cast<int64_t>(length));
  if (!elements) return nullptr;
  auto* a = make_array(take(elements + rank * sizeof(ArrayBound)), head, static_cast<int64_t>(length));
  if (!a) return nullptr;
  a->bounds_offset = static_cast<uint32_t>(elements / 8);
  std::memcpy(reinterpret_cast<uint8_t*>(a) + elements, bounds, rank * sizeof(ArrayBound));
  return a;
}

abi::Array* alloc_pinned_vector(TypeHead* head, int64_t length) {
  size_t size = vector_size(head, length);
  return size ? make_array(take_slowly(abi::current(), size, true), head, length) : nullptr;
}

Object* clone(Object* source) {
  TypeHead* head = source->head();
  size_t size = size_of(source, head);
  auto* copy = static_cast<Object*>(take(size));  // `source` is on this stack and stays in place
  if (!copy) return nullptr;
  header(copy) = header_of(head);
  auto* to = reinterpret_cast<uint8_t*>(copy);
  auto* from = reinterpret_cast<const uint8_t*>(source);
  if (head->flags & abi::kHasReferences)
    copy_refs_with_barrier(to + 8, from + 8, (size - 8) / 8);
  else
    std::memcpy(to + 8, from + 8, size - 8);
  return finish(copy, head);
}

Object* alloc_frozen_object(TypeHead* head) { return finish_frozen(make(take_frozen(head->instance_size), head), head); }

abi::String* alloc_frozen_string(TypeHead* head, int32_t length) {
  if (length < 0) return nullptr;
  auto* s = static_cast<abi::String*>(make(take_frozen(string_size(head, length)), head));
  if (s) s->length = length;
  return s;
}

abi::Array* alloc_frozen_vector(TypeHead* head, int64_t length) {
  size_t size = vector_size(head, length);
  if (!size) return nullptr;
  auto* a = make_array(take_frozen(size), head, length);
  finish_frozen(a, head);
  return a;
}

}  // namespace rapgo::gc
