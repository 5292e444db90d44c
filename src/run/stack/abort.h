// Thread.Abort, as far as the stack has a say: where a thread may be aborted, and how it is brought to throw (docs/conventions.md 9).
// Thread safety: the current thread in Mode::Runtime, but for deliver_abort.
#pragma once
#include "abi/object.h"

namespace rapgo::run::threads { class Thread; }

namespace rapgo::run::stack {

// The thread's ThreadAbortException, made now; Abort::Wanted becomes Thrown. May collect, may throw.
abi::Object* take_abort(threads::Thread& thread);
// May the calling thread be aborted in the runtime code that managed code has called? Not in finally and fault handlers, filters, static
// constructors and callbacks from native code, anywhere on the stack. Does not collect.
bool abort_permitted(threads::Thread& thread);
// Body of LeaveCatch: throws again what was caught and not reset.
void leave_catch();
// The next way back to managed code looks whether the abort may be thrown by now.
void remind_of_abort();
// World stopped, `thread` with Abort::Wanted.
void deliver_abort(threads::Thread& thread);
// After a round of it, the world running: reads what it had to know and did not, and tells loops whether some abort is still to be thrown.
void round_done();
// While one lives, the thread is not aborted: native code waits for us, or no exception may leave.
class AbortShield {
 public:
  AbortShield();
  ~AbortShield();
  AbortShield(const AbortShield&) = delete;
  AbortShield& operator=(const AbortShield&) = delete;
};
// Abort was reset: as if nothing had been wanted.
void forget_abort(threads::Thread& thread);

}  // namespace rapgo::run::stack
