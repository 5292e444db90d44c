// The border between C++ and managed code, as helper bodies and internal calls use it.
// Thread safety: the current thread, Mode::Runtime.
#pragma once
#include "abi/object.h"
#include "abi/stub_protocol.h"

namespace rapgo::run::stack {

// Leaves the exception for the transition stub to raise.
void set_pending(abi::Object* exception) noexcept;
// In a catch (...) block: turns what was caught into a pending managed exception.
void catch_at_border() noexcept;

// Preallocated, because there may be no room for them when they are needed.
abi::Object* out_of_memory_object();
abi::Object* stack_overflow_object();
// Makes them; needs a working class library. Runs managed constructors.
void preallocate_exceptions();

enum class How {
  Throw,    // `throw`: the trace begins here
  Rethrow,  // `rethrow`, and exceptions that crossed C++: the trace goes on
  Silent,   // a transfer in mid-dispatch: the trace stands already
};
// The exception is thrown at the call that returns to at.pc. Leaves all C++ frames without destructors.
[[noreturn]] void dispatch(const abi::Context& at, abi::Object* exception, How how);
// Thrown at il_offset of the baseline frame with this context (pc anywhere in its code, rsp and rbp its own). For transfers.
[[noreturn]] void dispatch_in_frame(const abi::Context& frame, uint32_t il_offset, abi::Object* exception);
// Body of ResumeUnwind.
[[noreturn]] void resume_unwind(const abi::Context& frame);
// Set before jumping to the ResumeUnwind stub on behalf of a transfer down with Resume::Throw.
void arm_throw_in_frame(abi::Object* exception, uint32_t il_offset);

// Registers hooks and stub bodies. Once, before core stubs are made.
void init();

}  // namespace rapgo::run::stack
