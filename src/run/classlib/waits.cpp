#include "run/classlib/waits.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/stack/throw.h"
#include "run/threads/thread.h"

namespace rapgo::run::classlib {

using threads::Thread;

// One lock for all of them: a wait for several objects takes all or none. Nothing under it allocates in the managed heap or blocks.
struct WaitObject {
  enum class Kind : uint8_t { Event, Mutex, Semaphore } kind;
  explicit WaitObject(Kind k) : kind(k) {}
  bool manual = false;
  bool abandoned = false;        // mutex: its owner ended
  int32_t count = 0;             // event: 1 if set; semaphore: what is left; mutex: recursion
  int32_t maximum = 0;           // semaphore
  Thread* owner = nullptr;       // mutex
  int32_t references = 1;
  std::string name;
  std::vector<Thread*> waiters;
};

namespace {

std::mutex lock;
std::map<std::string, WaitObject*>& named() {
  static auto* m = new std::map<std::string, WaitObject*>;
  return *m;
}
std::vector<WaitObject*>& mutexes() {  // owned ones
  static auto* v = new std::vector<WaitObject*>;
  return *v;
}

bool can_take(const WaitObject& o, const Thread* self) {
  if (o.kind == WaitObject::Kind::Mutex) return !o.owner || o.owner == self;
  return o.count > 0;
}
// true: the mutex was abandoned.
bool take(WaitObject& o, Thread* self) {
  switch (o.kind) {
    case WaitObject::Kind::Event:
      if (!o.manual) o.count = 0;
      return false;
    case WaitObject::Kind::Semaphore:
      o.count--;
      return false;
    case WaitObject::Kind::Mutex:
      if (!o.owner) mutexes().push_back(&o);
      o.owner = self;
      o.count++;
      return std::exchange(o.abandoned, false);
  }
  return false;
}
void wake(WaitObject& o) {
  for (Thread* t : o.waiters) t->parker.unpark();
}
void disown(WaitObject& o) {
  std::erase(mutexes(), &o);
  o.owner = nullptr;
  o.count = 0;
  wake(o);
}
void thread_ends(Thread& t) {
  std::lock_guard hold(lock);
  for (WaitObject* o : std::vector<WaitObject*>(mutexes())) {
    if (o->owner != &t) continue;
    o->abandoned = true;
    disown(*o);
  }
}
void drop(WaitObject* o) {  // under the lock
  if (--o->references) return;
  if (!o->name.empty()) named().erase(o->name);
  std::erase(mutexes(), o);
  delete o;
}

// Under the lock. -1: nothing can be taken now.
int32_t try_take(std::span<WaitObject* const> objects, bool all, Thread* self) {
  if (all) {
    for (WaitObject* o : objects)
      if (!can_take(*o, self)) return -1;
    int32_t result = 0;
    for (size_t i = 0; i < objects.size(); i++)
      if (take(*objects[i], self)) result = kWaitAbandoned + static_cast<int32_t>(i);
    return result;
  }
  for (size_t i = 0; i < objects.size(); i++)
    if (can_take(*objects[i], self)) return take(*objects[i], self) ? kWaitAbandoned + static_cast<int32_t>(i) : static_cast<int32_t>(i);
  return -1;
}

// Registers the thread with the objects, and keeps them, while it waits; also when Interrupt throws.
class Waiting {
 public:
  Waiting(std::span<WaitObject* const> objects, Thread* self) : objects_(objects.begin(), objects.end()), self_(self) {
    for (WaitObject* o : objects_) {
      o->references++;
      o->waiters.push_back(self);
    }
  }
  ~Waiting() {
    std::lock_guard hold(lock);
    for (WaitObject* o : objects_) {
      o->waiters.erase(std::find(o->waiters.begin(), o->waiters.end(), self_));
      drop(o);
    }
  }
  Waiting(const Waiting&) = delete;

