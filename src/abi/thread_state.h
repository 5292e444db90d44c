// ThreadState: the per-thread words that machine code reads at fs:[offset]. One thread_local object in the executable
// (initial-exec), so its fs offset is one constant for all threads (SymbolKind::TlsOffset).
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace rapgo::abi {

struct Object;

// Who may stop this thread, and how (DESIGN 4.4).
enum class Mode : uint32_t {
  Native = 0,   // outside managed code and not touching the heap: never signalled, counts as stopped; checks on its way back
  Managed = 1,  // in managed code or a leaf helper: stopped by signal at any instruction (allocation/barrier ranges restart)
  Runtime = 2,  // in runtime code that may hold and use references: stops at marked points (allocation, poll, leaving)
};

enum Pending : uint32_t {
  kPendingSuspend = 1,    // someone wants this thread stopped
  kPendingException = 2,  // `exception` is to be thrown when runtime code returns to managed code
  kPendingAbort = 4,      // Thread.Abort / Interrupt
  kPendingOverflow = 8,   // the stack overflowed in runtime code: StackOverflowException on the way back
};

struct ThreadState {
  uint64_t alloc_cursor;   // thread-local nursery buffer; committed last, so the nursery always parses
  uint64_t alloc_limit;
  std::atomic<Mode> mode;
  std::atomic<uint32_t> pending;
  // The last managed frame while not in Mode::Managed: return address into managed code, its rsp (after return) and rbp.
  uint64_t last_pc, last_sp, last_fp;
  Object* exception;       // with kPendingException
  uint64_t stack_low;      // lowest usable address (above the guard zone)
  uint64_t stack_high;
  uint64_t* transfer_buffer;  // kTransferWords words for homes and exit states in flight
  void* thread;            // run::threads::Thread
  Object* managed_thread;  // System.Threading.Thread; a root
  uint64_t thread_statics; // address of this thread's thread-statics table
  uint32_t thread_index;   // small number for thin locks, from 1
  uint32_t stress_counter;
  uint64_t native_sp;      // Mode::Native: lowest stack address to scan; callee-saved registers are stored above it
  uint64_t scratch[6];     // for stubs
  uint64_t icall_method;   // MethodId of the internal call that this thread entered last (its stub sets it)
};

extern thread_local ThreadState tls_state __attribute__((tls_model("initial-exec"), visibility("default")));
inline ThreadState& current() { return tls_state; }
// fs-relative offset of tls_state, negative.
int32_t tls_offset();  // thread_state_x64.cpp

inline constexpr size_t kTransferWords = 4096;

}  // namespace rapgo::abi
