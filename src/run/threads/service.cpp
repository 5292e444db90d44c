#include "run/threads/service.h"

#include <cerrno>
#include <ctime>

#include <semaphore.h>
#include <unistd.h>

#include "base/clock.h"
#include "gc/binding/api.h"
#include "run/threads/internal.h"
#include "run/threads/suspend.h"

namespace rapgo::run::threads {

namespace {

struct Service {
  sem_t work;
  std::atomic<bool> dump{false}, stop{false}, running{false};
  std::atomic<uint32_t> rounds{0};    // completed looks at the finalization queue
  std::atomic<uint32_t> started{0};   // begun ones
  std::atomic<Thread*> thread{nullptr};
  std::atomic<void (*)()> bodies[static_cast<size_t>(ServiceCall::kCount)] = {};
  std::atomic<bool> asked[static_cast<size_t>(ServiceCall::kCount)] = {};
  Service() { sem_init(&work, 0, 0); }
};
Service& service() {
  static auto* s = new Service;
  return *s;
}

void print_all_stacks() {
  if (!hooks.print_stack) return;
  StoppedWorld stopped;
  for (Thread* t : registry()) {
    char line[96];
    const int n = snprintf(line, sizeof line, "\n\"%s\" tid=%d managed id=%d:\n", t->name.c_str(), t->tid, t->managed_id);
    [[maybe_unused]] auto w = write(2, line, static_cast<size_t>(n));
    hooks.print_stack(*t, t->stopped_context, 2);
  }
}

void serve(void (*finalize)(abi::Object*)) {
  Service& s = service();
  s.thread = current_thread();
  for (;;) {
    {
      NativeScope native;
      while (sem_wait(&s.work) != 0 && errno == EINTR) {
      }
    }
    if (s.stop.load()) {
      // Stay attached, do nothing: the process is going away.
      NativeScope native;
      for (;;) pause();
    }
    if (s.dump.exchange(false)) print_all_stacks();
    for (size_t i = 0; i < static_cast<size_t>(ServiceCall::kCount); i++)
      if (s.asked[i].exchange(false)) s.bodies[i].load()();
    s.started.fetch_add(1);
    while (!s.stop.load()) {
      abi::Object* object = gc::next_finalizable();
      if (!object) break;
      finalize(object);
    }
    s.rounds.fetch_add(1);
    futex_wake(&s.rounds, INT32_MAX);
  }
}

}  // namespace

void start_service_thread(void (*finalize)(abi::Object*)) {
  Service& s = service();
  if (s.running.exchange(true)) return;
  StartOptions options;
  options.background = true;
  options.name = "Finalizer";
  release(start([finalize] { serve(finalize); }, options));
}

void request_finalization() { sem_post(&service().work); }

void request_stack_dump() {
  service().dump.store(true);
  sem_post(&service().work);
}

void set_service_call(ServiceCall which, void (*body)()) { service().bodies[static_cast<size_t>(which)] = body; }
void request_call(ServiceCall which) {
  service().asked[static_cast<size_t>(which)] = true;
  sem_post(&service().work);
}

bool wait_for_pending_finalizers(int64_t timeout_ms) {
  Service& s = service();
  if (!s.running.load() || s.thread.load() == current_thread()) return true;
  const uint32_t goal = s.started.load() + 1;  // a round that begins after now has seen everything due now
  const uint64_t end = base::monotonic_ns() + static_cast<uint64_t>(timeout_ms < 0 ? 0 : timeout_ms) * 1'000'000;
  request_finalization();
  NativeScope native;
  for (;;) {
    const uint32_t done = s.rounds.load();
    if (static_cast<int32_t>(done - goal) >= 0) return true;
    int64_t left = -1;
    if (timeout_ms >= 0) {
      left = static_cast<int64_t>(end - base::monotonic_ns());
      if (left <= 0) return false;
    }
    futex_wait(&s.rounds, done, left);
  }
}

void stop_finalization() {
  Service& s = service();
  s.stop.store(true);
  sem_post(&s.work);
}

}  // namespace rapgo::run::threads
