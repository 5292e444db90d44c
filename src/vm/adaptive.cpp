#include "vm/adaptive.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include <fmt/format.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "code/versions/versions.h"
#include "observe/probes/probes.h"
#include "observe/sampler/sampler.h"
#include "run/transfer/transfer.h"
#include "vm/loops.h"

namespace rapgo::vm {

using code::versions::InstalledCode;
using load::types::Method;
using loop::EventKind;
using loop::MethodId;
using loop::Tier;

namespace {

constexpr uint64_t kPeriod = 1'000'000;            // of CPU time while there is something to find
constexpr uint64_t kSlowPeriod = 10'000'000;       // when little is left to gain
constexpr uint64_t kBatch = 4'000'000;             // samples are taken in batches this long
constexpr uint64_t kRearm = 1'000'000'000;         // look again after so long a pause (phase changes)
constexpr uint64_t kReclaimPause = 250'000'000;    // between reclamations of little
constexpr uint64_t kRecallAfter = 60'000'000;      // of CPU time: what earlier runs learned is read then
constexpr uint64_t kProbeTime = 30'000'000;        // probes stay this long at the most
constexpr uint64_t kProbeCount = 20'000;           // or until so much was counted
constexpr uint32_t kFailuresAtOnce = 400;          // of one version's guards: retired by the thread that fails, the observer is late
constexpr uint32_t kOftenEntered = 20;             // transfers into a method's loops: it is called, and not once

void tell(EventKind kind, Tier tier, MethodId method, loop::VersionId version, uint32_t il, uint64_t a, uint64_t b) {
  loop::Event e;
  e.time_ns = base::monotonic_ns();
  e.kind = kind;
  e.tier = tier;
  e.method = method;
  e.version = version;
  e.il = il;
  e.a = a;
  e.b = b;
  loop::emit(e);
}

}  // namespace

// A forked child has none of the threads that may hold these locks: they are taken before, in the order of their nesting.
static Adaptive* to_fork;
void Adaptive::before_fork() {
  lock_.lock();
  notes_lock_.lock();
  run::transfer::before_fork();
  config_.driver->before_fork();
}
void Adaptive::after_fork() {
  config_.driver->after_fork();
  run::transfer::after_fork();
  notes_lock_.unlock();
  lock_.unlock();
}

Adaptive::Adaptive(Config config) : config_(std::move(config)), governor_(config_.options->overhead.value) {
  if (!std::exchange(to_fork, this)) {
    const auto after = [] { if (to_fork) to_fork->after_fork(); };
    pthread_atfork([] { if (to_fork) to_fork->before_fork(); }, after, after);
  }
  policy_.stress_probe = config_.options->stress.probe;
  if (!config_.options->replay.empty()) replay(config_.options->replay);
}

Adaptive::~Adaptive() {
  stop();
  if (to_fork == this) to_fork = nullptr;
}

void Adaptive::start() {
  period_ns_ = kPeriod * governor_.stretch();
  observe::Sampler::get().start(config_.capture, period_ns_);
  observe::Sampler::get().attach_thread();
  thread_ = std::thread([this] { run(); });
}

void Adaptive::stop() {
  if (stopping_.exchange(true)) return;
  observe::Sampler::get().set_period(0);
  observe::Sampler::get().wake();
  if (thread_.joinable()) thread_.join();
}

void Adaptive::run() {
  pthread_setname_np(pthread_self(), "rapgo-observer");
  setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), 5);
  auto& sampler = observe::Sampler::get();
  while (!stopping_) {
    const bool any = sampler.wait(kRearm);
    if (stopping_) break;
    if (any) {
      timespec pause{0, static_cast<long>(kBatch)};
      nanosleep(&pause, nullptr);
      // Programs that end soon must not wait for a database.
      if (!recalled_ && base::process_cpu_ns() >= kRecallAfter) {
        if (config_.recall) config_.recall();
        recalled_ = true;
      }
    }
    {
      std::lock_guard hold(lock_);
      round();
      adjust_rate(any);
    }
    if (config_.keep_events) config_.keep_events();
    // Stops the world: not under a lock that a running thread may want. A little retired code waits, but not for ever.
    const uint64_t now = base::monotonic_ns();
    if (config_.reclaim && (code::versions::reclaim_due() || (now >= next_reclaim_ns_ && anything_retired()))) {
      config_.reclaim();
      next_reclaim_ns_ = base::monotonic_ns() + kReclaimPause;
    }
    cpu_ns_ = base::thread_cpu_ns();
  }
}

