// Maps what the collector owns.
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "gc/heap/heap.h"

namespace rapgo::gc::heap {

static bool map_at(uintptr_t at, size_t size) {
  void* p = mmap(reinterpret_cast<void*>(at), size, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (p == MAP_FAILED) return false;
  if (p == reinterpret_cast<void*>(at)) return true;
  munmap(p, size);  // a kernel that does not know MAP_FIXED_NOREPLACE
  errno = EEXIST;
  return false;
}

static void need(uintptr_t at, size_t size, const char* what) {
  if (map_at(at, size)) return;
  const char* why = errno == EEXIST ? "these addresses are in use" : "the system refuses (address space limit?)";
  char line[200];
  std::snprintf(line, sizeof line, "cannot reserve %zu MiB at %#zx for the %s: %s", size >> 20, static_cast<size_t>(at), what, why);
  throw base::UserError(line);
}

static bool frozen_is_ours;

void map_spaces() {
  need(abi::kHeapBase, kHeapSize, "managed heap");
  need(kTables, kTablesEnd - kTables, "collector's tables");
  need(kMarkStack, kMarkStackBytes, "collector's mark stack");
  need(abi::kCardBase, abi::kCardEnd - abi::kCardBase, "card table");
  // code/memory maps the whole low reservation when it was first; then this part is there already, readable and writable.
  frozen_is_ours = map_at(abi::kFrozenBase, abi::kFrozenEnd - abi::kFrozenBase);
  if (!frozen_is_ours && msync(reinterpret_cast<void*>(abi::kFrozenBase), abi::kFrozenEnd - abi::kFrozenBase, MS_ASYNC) != 0)
    throw base::UserError("cannot reserve the space of immovable objects: the addresses are in use");
}

void unmap_spaces() {
  munmap(reinterpret_cast<void*>(abi::kHeapBase), kHeapSize);
  munmap(reinterpret_cast<void*>(kTables), kTablesEnd - kTables);
  munmap(reinterpret_cast<void*>(kMarkStack), kMarkStackBytes);
  munmap(reinterpret_cast<void*>(abi::kCardBase), abi::kCardEnd - abi::kCardBase);
  if (frozen_is_ours) munmap(reinterpret_cast<void*>(abi::kFrozenBase), abi::kFrozenEnd - abi::kFrozenBase);
}

static size_t number_in(const char* path) {
  FILE* f = std::fopen(path, "re");
  if (!f) return 0;
  unsigned long long n = 0;
  if (std::fscanf(f, "%llu", &n) != 1) n = 0;  // "max"
  std::fclose(f);
  return n;
}

size_t default_heap_max() {
  size_t memory = static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
  for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"})
    if (size_t limit = number_in(path)) memory = std::min(memory, limit);
  return std::min(memory / 4 * 3, kSmallSize);
}

}  // namespace rapgo::gc::heap
