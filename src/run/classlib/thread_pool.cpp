// System.Threading.ThreadPool: the class library queues and dispatches, run/threads/pool.h supplies workers.
#include "run/threads/pool.h"

#include <cstdlib>

#include "load/types/loader.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/boot.h"
#include "run/classlib/classlib.h"
#include "run/classlib/threads.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

namespace {

namespace pool = threads::pool;

// What escapes a work item ends the program, as on any other thread.
void perform() {
  static load::types::Method* const dispatch =
      load::types::Loader::get().corlib_type("System.Threading", "_ThreadPoolWaitCallback")->find_method("PerformWaitCallback", 0);
  try {
    calls::invoke<bool>(dispatch);
  } catch (const stack::ManagedException& e) {
    if (!survive_abort(e.object())) die_of(e.object());
  }
}

void initialize(bool* worker_tracking) {
  pool::set_perform(perform);
  *worker_tracking = false;
}
bool request_worker() {
  pool::request_worker();
  return true;
}
bool item_complete() { return pool::item_completed(); }
void item_progress() { pool::item_completed(); }
void item_queued() {}
void report_status(bool) {}
void get_min(int32_t* workers, int32_t* io) { *workers = pool::limits().min_workers, *io = pool::limits().min_io; }
void get_max(int32_t* workers, int32_t* io) { *workers = pool::limits().max_workers, *io = pool::limits().max_io; }
void get_available(int32_t* workers, int32_t* io) { *workers = pool::available_workers(), *io = pool::limits().max_io; }
bool set_min(int32_t workers, int32_t io) { return pool::set_min(workers, io); }
bool set_max(int32_t workers, int32_t io) { return pool::set_max(workers, io); }

#define POOL(name, function) RAPGO_ICALL("System.Threading.ThreadPool::" name, function)
const calls::IcallEntry kEntries[] = {
    POOL("InitializeVMTp", initialize),
    POOL("RequestWorkerThread", request_worker),
    POOL("NotifyWorkItemComplete", item_complete),
    POOL("NotifyWorkItemProgressNative", item_progress),
    POOL("NotifyWorkItemQueued", item_queued),
    POOL("ReportThreadStatus", report_status),
    POOL("GetMinThreadsNative", get_min),
    POOL("GetMaxThreadsNative", get_max),
    POOL("GetAvailableThreadsNative", get_available),
    POOL("SetMinThreadsNative", set_min),
    POOL("SetMaxThreadsNative", set_max),
};

}  // namespace

void register_thread_pool() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
