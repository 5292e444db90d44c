// Stopping the world (DESIGN 4.4). Managed threads stop by signal where they are; runtime ones at marked points; native ones
// count as stopped and block on their way back.
//
// Thread safety: one stopper at a time; others wait in Mode::Native. The stopper is attached and in Mode::Runtime, or not attached at all.
// While stopped: no allocation from the managed heap, no lock that a stopped thread might hold. malloc is fine: a thread is never
// stopped by signal inside runtime or native code.
#pragma once
#include <cstdint>

namespace rapgo::run::threads {

class Thread;

void stop_world();
void resume_world();
uint64_t last_stop_ns();  // duration of the last stop

class StoppedWorld {
 public:
  StoppedWorld() { stop_world(); }
  ~StoppedWorld() { resume_world(); }
  StoppedWorld(const StoppedWorld&) = delete;
};

// Calls visit(sink, low, high) for every range of words that may hold references or code addresses of `thread`: stack, registers,
// vector state, transfer buffer, scratch. World stopped; for the calling thread `own_sp` is where its stack begins (its
// callee-saved registers stored above).
void scan_thread(Thread& thread, void (*visit)(void* sink, const uint64_t* low, const uint64_t* high), void* sink,
                 const void* own_sp);
// Further words of each thread (thread statics): called in scan_thread, world stopped.
void on_scan_thread(void (*scan)(Thread&, void (*visit)(void* sink, const uint64_t* low, const uint64_t* high), void* sink));
// All threads, for collections and reclamation of code: stops nobody; the caller holds the world.
void scan_all_threads(void (*visit)(void* sink, const uint64_t* low, const uint64_t* high), void* sink, const void* own_sp);

}  // namespace rapgo::run::threads
