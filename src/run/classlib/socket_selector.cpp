// System.IOSelector: jobs that wait for a descriptor. One thread waits for all of them and hands each to the thread pool when its
// descriptor is ready.
#include <cerrno>
#include <deque>
#include <map>
#include <mutex>
#include <vector>

#include <sys/epoll.h>
#include <unistd.h>

#include "base/found.h"
#include "gc/binding/api.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/boot.h"
#include "run/classlib/objects.h"
#include "run/classlib/socket_errors.h"
#include "run/stack/throw.h"
#include "run/threads/thread.h"

namespace rapgo::run::classlib {

using load::types::Loader;

namespace {

constexpr int32_t kRead = 1, kWrite = 2;  // System.IOOperation

struct Job {
  int32_t operation;
  gc::Handle object;
};
struct Selector {
  std::mutex lock;
  int epoll = -1;
  std::map<int, std::deque<Job>> jobs;  // by descriptor, in order of arrival
};
Selector& selector() {
  static auto* s = new Selector;
  return *s;
}

// Under the lock.
void watch(Selector& s, int fd) {
  const auto found = s.jobs.find(fd);
  epoll_event e{};
  e.data.fd = fd;
  if (found != s.jobs.end())
    for (const Job& j : found->second) e.events |= j.operation == kRead ? EPOLLIN : EPOLLOUT;
  if (!e.events) {
    epoll_ctl(s.epoll, EPOLL_CTL_DEL, fd, nullptr);
    if (found != s.jobs.end()) s.jobs.erase(found);
    return;
  }
  e.events |= EPOLLONESHOT;
  if (epoll_ctl(s.epoll, EPOLL_CTL_MOD, fd, &e) != 0 && errno == ENOENT) epoll_ctl(s.epoll, EPOLL_CTL_ADD, fd, &e);
}

void queue(Object* job) {
  static constinit base::Found<Method*> found;
  Method* const enqueue = found.get([] { return Loader::get().corlib_type("System.Threading", "ThreadPool")->find_method("UnsafeQueueCustomWorkItem", 2); });
  calls::invoke<void>(enqueue, job, false);
}

void serve() {
  Selector& s = selector();
  for (;;) {
    epoll_event events[64];
    int n;
    {
      threads::NativeScope native;
      do n = epoll_wait(s.epoll, events, 64, -1);
      while (n < 0 && errno == EINTR);
    }
    for (int i = 0; i < n; i++) {
      std::vector<Job> ready;
      {
        std::lock_guard hold(s.lock);
        const auto found = s.jobs.find(events[i].data.fd);
        if (found == s.jobs.end()) continue;
        const bool broken = events[i].events & (EPOLLERR | EPOLLHUP);
        for (const int32_t operation : {kRead, kWrite}) {
          if (!broken && !(events[i].events & (operation == kRead ? EPOLLIN : EPOLLOUT))) continue;
          for (auto j = found->second.begin(); j != found->second.end(); ++j)
            if (j->operation == operation) {
              ready.push_back(std::move(*j));
              found->second.erase(j);
              break;
            }
        }
        watch(s, events[i].data.fd);
      }
      for (Job& j : ready) queue(j.object.get());
    }
  }
}

void add(intptr_t handle, Object* job) {
  Selector& s = selector();
  const int32_t operation = *reinterpret_cast<int32_t*>(reinterpret_cast<uint8_t*>(job) + calls::type_of(job)->find_field("operation")->offset());
  gc::Handle kept(job);
  bool start = false;
  {
    std::lock_guard hold(s.lock);
    if (s.epoll < 0) {
      s.epoll = epoll_create1(EPOLL_CLOEXEC);
      start = true;
    }
    s.jobs[static_cast<int>(handle)].push_back({operation, std::move(kept)});
    watch(s, static_cast<int>(handle));
  }
  if (start) {
    threads::StartOptions options;
    options.background = true;
    options.name = "IO selector";
    threads::release(threads::start([] {
      try {
        serve();
      } catch (const ManagedException& e) {
        die_of(e.object());
      }
    }, options));
  }
}
// The descriptor is about to be closed: its jobs run and find that out.
void remove(intptr_t handle) {
  Selector& s = selector();
  std::deque<Job> jobs;
  {
    std::lock_guard hold(s.lock);
    const auto found = s.jobs.find(static_cast<int>(handle));
    if (found == s.jobs.end()) return;
    jobs = std::move(found->second);
    found->second.clear();
    watch(s, static_cast<int>(handle));
  }
  for (Job& j : jobs) queue(j.object.get());
}

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.IOSelector::Add", add),
    RAPGO_ICALL("System.IOSelector::Remove", remove),
};

}  // namespace

void register_socket_selector() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
