// Calls of native functions with arguments made at run time, and calls from native code: System V AMD64.
// Thread safety: values. Private to run/calls.
#pragma once
#include <cstdint>
#include <vector>

#include "abi/call_layout.h"

namespace rapgo::run::calls {

// Register arguments as saved by the entry code, results as it loads them. Read and written by assembler.
struct SavedRegisters {
  uint64_t ints[6];   // results: rax = ints[0], rdx = ints[1]
  double sses[8];     // results: xmm0, xmm1
};

class NativeCall {
 public:
  void add_word(uint64_t word);
  void add(const abi::ValueShape& shape, const void* value);  // structs by value included
  // Switches to Mode::Native around the call. errno as the function left it.
  void call(void* function, int* error);
  uint64_t result_word() const { return ints_[0]; }
  // Writes a result of this shape.
  void result(const abi::ValueShape& shape, void* to) const;

 private:
  uint64_t ints_[6] = {};
  double sses_[8] = {};
  int int_count_ = 0, sse_count_ = 0;
  std::vector<uint64_t> stack_;
};

// Code that managed stubs call for a generic P/Invoke: saves its argument registers and calls pinvoke_generic.
extern "C" void rapgo_pinvoke_entry();
// Code that reverse thunks jump to, with rax = their context: saves argument registers and calls reverse_generic.
extern "C" void rapgo_reverse_entry();

}  // namespace rapgo::run::calls
