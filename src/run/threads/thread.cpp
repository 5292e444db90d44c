#include "run/threads/thread.h"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <system_error>

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "gc/binding/api.h"
#include "run/threads/internal.h"

namespace rapgo::run::threads {

Hooks hooks;

namespace {

constexpr size_t kMaxThreads = 65535;  // what a thin lock can name

struct Registry {
  std::mutex lock;
  std::vector<Thread*> threads;
  std::vector<bool> indexes{true};  // thread_index in use; 0 is nobody
  int next_managed_id = 1;
  // Joiners and the wait for foreground threads: woken at every end of a thread.
  std::mutex ends_lock;
  std::condition_variable ends;
  // Stacks of threads that released themselves last: they can only be given back once the pthread is gone.
  struct Remains {
    pthread_t handle;
    void* stack;
    size_t bytes;
  };
  std::vector<Remains> remains;
};
Registry& state() {
  static auto* r = new Registry;  // threads outlive static destructors
  return *r;
}

std::vector<void (*)(Thread&)>& attached_hooks() {
  static auto* v = new std::vector<void (*)(Thread&)>;
  return *v;
}
std::vector<void (*)(Thread&)>& detaching_hooks() {
  static auto* v = new std::vector<void (*)(Thread&)>;
  return *v;
}

uint32_t take_index(Registry& r) {
  auto free = std::find(r.indexes.begin() + 1, r.indexes.end(), false);
  const auto index = static_cast<uint32_t>(free - r.indexes.begin());
  if (index >= kMaxThreads) base::fatal("more than 65534 threads");
  if (free == r.indexes.end()) r.indexes.push_back(true);
  else *free = true;
  return index;
}

// On the thread itself, in Mode::Native: afterwards it takes part in stops.
void enter_registry(Thread& thread, uint64_t stack_low, uint64_t stack_high) {
  abi::ThreadState& s = abi::current();
  thread.state = &s;
  thread.handle = pthread_self();
  thread.tid = static_cast<pid_t>(syscall(SYS_gettid));
  thread.impl->transfer.assign(abi::kTransferWords, 0);
  s.transfer_buffer = thread.impl->transfer.data();
  s.thread = &thread;
  s.stack_low = stack_low;
  s.stack_high = stack_high;
  s.exception = nullptr;
  s.managed_thread = nullptr;
  s.last_pc = s.last_sp = s.last_fp = 0;
  s.native_sp = reinterpret_cast<uint64_t>(__builtin_frame_address(0));
  s.pending.store(0);
  s.mode.store(abi::Mode::Native);
  make_alternate_stack(thread);
  gc::thread_attach(s);
  Registry& r = state();
  {
    std::lock_guard hold(r.lock);
    s.thread_index = take_index(r);
    thread.managed_id = r.next_managed_id++;
    r.threads.push_back(&thread);
    // The lock is held during stops, so the world runs now and this thread begins in step with it.
    s.mode.store(abi::Mode::Runtime);
  }
  for (auto hook : attached_hooks()) hook(thread);
}

void leave_registry(Thread& thread) {
  auto& list = detaching_hooks();
  for (auto i = list.rbegin(); i != list.rend(); ++i) (*i)(thread);
  abi::ThreadState& s = *thread.state;
  gc::thread_detach(s);
  s.managed_thread = nullptr;
  s.exception = nullptr;
  Registry& r = state();
  s.native_sp = reinterpret_cast<uint64_t>(__builtin_frame_address(0));
  s.mode.store(abi::Mode::Native);
  {
    std::lock_guard hold(r.lock);
    std::erase(r.threads, &thread);
    r.indexes[s.thread_index] = false;
    s.thread = nullptr;
    s.thread_index = 0;
    s.transfer_buffer = nullptr;
    thread.state = nullptr;
  }
  free_alternate_stack(thread);
  {
    std::lock_guard hold(r.ends_lock);
    thread.finished.store(true);
  }
  r.ends.notify_all();
}

struct Launch {
  Thread* thread;
  std::function<void()> body;
  std::mutex lock;
  std::condition_variable attached;
  bool ready = false;
};

void* thread_main(void* argument) {
  auto* launch = static_cast<Launch*>(argument);
  Thread& thread = *launch->thread;
  std::function<void()> body = std::move(launch->body);
  const auto top = (reinterpret_cast<uint64_t>(__builtin_frame_address(0)) + 64) & ~15ull;
  const auto low = reinterpret_cast<uint64_t>(thread.impl->stack) + kGuardZone;
  thread.guard_low = reinterpret_cast<uint64_t>(thread.impl->stack);
  enter_registry(thread, low, top);
  {
    NativeScope native;
    std::lock_guard hold(launch->lock);
    launch->ready = true;
    launch->attached.notify_all();  // under the lock: the launch lies on the starter's stack
  }
  body();
  body = nullptr;
  leave_registry(thread);
  release(&thread);
  return nullptr;
}

void bury_remains() {
  Registry& r = state();
  std::vector<Registry::Remains> list;
  {
    std::lock_guard hold(r.ends_lock);
    list.swap(r.remains);
  }
  for (auto& one : list) {
    pthread_join(one.handle, nullptr);
    munmap(one.stack, one.bytes);
  }
}

// What the system would give a main thread (ulimit -s), within reason.
uint64_t main_stack() {
  rlimit limit{};
  if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 64ull << 20;
  return std::clamp<uint64_t>(limit.rlim_cur, 1ull << 20, 256ull << 20);
}

// Starts `thread` on a stack of ours; the calling thread waits in Mode::Native until it is attached.
void launch_thread(Thread& thread, std::function<void()> body, uint64_t stack_bytes) {
  NativeScope native;
  bury_remains();
  constexpr uint64_t kPage = 4096;
  const uint64_t usable = std::max<uint64_t>((stack_bytes + kPage - 1) & ~(kPage - 1), 128 * 1024) * kRoomierFrames;
  const uint64_t bytes = usable + kGuardZone;
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "no memory for a thread's stack");
  mprotect(memory, kGuardZone, PROT_NONE);
  thread.impl->stack = memory;
  thread.impl->stack_bytes = bytes;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, static_cast<char*>(memory), bytes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_JOINABLE);
  Launch launch{&thread, std::move(body), {}, {}};
  pthread_t handle;
  const int error = pthread_create(&handle, &attributes, thread_main, &launch);
  pthread_attr_destroy(&attributes);
  if (error) {
    munmap(memory, bytes);
    thread.impl->stack = nullptr;
    throw std::system_error(error, std::generic_category(), "cannot start a thread");
  }
  std::unique_lock hold(launch.lock);
  launch.attached.wait(hold, [&] { return launch.ready; });
}

}  // namespace

