// One step of a stack walk: from a frame to its caller by the code's unwind rows, callee-saved registers restored.
// Thread safety: the own stack, or a stopped thread's. No allocation, no locks, no C++ exceptions: fit for signal handlers.
// Every word read is checked to lie between the present stack pointer and the stack's high end.
#pragma once
#include <cstdint>

#include "abi/stub_protocol.h"
#include "code/maps/maps.h"
#include "loop/compiled_code.h"
#include "run/threads/thread.h"

namespace rapgo::run::stack {

using code::maps::IlPosition;
using code::maps::InstalledCode;

// Register state of one frame. saved[] in the order of loop::kCalleeSaved: rbx, rbp, r12..r15.
struct Registers {
  uint64_t pc = 0;
  uint64_t sp = 0;
  uint64_t saved[loop::kCalleeSaved] = {};
  uint64_t fp() const { return saved[1]; }
  static Registers from(const abi::Context& c) { return {c.pc, c.rsp, {c.rbx, c.rbp, c.r12, c.r13, c.r14, c.r15}}; }
  abi::Context context(uint64_t rax = 0) const {
    return {saved[0], saved[1], saved[2], saved[3], saved[4], saved[5], sp, pc, rax};
  }
};

class Cursor {
 public:
  enum class Kind : uint8_t {
    Managed,  // a method's frame: code(), il()
    Stub,     // a stub's: of no interest
    Entry,    // C++ called managed code here: entry()
    Filter,   // the unwinder called a filter here: entry(), filter()
    End,      // no managed frames beneath
    Lost,     // an address that is no code, or a word outside the stack
  };

  // `exact`: pc is the instruction itself (interrupted), not a return address.
  Cursor(threads::Thread& thread, const Registers& registers, bool exact);
  // From the thread's last_pc record.
  static Cursor last_managed(threads::Thread& thread);

  Kind kind() const { return kind_; }
  bool next();  // false: End or Lost
  const InstalledCode* code() const { return code_; }
  const Registers& registers() const { return r_; }
  uint64_t lookup_pc() const { return exact_ ? r_.pc : r_.pc - 1; }
  bool exact() const { return exact_; }
  bool il(IlPosition& out) const { return code_->il_at(lookup_pc(), out); }
  abi::EntryFrame* entry() const { return entry_; }
  threads::FilterActivation* filter() const { return filter_; }
  // The filter clause that this managed frame is an activation of (its owner's frame lies further up); null for ordinary frames.
  const loop::HandlerRow* running_filter() const;
  // CFA of the present frame: identifies it. 0 where no row covers the pc.
  uint64_t cfa() const;

 private:
  bool readable(uint64_t address) const { return address >= low_ && address + 8 <= high_ && !(address & 7); }
  void classify();

  threads::Thread* thread_;
  Registers r_;
  uint64_t low_, high_;
  const InstalledCode* code_ = nullptr;
  abi::EntryFrame* entry_ = nullptr;
  threads::FilterActivation* filter_ = nullptr;
  threads::FilterActivation* filters_;  // activations not passed yet
  Kind kind_ = Kind::Lost;
  bool exact_;
};

// C++ called by managed code without transition (a leaf helper) was interrupted with these registers: makes them those of the managed
// caller. By the return address at sp, else by the rbp chain (all of Rapgo keeps frame pointers). false: not found.
bool leave_leaf(const abi::ThreadState& state, Registers& r);
Registers registers_of(const void* ucontext);

}  // namespace rapgo::run::stack
