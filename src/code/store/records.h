#pragma once
// What changes from run to run: profiles, verdicts, run lengths (SQLite). Off the start-up path: opened by the first call that
// needs it, which belongs on a background thread.
//
// Thread safety: all functions, one at a time inside. Errors: false/empty; a damaged database is set aside and begun anew
// (event StoreRejected). Many processes may write: one transaction per call.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "loop/profile.h"
#include "loop/symbol_names.h"

namespace rapgo::code::store {

// An outcome worth remembering about a method: `what` says which ("rolled-back", "gain", ...), value and text are the caller's.
struct Verdict {
  loop::MethodId method;
  std::string what;
  double value = 0;
  std::string text;
  int64_t time = 0;  // unix seconds, set by save
};

struct Run {
  uint64_t cpu_ns = 0, wall_ns = 0;
  uint64_t compiled = 0, loaded = 0;
  int64_t time = 0;  // unix seconds
};

class Records {
 public:
  // `dir` is a Store's dir(). Opens nothing yet.
  static std::unique_ptr<Records> make(std::string dir, loop::SymbolNames* names, bool writable);
  virtual ~Records() = default;

  // Profiles of all methods of `program` whose IL is unchanged and whose names resolve; others stay in the database.
  // Counts have aged by kProfileDecay for every later run of the program.
  virtual bool load_profiles(const std::string& program, loop::Profile& out) = 0;
  // Merges: stored counts age by one run, then these are added. Once per run, and of this run only: not what load_profiles gave.
  virtual bool save_profiles(const std::string& program, const loop::Profile& profile) = 0;

  virtual std::vector<Verdict> load_verdicts(const std::string& program) = 0;
  virtual bool save_verdicts(const std::string& program, const std::vector<Verdict>& verdicts) = 0;

  // The latest runs of a program, newest first.
  virtual std::vector<Run> load_runs(const std::string& program, int limit = 16) = 0;
  virtual bool save_run(const std::string& program, const Run& run) = 0;
};

inline constexpr double kProfileDecay = 0.7;  // of stored counts at each save

}  // namespace rapgo::code::store
