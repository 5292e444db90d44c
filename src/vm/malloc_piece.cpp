#include "vm/malloc_piece.h"

#include <cstdint>
#include <cstdlib>

#include <malloc.h>

#include "base/pages.h"

namespace rapgo::vm {

namespace {
constexpr int kMappedFrom = 1 << 20, kPiece = 31 << 20;  // more than 32 MiB would be mapped by itself
base::GrowingPages pages{128 << 10};
}  // namespace

void grow_malloc() {
  mallopt(M_MMAP_THRESHOLD, kPiece + kMappedFrom);
  mallopt(M_TRIM_THRESHOLD, 2 * kPiece);
  void* volatile piece = malloc(kPiece);
  const auto begin = reinterpret_cast<uintptr_t>(piece);
  free(piece);
  mallopt(M_MMAP_THRESHOLD, kMappedFrom);
  pages.start(begin, begin + kPiece);
}

void malloc_reached(const void* fresh) { pages.reached(reinterpret_cast<uintptr_t>(fresh)); }

}  // namespace rapgo::vm
