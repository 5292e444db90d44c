#include "gc/binding/mock.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "abi/memory_map.h"
#include "abi/object.h"
#include "gc/binding/api.h"

namespace rapgo::gc {

static thread_local MockThread* mock_self;

static const void* end_of_stack() {
  pthread_attr_t attributes;
  void* low = nullptr;
  size_t size = 0;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &low, &size);
  pthread_attr_destroy(&attributes);
  return static_cast<char*>(low) + size;
}

MockThread& MockBinding::self() { return *mock_self; }

MockThread& MockBinding::attach() {
  mock_self = new MockThread;
  mock_self->state = &abi::current();
  mock_self->stack_high = end_of_stack();
  {
    std::unique_lock lock(mutex_);
    while (stopper_) changed_.wait(lock);
    threads_.push_back(mock_self);
  }
  thread_attach(abi::current());
  return *mock_self;
}

void MockBinding::detach() {
  enter_native();
  thread_detach(abi::current());
  std::unique_lock lock(mutex_);
  while (stopper_) changed_.wait(lock);
  std::erase(threads_, mock_self);
  delete mock_self;
  mock_self = nullptr;
}

int MockBinding::fork_stopped() {
  stop_world();
  mutex_.lock();  // a stopped thread may hold it for a moment
  int child = fork();
  if (child == 0) {
    forked_ = true;
    threads_ = {mock_self};
    stopped_ = 0;
    stopper_ = nullptr;
  }
  mutex_.unlock();
  if (child) resume_world();
  return child;
}

// After a fork the condition variable still counts waiters that do not exist, and would wait for them.
void MockBinding::wake() {
  if (!forked_) changed_.notify_all();
}

void MockBinding::enter_native() {
  std::lock_guard lock(mutex_);
  mock_self->native = true;
  wake();
}

void MockBinding::leave_native() {
  std::unique_lock lock(mutex_);
  while (stopper_) changed_.wait(lock);
  mock_self->native = false;
}

void MockBinding::wait_while_stopping(std::unique_lock<std::mutex>& lock) {
  if (!stopper_) return;
  stopped_++;
  wake();
  while (stopper_) changed_.wait(lock);
  stopped_--;
}

void MockBinding::poll() {
  std::unique_lock lock(mutex_);
  wait_while_stopping(lock);
}

void MockBinding::stop_world() {
  std::unique_lock lock(mutex_);
  while (stopper_) wait_while_stopping(lock);
  stopper_ = mock_self;
  stops++;
  changed_.wait(lock, [&] {
    auto native = std::count_if(threads_.begin(), threads_.end(), [](MockThread* t) { return t->native; });
    return stopped_ + static_cast<size_t>(native) + 1 >= threads_.size();
  });
}

void MockBinding::resume_world() {
  std::lock_guard lock(mutex_);
  stopper_ = nullptr;
  wake();
}

void MockBinding::visit_conservative(ConservativeRoots& roots, const void* own_sp) {
  for (MockThread* t : threads_)
    for (uint64_t word : t->words) roots.word(word);
  if (scan_own_stack) roots.range(own_sp, mock_self->stack_high);
}

void MockBinding::visit_precise(PreciseRoots& roots) {
  for (MockThread* t : threads_)
    for (Object*& slot : t->slots) roots.slot(&slot);
  for (auto& m : statics) roots.mapped(m.base, *m.map);
}

namespace mock {

static void* low_memory(size_t bytes) {
  static constexpr size_t kSize = 4u << 20;
  static std::atomic<size_t> used;
  static void* base = mmap(reinterpret_cast<void*>(abi::kMetaBase), kSize, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  size_t at = used.fetch_add((bytes + 15) & ~size_t{15});
  if (base == MAP_FAILED || at + bytes > kSize) std::abort();
  return static_cast<char*>(base) + at;
}

const GcMap* map(uint32_t base_offset, std::vector<uint32_t> references) {
  std::vector<GcMap::Run> runs;
  for (uint32_t r : references) {
    uint32_t offset = base_offset + r * 8;
    if (!runs.empty() && runs.back().offset + runs.back().count * 8 == offset)
      runs.back().count++;
    else
      runs.push_back({offset, 1});
  }
  auto* m = static_cast<GcMap*>(low_memory(sizeof(GcMap) + runs.size() * sizeof(GcMap::Run)));
  m->run_count = static_cast<uint32_t>(runs.size());
  std::copy(runs.begin(), runs.end(), m->runs);
  return m;
}

static uint32_t word(const void* p) { return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(p)); }

static TypeHead* type(uint32_t instance_size, uint32_t element_size, uint32_t flags, const GcMap* gc_map) {
  auto* head = static_cast<TypeHead*>(low_memory(sizeof(TypeHead)));
  head->instance_size = instance_size;
  head->element_size = element_size;
  head->flags = flags;
  head->gc_map = word(gc_map);
  return head;
}

TypeHead* object_type(uint32_t words, std::vector<uint32_t> references, uint32_t flags) {
  if (references.empty()) return type(8 + words * 8, 0, flags, nullptr);
  return type(8 + words * 8, 0, flags | abi::kHasReferences, map(8, std::move(references)));
}

TypeHead* ref_vector_type() {
  return type(16, 8, abi::kIsArray | abi::kElementsAreReferences | abi::kHasReferences, nullptr);
}
TypeHead* ref_matrix_type() {
  return type(16, 8, abi::kIsArray | abi::kIsMultiDim | abi::kElementsAreReferences | abi::kHasReferences, nullptr);
}
TypeHead* plain_vector_type(uint32_t element_size) { return type(16, element_size, abi::kIsArray, nullptr); }
TypeHead* struct_vector_type(uint32_t element_words, std::vector<uint32_t> references) {
  return type(16, element_words * 8, abi::kIsArray | abi::kHasReferences, map(0, std::move(references)));
}
TypeHead* string_type() { return type(abi::kStringCharsOffset, 2, abi::kIsString, nullptr); }

}  // namespace mock

}  // namespace rapgo::gc
