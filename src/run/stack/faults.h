// Signal-handler side of exceptions; registered as threads::hooks. Async-signal-safe.
#pragma once
#include <cstdint>

#include "run/threads/thread.h"

namespace rapgo::run::stack {

bool fault_in_managed(threads::Thread& thread, void* ucontext, int signal, uint64_t address);
void print_stack(threads::Thread& thread, void* ucontext, int fd);

}  // namespace rapgo::run::stack
