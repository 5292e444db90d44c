// Monitor, Thread, events: the part of System.Threading that the runtime provides.
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <system_error>

#include <sched.h>

#include "gc/binding/api.h"
#include "gc/binding/handle.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/boot.h"
#include "run/classlib/classlib.h"
#include "run/classlib/objects.h"
#include "run/classlib/threads.h"
#include "run/stack/abort.h"
#include "run/stack/throw.h"
#include "run/threads/binding.h"
#include "run/threads/monitor.h"
#include "run/threads/thread.h"

namespace rapgo::run::classlib {

using load::types::Loader;

namespace {

constinit const FieldOffset kInternal("System.Threading", "Thread", "internal_thread"), kDelegate("System.Threading", "Thread", "m_Delegate"),
    kStartArg("System.Threading", "Thread", "m_ThreadStartArg");
constinit const FieldOffset kNative("System.Threading", "InternalThread", "runtime_thread_info"), kState("System.Threading", "InternalThread", "state"),
    kManagedId("System.Threading", "InternalThread", "managed_id"), kStackSize("System.Threading", "InternalThread", "stack_size"),
    kThreadId("System.Threading", "InternalThread", "thread_id"), kPriority("System.Threading", "InternalThread", "priority"),
    kNameChars("System.Threading", "InternalThread", "name_chars"), kNameLength("System.Threading", "InternalThread", "name_length"),
    kPool("System.Threading", "InternalThread", "threadpool_thread"), kInterruptRequested("System.Threading", "InternalThread", "thread_interrupt_requested");

// System.Threading.ThreadState
enum : int32_t { kRunning = 0, kBackground = 4, kUnstarted = 8, kStopped = 16, kWaitSleepJoin = 32, kAbortRequested = 128, kAborted = 256 };
constexpr int32_t kNormalPriority = 2;

threads::Thread* native_of(Object* internal) { return __atomic_load_n(&kNative.in<threads::Thread*>(internal), __ATOMIC_SEQ_CST); }
int32_t state_of(Object* internal) { return __atomic_load_n(&kState.in<int32_t>(internal), __ATOMIC_SEQ_CST); }

Object* make_internal() {
  static int32_t next_id = 1;
  static std::mutex lock;
  Object* internal = calls::new_object(Loader::get().types().internal_thread);
  {
    std::lock_guard hold(lock);
    kManagedId.in<int32_t>(internal) = next_id++;
  }
  kPriority.in<int32_t>(internal) = kNormalPriority;
  return internal;
}

// A started thread and its starter both do this, whoever comes first: from then on others find the thread. What they wanted of it before
// is in the object, and is taken from there.
void bind(Object* internal, threads::Thread* thread) {
  __atomic_store_n(&kThreadId.in<int64_t>(internal), thread->tid, __ATOMIC_RELAXED);
  __atomic_store_n(&thread->managed_id, kManagedId.in<int32_t>(internal), __ATOMIC_RELAXED);
  threads::retain(thread);
  threads::Thread* none = nullptr;
  if (!__atomic_compare_exchange_n(&kNative.in<threads::Thread*>(internal), &none, thread, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
    return threads::release(thread);
  thread->background = state_of(internal) & kBackground;
}

// Between its start and its first instruction a thread cannot be found: waits for that. Null: it never ran, or is gone.
threads::Thread* started(Object* internal) {
  for (;;) {
    const int32_t state = state_of(internal);
    if (threads::Thread* native = native_of(internal)) return native;
    if (state & (kUnstarted | kAborted | kStopped)) return nullptr;
    threads::NativeScope native;
    sched_yield();
  }
}

// An interruption that was wanted before the thread could be found; who takes it delivers it.
bool take_interrupt_request(Object* internal) { return __atomic_exchange_n(&kInterruptRequested.in<bool>(internal), false, __ATOMIC_SEQ_CST); }

// ---- Monitor ----
void monitor_exit(Object* o) {
  if (!o) stack::throw_argument_null("obj");
  if (!threads::monitor_exit(o)) throw_new("System.Threading", "SynchronizationLockException", "Object synchronization method was called from an unsynchronized block of code.");
}
void monitor_enter(Object* o) {
  if (!o) stack::throw_argument_null("obj");
  threads::monitor_enter(o);
}
void try_enter(Object* o, int32_t timeout, bool* taken) {
  if (!o) stack::throw_argument_null("obj");
  if (*taken) stack::throw_argument("lockTaken", "lockTaken is already true");
  const bool got = threads::monitor_try_enter(o, timeout);
  *taken = got;
}
bool monitor_wait(Object* o, int32_t timeout) {
  switch (threads::monitor_wait(o, timeout)) {
    case threads::WaitResult::Notified: return true;
    case threads::WaitResult::TimedOut: return false;
    case threads::WaitResult::NotOwner: break;
  }
  throw_new("System.Threading", "SynchronizationLockException", "Object is not locked by this thread.");
}
void monitor_pulse(Object* o) {
  if (!threads::monitor_pulse(o, false)) throw_new("System.Threading", "SynchronizationLockException", "Object is not locked by this thread.");
}
void monitor_pulse_all(Object* o) {
  if (!threads::monitor_pulse(o, true)) throw_new("System.Threading", "SynchronizationLockException", "Object is not locked by this thread.");
}
bool monitor_synchronised(Object* o) { return threads::monitor_is_locked(o); }
bool monitor_owner(Object* o) { return threads::monitor_is_entered(o); }

// ---- Thread ----
void construct_internal(Object* thread) {
  Object* internal = make_internal();
  kState.in<int32_t>(internal) = kUnstarted;
  gc::compare_exchange_ref(&kInternal.in<Object*>(thread), internal, nullptr);  // several may ask for it first: one stays
}

// An abort is wanted, and is forgotten, in one step: the bit of ThreadState and the fields of the thread. Nothing waits or collects within.
std::mutex& abort_lock() {
  static auto* lock = new std::mutex;
  return *lock;
}
bool is_abort(Object* exception) {
  Type* t = calls::type_of(exception);
  return t->name == "ThreadAbortException" && t->name_space == "System.Threading" && threads::current_thread()->abort.load() == threads::Thread::Abort::Thrown;
}

void run_thread(Object* thread, Object* argument) {
  Object* start = kDelegate.ref(thread);
  Type* type = calls::type_of(start);
  Method* invoke = type->find_method("Invoke");
  try {
    if (invoke->signature().params.empty()) calls::invoke<void>(invoke, start);
    else calls::invoke<void>(invoke, start, argument);
  } catch (const ManagedException& e) {
    if (!is_abort(e.object())) die_of(e.object());
  }
}

bool thread_start(Object* thread, Object* start) {
  Object* internal = kInternal.ref(thread);
  if (!internal) {
    construct_internal(thread);
    internal = kInternal.ref(thread);
  }
  // From here on Abort waits for the thread to be seen.
  if (const int32_t was = __atomic_fetch_and(&kState.in<int32_t>(internal), ~kUnstarted, __ATOMIC_SEQ_CST); !(was & kUnstarted)) {
    throw_new("System.Threading", "ThreadStateException", "Thread has already been started.");
  } else if (was & kAborted) {
    __atomic_fetch_or(&kState.in<int32_t>(internal), kUnstarted, __ATOMIC_SEQ_CST);
    return true;  // never to run
  }
  kDelegate.set(thread, start);
  threads::StartOptions options;
  options.background = state_of(internal) & kBackground;
  if (auto* chars = kNameChars.in<char16_t*>(internal)) options.name = calls::to_utf8(chars, kNameLength.in<int32_t>(internal));
  options.stack_size = static_cast<uint64_t>(std::max(0, kStackSize.in<int32_t>(internal)));
  auto root = std::make_shared<gc::Handle>(thread);
  auto argument = std::make_shared<gc::Handle>(kStartArg.ref(thread));  // managed code clears the field when we return
  try {
    threads::Thread* native = threads::start(
        [root, argument] {
          Object* self = root->get();
          abi::current().managed_thread = self;
          Object* inner = kInternal.ref(self);
          bind(inner, threads::current_thread());
          if (take_interrupt_request(inner)) threads::current_thread()->interrupted = true;
          run_thread(self, argument->get());
          __atomic_fetch_or(&kState.in<int32_t>(kInternal.ref(root->get())), kStopped, __ATOMIC_SEQ_CST);
          std::lock_guard hold(abort_lock());  // nobody wants an abort from here on
          stack::forget_abort(*threads::current_thread());
        },
        options);
    bind(internal, native);
    threads::release(native);
  } catch (const std::system_error&) {
    __atomic_fetch_or(&kState.in<int32_t>(internal), kStopped, __ATOMIC_SEQ_CST);
    throw_new("System", "OutOfMemoryException", "Couldn't create thread");
  }
  return true;
}

bool join(Object* thread, int32_t timeout) {
  Object* internal = kInternal.ref(thread);
  if (!internal || (state_of(internal) & kUnstarted)) throw_new("System.Threading", "ThreadStateException", "Thread has not been started.");
  threads::Thread* native = started(internal);
  return !native || threads::join(native, timeout);
}
void sleep(int32_t timeout) { threads::sleep(timeout); }
bool yield() {
  threads::NativeScope native;
  sched_yield();
  return true;
}
void interrupt(Object* thread) {
  Object* internal = kInternal.ref(thread);
  if (!internal) return;
  __atomic_store_n(&kInterruptRequested.in<bool>(internal), true, __ATOMIC_SEQ_CST);
  if (threads::Thread* native = native_of(internal); native && take_interrupt_request(internal)) threads::interrupt(native);
}
int32_t get_priority(Object* thread) { return kPriority.in<int32_t>(kInternal.ref(thread)); }
void set_priority(Object* thread, int32_t p) { kPriority.in<int32_t>(kInternal.ref(thread)) = p; }
int32_t get_state(Object* internal) {
  int32_t s = state_of(internal);
  if (threads::Thread* t = native_of(internal)) {
    if (t->finished) s |= kStopped;
    else if (t->waiting.load() > 0 && !(s & kStopped)) s |= kWaitSleepJoin;
  }
  return s;
}
void background_changed(Object* internal, bool background) {
  threads::Thread* native = native_of(internal);
  if (!native) return;  // read when the thread is bound
  native->background = background;
  threads::foreground_changed();  // Main may have ended, and be waiting for this thread only
}
void set_state(Object* internal, int32_t bits) {
  __atomic_fetch_or(&kState.in<int32_t>(internal), bits, __ATOMIC_SEQ_CST);
  if (bits & kBackground) background_changed(internal, true);
}
void clear_state(Object* internal, int32_t bits) {
  __atomic_fetch_and(&kState.in<int32_t>(internal), ~bits, __ATOMIC_SEQ_CST);
  if (bits & kBackground) background_changed(internal, false);
}
String* get_name(Object* internal) {
  auto* chars = kNameChars.in<char16_t*>(internal);
  return chars ? calls::new_string(chars, static_cast<size_t>(kNameLength.in<int32_t>(internal))) : nullptr;
}
void set_name(Object* internal, const char16_t* chars, int32_t length) {
  char16_t* copy = nullptr;
  if (chars && length >= 0) {
    copy = static_cast<char16_t*>(std::malloc(static_cast<size_t>(length) * 2 + 2));
    std::copy(chars, chars + length, copy);
    copy[length] = 0;
  }
  std::free(kNameChars.in<char16_t*>(internal));
  kNameChars.in<char16_t*>(internal) = copy;
  kNameLength.in<int32_t>(internal) = copy ? length : 0;
  if (threads::Thread* native = native_of(internal)) native->name = copy ? calls::to_utf8(copy, length) : "";
}
void free_internal(Object* internal) {
  std::free(kNameChars.in<char16_t*>(internal));
  kNameChars.in<char16_t*>(internal) = nullptr;
  __atomic_fetch_or(&kState.in<int32_t>(internal), kStopped, __ATOMIC_SEQ_CST);  // other finalizers may still ask
  if (threads::Thread* t = __atomic_exchange_n(&kNative.in<threads::Thread*>(internal), nullptr, __ATOMIC_SEQ_CST)) threads::release(t);
}
int32_t domain_id() { return 1; }
int32_t max_stack() { return 64 << 20; }
Array* byte_array_identity(Array* a) { return a; }
bool forget_abort_of(threads::Thread& thread, Object* internal) {
  std::lock_guard hold(abort_lock());
  if (!(__atomic_fetch_and(&kState.in<int32_t>(internal), ~kAbortRequested, __ATOMIC_SEQ_CST) & kAbortRequested)) return false;
  stack::forget_abort(thread);
  return true;
}
// false: an abort is under way already, or the thread has ended.
bool want_abort(threads::Thread& thread, Object* internal, const std::shared_ptr<gc::Handle>& state) {
  using Abort = threads::Thread::Abort;
  std::lock_guard hold(abort_lock());
  if (thread.finished || (state_of(internal) & (kAbortRequested | kStopped))) return false;
  __atomic_fetch_or(&kState.in<int32_t>(internal), kAbortRequested, __ATOMIC_SEQ_CST);
  thread.abort_state = state;
  Abort none = Abort::None;
  return thread.abort.compare_exchange_strong(none, Abort::Wanted);
}
void abort_thread(Object* internal, Object* state) {
  int32_t was = state_of(internal);
  while (was & kUnstarted)
    if (__atomic_compare_exchange_n(&kState.in<int32_t>(internal), &was, was | kAborted, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) return;
  if (was & (kAbortRequested | kStopped)) return;
  threads::Thread* thread = started(internal);
  if (!thread || !want_abort(*thread, internal, state ? std::make_shared<gc::Handle>(state) : nullptr)) return;
  if (thread == threads::current_thread()) throw ManagedException(stack::take_abort(*thread));
  threads::deliver_abort(thread);
}
void reset_abort(Object*) {
  if (!forget_abort_of(*threads::current_thread(), kInternal.ref(current_thread_object())))
    throw_new("System.Threading", "ThreadStateException", "Unable to reset abort because no abort was requested.");
}
Object* abort_exception_state(Object* thread) {
  threads::Thread* native = native_of(kInternal.ref(thread));
  return native && native->abort_state ? static_cast<gc::Handle*>(native->abort_state.get())->get() : nullptr;
}
void spin_nop() { __builtin_ia32_pause(); }

template <class T> T volatile_read(T* p) {
  if (!p) stack::throw_null_reference();
  T v;
  __atomic_load(p, &v, __ATOMIC_ACQUIRE);
  return v;
}
template <class T> void volatile_write(T* p, T v) {
  if (!p) stack::throw_null_reference();
  __atomic_store(p, &v, __ATOMIC_RELEASE);
}
void volatile_write_ref(Object** p, Object* v) {
  if (!p) stack::throw_null_reference();
  gc::store_ref(p, v);
}

#define THREAD(name, f) RAPGO_ICALL("System.Threading.Thread::" name, f)
#define VOLATILE(cs, T) THREAD("VolatileRead(" cs "&)", volatile_read<T>), THREAD("VolatileWrite(" cs "&," cs ")", volatile_write<T>)
const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.Threading.Monitor::Enter(object)", monitor_enter),
    RAPGO_ICALL("System.Threading.Monitor::Enter", monitor_enter),
    RAPGO_ICALL("System.Threading.Monitor::Exit", monitor_exit),
    RAPGO_ICALL("System.Threading.Monitor::try_enter_with_atomic_var", try_enter),
    RAPGO_ICALL("System.Threading.Monitor::Monitor_wait", monitor_wait),
    RAPGO_ICALL("System.Threading.Monitor::Monitor_pulse", monitor_pulse),
    RAPGO_ICALL("System.Threading.Monitor::Monitor_pulse_all", monitor_pulse_all),
    RAPGO_ICALL("System.Threading.Monitor::Monitor_test_synchronised", monitor_synchronised),
    RAPGO_ICALL("System.Threading.Monitor::Monitor_test_owner", monitor_owner),
    THREAD("ConstructInternalThread", construct_internal), THREAD("Thread_internal", thread_start), THREAD("GetCurrentThread", current_thread_object),
    THREAD("JoinInternal", join), THREAD("SleepInternal", sleep), THREAD("YieldInternal", yield), THREAD("InterruptInternal", interrupt),
    THREAD("GetPriorityNative", get_priority), THREAD("SetPriorityNative", set_priority), THREAD("GetState", get_state), THREAD("SetState", set_state),
    THREAD("ClrState", clear_state), THREAD("GetName_internal", get_name), THREAD("SetName_icall", set_name), THREAD("GetDomainID", domain_id),
    THREAD("SystemMaxStackStize", max_stack), THREAD("ByteArrayToRootDomain", byte_array_identity), THREAD("ByteArrayToCurrentDomain", byte_array_identity),
    THREAD("Abort_internal", abort_thread), THREAD("ResetAbortNative", reset_abort), THREAD("GetAbortExceptionState", abort_exception_state), RAPGO_ICALL_LEAF("System.Threading.Thread::SpinWait_nop", spin_nop),
    RAPGO_ICALL("System.Threading.InternalThread::Thread_free_internal", free_internal),
    VOLATILE("byte", uint8_t), VOLATILE("sbyte", int8_t), VOLATILE("short", int16_t), VOLATILE("ushort", uint16_t), VOLATILE("int", int32_t), VOLATILE("uint", uint32_t),
    VOLATILE("long", int64_t), VOLATILE("ulong", uint64_t), VOLATILE("intptr", intptr_t), VOLATILE("uintptr", intptr_t), VOLATILE("float", float), VOLATILE("single", float),
    VOLATILE("double", double), THREAD("VolatileRead(object&)", volatile_read<Object*>), THREAD("VolatileWrite(object&,object)", volatile_write_ref),
};

}  // namespace

// Thread objects of threads that managed code did not start.
static Object* adopt(threads::Thread* native, bool background) {
  Object* thread = calls::new_object(Loader::get().types().thread);
  abi::current().managed_thread = thread;  // a root from here on
  Object* internal = make_internal();
  kInternal.set(thread, internal);
  kState.in<int32_t>(internal) = background ? kBackground : kRunning;
  if (native->is_pool) kPool.in<bool>(internal) = true;
  bind(internal, native);
  return thread;
}

Object* current_thread_object() {
  if (Object* o = abi::current().managed_thread) return o;
  threads::Thread* native = threads::current_thread();
  return adopt(native, native->background);
}

bool survive_abort(Object* exception) {
  if (!is_abort(exception)) return false;
  forget_abort_of(*threads::current_thread(), kInternal.ref(current_thread_object()));
  return true;
}

void attach_main_thread() { adopt(threads::current_thread(), false); }

void register_threading() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
