#pragma once
// The on-disk cache of code (DESIGN 4.12): the first compile is a load.
//
// Names that are not known yet (an assembly that is not loaded) do not condemn an entry: it can be asked for again.
// Code lies in immutable, checksummed segment files, read with pread and never mapped. Profiles and the like are in SQLite: see
// store/records.h; code is found without it.
// Thread safety: find and put from any thread not in managed code; open and close from one.
// Errors: none escape. Damage, foreign versions, unknown names and failed assumptions are "not found", an event
// StoreRejected and a count. May collect: what the caller's SymbolNames and check do.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loop/compiled_code.h"
#include "loop/symbol_names.h"

namespace rapgo::code::store {

enum class Mode : uint8_t { Off, Read, Write };

enum class Reject : uint8_t {
  None, Damaged, Version, Name, Assumption, IlChanged, Permission, Full,
};
const char* reject_name(Reject);

// What code depends on besides its method; entries of other environments are not seen.
struct Environment {
  uint64_t build = 0;  // of the runtime (and of the optimizer's module)
  uint64_t cpu = 0;    // features that compilers may use
  static Environment current();  // from the executable's build id and cpuid; slow (~50 us): once
};

struct Config {
  std::string dir;  // empty: default_dir()
  Mode mode = Mode::Write;
  uint64_t size_limit = 256u << 20;
  Environment environment;
  loop::SymbolNames* names = nullptr;  // outlives the store
  // Does this assumption, as recorded, hold in this process now? May fill in what depends on the process (ids are
  // translated already). Asked for every assumption of an entry at its load. Null: entries with assumptions are not loaded.
  std::function<bool(loop::Assumption&)> check;
  // Asked where check said no: may it come true later (a class that is not initialised yet)? Such an entry is handed out with
  // the assumption in Loaded::pending. Null: it is rejected.
  std::function<bool(const loop::Assumption&)> later;
  bool background = true;  // a thread that encodes and writes; false: everything in close() (tests)
};

struct Loaded {
  loop::CompiledCode code;
  std::vector<loop::Assumption> pending;  // not true yet: to be installed when they are
  uint64_t load_ns = 0;
};

struct Stats {
  uint64_t lookups = 0, hits = 0, rejected = 0, puts = 0;
  uint64_t rejects[8] = {};  // by Reject
  uint64_t loaded_bytes = 0, load_ns = 0, written_bytes = 0, written_entries = 0;
  uint64_t segments = 0, entries = 0, disk_bytes = 0;
  uint64_t open_ns = 0, close_ns = 0, merges = 0, evicted_segments = 0;
};

class Store {
 public:
  // Never fails: a store that cannot be used is open in Mode::Off with `why_off()` (one line, for the user if he named the directory).
  static std::unique_ptr<Store> open(Config config);
  virtual ~Store() = default;

  virtual Mode mode() const = 0;
  virtual const std::string& why_off() const = 0;
  virtual const std::string& dir() const = 0;

  // The entry for this method in this tier, translated to this process's ids and validated. Nullopt: compile.
  virtual std::optional<Loaded> find(loop::MethodId method, loop::Tier tier) = 0;
  virtual std::optional<Loaded> find_osr(loop::MethodId method, uint32_t il_offset) = 0;
  // Is there an entry by that key (index only, not validated)? For deciding early on optimized entries.
  virtual bool has(loop::MethodId method, loop::Tier tier) = 0;
  // What there is by the method's name, of whatever IL; dropped entries are not left out. Cheap where there is nothing (a hash of the
  // name): for the first call of every method.
  struct Entry {
    loop::Tier tier;
    bool osr;
    uint32_t osr_il;
  };
  virtual std::vector<Entry> entries(loop::MethodId method) = 0;

  // Remembers the code for the next run, in place of what is there for optimized code. Cheap: encoding and writing happen on a background thread and in close().
  virtual void put(loop::SharedCode code) = 0;
  // The version was rolled back, or an assumption broke: the entry is not to be used again (tombstone).
  virtual void drop(loop::MethodId method, loop::Tier tier, bool osr = false, uint32_t il_offset = 0) = 0;

  // Waits until everything put so far is on disk.
  virtual void flush() = 0;
  // Flush, join the thread. Nothing may be called afterwards but stats. The destructor does it too.
  virtual void close() = 0;
  virtual Stats stats() const = 0;
};

// $XDG_CACHE_HOME/rapgo or $HOME/.cache/rapgo; empty without either, or when that place belongs to another user.
std::string default_dir();

}  // namespace rapgo::code::store
