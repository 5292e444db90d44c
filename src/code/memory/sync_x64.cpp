// Making all cores drop stale instructions, and the one patching store.
#include <linux/membarrier.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include "base/error.h"
#include "code/memory/code_memory.h"
#include "code/memory/region.h"

namespace rapgo::code::memory {

std::atomic<uint64_t> patch_count{0}, sync_count{0};
std::atomic<bool> has_membarrier{false};

void register_sync() {
  has_membarrier.store(syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0) == 0);
}

namespace {
// Taking a right away from a page that was touched makes the kernel interrupt every core that runs this process; returning
// from an interrupt serialises the core.
void sync_by_protection() {
  static std::mutex lock;
  static void* page = nullptr;
  std::lock_guard guard(lock);
  if (page == nullptr) {
    page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) base::fatal("cannot map a page to synchronise cores");
  }
  mprotect(page, 4096, PROT_READ | PROT_WRITE);
  *static_cast<volatile char*>(page) = 1;
  mprotect(page, 4096, PROT_NONE);
}
}  // namespace

void sync_cores() {
  sync_count.fetch_add(1, std::memory_order_relaxed);
  if (has_membarrier.load(std::memory_order_relaxed) &&
      syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0) == 0)
    return;
  sync_by_protection();
}

void patch8(uintptr_t address, uint64_t word) {
  if ((address & 7) != 0 || !in_code(address)) base::fatal("patch8: not an aligned word of code memory");
  reinterpret_cast<std::atomic<uint64_t>*>(writable(address))->store(word, std::memory_order_release);
  patch_count.fetch_add(1, std::memory_order_relaxed);
}

uint64_t read8(uintptr_t address) {
  return reinterpret_cast<const std::atomic<uint64_t>*>(address)->load(std::memory_order_acquire);
}

}  // namespace rapgo::code::memory
