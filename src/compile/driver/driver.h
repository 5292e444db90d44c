// Plan in, installed version out: queue and worker of the optimizing tier. No policy.
//
// Thread safety: submit, compile_now and stats from any thread in Mode::Native or Runtime; compile_now may take as long as LLVM does.
// The worker is one low-priority thread in Mode::Native; it enters the runtime (Config::in_runtime) to install only.
// Errors: a plan that cannot be carried out ends in Result::error, never in an exception. May collect: in compile_now's install step.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "code/versions/versions.h"
#include "loop/plan.h"

namespace rapgo::load::types { class Method; }

namespace rapgo::compile::driver {

struct Result {
  loop::CompilePlan plan;
  code::versions::InstalledCode* code = nullptr;  // installed, not published; null: see error
  loop::SharedCode value;
  std::string error;
  bool overtaken = false;    // an assumption broke during the compile: `error` says nothing of the method
  uint64_t compile_ns = 0;   // IL to CompiledCode, CPU time
  uint64_t build_ns = 0, passes_ns = 0, llvm_ns = 0;
};

struct Config {
  code::versions::Resolver* resolver = nullptr;
  // Runs a body as an attached thread in Mode::Runtime.
  std::function<void(const std::function<void()>&)> in_runtime;
  // Asked before a plan is carried out, on the worker, in Mode::Runtime: true if its code came from elsewhere (the store) and is
  // published. May be null.
  std::function<bool(const loop::CompilePlan&)> elsewhere;
  // Told of every finished plan, on the worker, in Mode::Runtime: publishes.
  std::function<void(Result&)> on_done;
  std::function<const loop::BaselineFrame*(load::types::Method*)> baseline_frame;
  std::string llvm_module;                  // path of rapgo-llvm.so
  uint32_t deopt_every = 0;
  bool verify = false;                      // verify the graph between passes
  std::vector<std::string> disabled;        // --no-optimization
  std::function<bool(load::types::Method*, const std::string& pass)> dump_hir;  // which graphs to print, to stderr; null: none
};

struct Stats {
  uint64_t plans = 0, failed = 0, queued = 0;
  uint64_t compile_ns = 0, llvm_load_ns = 0;
  std::map<std::string, uint64_t> failures;  // by message, what follows " in " cut off
};

class Driver {
 public:
  explicit Driver(Config config);
  ~Driver();

  void submit(loop::CompilePlan plan);     // never blocks on a compile; plans for a method already queued are dropped
  Result compile_now(const loop::CompilePlan& plan);  // on the calling thread, install included; does not call on_done
  void wait_idle();
  void stop();                             // finishes the plan under way, drops the others
  void abandon();                          // at process exit: does not wait for the plan under way
  Stats stats();
  // The back end was wanted and is missing, or of another build: no plan for optimized code can be carried out. Said once on the log channel `compile`.
  bool no_back_end() const { return no_back_end_.load(std::memory_order_relaxed); }
  // Around fork: the child has no worker, and the lock as the forking thread left it.
  void before_fork() { lock_.lock(); }
  void after_fork() { lock_.unlock(); }

 private:
  void work();
  Result compile(const loop::CompilePlan& plan);   // no install
  void install(Result& result);
  void compile_optimized(const loop::CompilePlan& plan, Result& result);
  void compile_probed(const loop::CompilePlan& plan, Result& result);
  void* llvm();                            // the module's entry, opened at first use; null if it cannot be

  Config config_;
  std::mutex lock_;
  std::condition_variable wake_, idle_;
  std::deque<loop::CompilePlan> queue_;
  bool stopping_ = false, busy_ = false, started_ = false;
  std::thread worker_;
  std::once_flag llvm_once_;
  std::atomic<bool> no_back_end_{false};
  void* llvm_entry_ = nullptr;
  std::string llvm_error_;
  Stats stats_;
};

}  // namespace rapgo::compile::driver
