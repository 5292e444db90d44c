// The service thread: runs finalizers, prints stacks on SIGQUIT, and does what other signals ask for in managed code.
// Thread safety: any thread; the request_* functions also from signal handlers.
#pragma once
#include <functional>

#include "abi/object.h"

namespace rapgo::run::threads {

// `finalize` runs one object's Finalize() and swallows or reports what escapes (run/calls). Starts the managed background thread "Finalizer".
void start_service_thread(void (*finalize)(abi::Object*));
void request_finalization();
void request_stack_dump();
enum class ServiceCall { ConsoleCancel, kCount };
void set_service_call(ServiceCall which, void (*body)());  // `body`: attached, Mode::Runtime; throws nothing
void request_call(ServiceCall which);
// true: every finalizer that was due when called has run. timeout_ms -1: for ever. No-op on the service thread itself.
bool wait_for_pending_finalizers(int64_t timeout_ms);
// At exit: no further finalizer begins.
void stop_finalization();

}  // namespace rapgo::run::threads
