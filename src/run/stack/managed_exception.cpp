#include <new>
#include <stdexcept>

#include "load/types/loader.h"
#include "run/stack/border.h"
#include "run/stack/throw.h"
#include "run/threads/thread.h"

namespace rapgo::run::stack {

using threads::Thread;

struct ManagedException::Slot : Thread::ExceptionSlot {
  Thread* owner;
};

// C++ exception objects lie in native memory, so their references stand in a list that the collector visits.
ManagedException::ManagedException(abi::Object* object) : slot_(new Slot) {
  Thread* thread = threads::current_thread();
  slot_->object = object;
  slot_->references = 1;
  slot_->owner = thread;
  slot_->previous = nullptr;
  slot_->next = thread->in_flight;
  if (slot_->next) slot_->next->previous = slot_;
  thread->in_flight = slot_;
}
ManagedException::ManagedException(const ManagedException& other) : slot_(other.slot_) { slot_->references++; }
ManagedException::~ManagedException() {
  if (--slot_->references) return;
  if (slot_->previous) slot_->previous->next = slot_->next;
  else slot_->owner->in_flight = slot_->next;
  if (slot_->next) slot_->next->previous = slot_->previous;
  delete slot_;
}
abi::Object* ManagedException::object() const { return slot_->object; }

void throw_exception(abi::Object* exception) {
  if (!exception) throw_null_reference();
  throw ManagedException(exception);
}

void set_pending(abi::Object* exception) noexcept {
  abi::ThreadState& s = abi::current();
  s.exception = exception;
  s.pending.fetch_or(abi::kPendingException);
}

// Whatever C++ threw becomes a managed exception. Making it may throw in turn: then that one counts.
void catch_at_border() noexcept {
  try {
    try {
      throw;
    } catch (const ManagedException& e) {
      set_pending(e.object());
    } catch (const load::types::LoadError& e) {
      set_pending(exception_from(e));
    } catch (const load::image::BadImage& e) {
      set_pending(make_exception("System", "BadImageFormatException", e.what()));
    } catch (const std::bad_alloc&) {
      set_pending(out_of_memory_object());
    } catch (const std::exception& e) {
      set_pending(make_exception("System", "ExecutionEngineException", e.what()));
    }
  } catch (const ManagedException& e) {
    set_pending(e.object());
  } catch (...) {
    set_pending(out_of_memory_object());
  }
}

}  // namespace rapgo::run::stack
