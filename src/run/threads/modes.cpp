#include "run/threads/internal.h"
#include "run/threads/thread.h"

namespace rapgo::run::threads {

using abi::Mode;

namespace {

// The store of the mode must precede the load of `pending` in program order; the stopper's membarrier does the rest. What the thread reads
// behind that load may have been moved by the stopper: acquire, against the end of the stop.
void enter_runtime(abi::ThreadState& state) {
  for (;;) {
    state.mode.store(Mode::Runtime, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (!(state.pending.load(std::memory_order_acquire) & abi::kPendingSuspend)) [[likely]] return;
    const uint32_t phase = stop_phase.load();
    if (!(phase & 1)) return;  // the world is running again; the resumer clears the bit
    state.mode.store(Mode::Native);
    announce_stop();
    wait_phase(phase);
  }
}

void enter_native(abi::ThreadState& state) {
  state.mode.store(Mode::Native, std::memory_order_release);
  if (state.pending.load(std::memory_order_relaxed) & abi::kPendingSuspend) [[unlikely]] announce_stop();
}

}  // namespace

void NativeScope::enter(uint64_t sp) {
  abi::ThreadState& state = abi::current();
  outer_ = state.mode.load(std::memory_order_relaxed);
  outer_sp_ = state.native_sp;
  if (outer_ != Mode::Runtime) return;
  state.native_sp = sp;
  enter_native(state);
}

NativeScope::~NativeScope() {
  if (outer_ != Mode::Runtime) return;
  abi::ThreadState& state = abi::current();
  enter_runtime(state);
  state.native_sp = outer_sp_;
}

// Where the thread was in native code already, nothing changes and nobody waits for a scan to end: such a cookie stays out of the list (below_ == this).
NativeCookie::NativeCookie() : below_(abi::current().mode.load(std::memory_order_relaxed) == Mode::Runtime ? current_thread()->cookies : this) {
  if (below_ != this) current_thread()->cookies = this;
}
// Taken out of the list before the scope ends; the memory is freed after that, which a stopped world delays.
NativeCookie::~NativeCookie() {
  if (below_ != this) current_thread()->cookies = below_;
}

RuntimeScope::RuntimeScope() {
  abi::ThreadState& state = abi::current();
  outer_ = state.mode.load(std::memory_order_relaxed);
  outer_sp_ = state.native_sp;
  if (outer_ == Mode::Native) enter_runtime(state);
}

RuntimeScope::~RuntimeScope() {
  abi::ThreadState& state = abi::current();
  if (outer_ != Mode::Native) return;
  state.native_sp = outer_sp_;
  enter_native(state);
}

[[gnu::noinline]] void safepoint() {
  abi::ThreadState& state = abi::current();
  if (state.pending.load(std::memory_order_relaxed) & abi::kPendingSuspend) {
    NativeScope native;  // its end waits while the world is stopped
  }
  auto* thread = static_cast<Thread*>(state.thread);
  if ((state.pending.load(std::memory_order_relaxed) & abi::kPendingOverflow) && thread && hooks.overflow) {
    state.pending.fetch_and(~abi::kPendingOverflow);
    hooks.overflow(*thread);
  }
}

}  // namespace rapgo::run::threads
