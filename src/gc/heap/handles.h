#pragma once
// The handle tables, one per kind. Slots never move; a free slot holds the index of the next free one, tagged with bit 0.
// Thread safety: new and free under `mutex`; get and set are single atomic accesses. The collector holds `mutex`.
#include <atomic>
#include <cstdint>
#include <mutex>

#include "gc/binding/handle.h"

namespace rapgo::gc::heap {

inline constexpr uint32_t kHandleKinds = 4, kHandleChunk = 4096, kHandleChunks = 4096;

class HandleTable {
 public:
  uint32_t allocate(Object* target);  // index, from 1
  void release(uint32_t index);
  // Null if there is no such slot.
  Object** slot(uint32_t index) const {
    if (index / kHandleChunk >= kHandleChunks) return nullptr;
    Object** chunk = chunks_[index / kHandleChunk].load(std::memory_order_acquire);
    return chunk ? chunk + index % kHandleChunk : nullptr;
  }
  static bool is_free(Object* word) { return reinterpret_cast<uintptr_t>(word) & 1; }
  // Slots in use with a target.
  template <class F> void for_each(F&& f) const {
    for (uint32_t first = 0; first < used_; first += kHandleChunk) {
      Object** chunk = chunks_[first / kHandleChunk].load(std::memory_order_relaxed);
      if (!chunk) break;
      uint32_t count = used_ - first < kHandleChunk ? used_ - first : kHandleChunk;
      for (uint32_t i = 0; i < count; i++)
        if (chunk[i] && !is_free(chunk[i])) f(chunk + i);
    }
  }
  void reset();

 private:
  std::atomic<Object**> chunks_[kHandleChunks] = {};
  uint32_t used_ = 1;  // slots ever handed out; 0 is never used
  uint32_t free_ = 0;  // head of the free list
};

extern HandleTable handle_tables[kHandleKinds];
extern std::mutex handle_mutex;
inline HandleTable& handles(HandleKind kind) { return handle_tables[static_cast<int>(kind)]; }

}  // namespace rapgo::gc::heap
