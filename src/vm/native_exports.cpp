// C symbols that libmono-native.so.0 imports from its host.
#include <cerrno>

#include "abi/stub_protocol.h"

#include "run/calls/icall.h"
#include "run/threads/thread.h"

#define EXPORT extern "C" __attribute__((visibility("default"), used))

// Flag bit 0: the function is called in the cooperative mode of internal calls, which is all we have.
EXPORT void mono_add_internal_call_with_flags(const char* name, const void* function, uint32_t) {
  rapgo::run::calls::register_icall(name, const_cast<void*>(function));
}
EXPORT void mono_marshal_set_last_error() {
  if (rapgo::abi::stub_bodies.save_errno) rapgo::abi::stub_bodies.save_errno();
}
EXPORT void* mono_threads_enter_gc_safe_region_internal(void*) { return new rapgo::run::threads::NativeCookie; }
EXPORT void mono_threads_exit_gc_safe_region_internal(void* cookie, void*) { delete static_cast<rapgo::run::threads::NativeCookie*>(cookie); }
