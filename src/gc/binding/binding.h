#pragma once
// What the collector needs to know from the runtime. One Binding exists per process; tests use MockBinding (mock.h).
//
// Thread safety: every call below that says "stopped" is made by the one collecting thread while all others are stopped.
// None may allocate, lock what a stopped thread may hold, or throw.
#include <cstddef>
#include <cstdint>

#include "abi/type_head.h"

namespace rapgo::abi {
struct Object;
struct ThreadState;
}  // namespace rapgo::abi

namespace rapgo::gc {

using abi::GcMap;
using abi::Object;
using abi::ThreadState;
using abi::TypeHead;

// Words that may or may not be references. Whatever they point into (any interior address, or the end) stays where it is.
class ConservativeRoots {
 public:
  // Every 8-aligned word in [low, high).
  virtual void range(const void* low, const void* high) = 0;
  virtual void word(uint64_t value) = 0;

 protected:
  ~ConservativeRoots() = default;
};

// Known references, updated when their objects move. Null is fine; so are frozen objects.
class PreciseRoots {
 public:
  virtual void slot(Object** slot) = 0;
  // A statics block or another value with a map; offsets from `base`.
  virtual void mapped(void* base, const GcMap& map) = 0;

 protected:
  ~PreciseRoots() = default;
};

// Asked after marking: what became of an object that is not kept alive by the asker.
class Survivors {
 public:
  // The object's address from now on, or null if it died. Also for frozen objects (unchanged) and null.
  virtual Object* survivor(Object* before) = 0;

 protected:
  ~Survivors() = default;
};

class Binding {
 public:
  virtual ~Binding() = default;

  // Stops all other threads that are attached. Called in Mode::Runtime without any gc lock; if another thread is stopping
  // the world already, waits as a stopped thread, then stops it in its turn. On return the caller is the only thread in
  // Mode::Managed or Runtime until resume_world; threads in Mode::Native keep running but touch no heap.
  virtual void stop_world() = 0;
  virtual void resume_world() = 0;

  // A marked point: stops here if someone wants this thread stopped. May collect. Called by the slow paths of allocation.
  virtual void poll() = 0;

  // Stopped. First pass, before anything moves: all thread stacks from their stack pointers up, register blocks (general
  // and vector registers of signal frames, red zones included), transfer buffers, `scratch` words. `own_sp` is where the
  // collecting thread's own stack begins; its callee-saved registers are above it already.
  virtual void visit_conservative(ConservativeRoots&, const void* own_sp) = 0;

  // Stopped. Statics and thread statics, `exception` and `managed_thread` of each ThreadState, any registered native slot.
  // gc itself adds handles, frozen objects and the finalization queue. Called once per collection.
  virtual void visit_precise(PreciseRoots&) = 0;

  // Stopped, after marking: the runtime's own weak tables (inflated monitors and the like).
  virtual void visit_weak(Survivors&) {}

  // Stopped, after marking. Of objects that die in one collection, those of such types are finalized after all others
  // (CriticalFinalizerObject).
  virtual bool is_finalized_late(const TypeHead*) { return false; }

  // World running again: objects wait in the finalization queue (gc::next_finalizable). Wake the finalizer thread.
  virtual void finalizers_ready() {}
};

}  // namespace rapgo::gc