std::mutex& registry_lock() { return state().lock; }
std::vector<Thread*>& registry() { return state().threads; }

void on_thread_attached(void (*hook)(Thread&)) { attached_hooks().push_back(hook); }
void on_thread_detaching(void (*hook)(Thread&)) { detaching_hooks().push_back(hook); }

// A forked child has the thread that called fork and none of the others: neither stops nor the end of the program may wait for
// them, and locks they held are open. A collection that the fork met in another thread stays unfinished there.
static void after_fork_in_child() {
  Registry& r = state();
  new (&r.lock) std::mutex;
  new (&r.ends_lock) std::mutex;
  new (&r.ends) std::condition_variable;
  Thread* self = current_thread();
  std::erase_if(r.threads, [self](Thread* t) { return t != self; });
  if (self) {
    self->tid = static_cast<pid_t>(syscall(SYS_gettid));
    self->state->pending.fetch_and(~abi::kPendingSuspend);
  }
  forget_stop();
}

void init() {
  install_signal_handlers();
  static const int once = pthread_atfork(nullptr, nullptr, after_fork_in_child);
  if (once != 0) base::fatal("pthread_atfork");
}

Thread* start(std::function<void()> body, const StartOptions& options) {
  auto* thread = new Thread;
  thread->impl = new Thread::Impl;
  thread->impl->references = 2;  // the starter's and the running thread's
  thread->background = options.background;
  thread->is_pool = options.pool;
  thread->name = options.name;
  try {
    launch_thread(*thread, std::move(body), options.stack_size ? options.stack_size : kThreadStack);
  } catch (...) {
    delete thread->impl;
    delete thread;
    throw;
  }
  return thread;
}

