// Managed threads: attach and detach, modes, start and join, parking, interruption (DESIGN 4.4, 4.15).
//
// Thread safety: registry functions from any thread. Everything that can block does so in Mode::Native.
// Units: timeouts in milliseconds, -1 = for ever. May collect: start(), interruptible waits and mode changes may stop for a collection.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <pthread.h>
#include <sys/types.h>

#include "abi/object.h"
#include "abi/thread_state.h"

namespace rapgo::run::threads {

// One token: unpark() before park() makes that park() return at once. Async-signal-unsafe.
class Parker {
 public:
  // Blocks until unpark(), the timeout, or spuriously. true: a token was taken. Caller must be in Mode::Native.
  bool park(int64_t timeout_ns);
  void unpark();

 private:
  std::atomic<uint32_t> word_{0};
};

// An exception on its way through second-pass handlers (run/stack owns the meaning; here because it is a root).
struct UnwindInFlight {
  abi::Object* exception;
  uint64_t frame;          // frame pointer of the baseline frame whose finally or fault handler runs
  uint32_t il_offset;      // where in that frame the exception came from
  uint32_t clause;         // index of the handler that runs
  uint64_t target_sp;      // CFA of the frame that catches; of an entry frame: its address
  uint32_t target_clause;  // in it; kEntryTarget, kLandingTarget
};

// A filter being run in the first pass: its activation has the frame pointer of its owner but lives deeper in the stack.
struct FilterActivation {
  uint64_t frame;          // rbp of the owner
  uint64_t sp;             // stack pointer at the filter's first instruction
  FilterActivation* below;
};

class Thread {
 public:
  abi::ThreadState* state = nullptr;   // the thread's tls_state; valid while attached
  pthread_t handle{};
  pid_t tid = 0;
  int32_t managed_id = 0;              // Thread.ManagedThreadId
  std::string name;
  std::atomic<bool> background{false};
  std::atomic<bool> interrupted{false};   // Thread.Interrupt: the next interruptible wait throws
  // Thread.Abort. Wanted: ThreadAbortException is to be thrown where the thread may be aborted; Thrown: it is on its way, or was caught and
  // not reset. Who wants it changes None to Wanted; the thread itself does all the rest.
  enum class Abort : uint8_t { None, Wanted, Thrown };
  std::atomic<Abort> abort{Abort::None};
  std::atomic<bool> abort_signal{false};  // look again: waits are woken with it
  std::atomic<bool> abort_in_loop{false}; // Wanted, and when last seen the thread ran managed code that could not be left: loops are to look
  std::shared_ptr<void> abort_state;      // gc::Handle of what Abort was given; owned by classlib
  std::shared_ptr<void> abort_exception;  // gc::Handle, while Thrown; owned by run/stack
  // A finally block of baseline code at whose end the abort is thrown: its frame, and where it would go on.
  struct AbortGuard {
    uint64_t frame = 0, continuation = 0;
  } abort_guard;
  int shields = 0;                        // > 0: native code called us, and no exception may leave through it
  std::atomic<int> waiting{0};            // > 0: ThreadState.WaitSleepJoin
  std::atomic<bool> finished{false};
  bool is_pool = false;
  uint64_t guard_low = 0;              // [guard_low, state->stack_low): guard zone, opened on overflow; 0: not our stack
  bool guard_open = false;
  Parker parker;

  // ---- owned by run/transfer ----
  struct Transfer {                    // the last transfer up: its homes are in the transfer buffer until the target has read them
    uint64_t return_address = 0;       // of the back-edge's call
    uint64_t entry = 0;
    uint32_t words = 0;                // used in the buffer; 0: nothing there
  } transfer;

  // ---- owned by run/stack ----
  std::vector<UnwindInFlight> unwinds;
  FilterActivation* filters = nullptr;
  struct ExceptionSlot {               // object of a C++ ManagedException on its way through C++ frames
    abi::Object* object;
    ExceptionSlot *next, *previous;
    int references;
  };
  class NativeCookie* cookies = nullptr;
  ExceptionSlot* in_flight = nullptr;  // all of them, newest first

  // ---- suspension ----
  std::atomic<uint32_t> stop_ack{0};   // phase number for which this thread stopped by signal
  void* stopped_context = nullptr;     // ucontext_t*, while stopped in managed code by signal

