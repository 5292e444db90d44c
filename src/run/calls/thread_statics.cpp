#include "run/calls/thread_statics.h"

#include <atomic>
#include <cstddef>
#include <new>

#include <sys/mman.h>

#include "abi/field_head.h"
#include "load/types/loader.h"
#include "run/threads/suspend.h"
#include "run/threads/thread.h"

namespace rapgo::run::calls {

namespace {

constexpr size_t kTableBytes = 4 << 20;  // address space only, touched as far as used
std::atomic<uint32_t> words_in_use{0};

void give_back(threads::Thread& thread) {
  if (!thread.state->thread_statics) return;
  munmap(reinterpret_cast<void*>(thread.state->thread_statics), kTableBytes);
  thread.state->thread_statics = 0;
}

}  // namespace

void* thread_static_address(load::types::Field* field) {
  abi::ThreadState& s = abi::current();
  if (!s.thread_statics) {
    void* table = mmap(nullptr, kTableBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (table == MAP_FAILED) throw std::bad_alloc();
    s.thread_statics = reinterpret_cast<uint64_t>(table);
  }
  const uint32_t first = field->offset(), end = first + (field->type()->value_size() + 7) / 8;
  if (end > kTableBytes / 8)
    throw load::types::LoadError(load::types::LoadErrorKind::NotSupported, "more than 4 MiB of thread-static fields");
  uint32_t known = words_in_use.load();
  while (known < end && !words_in_use.compare_exchange_weak(known, end)) {
  }
  static_assert(offsetof(load::types::Field, thread_word) == abi::kFieldThreadWord);
  __atomic_store_n(&field->thread_word, first + 1, __ATOMIC_RELEASE);  // from now on the stub does without us
  return reinterpret_cast<uint64_t*>(s.thread_statics) + first;
}

void install_thread_statics() {
  threads::on_thread_detaching(give_back);
  // Conservative: the types of the words are known to the loader only, which must not be asked while the world is stopped.
  threads::on_scan_thread([](threads::Thread& t, void (*visit)(void*, const uint64_t*, const uint64_t*), void* sink) {
    if (!t.state->thread_statics) return;
    const auto* base = reinterpret_cast<const uint64_t*>(t.state->thread_statics);
    visit(sink, base, base + words_in_use.load());
  });
}

}  // namespace rapgo::run::calls
