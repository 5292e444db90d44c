// What the sampler's signal handler sees of a stack. No locks, no allocation; every word is checked before it is read.
#include <atomic>

#include "run/stack/cursor.h"
#include "run/stack/walk.h"

namespace rapgo::run::stack {

namespace {

std::atomic<uint64_t> misses{0};

void add(loop::Sample& out, const Cursor& c) {
  const InstalledCode& code = *c.code();
  IlPosition at{0, 0};
  uint32_t frame = 0, il = 0;
  if (c.il(at)) frame = at.frame, il = at.il_offset;
  while (out.frame_count < loop::kMaxSampleFrames) {
    const bool outermost = frame == 0 || frame >= code.code.inlined.size();
    out.frames[out.frame_count++] = {(outermost ? code.method : code.code.inlined[frame].method).value, il, code.id.value};
    if (outermost) return;
    il = code.code.inlined[frame].caller_il_offset;
    frame = code.code.inlined[frame].caller;
  }
}

}  // namespace

bool capture_sample(void* ucontext, loop::Sample& out) noexcept {
  out.frame_count = 0;
  out.in_native = 0;
  auto* thread = threads::current_thread();
  if (!thread || !thread->state) return false;
  const abi::ThreadState& state = *thread->state;
  Registers r;
  bool exact = true;
  if (state.mode.load(std::memory_order_relaxed) == abi::Mode::Managed) {
    r = registers_of(ucontext);
    if (!code::maps::lookup(r.pc)) {
      out.in_native = 1;
      exact = false;
      if (!leave_leaf(state, r)) {
        misses.fetch_add(1, std::memory_order_relaxed);
        return false;
      }
    }
  } else {
    if (!state.last_pc) return true;  // runtime code that no managed code called
    if (Unsampled::here()) {
      out.in_native = 1;
      return true;
    }
    out.in_native = 1;
    exact = false;
    r.pc = state.last_pc;
    r.sp = state.last_sp;
    r.saved[1] = state.last_fp;
  }
  Cursor c(*thread, r, exact);
  for (int steps = 0; steps < 256 && out.frame_count < loop::kMaxSampleFrames; steps++) {
    if (c.kind() == Cursor::Kind::Managed) add(out, c);
    if (!c.next()) break;
  }
  if (c.kind() == Cursor::Kind::Lost) {
    misses.fetch_add(1, std::memory_order_relaxed);
    return out.frame_count > 0;
  }
  return true;
}

uint64_t sample_misses() { return misses.load(std::memory_order_relaxed); }

}  // namespace rapgo::run::stack
