#include "base/error.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace rapgo::base {

void fatal(const char* what) {
  // write(2) only: this may run in a signal handler, or with a broken heap.
  const char prefix[] = "rapgo: internal error: ";
  [[maybe_unused]] ssize_t n = write(STDERR_FILENO, prefix, sizeof prefix - 1);
  n = write(STDERR_FILENO, what, strlen(what));
  n = write(STDERR_FILENO, "\n", 1);
  abort();
}

}  // namespace rapgo::base
