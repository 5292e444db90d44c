#include <cerrno>

#include "abi/helpers.h"
#include "base/error.h"
#include "run/stack/border.h"
#include "run/stack/faults.h"
#include "run/stack/throw.h"

namespace rapgo::run::stack {

namespace {

abi::Object* on_pending(uint32_t at_entry) {
  threads::safepoint();
  if (at_entry) return nullptr;
  abi::ThreadState& s = abi::current();
  if (!(s.pending.load(std::memory_order_relaxed) & abi::kPendingException)) return nullptr;
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
  abi::stub_bodies.pending = on_pending;
  abi::stub_bodies.raise = on_raise;
  abi::helper_body(abi::Helper::ResumeUnwind) = reinterpret_cast<void*>(+[](abi::Context* frame) { resume_unwind(*frame); });
}

}  // namespace rapgo::run::stack
