#pragma once
// The collector as the runtime sees it. (The barrier: gc/binding/barrier.h. Handles: gc/binding/handle.h. What the runtime
// must provide: gc/binding/binding.h.)
//
// Thread safety: everything may be called by any attached thread in Mode::Runtime, unless it says otherwise. A function
// marked [collects] is a marked point: it may stop the thread, collect and move objects. References in C++ locals survive
// that (stacks and registers are scanned conservatively and pin what they reference); references in native heap memory do
// not: use gc::Handle. Call none of them while holding a lock that another thread may wait for without being stoppable.
// Sizes are bytes. Failure to allocate is nullptr, never an exception: the caller throws OutOfMemoryException.
#include <cstddef>
#include <cstdint>

#include "abi/object.h"
#include "abi/thread_state.h"
#include "abi/type_head.h"
#include "gc/binding/barrier.h"
#include "gc/binding/handle.h"

namespace rapgo::gc {

using abi::ArrayBound;
using abi::Object;
using abi::ThreadState;
using abi::TypeHead;

class Binding;

struct Options {
  size_t heap_max = 0;              // limit of committed heap; 0: three quarters of memory (control group included)
  size_t nursery = 0;               // 0: 1 to 4 MiB, more beside a large old space
  uint32_t move_every_n = 0;        // --stress=move=N: collect and move everything unpinned at every N-th allocation; 0 off
  bool verify = false;              // --stress=verify: verify() before and after each collection
};

// Once, before anything else; maps the heap, the frozen space and the card table. Throws base::UserError if it cannot.
// `binding` must live as long as the process. Call code::memory::reserve_low() first where that is used: both map the frozen space,
// and only this one accepts that it is there already. fork is provided for: in the child only the forking thread is attached.
void init(const Options&, Binding* binding);
// For tests: frees everything, so that init may be called again. No thread may be attached.
void shutdown();

// ---- threads -------------------------------------------------------------------------------------------------
// Makes the calling thread (its ThreadState is abi::current()) able to allocate. Any mode.
void thread_attach(ThreadState&);
// Gives its buffer back. Any mode; the thread must not touch the heap any more.
void thread_detach(ThreadState&);

// ---- allocation [collects] -----------------------------------------------------------------------------------
// Zeroed. The finalizer is registered if the type has one. Bodies of NewObjectSlow, NewVectorSlow, NewMultiArray.
Object* alloc_object(TypeHead*);
// Vector; nullptr also for length < 0 (the caller throws OverflowException first) or above 0x7fffffff.
abi::Array* alloc_vector(TypeHead* array_type, int64_t length);
abi::String* alloc_string(TypeHead* string_type, int32_t length);
// bounds[rank]: lengths and lower bounds; stored behind the elements.
abi::Array* alloc_multi(TypeHead* array_type, uint32_t rank, const ArrayBound* bounds);
// Vector that never moves (GC.AllocateArray(pinned), I/O buffers). At least a page each.
abi::Array* alloc_pinned_vector(TypeHead* array_type, int64_t length);
// Shallow copy, for MemberwiseClone and Array.Clone. Registers a finalizer; the sync word starts free.
Object* clone(Object*);

// ---- the frozen space (immovable, below 4 GiB, never freed). Does not collect. Any mode ------------------------
// Literals, Type objects, referents folded into code. Fields may be changed with store_ref; they are roots.
Object* alloc_frozen_object(TypeHead*);
abi::String* alloc_frozen_string(TypeHead* string_type, int32_t length);
abi::Array* alloc_frozen_vector(TypeHead* array_type, int64_t length);

// ---- objects -------------------------------------------------------------------------------------------------
size_t object_size(const Object*);  // whole, 8-aligned. Any mode.
// True while the object has survived no collection (it lies in the nursery).
bool is_young(const Object*);
int generation_of(const Object*);   // 0 young, 1 old; max_generation for frozen and large objects

// ---- ephemerons: System.Runtime.CompilerServices.Ephemeron[] ---------------------------------------------------
// The object that replaces dead keys; a frozen System.Object that the runtime makes once, before the first registration.
void set_ephemeron_tombstone(Object*);
Object* ephemeron_tombstone();
// The array's elements are (key, value) reference pairs: a value is alive only while its key is. Register before filling it.
void register_ephemeron_array(abi::Array*);

// ---- finalizers ----------------------------------------------------------------------------------------------
void suppress_finalize(Object*);
void reregister_for_finalize(Object*);
// Takes the next object whose finalizer is to run, or null. The caller runs it and then forgets the object.
Object* next_finalizable();
bool has_finalizable();
// At exit: queues every object that still has a finalizer to run (as the class library expects on shutdown).
void queue_all_finalizers();

// ---- collections ---------------------------------------------------------------------------------------------
inline constexpr int kMaxGeneration = 1;
void collect(int generation = kMaxGeneration);  // [collects] 0: minor; otherwise major, compacting more than usual
// Native memory that managed objects keep alive; negative to take it back. Brings major collections forward.
void add_memory_pressure(int64_t bytes);

struct Stats {
  uint64_t minor_collections, major_collections;
  uint64_t bytes_allocated;      // since the start; up to the last buffer refill of each thread
  uint64_t bytes_used;           // objects, as of the last collection, plus what was allocated since
  uint64_t bytes_committed;      // blocks and pages in use
  uint64_t bytes_moved;          // survivors copied
  uint64_t bytes_pinned;         // survivors kept in place because a conservative root pointed at them
  uint64_t objects_pinned;
  uint64_t pause_ns_total, pause_ns_max;
  uint64_t frozen_bytes;
  uint64_t finalized;
};
Stats stats();  // any mode
uint64_t collection_count(int generation);  // as GC.CollectionCount: majors count as minors too. Any mode
uint64_t total_memory();                    // as GC.GetTotalMemory(false). Any mode

// ---- checking ------------------------------------------------------------------------------------------------
// [collects: stops the world] Every object parses, every reference points at an object, every old-to-young reference has
// its card marked. Aborts with a description if not.
void verify();
// The object that an address points into, or null. World stopped or for debugging only.
Object* find_object(const void* address);

}  // namespace rapgo::gc