 private:
  std::vector<WaitObject*> objects_;
  Thread* self_;
};

}  // namespace

int32_t wait(std::span<WaitObject* const> objects, bool all, int32_t timeout) {
  using Clock = std::chrono::steady_clock;
  Thread* self = threads::current_thread();
  const auto until = Clock::now() + std::chrono::milliseconds(timeout < 0 ? 0 : timeout);
  std::unique_lock hold(lock);
  int32_t result = try_take(objects, all, self);
  if (result >= 0) return result;
  if (timeout == 0) return kWaitTimeout;
  Waiting waiting(objects, self);
  for (;;) {
    hold.unlock();
    int64_t left = -1;
    if (timeout >= 0) left = std::max<int64_t>(0, std::chrono::duration_cast<std::chrono::nanoseconds>(until - Clock::now()).count());
    if (left) threads::park_interruptible(left);
    hold.lock();
    result = try_take(objects, all, self);
    if (result >= 0) break;
    if (timeout >= 0 && Clock::now() >= until) {
      result = kWaitTimeout;
      break;
    }
  }
  hold.unlock();  // before `waiting` takes it
  return result;
}

WaitObject* new_event(bool manual, bool set) {
  auto* o = new WaitObject(WaitObject::Kind::Event);
  o->manual = manual;
  o->count = set;
  return o;
}
void set_event(WaitObject* o) {
  std::lock_guard hold(lock);
  o->count = 1;
  wake(*o);
}
void retain(WaitObject* o) {
  std::lock_guard hold(lock);
  o->references++;
}
void release(WaitObject* o) {
  std::lock_guard hold(lock);
  drop(o);
}

namespace {

enum : int32_t { kSuccess = 0, kInvalidHandle = 6, kAlreadyExists = 183, kFileNotFound = 2 };

std::string name_of(const char16_t* chars, int32_t length) { return chars && length > 0 ? calls::to_utf8(chars, length) : std::string(); }

// Names are known within the process only.
WaitObject* named_or_new(const std::string& name, WaitObject::Kind kind, bool* fresh) {
  if (!name.empty()) {
    if (auto found = named().find(name); found != named().end()) {
      *fresh = false;
      if (found->second->kind != kind) return nullptr;
      found->second->references++;
      return found->second;
    }
  }
  *fresh = true;
  auto* o = new WaitObject(kind);
  o->name = name;
  if (!name.empty()) named()[name] = o;
  return o;
}
WaitObject* open_named(const char16_t* chars, int32_t length, WaitObject::Kind kind, int32_t* error) {
  const std::string name = name_of(chars, length);
  std::lock_guard hold(lock);
  const auto found = named().find(name);
  if (found == named().end() || found->second->kind != kind) {
    *error = found == named().end() ? kFileNotFound : kInvalidHandle;
    return nullptr;
  }
  *error = kSuccess;
  found->second->references++;
  return found->second;
}

WaitObject* create_event(bool manual, bool initial, const char16_t* chars, int32_t length, int32_t* error) {
  const std::string name = name_of(chars, length);
  std::lock_guard hold(lock);
  bool fresh;
  WaitObject* o = named_or_new(name, WaitObject::Kind::Event, &fresh);
  *error = !o ? kInvalidHandle : fresh ? kSuccess : kAlreadyExists;
  if (o && fresh) {
    o->manual = manual;
    o->count = initial;
  }
  return o;
}
WaitObject* open_event(const char16_t* chars, int32_t length, int32_t, int32_t* error) { return open_named(chars, length, WaitObject::Kind::Event, error); }
bool set(WaitObject* o) {
  set_event(o);
  return true;
}
bool reset(WaitObject* o) {
  std::lock_guard hold(lock);
  o->count = 0;
  return true;
}
void close(WaitObject* o) { release(o); }

WaitObject* create_mutex(bool owned, const char16_t* chars, int32_t length, bool* created) {
  const std::string name = name_of(chars, length);
  std::lock_guard hold(lock);
  WaitObject* o = named_or_new(name, WaitObject::Kind::Mutex, created);
  if (o && owned && *created) take(*o, threads::current_thread());
  return o;
}
WaitObject* open_mutex(const char16_t* chars, int32_t length, int32_t, int32_t* error) { return open_named(chars, length, WaitObject::Kind::Mutex, error); }
bool release_mutex(WaitObject* o) {
  std::lock_guard hold(lock);
  if (o->kind != WaitObject::Kind::Mutex || o->owner != threads::current_thread()) return false;
  if (--o->count == 0) disown(*o);
  return true;
}

WaitObject* create_semaphore(int32_t initial, int32_t maximum, const char16_t* chars, int32_t length, int32_t* error) {
  const std::string name = name_of(chars, length);
  std::lock_guard hold(lock);
  bool fresh;
  WaitObject* o = named_or_new(name, WaitObject::Kind::Semaphore, &fresh);
  *error = !o ? kInvalidHandle : fresh ? kSuccess : kAlreadyExists;
  if (o && fresh) {
    o->count = initial;
    o->maximum = maximum;
  }
  return o;
}
WaitObject* open_semaphore(const char16_t* chars, int32_t length, int32_t, int32_t* error) { return open_named(chars, length, WaitObject::Kind::Semaphore, error); }
bool release_semaphore(WaitObject* o, int32_t count, int32_t* previous) {
  std::lock_guard hold(lock);
  *previous = o->count;
  if (count < 1 || int64_t{o->count} + count > o->maximum) return false;
  o->count += count;
  wake(*o);
  return true;
}

int32_t wait_handles(WaitObject** handles, int32_t count, bool all, int32_t timeout) {
  const std::vector<WaitObject*> copy(handles, handles + count);  // the managed array may go while we wait
  return wait(copy, all, timeout);
}
int32_t signal_and_wait(WaitObject* signal, WaitObject* on, int32_t timeout) {
  int32_t previous;
  if (signal->kind == WaitObject::Kind::Event) set_event(signal);
  else if (signal->kind == WaitObject::Kind::Mutex ? !release_mutex(signal) : !release_semaphore(signal, 1, &previous))
    stack::throw_invalid_operation("the object to signal cannot be signalled by this thread");
  return wait({&on, 1}, false, timeout);
}

#define EVENT(name, f) RAPGO_ICALL("System.Threading.NativeEventCalls::" name, f)
const calls::IcallEntry kEntries[] = {
    EVENT("CreateEvent_icall", create_event), EVENT("OpenEvent_icall", open_event), EVENT("SetEvent_internal", set), EVENT("ResetEvent_internal", reset),
    EVENT("CloseEvent_internal", close), RAPGO_ICALL("System.Threading.Mutex::CreateMutex_icall", create_mutex),
    RAPGO_ICALL("System.Threading.Mutex::OpenMutex_icall", open_mutex), RAPGO_ICALL("System.Threading.Mutex::ReleaseMutex_internal", release_mutex),
    RAPGO_ICALL("System.Threading.Semaphore::CreateSemaphore_icall", create_semaphore),
    RAPGO_ICALL("System.Threading.Semaphore::OpenSemaphore_icall", open_semaphore),
    RAPGO_ICALL("System.Threading.Semaphore::ReleaseSemaphore_internal", release_semaphore),
    RAPGO_ICALL("System.Threading.WaitHandle::Wait_internal", wait_handles),
    RAPGO_ICALL("System.Threading.WaitHandle::SignalAndWait_Internal", signal_and_wait),
};

}  // namespace

void register_waits() {
  calls::register_icalls(kEntries);
  threads::on_thread_detaching(thread_ends);
}

}  // namespace rapgo::run::classlib
