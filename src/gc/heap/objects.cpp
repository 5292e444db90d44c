// Small services over the heap: threads, sizes, finalizer sets, ephemerons, barriers for ranges.
#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "gc/binding/binding.h"
#include "gc/heap/heap.h"

namespace rapgo::gc {

using namespace heap;

// ---- threads ----
void thread_attach(ThreadState& thread) {
  Heap& h = the_heap();
  std::lock_guard lock(h.mutex);
  thread.alloc_cursor = thread.alloc_limit = 0;
  h.threads.push_back(&thread);
}

void thread_detach(ThreadState& thread) {
  Heap& h = the_heap();
  std::lock_guard lock(h.mutex);
  h.retire_buffer(thread);
  std::erase(h.threads, &thread);
}

// ---- objects ----
size_t object_size(const Object* o) { return size_of(o); }
bool is_young(const Object* o) { return in_small(o) && is_nursery(kind_of(o)); }
int generation_of(const Object* o) { return is_young(o) ? 0 : kMaxGeneration; }

// ---- barriers ----
void mark_cards(const void* begin, size_t bytes) {
  if (!bytes) return;
  uintptr_t first = address(begin) >> abi::kCardShift, last = (address(begin) + bytes - 1) >> abi::kCardShift;
  if (last - first > abi::kCardMask) last = first + abi::kCardMask;
  do mark_card(reinterpret_cast<const void*>(first << abi::kCardShift));
  while (++first <= last);
}

void copy_words(void* dst, const void* src, size_t words) {
  auto* d = static_cast<uint64_t*>(dst);
  auto* s = static_cast<const uint64_t*>(src);
  // Atomic word by word, so that a concurrent reader never sees half a reference; memcpy does not promise that.
  if (d <= s || d >= s + words)
    for (size_t i = 0; i < words; i++) __atomic_store_n(d + i, __atomic_load_n(s + i, __ATOMIC_RELAXED), __ATOMIC_RELAXED);
  else
    for (size_t i = words; i-- > 0;) __atomic_store_n(d + i, __atomic_load_n(s + i, __ATOMIC_RELAXED), __ATOMIC_RELAXED);
}

void copy_refs_with_barrier(void* dst, const void* src, size_t words) {
  mark_cards(dst, words * 8);
  __atomic_thread_fence(__ATOMIC_RELEASE);
  copy_words(dst, src, words);
}

// ---- ephemerons ----
void set_ephemeron_tombstone(Object* o) { the_heap().tombstone = o; }
Object* ephemeron_tombstone() { return the_heap().tombstone; }

// The collector recognises them by type; nothing else makes arrays of that type, and a fresh one is empty.
void register_ephemeron_array(abi::Array* a) {
  TypeHead* head = a->head();
  if (head->element_size != 16) base::fatal("ephemerons are not pairs of references");
  __atomic_fetch_or(&head->flags, abi::kIsEphemeronArray | abi::kHasReferences, __ATOMIC_RELAXED);
}

// ---- finalizers ----
void suppress_finalize(Object* o) {
  if (!(o->head()->flags & abi::kHasFinalizer)) return;
  Heap& h = the_heap();
  std::lock_guard lock(h.mutex);
  h.young_finalizable.erase(o);
  h.old_finalizable.erase(o);
}

void reregister_for_finalize(Object* o) {
  if (!(o->head()->flags & abi::kHasFinalizer)) return;
  Heap& h = the_heap();
  std::lock_guard lock(h.mutex);
  (is_young(o) ? h.young_finalizable : h.old_finalizable).insert(o);
}

Object* next_finalizable() {
  Heap& h = the_heap();
  std::lock_guard lock(h.mutex);
  if (h.finalizable.empty()) return nullptr;
  Object* o = h.finalizable.front();
  h.finalizable.pop_front();
  h.counters.finalized++;
  return o;
}

bool has_finalizable() {
  Heap& h = the_heap();
  std::lock_guard lock(h.mutex);
  return !h.finalizable.empty();
}

void queue_all_finalizers() {
  Heap& h = the_heap();
  std::lock_guard lock(h.mutex);
  std::vector<Object*> all;
  for (PointerSet* set : {&h.old_finalizable, &h.young_finalizable}) {
    std::vector<Object*> some = set->take();
    std::sort(some.begin(), some.end());
    all.insert(all.end(), some.begin(), some.end());
  }
  std::stable_partition(all.begin(), all.end(), [&](Object* o) { return !h.binding->is_finalized_late(o->head()); });
  h.finalizable.insert(h.finalizable.end(), all.begin(), all.end());
}

// ---- figures ----
void add_memory_pressure(int64_t bytes) {
  Heap& h = the_heap();
  std::lock_guard lock(h.mutex);
  h.pressure = std::max<int64_t>(h.pressure + bytes, 0);
}

uint64_t collection_count(int generation) {
  Heap& h = the_heap();
  std::lock_guard lock(h.mutex);
  return h.counters.major_collections + (generation == 0 ? h.counters.minor_collections : 0);
}

uint64_t total_memory() { return stats().bytes_used; }

Stats stats() {
  Heap& h = the_heap();
  std::lock_guard lock(h.mutex);
  Stats s = h.counters;
  s.bytes_allocated = h.bytes_allocated;
  s.bytes_committed = h.committed();
  s.bytes_used += size_t{h.nursery_next - h.nursery_kept} * kBlockSize;
  s.frozen_bytes = h.frozen_cursor - abi::kFrozenBase;
  return s;
}

}  // namespace rapgo::gc
