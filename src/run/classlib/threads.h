// System.Threading.Thread and InternalThread objects of runtime threads.
#pragma once
#include "abi/object.h"

namespace rapgo::run::classlib {
void attach_main_thread();                 // makes the main thread's objects
abi::Object* current_thread_object();      // System.Threading.Thread; made on demand for foreign threads
// true: it was the calling thread's own abort, which ends the work and not the program; the thread is as new.
bool survive_abort(abi::Object* exception);
}  // namespace rapgo::run::classlib
