// Workers of the managed thread pool (DESIGN 4.15): the class library queues and dispatches work items itself; the runtime only
// supplies threads and decides how many.
// Thread safety: any attached thread in Mode::Runtime. Workers are background threads; idle ones end after a while.
#pragma once
#include <cstdint>

namespace rapgo::run::threads::pool {

// `perform` takes work off the managed queue until there is none (or it is told to stop); exceptions must not escape.
void set_perform(void (*perform)());
// One more worker is wanted: wakes or starts one, at once below the minimum, else as soon as work is seen to wait.
void request_worker();
// A work item was completed: progress. false: the worker shall return to the pool (there are more than the maximum).
bool item_completed();

struct Limits {
  int32_t min_workers, max_workers, min_io, max_io;
};
Limits limits();
bool set_min(int32_t workers, int32_t io);  // false: out of range
bool set_max(int32_t workers, int32_t io);
int32_t available_workers();

}  // namespace rapgo::run::threads::pool
