// For tests: the loader on mocked low memory, and a runtime just big enough to run compiled methods.
#pragma once
#include <sys/mman.h>

#include <cstdlib>

#include "abi/memory_map.h"
#include "load/types/loader.h"

namespace rapgo::compile::baseline::testing {

inline void* alloc_low(size_t size, size_t align) {
  static uintptr_t cursor = 0;
  if (cursor == 0) {
    void* p = mmap(reinterpret_cast<void*>(abi::kMetaBase), abi::kMetaEnd - abi::kMetaBase, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (p == MAP_FAILED) std::abort();
    cursor = abi::kMetaBase;
  }
  cursor = (cursor + align - 1) & ~(align - 1);
  const uintptr_t at = cursor;
  cursor += size;
  return reinterpret_cast<void*>(at);
}

inline load::types::Loader& loader() {
  static const bool once = [] {
    load::types::Loader::Options options;
    options.alloc_low = alloc_low;
    load::types::Loader::init(options);
    return true;
  }();
  (void)once;
  return load::types::Loader::get();
}

}  // namespace rapgo::compile::baseline::testing
