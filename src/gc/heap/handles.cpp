#include "gc/heap/handles.h"

#include "base/error.h"

namespace rapgo::gc {

namespace heap {

constinit HandleTable handle_tables[kHandleKinds];
constinit std::mutex handle_mutex;

static Object* free_link(uint32_t next) { return reinterpret_cast<Object*>(uintptr_t{next} << 1 | 1); }

uint32_t HandleTable::allocate(Object* target) {
  uint32_t index = free_;
  if (index) {
    free_ = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(*slot(index)) >> 1);
  } else {
    index = used_;
    uint32_t c = index / kHandleChunk;
    if (c == kHandleChunks) base::fatal("too many GC handles");
    if (!chunks_[c].load(std::memory_order_relaxed)) {
      auto** chunk = new Object*[kHandleChunk];
      for (uint32_t i = 0; i < kHandleChunk; i++) chunk[i] = free_link(0);
      chunks_[c].store(chunk, std::memory_order_release);
    }
    used_++;
  }
  __atomic_store_n(slot(index), target, __ATOMIC_RELEASE);
  return index;
}

void HandleTable::release(uint32_t index) {
  Object** s = slot(index);
  if (!s || is_free(*s)) return;
  __atomic_store_n(s, free_link(free_), __ATOMIC_RELEASE);
  free_ = index;
}

void HandleTable::reset() {
  for (auto& chunk : chunks_) delete[] chunk.exchange(nullptr);
  used_ = 1;
  free_ = 0;
}

}  // namespace heap

using heap::HandleTable;

static Object** slot_in_use(HandleId id) {
  Object** s = heap::handles(handle_kind(id)).slot(id >> 2);
  return s && id >> 2 && !HandleTable::is_free(__atomic_load_n(s, __ATOMIC_ACQUIRE)) ? s : nullptr;
}

HandleId handle_new(Object* target, HandleKind kind) {
  std::lock_guard lock(heap::handle_mutex);
  return heap::handles(kind).allocate(target) << 2 | static_cast<uint32_t>(kind);
}

void handle_free(HandleId id) {
  if (!id) return;
  std::lock_guard lock(heap::handle_mutex);
  if (id >> 2) heap::handles(handle_kind(id)).release(id >> 2);
}

Object* handle_get(HandleId id) {
  Object** s = slot_in_use(id);
  if (!s) return nullptr;
  Object* o = __atomic_load_n(s, __ATOMIC_ACQUIRE);
  return HandleTable::is_free(o) ? nullptr : o;
}

void handle_set(HandleId id, Object* target) {
  if (Object** s = slot_in_use(id)) __atomic_store_n(s, target, __ATOMIC_RELEASE);
}

bool handle_valid(HandleId id) { return slot_in_use(id) != nullptr; }

}  // namespace rapgo::gc
