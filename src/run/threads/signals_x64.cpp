// Signals: stopping managed threads, and faults of managed code (DESIGN 4.4, 4.16).
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <execinfo.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/ucontext.h>
#include <unistd.h>

#include "abi/stub_protocol.h"
#include "run/threads/internal.h"
#include "run/threads/service.h"
#include "run/threads/suspend.h"

namespace rapgo::run::threads {

namespace {

using abi::Mode;

void (*more_words)(Thread&, void (*)(void*, const uint64_t*, const uint64_t*), void*);

constexpr uint64_t kHardZone = 64 * 1024;  // never opened: overflow within overflow ends here

ucontext_t* context_of(void* p) { return static_cast<ucontext_t*>(p); }

// Allocation and barrier stubs restart from their beginning: nothing of them may span a collection.
void restart(ucontext_t* uc) {
  auto& pc = uc->uc_mcontext.gregs[REG_RIP];
  pc = static_cast<greg_t>(abi::restarted_pc(static_cast<uint64_t>(pc)));
}

void on_stop(int, siginfo_t*, void* context) {
  const int saved_errno = errno;
  abi::ThreadState& state = abi::current();
  auto* thread = static_cast<Thread*>(state.thread);
  if (thread && state.mode.load(std::memory_order_relaxed) == Mode::Managed) {
    restart(context_of(context));
    thread->stopped_context = context;
    for (;;) {
      const uint32_t phase = stop_phase.load();
      if (!(phase & 1)) break;
      thread->stop_ack.store(phase, std::memory_order_release);
      announce_stop();
      futex_wait(&stop_phase, phase, -1);
    }
    thread->stopped_context = nullptr;
  } else if (stop_phase.load() & 1) {
    announce_stop();  // on its way between modes: the stopper looks again at once
  }
  errno = saved_errno;
}

void print(const char* text) { [[maybe_unused]] auto n = write(2, text, strlen(text)); }
void print_hex(uint64_t value) {
  char text[19] = "0x";
  int n = 2;
  for (int shift = 60; shift >= 0; shift -= 4)
    if (value >> shift || shift == 0) text[n++] = "0123456789abcdef"[value >> shift & 15];
  text[n] = 0;
  print(text);
}

// A crash in native or runtime code is reported as one, then gets the default action.
void crash(int signal, siginfo_t* info, void* context, const char* why) {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  sigaction(signal, &action, nullptr);
  print("\nrapgo: ");
  print(why);
  print(": ");
  print(signal == SIGSEGV ? "SIGSEGV" : signal == SIGBUS ? "SIGBUS" : signal == SIGFPE ? "SIGFPE" : "SIGILL");
  print(" at pc ");
  print_hex(static_cast<uint64_t>(context_of(context)->uc_mcontext.gregs[REG_RIP]));
  print(", address ");
  print_hex(reinterpret_cast<uint64_t>(info->si_addr));
  print("\nNative stack:\n");
  void* frames[32];
  backtrace_symbols_fd(frames, backtrace(frames, 32), 2);
  Thread* thread = current_thread();
  if (thread && hooks.print_stack) {
    print("Managed stack:\n");
    hooks.print_stack(*thread, context, 2);
  }
  if (info->si_code <= 0) raise(signal);  // sent, not caused: it will not come again by itself
}

bool in_guard(const Thread& thread, uint64_t address) {
  return thread.guard_low && address >= thread.guard_low && address < thread.state->stack_low;
}

void on_fault(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  Thread* thread = current_thread();
  const auto address = reinterpret_cast<uint64_t>(info->si_addr);
  const char* why = "native code crashed";
  if (thread && info->si_code > 0) {
    abi::ThreadState& state = *thread->state;
    const bool managed = state.mode.load(std::memory_order_relaxed) == Mode::Managed;
    if (signal == SIGSEGV && in_guard(*thread, address)) {
      if (thread->guard_open || address < thread->guard_low + kHardZone) {
        crash(signal, info, context, "stack overflow while handling a stack overflow");
        return;
      }
      mprotect(reinterpret_cast<void*>(thread->guard_low + kHardZone), kGuardZone - kHardZone, PROT_READ | PROT_WRITE);
      thread->guard_open = true;
      if (!managed || !hooks.fault_in_managed || !hooks.fault_in_managed(*thread, context, signal, address))
        state.pending.fetch_or(abi::kPendingOverflow);
      errno = saved_errno;
      return;
    }
    if (managed && hooks.fault_in_managed && hooks.fault_in_managed(*thread, context, signal, address)) {
      errno = saved_errno;
      return;
    }
    if (managed) why = "managed code crashed";
  }
  crash(signal, info, context, why);
}

void on_quit(int, siginfo_t*, void*) {
  const int saved_errno = errno;
  request_stack_dump();
  errno = saved_errno;
}

void handle(int signal, void (*handler)(int, siginfo_t*, void*)) {
  struct sigaction action {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  sigfillset(&action.sa_mask);  // stop and sample signals never nest on the alternate stack: a stopped context is the program's
  for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) sigdelset(&action.sa_mask, fault);
  sigaction(signal, &action, nullptr);
}

void scan_context(ucontext_t* uc, const Thread& thread, void (*visit)(void*, const uint64_t*, const uint64_t*), void* sink) {
  const auto* registers = reinterpret_cast<const uint64_t*>(uc->uc_mcontext.gregs);
  visit(sink, registers, registers + REG_RIP + 1);
  if (uc->uc_mcontext.fpregs) {
    // Two references may travel in one vector register. Size: the kernel's own note in the frame (FP_XSTATE_MAGIC1).
    const auto* area = reinterpret_cast<const uint8_t*>(uc->uc_mcontext.fpregs);
    uint32_t magic, bytes;
    memcpy(&magic, area + 464, 4);
    memcpy(&bytes, area + 468, 4);
    if (magic != 0x46505853 || bytes < 512 || bytes > 16384) bytes = 512;
    visit(sink, reinterpret_cast<const uint64_t*>(area), reinterpret_cast<const uint64_t*>(area + (bytes & ~7u)));
  }
  const abi::ThreadState& state = *thread.state;
  uint64_t low = (static_cast<uint64_t>(uc->uc_mcontext.gregs[REG_RSP]) - 128) & ~7ull;  // red zone of leaf helpers
  if (low < (thread.guard_open ? thread.guard_low : state.stack_low - 4096) || low >= state.stack_high) {
    // A foreign signal handler on the alternate stack was interrupted: its frame is there, the true stack pointer unknown.
    const auto* alternate = static_cast<const uint64_t*>(thread.impl->alternate);
    visit(sink, alternate, alternate + thread.impl->alternate_bytes / 8);
    low = state.stack_low;
  }
  visit(sink, reinterpret_cast<const uint64_t*>(low), reinterpret_cast<const uint64_t*>(state.stack_high));
}

// A transfer up is over when its target has read the homes, which it does first of all.
bool transfer_is_live(const Thread& thread) {
  const abi::ThreadState& state = *thread.state;
  if (state.mode.load() != Mode::Managed || !thread.stopped_context) return state.last_pc == thread.transfer.return_address;
  const auto pc = static_cast<uint64_t>(context_of(thread.stopped_context)->uc_mcontext.gregs[REG_RIP]);
  return pc - abi::stub_entries.blob < abi::stub_entries.blob_size || pc - thread.transfer.entry < 256 + uint64_t{32} * thread.transfer.words;
}

}  // namespace

int stop_signal() { return SIGRTMIN + 3; }

void install_signal_handlers() {
  void* warm[1];
  backtrace(warm, 1);  // loads libgcc_s now: not in a signal handler
  handle(stop_signal(), on_stop);
  handle(SIGSEGV, on_fault);
  handle(SIGBUS, on_fault);
  handle(SIGFPE, on_fault);
  handle(SIGILL, on_fault);
  handle(SIGQUIT, on_quit);
  signal(SIGPIPE, SIG_IGN);
}

void make_alternate_stack(Thread& thread) {
  const size_t frame = getauxval(AT_MINSIGSTKSZ) ? getauxval(AT_MINSIGSTKSZ) : 4096;
  const size_t bytes = (4 * frame + 64 * 1024 + 4095) & ~size_t{4095};  // fault, stop and sample may nest
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return;
  stack_t stack{};
  stack.ss_sp = memory;
  stack.ss_size = bytes;
  sigaltstack(&stack, nullptr);
  thread.impl->alternate = memory;
  thread.impl->alternate_bytes = bytes;
}

void free_alternate_stack(Thread& thread) {
  if (!thread.impl->alternate) return;
  stack_t off{};
  off.ss_flags = SS_DISABLE;
  sigaltstack(&off, nullptr);
  munmap(thread.impl->alternate, thread.impl->alternate_bytes);
  thread.impl->alternate = nullptr;
}

bool guard_to_close(Thread& thread, uint64_t sp, uint64_t& low, uint64_t& bytes) {
  if (!thread.guard_open || sp < thread.state->stack_low + 64 * 1024) return false;
  low = thread.guard_low + kHardZone;
  bytes = kGuardZone - kHardZone;
  thread.guard_open = false;
  return true;
}

void scan_thread(Thread& thread, void (*visit)(void*, const uint64_t*, const uint64_t*), void* sink, const void* own_sp) {
  abi::ThreadState& state = *thread.state;
  if (&thread == current_thread()) {
    visit(sink, static_cast<const uint64_t*>(own_sp), reinterpret_cast<const uint64_t*>(state.stack_high));
  } else if (state.mode.load() == Mode::Managed && thread.stopped_context) {
    scan_context(context_of(thread.stopped_context), thread, visit, sink);
  } else {
    visit(sink, reinterpret_cast<const uint64_t*>(state.native_sp), reinterpret_cast<const uint64_t*>(state.stack_high));
  }
  if (thread.transfer.words) {
    if (transfer_is_live(thread)) visit(sink, state.transfer_buffer, state.transfer_buffer + thread.transfer.words);
    else thread.transfer.words = 0;  // so that old words keep neither objects nor code
  }
  visit(sink, state.scratch, state.scratch + 6);
  for (const NativeCookie* c = thread.cookies; c; c = c->below_) visit(sink, reinterpret_cast<const uint64_t*>(&c->scope_), reinterpret_cast<const uint64_t*>(&c->scope_ + 1));
  if (more_words) more_words(thread, visit, sink);
}

void on_scan_thread(void (*scan)(Thread&, void (*)(void*, const uint64_t*, const uint64_t*), void*)) { more_words = scan; }

}  // namespace rapgo::run::threads