bool Adaptive::anything_retired() {
  const auto figures = code::versions::figures();
  for (const auto& tier : figures.tier)
    if (tier.retired_versions) return true;
  return false;
}

void Adaptive::round() {
  observe::Sampler::get().drain([this](const loop::Sample& s) { add_sample(s); });
  run::transfer::resume_entering(base::monotonic_ns());
  take_loaded();
  take_exits();
  check_probes();
  check_gains();
  consider_entered();
  for (const auto& hot : aggregator_.hottest()) consider(hot);
  // Loops whose time goes to what they call are hot too, though they are seldom innermost.
  std::vector<std::pair<double, MethodId>> outer;
  for (auto& [method, samples] : loop_samples_)
    if (samples >= policy_.min_samples) outer.push_back({samples, method});
  std::sort(outer.rbegin(), outer.rend());
  if (outer.size() > 4) outer.resize(4);
  for (auto& [samples, method] : outer) {
    auto known = aggregator_.methods().find(method);
    consider({method, known == aggregator_.methods().end() ? 0 : known->second.samples, last_loop_il_[method], 0, 0});
  }
}

void Adaptive::add_sample(const loop::Sample& sample) {
  aggregator_.add(sample);
  gains_.add(sample);
  loop::Event e;
  e.time_ns = sample.time_ns;
  e.kind = EventKind::Sampled;
  e.a = sample.frame_count;
  if (sample.frame_count) {
    e.method = {sample.frames[0].method};
    e.il = sample.frames[0].il_offset;
    e.version = {sample.frames[0].version};
  }
  loop::emit(e);
  if (config_.journal && sample.frame_count) config_.journal->samples(e.method, aggregator_.methods().at(e.method).samples);
  // What a loop calls is part of the loop; and a caller's site shows which implementation was called.
  for (int i = 1; i < sample.frame_count && i < 6; i++) {
    const MethodId caller{sample.frames[i].method};
    const uint32_t il = sample.frames[i].il_offset;
    Method* callee = Method::from({sample.frames[i - 1].method});
    if (i == 1 && callee->is_virtual() && !callee->declaring->is_abstract()) {
      loop::MethodProfile seen;
      seen.receivers[il].rows = {{callee->declaring->id().value, sample.weight}};
      aggregator_.merge(caller, seen);
    }
    const MethodLoops& loops = loops_of(Method::from(caller));
    if (std::any_of(loops.loops.begin(), loops.loops.end(), [&](const IlLoop& l) { return l.contains(il); })) {
      loop_samples_[caller] += sample.weight;
      last_loop_il_[caller] = il;
      break;
    }
  }
}

loop::HotEvent Adaptive::event_for(Method* method, uint32_t il, loop::VersionId version) {
  loop::HotEvent e;
  e.method = method->id();
  InstalledCode* code = version.value ? code::versions::by_id(version) : nullptr;
  InstalledCode* active = code::versions::active(e.method);
  if (!code) code = active;
  e.current_version = code ? code->id : loop::VersionId{};
  e.current_tier = code ? code->tier : Tier::Baseline;
  const MethodLoops& loops = loops_of(method);
  e.il_bytes = loops.il_bytes;
  e.has_loops = !loops.loops.empty();
  e.has_virtual_calls = loops.has_virtual_calls;
  const decide::MethodHistory* past = history_.find(e.method);
  // The outermost loop around the place that has no OSR version yet: if that one is not reached soon, the next round asks
  // for the loop inside it.
  if (e.current_tier != Tier::Optimized)
    for (const IlLoop& l : loops.loops) {
      if (!l.contains(il)) continue;
      if (past && std::find(past->osr_done.begin(), past->osr_done.end(), l.header) != past->osr_done.end()) continue;
      e.in_loop = true;
      e.loop_il = l.header;
      break;
    }
  auto known = aggregator_.methods().find(e.method);
  e.samples = (known == aggregator_.methods().end() ? 0 : known->second.samples) + loop_samples_[e.method];
  e.total_samples = aggregator_.total_samples();
  e.sample_period_ns = static_cast<double>(std::max<uint64_t>(period_ns_, kPeriod));
  e.program_ns = base::process_cpu_ns();
  return e;
}

