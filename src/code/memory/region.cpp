// The low reservation, the code region's two mappings, and what becomes of them at fork.
#include "code/memory/region.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/error.h"
#include "code/memory/code_memory.h"
#include "code/memory/low_memory.h"

namespace rapgo::code::memory {

std::atomic<bool> mapped{false};
intptr_t alias_offset = 0;
std::mutex code_lock;
volatile uint8_t* fork_mark = nullptr;
bool force_file = false;

namespace {

uint8_t* fork_snapshot = nullptr;

// The file behind the code region where mremap cannot double a mapping (qemu-user, valgrind, some sandboxes); -1 otherwise:
// anonymous memory is what perf expects.
int code_file = -1, snapshot_file = -1;

int make_file() {
  const int file = memfd_create("rapgo-code", MFD_CLOEXEC);
  if (file >= 0 && ftruncate(file, kCodeSize) == 0) return file;
  if (file >= 0) close(file);
  return -1;
}

void* as_pointer(uintptr_t address) { return reinterpret_cast<void*>(address); }

void map_fixed(uintptr_t begin, uintptr_t end, int protection, int flags) {
  void* got = mmap(as_pointer(begin), end - begin, protection, flags | MAP_FIXED_NOREPLACE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (got == as_pointer(begin)) return;
  const int error = got == MAP_FAILED ? errno : EEXIST;  // an old kernel takes the address for a hint
  if (got != MAP_FAILED) munmap(got, end - begin);
  char where[64];
  snprintf(where, sizeof where, "0x%zx-0x%zx", begin, end);
  std::string line = std::string("cannot reserve the address range ") + where + " that compiled code needs: " + strerror(error);
  if (error == EEXIST) line += " (something else of this process lies there)";
  if (error == ENOMEM) line += " (a limit on address space, ulimit -v, or strict overcommit?)";
  throw base::UserError(line);
}

// A second mapping of the same pages, writable, at `at` or where the kernel likes. MAP_FAILED on failure.
void* make_alias(void* at) {
  void* alias = code_file >= 0 ? mmap(at, kCodeSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE | (at ? MAP_FIXED : 0), code_file, 0)
                : at           ? mremap(as_pointer(abi::kCodeBase), 0, kCodeSize, MREMAP_MAYMOVE | MREMAP_FIXED, at)
                               : mremap(as_pointer(abi::kCodeBase), 0, kCodeSize, MREMAP_MAYMOVE);
  if (alias == MAP_FAILED) return alias;
  // Not in children: they would write into the parent's code.
  if (mprotect(alias, kCodeSize, PROT_READ | PROT_WRITE) != 0 || madvise(alias, kCodeSize, MADV_DONTFORK) != 0) {
    munmap(alias, kCodeSize);
    return MAP_FAILED;
  }
  return alias;
}

// Puts the code region on a file, while it is still empty, and makes the alias from that.
void* make_alias_by_file() {
  const int file = make_file();
  if (file < 0) return MAP_FAILED;
  if (mmap(as_pointer(abi::kCodeBase), kCodeSize, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED | MAP_NORESERVE, file, 0) == MAP_FAILED) {
    close(file);
    return MAP_FAILED;
  }
  code_file = file;
  return make_alias(nullptr);
}

uint8_t* take_snapshot() {
  if (code_file >= 0 && (snapshot_file = make_file()) < 0) return nullptr;
  void* copy = mmap(nullptr, kCodeSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE | (code_file >= 0 ? 0 : MAP_ANONYMOUS),
                    snapshot_file, 0);
  if (copy == MAP_FAILED) return nullptr;
  Extent extents[4];
  const int count = used_extents(extents);
  for (int i = 0; i < count; i++)
    memcpy(static_cast<uint8_t*>(copy) + (extents[i].begin - abi::kCodeBase), as_pointer(extents[i].begin),
           extents[i].end - extents[i].begin);
  return static_cast<uint8_t*>(copy);
}

// Puts the snapshot in the place of the pages shared with the parent; only this thread exists and it is not in managed code.
void adopt(uint8_t* snapshot) {
  if (snapshot_file >= 0) {
    close(code_file);
    code_file = snapshot_file;
    snapshot_file = -1;
  }
  if (snapshot == nullptr ||
      mremap(snapshot, kCodeSize, kCodeSize, MREMAP_MAYMOVE | MREMAP_FIXED, as_pointer(abi::kCodeBase)) == MAP_FAILED ||
      mprotect(as_pointer(abi::kCodeBase), kCodeSize, PROT_READ | PROT_EXEC) != 0 ||
      make_alias(as_pointer(abi::kCodeBase + alias_offset)) == MAP_FAILED)
    base::fatal("cannot copy compiled code into the forked process");
  *fork_mark = 1;
  register_sync();
}

// The copy is made before fork, under the lock: the parent's later patches and reuse must not reach the child.
void before_fork() {
  code_lock.lock();
  fork_snapshot = take_snapshot();
}
void after_fork_in_parent() {
  if (fork_snapshot) munmap(fork_snapshot, kCodeSize);
  fork_snapshot = nullptr;
  if (snapshot_file >= 0) close(snapshot_file);
  snapshot_file = -1;
  code_lock.unlock();
}
void after_fork_in_child() {
  adopt(fork_snapshot);
  fork_snapshot = nullptr;
  code_lock.unlock();
}

}  // namespace

void make_private_late() { adopt(take_snapshot()); }

bool low_reserved() { return mapped.load(std::memory_order_acquire); }

void reserve_low() {
  static std::mutex once;
  std::lock_guard guard(once);
  if (low_reserved()) return;
  map_fixed(abi::kMetaBase, abi::kFrozenEnd, PROT_READ | PROT_WRITE, MAP_PRIVATE);
  try {
    map_fixed(abi::kCodeBase, abi::kCodeEnd, PROT_READ | PROT_EXEC, MAP_SHARED);
  } catch (...) {
    munmap(as_pointer(abi::kMetaBase), abi::kFrozenEnd - abi::kMetaBase);
    throw;
  }
  void* alias = force_file ? MAP_FAILED : make_alias(nullptr);
  if (alias == MAP_FAILED) alias = make_alias_by_file();
  void* mark = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (alias == MAP_FAILED || mark == MAP_FAILED) {
    const std::string why = strerror(errno);
    munmap(as_pointer(abi::kMetaBase), abi::kCodeEnd - abi::kMetaBase);
    throw base::UserError("cannot map code memory a second time for writing: " + why);
  }
  alias_offset = reinterpret_cast<intptr_t>(alias) - static_cast<intptr_t>(abi::kCodeBase);
  fork_mark = static_cast<volatile uint8_t*>(mark);
  *fork_mark = 1;
  madvise(mark, 4096, MADV_WIPEONFORK);  // where the kernel lacks it, only raw forks without our handlers suffer
  register_sync();
  meta_pages.start(abi::kMetaBase, abi::kMetaEnd);
  pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
  mapped.store(true, std::memory_order_release);
}

}  // namespace rapgo::code::memory
