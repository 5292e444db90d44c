#include <cerrno>

#include "abi/helpers.h"
#include "base/error.h"
#include "run/stack/abort.h"
#include "run/stack/border.h"
#include "run/stack/faults.h"
#include "run/stack/throw.h"

namespace rapgo::run::stack {

namespace {

// The exception, if the thread may be aborted here.
abi::Object* aborted() {
  threads::Thread& thread = *threads::current_thread();
  if (thread.abort.load() != threads::Thread::Abort::Wanted || !abort_permitted(thread)) return nullptr;
  try {
    return take_abort(thread);
  } catch (const ManagedException& e) {
    return e.object();
  }
}

abi::Object* on_pending(uint32_t at_entry) {
  threads::safepoint();
  abi::ThreadState& s = abi::current();
  bool abort = false;
  if (s.pending.load(std::memory_order_relaxed) & abi::kPendingAbort) [[unlikely]] {
    s.pending.fetch_and(~abi::kPendingAbort);  // not now: it comes again
    abort = !at_entry;
  }
  if (at_entry) return nullptr;
  if (!(s.pending.load(std::memory_order_relaxed) & abi::kPendingException)) return abort ? aborted() : nullptr;
  s.pending.fetch_and(~abi::kPendingException);
  abi::Object* exception = s.exception;
  s.exception = nullptr;
  return exception;
}

void on_raise(abi::Context* context, abi::Object* exception) {
  if (!exception) base::fatal("a throw helper returned without an exception");
  dispatch(*context, exception, How::Rethrow);
}

}  // namespace

void init() {
  threads::hooks.fault_in_managed = fault_in_managed;
  threads::hooks.print_stack = print_stack;
  threads::hooks.overflow = [](threads::Thread&) { set_pending(stack_overflow_object()); };
  threads::hooks.throw_interrupted = [] { throw_new("System.Threading", "ThreadInterruptedException"); };
  threads::hooks.abort_permitted = abort_permitted;
  threads::hooks.throw_abort = [](threads::Thread& thread) { throw ManagedException(take_abort(thread)); };
  threads::hooks.deliver = deliver_abort;
  threads::hooks.delivered = round_done;
  abi::stub_bodies.pending = on_pending;
  abi::stub_bodies.raise = on_raise;
  abi::helper_body(abi::Helper::ResumeUnwind) = reinterpret_cast<void*>(+[](abi::Context* frame) { resume_unwind(*frame); });
}

}  // namespace rapgo::run::stack
