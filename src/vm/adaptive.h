// The loop that gives the project its name: observe, decide, have compiled, publish, watch what comes of it.
// One background thread owns aggregator, history and model; everything else hands it facts through lock-free or briefly locked queues.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/options.h"
#include "compile/driver/driver.h"
#include "decide/policy/policy.h"
#include "explain/journal.h"
#include "load/types/method.h"
#include "observe/profile/aggregator.h"
#include "observe/profile/gain_watch.h"
#include "observe/profile/governor.h"

namespace rapgo::vm {

class Adaptive {
 public:
  struct Config {
    const base::Options* options = nullptr;
    compile::driver::Driver* driver = nullptr;
    explain::Journal* journal = nullptr;
    loop::SymbolNames* names = nullptr;
    bool (*capture)(void* ucontext, loop::Sample& out) = nullptr;
    std::function<bool(load::types::Method*)> may_optimize;             // --only, --skip, body kinds
    std::function<void(loop::SharedCode)> remember;  // offers published code to the store
    std::function<void()> reclaim;                                      // called when code waits for reclamation
    std::function<void(const code::versions::InstalledCode&)> forget;   // the store is not to offer this version again
    std::function<void(const std::string&)> record;                     // --record: one line
    std::function<void()> keep_events;                                  // hands on what is in the event ring, which is bounded; or none
    std::function<void()> recall;                                       // on the observer, once, before the first decision: seeds
  };
  explicit Adaptive(Config config);
  ~Adaptive();

  void start();
  void stop();                       // joins; no decision after it

  // A finished plan (driver's on_done, Mode::Runtime): publishes or arms, tells history.
  void plan_done(compile::driver::Result& result);
  // Optimized code came from the store instead. Any thread, cheap.
  void loaded(loop::MethodId method, bool osr, uint32_t osr_il);
  // A transfer down was taken. Any thread, cheap.
  void exit_taken(const code::versions::InstalledCode& version, uint32_t il, loop::ExitReason reason);
  // Versions retired because an assumption broke: their methods are candidates again.
  void assumption_broke(loop::MethodId method);
  // Knowledge from earlier runs.
  void seed(const loop::Profile& profile);
  void refuse(loop::MethodId method, decide::Verdict verdict);
  // What this run learned, without what it was seeded with.
  loop::Profile learned();
  std::vector<std::pair<loop::MethodId, decide::Verdict>> verdicts();
  // --replay: plans in the order of the recording, submitted when their method is first compiled.
  void replay(const std::string& path);
  void method_compiled(load::types::Method* method);

  uint64_t observer_cpu_ns() const { return cpu_ns_; }

 private:
  struct ExitNote { loop::MethodId method; loop::VersionId version; uint32_t il; loop::ExitReason reason; };
  struct Probing { code::versions::InstalledCode* code; uint64_t since_ns; };

  void before_fork();
  void after_fork();
  void run();
  void round();
  static bool anything_retired();
  void add_sample(const loop::Sample& sample);
  void consider_entered();
  void consider(const observe::Aggregator::Hot& hot);
  void carry_out(const loop::HotEvent& event, const decide::Decision& decision);
  void take_loaded();
  void take_exits();
  void check_probes();
  void check_gains();
  void adjust_rate(bool any_samples);
  loop::HotEvent event_for(load::types::Method* method, uint32_t il, loop::VersionId version);

  Config config_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};
  std::atomic<uint64_t> cpu_ns_{0};
  std::mutex lock_;                  // guards everything below; short
  observe::Aggregator aggregator_;
  observe::GainWatch gains_;
  observe::Governor governor_;
  decide::History history_;
  decide::CostModel model_;
  decide::PolicyOptions policy_;
  std::mutex notes_lock_;            // never held together with a wait
  std::vector<loop::CompilePlan> loaded_;
  std::vector<ExitNote> failed_;     // the last exit of versions that were retired on the spot
  std::vector<ExitNote> exits_;
  struct Failing { ExitNote note; bool general; };  // general: the loop's version was decided upon, the one for calls was not
  std::map<loop::MethodId, Failing> failing_;       // guards fail too often
  std::map<loop::MethodId, double> loop_samples_;   // samples in callees of a loop of this method
  std::map<loop::MethodId, uint32_t> last_loop_il_;
  std::vector<Probing> probing_;
  std::vector<loop::MethodId> broken_;
  std::map<std::string, std::vector<decide::RecordedPlan>> replay_;
  loop::Profile seeded_;
  bool recalled_ = false;            // observer only
  bool replaying_ = false;
  uint64_t quiet_rounds_ = 0;
  uint64_t next_reclaim_ns_ = 0;     // observing thread only
  uint64_t period_ns_ = 0;
};

}  // namespace rapgo::vm
