// Stopping the world (DESIGN 4.4). Managed threads stop by signal where they are; runtime ones at marked points; native ones
// count as stopped and block on their way back.
// Thread safety: one stopper at a time; others wait in Mode::Native. The stopper must be attached and in Mode::Runtime.
// While stopped: no allocation from the managed heap, no lock that a stopped thread might hold. malloc is fine: a thread is never
// stopped by signal inside runtime or native code.
#pragma once
#include <cstdint>

namespace rapgo::run::threads {

class Thread;

void stop_world();
void resume_world();
uint64_t last_stop_ns();  // duration of the last stop, for reports

class StoppedWorld {
 public:
  StoppedWorld() { stop_world(); }
  ~StoppedWorld() { resume_world(); }
};

// Calls visit(low, high) for every word range that may hold references or code addresses of `thread`: stack, registers,
// vector state, transfer buffer, in-flight exceptions. World stopped, or `thread` is the caller.
void scan_thread(Thread& thread, void (*visit)(void* context, const uint64_t* low, const uint64_t* high), void* context);

}  // namespace rapgo::run::threads