void Adaptive::consider(const observe::Aggregator::Hot& hot) {
  if (replaying_ || config_.driver->no_back_end()) return;
  Method* method = Method::from(hot.method);
  if (!config_.may_optimize(method)) return;
  if (hot.samples + loop_samples_[hot.method] < policy_.min_samples) return;
  loop::HotEvent e = event_for(method, hot.il, {hot.version});
  if (e.current_tier == Tier::Optimized && hot.version) return;
  tell(EventKind::HotMethod, e.current_tier, e.method, e.current_version, e.in_loop ? e.loop_il : 0, static_cast<uint64_t>(e.samples * 1000), 0);
  // A probed version is reached by calls only: an activation that never returns is optimized from samples instead.
  decide::PolicyOptions options = policy_;
  options.probe_first = options.probe_first && !e.in_loop;
  carry_out(e, decide::decide(e, history_, model_, options));
}

// Where a loop's version serves call after call, samples fall into it alone and say nothing of the way there.
void Adaptive::consider_entered() {
  for (const MethodId id : run::transfer::entered_often(kOftenEntered)) {
    Method* method = Method::from(id);
    InstalledCode* active = code::versions::active(id);
    if (replaying_ || !config_.may_optimize(method) || (active && active->tier == Tier::Optimized)) continue;
    loop::HotEvent e = event_for(method, ~0u, {});
    e.loop_entered_often = true;
    carry_out(e, decide::decide(e, history_, model_, policy_));
  }
}

void Adaptive::carry_out(const loop::HotEvent& e, const decide::Decision& d) {
  if (config_.journal)
    config_.journal->decision(base::monotonic_ns(), e.method,
                              d.plan ? fmt::format("compile {}{}: {} (gain about {:.1f} ms for {:.1f} ms)", tier_name(d.plan->tier),
                                                   d.plan->osr ? fmt::format(" for the loop at IL {:04x}", d.plan->osr_il_offset) : "", d.why,
                                                   d.estimate.benefit_ns / 1e6, d.estimate.cost_ns / 1e6)
                                     : "no: " + d.why);
  if (!d.plan) {
    tell(EventKind::DecidedNot, e.current_tier, e.method, e.current_version, 0, static_cast<uint64_t>(std::max(0.0, d.estimate.benefit_ns)),
         static_cast<uint64_t>(d.estimate.cost_ns));
    return;
  }
  tell(EventKind::Decided, d.plan->tier, e.method, {}, d.plan->osr ? d.plan->osr_il_offset : 0, static_cast<uint64_t>(d.estimate.benefit_ns),
       static_cast<uint64_t>(d.estimate.cost_ns));
  if (config_.record)
    if (auto name = config_.names->method_name(e.method)) config_.record(decide::record_line(*name, *d.plan));
  loop::CompilePlan plan = *d.plan;
  plan.profile = aggregator_.snapshot();  // a copy of all that is known: made for plans, not for every method that is looked at
  history_.planned(plan, e.samples);
  config_.driver->submit(plan);
}

void Adaptive::plan_done(compile::driver::Result& result) {
  const loop::CompilePlan& plan = result.plan;
  const MethodId method = plan.method;
  if (result.code) {
    if (config_.journal) {
      std::vector<std::string> assumptions;
      for (const auto& a : result.value->assumptions) assumptions.push_back(explain::assumption_text(a, *config_.names));
      config_.journal->version_details(method, result.code->id, std::move(assumptions), result.value->notes);
    }
    InstalledCode* before = nullptr;
    if (plan.osr) code::versions::publish_osr(method, plan.osr_il_offset, result.code, &before);
    else code::versions::publish(method, result.code, &before);
    if (before && before->tier != Tier::Baseline)
      code::versions::retire(before, before->tier == Tier::Probed ? code::versions::RetireReason::ProbesDone : code::versions::RetireReason::Replaced);
    if (plan.tier == Tier::Optimized && config_.remember) config_.remember(result.value);
  }
  std::lock_guard hold(lock_);
  if (!result.code && config_.driver->no_back_end()) history_.abandoned(plan);
  else if (result.overtaken) history_.overtaken(plan);
  else history_.compiled(plan, result.code != nullptr);
  if (result.code) {
    model_.compiled(plan.tier, result.value->il_bytes, result.compile_ns);
    if (plan.tier == Tier::Optimized && !config_.options->stress.any()) gains_.replaced(method, result.code->id, base::monotonic_ns());
    if (plan.tier == Tier::Probed) {
      probing_.push_back({result.code, base::monotonic_ns()});
      tell(EventKind::ProbesStarted, Tier::Probed, method, result.code->id, 0, 0, 0);
    }
  } else if (config_.journal) {
    config_.journal->decision(base::monotonic_ns(), method, "not compiled: " + result.error);
  }
}