int run_main(const std::function<int()>& body, const std::function<void()>& meanwhile) {
  int result = 0;
  StartOptions options;
  options.stack_size = main_stack();
  Thread* main = start([&] { result = body(); }, options);
  if (meanwhile) meanwhile();
  join(main, -1);
  release(main);
  return result;
}

Thread* attach_current(bool background) {
  if (Thread* known = current_thread()) return known;
  pthread_attr_t attributes;
  void* low = nullptr;
  size_t bytes = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
    pthread_attr_getstack(&attributes, &low, &bytes);
    pthread_attr_destroy(&attributes);
  }
  auto* thread = new Thread;
  thread->impl = new Thread::Impl;
  thread->impl->foreign = true;
  thread->background = background;
  enter_registry(*thread, reinterpret_cast<uint64_t>(low), reinterpret_cast<uint64_t>(low) + bytes);
  return thread;
}

void detach_current() {
  if (Thread* thread = current_thread()) {
    leave_registry(*thread);
    release(thread);
  }
}

void retain(Thread* thread) { thread->impl->references.fetch_add(1); }

void release(Thread* thread) {
  if (thread->impl->references.fetch_sub(1) != 1) return;
  Thread::Impl* impl = thread->impl;
  if (impl->stack) {
    if (pthread_equal(thread->handle, pthread_self())) {
      std::lock_guard hold(state().ends_lock);
      state().remains.push_back({thread->handle, impl->stack, impl->stack_bytes});
    } else {
      NativeScope native;
      pthread_join(thread->handle, nullptr);
      munmap(impl->stack, impl->stack_bytes);
    }
  }
  delete impl;
  delete thread;
}

bool join(Thread* thread, int64_t timeout_ms) {
  Registry& r = state();
  const uint64_t end = base::monotonic_ns() + static_cast<uint64_t>(timeout_ms < 0 ? 0 : timeout_ms) * 1'000'000;
  Thread* self = current_thread();
  for (;;) {
    {
      if (self) self->waiting.fetch_add(1);
      NativeScope native;
      std::unique_lock hold(r.ends_lock);
      auto done = [&] { return thread->finished.load() || (self && (self->interrupted.load() || self->abort_signal.load())); };
      if (timeout_ms < 0) {
        r.ends.wait(hold, done);
      } else if (!done()) {
        const uint64_t now = base::monotonic_ns();
        if (now < end) r.ends.wait_for(hold, std::chrono::nanoseconds(end - now), done);
      }
      if (self) self->waiting.fetch_sub(1);
      if (thread->finished.load()) return true;
    }
    if (self && (self->interrupted.load() || self->abort_signal.exchange(false))) park_interruptible(0);  // throws, if it may
    if (timeout_ms >= 0 && base::monotonic_ns() >= end) return false;
  }
}

// Wakes joiners so that they see an interruption.
void wake_joiners() {
  Registry& r = state();
  std::lock_guard hold(r.ends_lock);
  r.ends.notify_all();
}

void wait_for_foreground_threads() {
  Registry& r = state();
  Thread* self = current_thread();
  NativeScope native;
  std::unique_lock hold(r.ends_lock);
  auto only_background = [&] {
    std::lock_guard inner(r.lock);
    for (Thread* t : r.threads)
      if (t != self && !t->background.load()) return false;
    return true;
  };
  r.ends.wait(hold, only_background);
}

void foreground_changed() {
  NativeScope native;  // whoever holds the lock may wait for a stopped world
  wake_joiners();
}

void for_each_thread(const std::function<void(Thread&)>& visit) {
  if (world_is_mine()) {
    for (Thread* t : state().threads) visit(*t);
    return;
  }
  NativeScope native;
  std::lock_guard hold(state().lock);
  for (Thread* t : state().threads) visit(*t);
}

int thread_count() {
  NativeScope native;
  std::lock_guard hold(state().lock);
  return static_cast<int>(state().threads.size());
}

}  // namespace rapgo::run::threads
