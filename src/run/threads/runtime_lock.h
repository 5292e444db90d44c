// A lock that is held while objects are made or types are loaded, hence where the world may be stopped: who waits for it does so in
// Mode::Native. Were it to wait in Mode::Runtime, the collector would wait for it, and the lock's owner for the collector.
//
// Thread safety: any thread in Mode::Runtime or Native. May collect: while the constructor waits.
#pragma once
#include <mutex>

#include "run/threads/thread.h"

namespace rapgo::run::threads {

template <class Mutex>
class RuntimeLock {
 public:
  explicit RuntimeLock(Mutex& mutex) : mutex_(mutex) {
    if (mutex_.try_lock()) return;
    NativeScope native;
    mutex_.lock();
  }
  ~RuntimeLock() { mutex_.unlock(); }
  RuntimeLock(const RuntimeLock&) = delete;
  RuntimeLock& operator=(const RuntimeLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace rapgo::run::threads