void Adaptive::loaded(MethodId method, bool osr, uint32_t osr_il) {
  loop::CompilePlan plan;
  plan.method = method;
  plan.osr = osr;
  plan.osr_il_offset = osr_il;
  std::lock_guard hold(notes_lock_);
  loaded_.push_back(std::move(plan));
}

void Adaptive::take_loaded() {
  std::vector<loop::CompilePlan> list;
  {
    std::lock_guard hold(notes_lock_);
    list.swap(loaded_);
  }
  for (const auto& plan : list) {
    history_.planned(plan, 0);
    history_.compiled(plan, true);
  }
}

// A guard that failed, not a way out that the code was made with.
static bool is_failure(loop::ExitReason reason) {
  return reason != loop::ExitReason::ExplicitThrow && reason != loop::ExitReason::ExceptionFromCallee && reason != loop::ExitReason::Stress;
}

void Adaptive::exit_taken(const InstalledCode& version, uint32_t il, loop::ExitReason reason) {
  const MethodId method = version.method;
  // Once, when there are so many that nothing may wait for the observer, which may be starved.
  if (is_failure(reason) && !config_.options->stress.any() && version.guard_failures.fetch_add(1, std::memory_order_relaxed) + 1 == kFailuresAtOnce)
    if (InstalledCode* code = code::versions::by_id(version.id)) {
      code::versions::retire(code, code::versions::RetireReason::GuardTooOften);
      std::lock_guard hold(notes_lock_);
      failed_.push_back({method, version.id, il, reason});
    }
  // Called while a thread is on its way down: must not wait for the observer. A lost note costs nothing but a later decision.
  std::unique_lock hold(lock_, std::try_to_lock);
  if (hold.owns_lock() && exits_.size() < 100000) exits_.push_back({method, version.id, il, reason});
}

void Adaptive::assumption_broke(MethodId method) {
  std::lock_guard hold(lock_);
  broken_.push_back(method);
}

void Adaptive::take_exits() {
  std::map<MethodId, ExitNote> last;
  for (const ExitNote& note : exits_) {
    aggregator_.count_exit(note.method, note.il);
    if (is_failure(note.reason)) history_.guard_failed(note.method, 1);
    last[note.method] = note;
  }
  exits_.clear();
  {
    std::lock_guard hold(notes_lock_);
    for (const ExitNote& note : failed_) failing_[note.method] = {note, false};
    failed_.clear();
  }
  auto reconsider = [&](MethodId id, loop::HotReason reason, uint32_t il) {
    Method* method = Method::from(id);
    if (replaying_ || !config_.may_optimize(method)) return;
    loop::HotEvent e = event_for(method, il, {});
    e.reason = reason;
    if (reason == loop::HotReason::GuardTooOften) {
      // The loop that the activation fell out of is to be entered again by the new version.
      e.current_tier = Tier::Baseline;
      for (const IlLoop& l : loops_of(method).loops)
        if (l.contains(il)) {
          e.in_loop = true;
          e.loop_il = l.header;
          break;
        }
    }
    carry_out(e, decide::decide(e, history_, model_, policy_));
  };
  for (auto& [method, note] : last) {
    if (note.reason == loop::ExitReason::Stress) continue;
    const decide::MethodHistory* past = history_.find(method);
    if (past && past->guard_failures >= policy_.guard_limit) failing_[method] = {note, false};
  }
  // Until the new version is there, baseline code is cheaper than entering and leaving again and again.
  constexpr uint32_t kNoLoop = ~0u;
  auto retire = [](ExitNote& note) {
    InstalledCode* code = note.version ? code::versions::by_id(note.version) : nullptr;
    if (code) code::versions::retire(code, code::versions::RetireReason::GuardTooOften);
    note.version = {};
  };
  for (auto it = failing_.begin(); it != failing_.end();) {
    const MethodId method = it->first;
    auto& [note, general] = it->second;
    if (history_.of(method).compiling) {  // planned before these exits were known: judged again when it is there
      if (!general) retire(note);
      ++it;
      continue;
    }
    InstalledCode* const active = code::versions::active(method);
    if (const uint32_t counted = history_.of(method).guard_failures; counted < policy_.guard_limit) history_.guard_failed(method, policy_.guard_limit - counted);
    if (general) {
      if (active && active->id == note.version && active->tier == Tier::Optimized) reconsider(method, loop::HotReason::GuardTooOften, kNoLoop);
      it = failing_.erase(it);
      continue;
    }
    tell(EventKind::GuardTooOften, Tier::Optimized, method, note.version, note.il, history_.of(method).guard_failures, 0);
    reconsider(method, loop::HotReason::GuardTooOften, note.il);
    const bool planned = history_.of(method).compiling, in_loop = active && active->id != note.version;
    retire(note);  // where no new version is wanted any more, too: baseline code for good
    // It was a loop's own version: the one for calls takes the same for granted, and the next run would begin with it.
    if (planned && in_loop && active->tier == Tier::Optimized) {
      general = true;
      note.version = active->id;
      ++it;
    } else {
      it = failing_.erase(it);
    }
  }
  for (MethodId method : broken_) reconsider(method, loop::HotReason::AssumptionBroken, 0);
  broken_.clear();
}

