// The stack trace of an exception while it is dispatched. Private to run/stack. Thread safety: one dispatch at a time per thread.
#pragma once
#include <cstdint>

#include "abi/object.h"
#include "run/stack/cursor.h"

namespace rapgo::run::stack {

// Collects frames during a first pass in a buffer of the thread (no destructor: dispatch leaves by jumping).
class TraceBuilder {
 public:
  TraceBuilder();
  // The frame's method and what is inlined there. `il`: known better than by the pc; -1: by the pc.
  void add(const Cursor& frame, int64_t il);
  void skip_first() { skip_ = true; }
  // exception._stackTrace = what it held (if `append`) + the frames collected. Silent where memory is short. May collect.
  void store(abi::Object* exception, bool append);

 private:
  void push(uint32_t method, uint32_t il, uint64_t pc);
  bool skip_ = false;
  static constexpr uint32_t kMaxFrames = 4096;  // of a recursion gone wild the innermost ones tell enough
};

}  // namespace rapgo::run::stack
