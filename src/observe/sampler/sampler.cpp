#include "observe/sampler/sampler.h"

#include <cerrno>
#include <csignal>
#include <ctime>
#include <memory>
#include <mutex>
#include <vector>

#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/event_ring.h"

namespace rapgo::observe {

struct Sampler::ThreadTimer {
  timer_t timer{};
  bool made = false;
  pid_t tid = 0;
  clockid_t clock{};
};

namespace {

std::mutex lock;  // registry of threads; never taken in the handler
std::vector<Sampler::ThreadTimer*> threads;
base::EventRing<loop::Sample>* ring;
sem_t arrived;
std::atomic<bool> posted{false};
std::atomic<uint64_t> sample_count{0}, missed_count{0}, handler_ns{0};
int refused;
thread_local Sampler::ThreadTimer* own = nullptr;

void ring_bell() {
  if (!posted.exchange(true, std::memory_order_acq_rel)) sem_post(&arrived);
}

}  // namespace

Sampler& Sampler::get() {
  static Sampler sampler;
  return sampler;
}

void Sampler::on_signal(int, void* info, void* context) {
  const int saved_errno = errno;
  Sampler& self = get();
  auto* si = static_cast<siginfo_t*>(info);
  if (self.capture_ && si->si_code == SI_TIMER) {
    const uint64_t start = base::monotonic_ns();
    loop::Sample sample;
    sample.time_ns = start;
    sample.thread = static_cast<uint32_t>(own ? own->tid : 0);
    sample.weight = 1 + static_cast<uint32_t>(si->si_overrun > 0 ? si->si_overrun : 0);
    sample.frame_count = 0;
    sample.in_native = 0;
    if (!self.capture_(context, sample)) missed_count.fetch_add(1, std::memory_order_relaxed);
    ring->push(sample);
    sample_count.fetch_add(1, std::memory_order_relaxed);
    ring_bell();
    handler_ns.fetch_add(base::monotonic_ns() - start, std::memory_order_relaxed);
  }
  errno = saved_errno;
}

void Sampler::start(Capture capture, uint64_t period_ns) {
  if (capture_) return;
  ring = new base::EventRing<loop::Sample>(256);  // lives as long as the process: handlers may still run at exit
  sem_init(&arrived, 0, 0);
  period_ns_ = period_ns;
  capture_ = capture;
  struct sigaction sa{};
  sa.sa_sigaction = reinterpret_cast<void (*)(int, siginfo_t*, void*)>(&on_signal);
  sa.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  sigfillset(&sa.sa_mask);  // a sample must not be interrupted by a suspension half way; faults in it still kill us
  sigdelset(&sa.sa_mask, SIGSEGV);
  sigdelset(&sa.sa_mask, SIGBUS);
  sigaction(SIGPROF, &sa, nullptr);
}

static bool make_timer(Sampler::ThreadTimer& t) {
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = SIGPROF;
#ifdef sigev_notify_thread_id
  event.sigev_notify_thread_id = t.tid;
#else
  event._sigev_un._tid = t.tid;
#endif
  t.made = timer_create(t.clock, &event, &t.timer) == 0;
  return t.made;
}

void Sampler::arm(ThreadTimer& t, uint64_t period_ns) {
  if (!t.made) return;
  itimerspec spec{};
  spec.it_interval.tv_sec = static_cast<time_t>(period_ns / 1000000000);
  spec.it_interval.tv_nsec = static_cast<long>(period_ns % 1000000000);
  spec.it_value = spec.it_interval;
  timer_settime(t.timer, 0, &spec, nullptr);
}

void Sampler::attach_thread() {
  if (!capture_ || own) return;
  auto made = std::make_unique<ThreadTimer>();
  made->tid = static_cast<pid_t>(syscall(SYS_gettid));
  if (pthread_getcpuclockid(pthread_self(), &made->clock) != 0) return;
  std::lock_guard hold(lock);
  int with_timer = 0;
  for (auto* t : threads) with_timer += t->made;
  if (with_timer < kMaxTimers) {
    if (make_timer(*made)) arm(*made, period_ns_);
    else refused++;
  }
  threads.push_back(made.get());
  own = made.release();
}

void Sampler::detach_thread() {
  ThreadTimer* mine = own;
  if (!mine) return;
  std::lock_guard hold(lock);
  if (mine->made) timer_delete(mine->timer);
  own = nullptr;
  std::erase(threads, mine);
  delete mine;
}

void Sampler::rotate() {
  std::lock_guard hold(lock);
  ThreadTimer* waiting = nullptr;
  ThreadTimer* oldest = nullptr;
  for (auto* t : threads) {
    if (!t->made && !waiting) waiting = t;
    if (t->made && !oldest) oldest = t;
  }
  if (!waiting || !oldest) return;
  timer_delete(oldest->timer);
  oldest->made = false;
  if (make_timer(*waiting)) arm(*waiting, period_ns_);
  std::erase(threads, oldest);
  threads.push_back(oldest);
}

void Sampler::set_period(uint64_t period_ns) {
  if (period_ns_.exchange(period_ns) == period_ns) return;
  std::lock_guard hold(lock);
  for (auto* t : threads) arm(*t, period_ns);
}

bool Sampler::wait(uint64_t timeout_ns) {
  int result;
  if (timeout_ns == 0) {
    while ((result = sem_wait(&arrived)) == -1 && errno == EINTR) {}
  } else {
    timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    const uint64_t at = static_cast<uint64_t>(until.tv_nsec) + timeout_ns;
    until.tv_sec += static_cast<time_t>(at / 1000000000);
    until.tv_nsec = static_cast<long>(at % 1000000000);
    while ((result = sem_timedwait(&arrived, &until)) == -1 && errno == EINTR) {}
  }
  if (result == 0) posted.store(false, std::memory_order_release);
  return result == 0;
}

void Sampler::wake() {
  if (ring) ring_bell();
}

size_t Sampler::drain(const std::function<void(const loop::Sample&)>& sink) { return ring ? ring->drain(sink) : 0; }

SamplerStats Sampler::stats() const {
  SamplerStats s;
  s.samples = sample_count;
  s.dropped = ring ? ring->dropped() : 0;
  s.missed = missed_count;
  s.handler_ns = handler_ns;
  s.period_ns = period_ns_;
  std::lock_guard hold(lock);
  for (auto* t : threads) s.timers += t->made;
  s.refused = refused;
  return s;
}

void Sampler::after_fork_in_child() {
  threads.clear();  // timers are not inherited; the entries leak once, which a child can bear
  own = nullptr;
  capture_ = nullptr;
}

}  // namespace rapgo::observe
