#include "base/pages.h"

#include <sys/mman.h>

#include <atomic>
#include <cerrno>

namespace rapgo::base {

void make_present(uintptr_t begin, uintptr_t end) {
  static std::atomic<bool> refused{false};
  if (refused.load(std::memory_order_relaxed)) return;
  const int error = errno;
  if (madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_WRITE) != 0) refused.store(true, std::memory_order_relaxed);
  errno = error;
}

}  // namespace rapgo::base
