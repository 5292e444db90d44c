#pragma once
// Code versions: install, publish, retire, reclaim.
//
// Thread safety: every function from any thread that is not in managed code and not in a signal handler, unless said otherwise. One
// lock inside, never held while a callback of the caller runs.
// Errors: nullptr/false as stated; base::fatal on broken invariants. May collect: only through the Resolver.
// Lifetime: an InstalledCode* stays valid until reclaim() frees it; that needs retire() first.
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "code/maps/installed_code.h"
#include "code/memory/code_memory.h"
#include "loop/compiled_code.h"

namespace rapgo::code::versions {

using maps::InstalledCode;
using maps::State;

// What only loader and collector know. Called without locks held, on the installing thread; may load types and allocate.
class Resolver {
 public:
  virtual ~Resolver() = default;
  // TypeWord, StaticsBase, TypeObject, StringLiteral, CardBias. The other kinds are answered here (ids are addresses). May throw:
  // then nothing is installed.
  virtual uint64_t resolve(const loop::Symbol&) = 0;
  // Does this hold now? Asked after the version is registered as depending on it, so that an invalidate() at any time is
  // noticed: the loader first makes the answer false, then calls invalidate, then lets the change be seen by the program.
  virtual bool holds(const loop::Assumption&) = 0;
};

// Before anything else; reserves low memory if that has not happened.
void init();

// ---- install -------------------------------------------------------------------------------------------------
// Copies the code into code memory, applies relocations, makes it known to maps::lookup. Not yet callable by name.
// nullptr: an assumption does not hold (`broken`, if given, receives it), or code memory is full.
InstalledCode* install(loop::CompiledCode&& code, Resolver& resolver, loop::Assumption* broken = nullptr);
InstalledCode* install(loop::SharedCode code, Resolver& resolver, loop::Assumption* broken = nullptr);

// Stubs (Tier::Stub) are permanent unless attached. `name` is a static string. The resolver may be null where no symbol needs it.
InstalledCode* install_stub(loop::CompiledCode&& code, const char* name, Resolver* resolver = nullptr);

// `stub` jumps into `owner`: they are retired and reclaimed together, and a reference to one keeps the other.
void attach(InstalledCode* stub, InstalledCode* owner);

// ---- publish -------------------------------------------------------------------------------------------------
// Makes `code` the method's active version: entry slot, registered cells, direct jump, in this order. The previous one
// stays installed (State::Installed) and goes to `previous`, if given; null if there was none.
// False: `code` was retired in the meantime (an assumption broke); nothing was changed.
bool publish(loop::MethodId method, InstalledCode* code, InstalledCode** previous = nullptr);
InstalledCode* active(loop::MethodId method);
// The newest version of this tier that is not retired and no OSR version; null if none.
InstalledCode* newest(loop::MethodId method, loop::Tier tier);
std::vector<InstalledCode*> versions_of(loop::MethodId method);
InstalledCode* by_id(loop::VersionId id);

// A vtable (or other) word below 4 GiB that is to hold the method's code address always. Written at once with the present entry.
void register_cell(loop::MethodId method, uint64_t* cell);
struct Cell {
  loop::MethodId method;
  uint64_t* cell;
};
void register_cells(std::span<const Cell> cells);      // one lock for a whole vtable
void unregister_cell(loop::MethodId method, uint64_t* cell);

// Permanent `jmp [entry slot]`, for ldftn and delegates; made at the first request, recorded in MethodHead::stub.
uintptr_t method_stub(loop::MethodId method);
// The method behind a permanent stub's address; 0 if it is none. Async-signal-safe.
loop::MethodId method_of_stub(uintptr_t address);
// The method's patchable `jmp rel32` (one aligned 8-byte word), the target of calls between optimized versions.
uintptr_t direct_jump(loop::MethodId method);

// ---- transfer up ---------------------------------------------------------------------------------------------
// Registers the OSR version for the loop header at `il_offset` and arms the back-edges of all baseline and probed versions of the method
// (present and future). Replaces an earlier one, which goes to `previous` (to be retired). False: `code` was retired in the meantime.
bool publish_osr(loop::MethodId method, uint32_t il_offset, InstalledCode* code, InstalledCode** previous = nullptr);
// For TransferUp. The caller must not pass a point where it can be stopped between this and entering the version.
InstalledCode* find_osr(loop::MethodId method, uint32_t il_offset);
// All back-edges of all versions of the method (stress, sampling requests): `call TransferUp` or nop. Returns how many were changed.
uint32_t arm(loop::MethodId method, uint32_t il_offset);
uint32_t disarm(loop::MethodId method, uint32_t il_offset);

// ---- retire and reclaim --------------------------------------------------------------------------------------
enum class RetireReason : uint8_t { Replaced, AssumptionBroken, RolledBack, ProbesDone, GuardTooOften, Unloaded };
const char* retire_reason_name(RetireReason);

// Nothing leads to `code` afterwards: if it was active, the newest baseline or probed version takes its place, else the method's
// first-call stub; an OSR version's back-edges are disarmed. Frames may go on running in it.
void retire(InstalledCode* code, RetireReason reason);

// Receives every word of every stack, saved register and transfer buffer.
class WordSink {
 public:
  virtual ~WordSink() = default;
  virtual void words(const uint64_t* begin, const uint64_t* end) = 0;
  void word(uint64_t w) { words(&w, &w + 1); }
};
using StackWalk = std::function<void(WordSink&)>;

struct ReclaimResult {
  uint32_t freed = 0, kept = 0;        // versions
  uint64_t freed_bytes = 0, kept_bytes = 0;
};
// Frees the retired versions that no word refers to. All managed threads must be stopped (or in native code, with their stacks in
// the walk) from before the call until it returns.
ReclaimResult reclaim(const StackWalk& walk);

// Retired code is bounded: reclaim is due when more than the limit waits (default: 1 MiB or an eighth of live code).
bool reclaim_due();
void set_retained_limit(uint64_t bytes);  // 0: default. 1: due whenever anything is retired (--stress=reclaim)

// ---- assumptions ---------------------------------------------------------------------------------------------
// Versions (not retired) that depend on the assumption with this kind and id.
std::vector<InstalledCode*> dependents(loop::AssumptionKind kind, uint32_t id);
// Retires them and returns them: the caller looks after frames that run in them.
std::vector<InstalledCode*> invalidate(loop::AssumptionKind kind, uint32_t id);

// ---- figures -------------------------------------------------------------------------------------------------
struct TierFigures {
  uint64_t versions = 0, bytes = 0;                 // live (Installed or Active)
  uint64_t retired_versions = 0, retired_bytes = 0;  // waiting for reclamation
  uint64_t total_versions = 0, total_bytes = 0;      // ever installed
  uint64_t reclaimed_versions = 0, reclaimed_bytes = 0;
};
struct Figures {
  TierFigures tier[4];  // by loop::Tier
  uint64_t methods = 0, cells = 0, stubs = 0, direct_jumps = 0, patches = 0, osr_entries = 0;
};
Figures figures();

// `hear` is called for every version and stub from now on, after its installation and before anybody can run it, on the installing
// thread with no lock held (perf maps, dumps). Listeners stay. Those installed before: for_each.
void on_install(std::function<void(const InstalledCode&)> hear);

void for_each(const std::function<void(const InstalledCode&)>& visit);  // all not reclaimed, under the lock

}  // namespace rapgo::code::versions