void Adaptive::check_probes() {
  const uint64_t now = base::monotonic_ns();
  for (auto it = probing_.begin(); it != probing_.end();) {
    const uint64_t counted = observe::executions(*it->code);
    if (counted < kProbeCount && now - it->since_ns < kProbeTime) {
      ++it;
      continue;
    }
    InstalledCode* code = it->code;
    aggregator_.merge(code->method, observe::read_counters(*code));
    tell(EventKind::ProbesRemoved, Tier::Probed, code->method, code->id, 0, counted, now - it->since_ns);
    // Back to plain baseline code until the optimized version is there: probes are for a short while only.
    if (InstalledCode* plain = code::versions::newest(code->method, Tier::Baseline)) code::versions::publish(code->method, plain);
    const MethodId method = code->method;
    code::versions::retire(code, code::versions::RetireReason::ProbesDone);
    it = probing_.erase(it);
    if (counted == 0) continue;
    loop::HotEvent e = event_for(Method::from(method), 0, {});
    e.reason = loop::HotReason::ProbesFull;
    carry_out(e, decide::decide(e, history_, model_, policy_));
  }
}

// R8: what was installed must pay, and what does not is taken back.
void Adaptive::check_gains() {
  for (const auto& gain : gains_.take()) {
    const uint64_t now = base::monotonic_ns();
    InstalledCode* code = code::versions::by_id(gain.version);
    if (!gain.measured) {
      if (config_.journal) config_.journal->decision(now, gain.method, fmt::format("gain not measured: {}", gain.why_not));
      continue;
    }
    // Events carry integers: millionths.
    const auto millionths = [](double x) { return static_cast<uint64_t>(x * 1e6 + 0.5); };
    tell(EventKind::Measured, Tier::Optimized, gain.method, gain.version, 0, millionths(gain.before), millionths(gain.after));
    model_.measured(gain.method, gain.before, gain.after);
    loop::HotEvent e = event_for(Method::from(gain.method), 0, gain.version);
    e.reason = loop::HotReason::GainMeasured;
    e.measured_before = gain.before;
    e.measured_after = gain.after;
    e.measured_error = gain.error;
    const decide::Decision d = decide::decide(e, history_, model_, policy_);
    if (config_.journal)
      config_.journal->decision(now, gain.method, fmt::format("{}: {:.2f}x (error {:.0f} %)", d.why, gain.before / gain.after, gain.error * 100));
    if (!d.roll_back || !code) continue;
    tell(EventKind::RolledBack, Tier::Optimized, gain.method, gain.version, 0, millionths(gain.before), millionths(gain.after));
    history_.rolled_back(gain.method);
    code::versions::retire(code, code::versions::RetireReason::RolledBack);
    if (config_.forget) config_.forget(*code);
  }
}

