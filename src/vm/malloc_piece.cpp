#include "vm/malloc_piece.h"

#include <atomic>
#include <cstdint>
#include <cstdlib>

#include <malloc.h>

#include "base/pages.h"

namespace rapgo::vm {

namespace {
constexpr int kMappedFrom = 1 << 20, kPiece = 31 << 20;  // more than 32 MiB would be mapped by itself
constexpr uintptr_t kStep = 128 << 10, kAhead = 96 << 10;
std::atomic<uintptr_t> present{0};  // the piece has been made present up to here; 0: there is none
uintptr_t end = 0;
}  // namespace

void grow_malloc() {
  mallopt(M_MMAP_THRESHOLD, kPiece + kMappedFrom);
  mallopt(M_TRIM_THRESHOLD, 2 * kPiece);
  void* volatile piece = malloc(kPiece);
  const auto begin = reinterpret_cast<uintptr_t>(piece);
  free(piece);
  mallopt(M_MMAP_THRESHOLD, kMappedFrom);
  end = begin + kPiece - kStep;
  present = (begin + kStep) & ~(kStep - 1);
}

void malloc_reached(const void* fresh) {
  const auto at = reinterpret_cast<uintptr_t>(fresh);
  uintptr_t from = present.load(std::memory_order_relaxed);
  if (from == 0 || at + kAhead < from || at >= end || from >= end) return;
  const uintptr_t to = ((at + kAhead) & ~(kStep - 1)) + kStep;
  if (present.compare_exchange_strong(from, to, std::memory_order_relaxed)) base::make_present(to - kStep, to);
}

}  // namespace rapgo::vm
