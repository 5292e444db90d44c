// What hand-written stubs (compile/stubs) and their C++ halves (run/) agree on, beyond helpers.def. x86-64 registers by name; the
// layouts are read and written by machine code.
// Thread safety: the tables are written once, before managed code runs.
#pragma once
#include <cstddef>
#include <cstdint>

#include "abi/object.h"

namespace rapgo::abi {

// Register state of a managed frame at a call: what the unwinder starts from and what it ends with.
// Order of the callee-saved registers as in loop::kCalleeSaved.
struct Context {
  uint64_t rbx, rbp, r12, r13, r14, r15;
  uint64_t rsp;        // as after the return (CFA of the stub)
  uint64_t pc;         // return address into managed code
  uint64_t rax;        // restore_context only: value in rax on arrival (the exception)
};
static_assert(sizeof(Context) == 72);

// Argument registers as they were at a managed call, for FirstCall and InterfaceMiss. The bodies may read the receiver here
// (rdi, or rsi when the callee has a hidden result); the stub reloads all of them afterwards.
struct ArgRegisters {
  double xmm[8];
  uint64_t rdi, rsi, rdx, rcx, r8, r9;
  uint64_t r10;        // interface method, in interface calls
};

// Where TransferUp goes on. All of it must stay valid until the OSR version has read it (thread's transfer buffer).
struct TransferUpTarget {
  uint64_t entry;      // R entry(uint64_t* homes, uint64_t* exposed, void* hidden_result)
  uint64_t* homes;
  uint64_t exposed;    // address of the exposed block; with keep_frame only
  uint64_t result;     // hidden result address of the baseline frame, 0 if it has none
  uint64_t keep_frame; // not 0: the OSR code runs on top of the baseline frame and returns to OsrReturn
};

// ---- bodies of Special helpers, in abi::helper_bodies ------------------------------------------------------------
// All in Mode::Runtime with last_pc/sp/fp set. "may throw": leaves an exception pending (as Full bodies do).
//   FirstCall      uint64_t (uint32_t method, ArgRegisters*)            address to go on at; may throw
//   InterfaceMiss  uint64_t (uint32_t interface_method, ArgRegisters*)  address to go on at; may throw
//   TransferUp     TransferUpTarget* (uint64_t return_address, uint64_t rbp_of_frame)   null: stay in baseline code
//   TransferDown   noreturn (Context*, uint32_t exit, uint64_t* buffer) Context of the optimized frame: pc = return address
//   ResumeUnwind   noreturn (Context*)   rbp = frame whose handler ended; pc = inside its endfinally instruction
//   PatchedAssumption uint64_t (Context*) address to go on at, all registers as before the call
// Bodies of Throw helpers get a trailing `Context*` behind their declared arguments. They either go on into the unwinder
// themselves, or return with an exception pending, which is then raised.

struct StubBodies {
  // `pending` was not zero on the way back to managed code. Stops this thread if asked to. Returns the exception to be raised
  // (and clears kPendingException), or null to go on. at_entry: on the way *into* managed code; do not take the exception.
  Object* (*pending)(uint32_t at_entry) = nullptr;
  // Starts the unwinder: the exception is thrown at the call that returns to context->pc. Never returns.
  void (*raise)(Context* context, Object* exception) = nullptr;
  // After a P/Invoke with capture_errno, still in Mode::Native.
  void (*save_errno)() = nullptr;
};
extern StubBodies stub_bodies;

// ---- managed calls from C++ --------------------------------------------------------------------------------------
// Argument registers and stack words as the callee wants them (abi/call_layout.h).
struct InvokeBlock {
  uint64_t ints[6] = {};
  double sses[8] = {};
  const uint64_t* stack = nullptr;
  uint64_t stack_words = 0;
  uint64_t result_ints[2] = {};    // rax, rdx
  double result_sses[2] = {};      // xmm0, xmm1
  Object* exception = nullptr;     // what the callee let escape (results are then meaningless)
  uint64_t r10 = 0;
};

// Frame of invoke() and call_filter(). A walk that meets return address stub_entries.invoke_return finds it at
// invoke_frame(rbp as unwound); one that meets filter_return, at filter_frame(rsp at the filter's first instruction).
// The walk goes on with its saved_last_*; 0: no managed frame beneath. An exception that leaves the callee uncaught goes (by
// restore_context) to invoke_exception with that rbp, or to filter_exception with rsp = the frame's address, exception in rax:
// the stub restores C++'s own registers, so the others do not matter.
struct EntryFrame {
  uint64_t reserved;
  uint64_t saved_last_pc, saved_last_sp, saved_last_fp;
  uint64_t block;            // InvokeBlock*
  uint64_t rbx, r12, r13, r14, r15, rbp;  // of the C++ caller
  uint64_t return_address;   // into C++
};
static_assert(sizeof(EntryFrame) == 96);
inline EntryFrame* invoke_frame(uint64_t rbp) { return reinterpret_cast<EntryFrame*>(rbp - offsetof(EntryFrame, rbp)); }
inline EntryFrame* filter_frame(uint64_t sp) { return reinterpret_cast<EntryFrame*>(sp + 8); }

struct StubEntries {
  // C++-callable, System V, Mode::Runtime before and after. Never throws C++ exceptions.
  void (*invoke)(uint64_t entry, InvokeBlock* block) = nullptr;
  // Runs a filter of a baseline frame: 0 or 1; an exception that escapes it counts as 0. *sp_out (before the filter runs) = rsp
  // at the filter's first instruction, which identifies the activation.
  uint32_t (*call_filter)(uint64_t filter_pc, uint64_t rbp, Object* exception, uint64_t* sp_out) = nullptr;
  // Leaves all C++ frames: loads the registers, sets Mode::Managed (stopping first if asked to), continues at context->pc. (Declared as
  // not returning, for the address sanitizer to forget what it knows of those frames.)
  __attribute__((noreturn)) void (*restore_context)(const Context* context) = nullptr;
  // The same, after copying `bytes` (a multiple of 8) from `staged` to `target` on this stack, where C++ frames may still be. Context
  // and staged must lie outside the stack (thread's transfer buffer). context->rsp is the final rsp; target >= context->rsp.
  __attribute__((noreturn)) void (*restore_frames)(const Context* context, const uint64_t* staged, uint64_t* target, uint64_t bytes) = nullptr;
  // Code addresses for walks.
  uint64_t invoke_return = 0, invoke_exception = 0, filter_return = 0, filter_exception = 0;
  // Start of the blob of core stubs and its size.
  uint64_t blob = 0, blob_size = 0;
};
extern StubEntries stub_entries;

// Instruction ranges of asm stubs that restart: a thread stopped with pc in [begin, end) is moved to begin.
struct RestartRange { uint64_t begin, end; };
extern RestartRange restart_ranges[8];
extern int restart_range_count;
// The pc to continue at. Async-signal-safe.
inline uint64_t restarted_pc(uint64_t pc) {
  for (int i = 0; i < restart_range_count; ++i)
    if (pc - restart_ranges[i].begin < restart_ranges[i].end - restart_ranges[i].begin) return restart_ranges[i].begin;
  return pc;
}

}  // namespace rapgo::abi