// R1: the rate falls when nothing was decided for a while, and is raised again when the program enters new code; the user's budget
// stretches both.
void Adaptive::adjust_rate(bool any_samples) {
  auto& sampler = observe::Sampler::get();
  if (any_samples && aggregator_.phase_change() > 0.3) quiet_rounds_ = 0;
  else quiet_rounds_++;
  governor_.measured(base::process_cpu_ns(), sampler.stats().handler_ns + cpu_ns_);
  const uint64_t wanted = (quiet_rounds_ > 250 ? kSlowPeriod : kPeriod) * governor_.stretch();
  if (wanted != period_ns_) {
    period_ns_ = wanted;
    sampler.set_period(wanted);
  }
  if (quiet_rounds_ % 64 == 63) sampler.rotate();
}

void Adaptive::seed(const loop::Profile& profile) {
  std::lock_guard hold(lock_);
  seeded_ = profile;
  for (const auto& [method, p] : profile.methods) aggregator_.merge(method, p);
}

void Adaptive::refuse(MethodId method, decide::Verdict verdict) {
  std::lock_guard hold(lock_);
  history_.of(method).verdict = verdict;
}

static void take_away(loop::TypeHistogram& from, const loop::TypeHistogram& what) {
  for (auto& row : from.rows)
    for (const auto& r : what.rows)
      if (r.id == row.id) row.count -= std::min(row.count, r.count);
  std::erase_if(from.rows, [](const auto& r) { return r.count == 0; });
  from.other -= std::min(from.other, what.other);
}

template <class Map>
static void take_away(Map& from, const Map& what) {
  for (const auto& [key, value] : what) {
    auto it = from.find(key);
    if (it == from.end()) continue;
    if constexpr (requires { it->second.rows; }) {
      take_away(it->second, value);
      if (it->second.total() == 0) from.erase(it);
    } else {
      it->second -= std::min(it->second, value);
      if (it->second == 0) from.erase(it);
    }
  }
}

loop::Profile Adaptive::learned() {
  std::lock_guard hold(lock_);
  loop::Profile p = *aggregator_.snapshot();
  for (const auto& [method, known] : seeded_.methods) {
    auto it = p.methods.find(method);
    if (it == p.methods.end()) continue;
    loop::MethodProfile& m = it->second;
    take_away(m.edges, known.edges);
    take_away(m.blocks, known.blocks);
    take_away(m.receivers, known.receivers);
    take_away(m.targets, known.targets);
    take_away(m.exits, known.exits);
    if (m.samples == 0 && m.edges.empty() && m.blocks.empty() && m.receivers.empty() && m.targets.empty() && m.exits.empty()) p.methods.erase(it);
  }
  return p;
}

std::vector<std::pair<MethodId, decide::Verdict>> Adaptive::verdicts() {
  std::lock_guard hold(lock_);
  std::vector<std::pair<MethodId, decide::Verdict>> list;
  for (const auto& [method, h] : history_.all())
    if (h.verdict == decide::Verdict::Slower || h.verdict == decide::Verdict::CompileFails) list.emplace_back(method, h.verdict);
  return list;
}

void Adaptive::replay(const std::string& path) {
  std::ifstream in(path);
  if (!in) return;  // the command checked that it can be read
  replaying_ = true;
  for (std::string line; std::getline(in, line);)
    if (auto plan = decide::parse_line(line)) replay_[plan->method].push_back(*plan);
}

void Adaptive::method_compiled(Method* method) {
  if (!replaying_) return;
  auto name = config_.names->method_name(method->id());
  if (!name) return;
  std::lock_guard hold(lock_);
  auto it = replay_.find(*name);
  if (it == replay_.end()) return;
  for (const auto& recorded : it->second) {
    loop::CompilePlan plan;
    plan.method = method->id();
    plan.tier = recorded.tier;
    plan.osr = recorded.osr;
    plan.osr_il_offset = recorded.osr_il;
    plan.reason = "replay: " + recorded.reason;
    plan.profile = aggregator_.snapshot();
    history_.planned(plan, 0);
    config_.driver->submit(plan);
  }
  replay_.erase(it);
}

}  // namespace rapgo::vm