  struct Impl;
  Impl* impl = nullptr;
};

inline Thread* current_thread() { return static_cast<Thread*>(abi::current().thread); }

// Installs signal handlers, remembers the main stack. Once, before any attach.
void init();

struct StartOptions {
  uint64_t stack_size = 0;  // 0: default
  bool background = false;
  bool pool = false;
  std::string name;
};
// Makes a pthread with our own stack, guard zone and alternate signal stack, attaches it (Mode::Runtime), runs `body`, detaches.
// `body` must not let ManagedException escape; it may capture gc handles, never raw references. Returns when the thread is attached.
// The caller gets one reference (release()). Throws std::system_error when the system refuses a thread.
Thread* start(std::function<void()> body, const StartOptions& options);

// Runs `body` as the main managed thread and returns its result; the calling (native) thread runs `meanwhile`, then waits.
int run_main(const std::function<int()>& body, const std::function<void()>& meanwhile = {});

// A native thread enters the runtime (callback, embedding): attach leaves it in Mode::Runtime. Idempotent.
Thread* attach_current(bool background = true);
void detach_current();

// true: the thread has ended. Interruptible: throws ThreadInterruptedException through `throw_interrupted` hook.
bool join(Thread* thread, int64_t timeout_ms);
// The Thread stays valid until release() as many times as it was retained; start() gives the starter one reference.
void retain(Thread*);
void release(Thread*);

void sleep(int64_t timeout_ms);     // interruptible; 0 yields
void interrupt(Thread* thread);
// Blocks until unpark or timeout; a pending Interrupt throws ThreadInterruptedException. Mode::Runtime on entry and exit.
bool park_interruptible(int64_t timeout_ns);

// ---- Thread.Abort ----
// The target has Abort::Wanted: tried at once, then every millisecond until it is thrown, reset, or the thread has ended.
void deliver_abort(Thread* thread);
bool deliver_aborts_now();  // stops the world; true: some are left. For deliver_abort and tests

// Waits until no foreground thread but the caller runs.
void wait_for_foreground_threads();
void foreground_changed();  // after setting Thread::background
// At process exit: no thread may return to managed code any more (they block for ever at their next transition).
void freeze_others_for_exit();

// Every attached thread, under the registry lock, in Mode::Native: `visit` must not touch references or the registry.
void for_each_thread(const std::function<void(Thread&)>& visit);
int thread_count();

// ---- modes ----
// Stores rbx, rbp, r12..r15 and returns the caller's stack pointer (scope_x64.cpp).
extern "C" uint64_t rapgo_save_registers(uint64_t out[6]);

// Runtime -> Native while blocking; no references may be touched inside. Native -> Runtime waits while the world is stopped.
class NativeScope {
 public:
  [[gnu::always_inline]] NativeScope() { enter(rapgo_save_registers(saved_)); }
  ~NativeScope();
  NativeScope(const NativeScope&) = delete;

 private:
  void enter(uint64_t sp);
  uint64_t saved_[6];      // callee-saved registers of the caller: scanned, since they lie above native_sp
  uint64_t outer_sp_;
  abi::Mode outer_;
};

// One in the C heap (cookies of libmono-native): its words are scanned through a list of the thread. Made and destroyed on one thread, as a stack.
class NativeCookie {
 public:
  NativeCookie();
  ~NativeCookie();
  NativeCookie(const NativeCookie&) = delete;

 private:
  friend void scan_thread(Thread&, void (*)(void*, const uint64_t*, const uint64_t*), void*, const void*);
  NativeCookie* below_;
  NativeScope scope_;
};

// A native callback into the runtime: Native -> Runtime -> Native.
class RuntimeScope {
 public:
  RuntimeScope();
  ~RuntimeScope();
  RuntimeScope(const RuntimeScope&) = delete;

 private:
  abi::Mode outer_;
  uint64_t outer_sp_;
};

// Marked point of runtime code: stops here if the world is to be stopped. Also the slow part of transition stubs
// (called in Mode::Runtime when `pending` is not zero). May collect.
void safepoint();
inline void poll() {
  if (abi::current().pending.load(std::memory_order_relaxed) & abi::kPendingSuspend) [[unlikely]] safepoint();
}

// ---- hooks ----
// Lists are called in the order of registration, on the thread itself, in Mode::Runtime (detaching: in reverse order).
void on_thread_attached(void (*)(Thread&));
void on_thread_detaching(void (*)(Thread&));

struct Hooks {
  void (*throw_interrupted)() = nullptr;  // run/stack: throws ThreadInterruptedException
  // run/stack. May the calling thread be aborted where it stands (in runtime code, called by managed code)? May not collect.
  bool (*abort_permitted)(Thread&) = nullptr;
  void (*throw_abort)(Thread&) = nullptr;
  // run/stack, world stopped: sends the stopped thread to the exception, or leaves it a note (kPendingAbort, abort_signal), or nothing.
  void (*deliver)(Thread&) = nullptr;
  void (*delivered)() = nullptr;  // run/stack, after a round of that, on the same thread
  // run/stack. A fault at a pc in the code region, or in a leaf helper: turns the context into a throw. false: not ours.
  bool (*fault_in_managed)(Thread&, void* ucontext, int signal, uint64_t address) = nullptr;
  void (*overflow)(Thread&) = nullptr;    // run/stack: sets a StackOverflowException pending; Mode::Runtime
  void (*print_stack)(Thread&, void* ucontext, int fd) = nullptr;  // run/stack: managed stack, best effort, async-signal-safe
};
extern Hooks hooks;

// The opened part of the guard zone, which must be closed once the stack is clear of it: false if there is nothing to close,
// or `sp` is still too deep. Clears guard_open; the caller closes it (PROT_NONE) from outside the zone.
bool guard_to_close(Thread&, uint64_t sp, uint64_t& low, uint64_t& bytes);
inline constexpr uint64_t kGuardZone = 512 * 1024;  // opened on overflow, room for runtime code and handlers
// Sizes as Mono counts them: so much is asked for by default. Baseline frames of small methods are up to 3.5 times as large as its own;
// for the same depth of recursion a thread gets kRoomierFrames times what is asked for (untouched, it costs nothing).
inline constexpr uint64_t kThreadStack = 2ull << 20, kRoomierFrames = 4;

}  // namespace rapgo::run::threads
