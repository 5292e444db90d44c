#pragma once
// One collection, from stopping the world to resuming it. Thread safety: any attached thread, holding no lock.
#include <cstdint>

#include "gc/heap/heap.h"

namespace rapgo::gc::collector {

using namespace heap;

// False if another thread has collected since `epoch`: nothing was done then. kAnyEpoch: collect in any case.
inline constexpr uint64_t kAnyEpoch = ~uint64_t{0};
bool collect(Want, uint64_t epoch);

// World stopped, mutexes held, buffers retired: aborts with a description of what is broken. `when` is part of it.
void verify_heap(Heap&, const char* when);

// Stops the world and calls `work(own_sp, argument)` with the mutexes held, callee-saved registers on the stack above own_sp.
void with_world_stopped(void (*work)(const void* own_sp, void* argument), void* argument);

}  // namespace rapgo::gc::collector
