#include "explain/journal.h"

#include <fmt/format.h>

#include "loop/compiled_code.h"

namespace rapgo::explain {

using loop::Event;
using loop::EventKind;
using loop::Tier;

static constexpr size_t kMaxTimeline = 20000, kMaxDecisions = 200;

const char* exit_reason_name(uint32_t reason) {
  static const char* const names[] = {"type guard",     "target guard", "class not initialised", "null",      "index out of range",
                                      "divide by zero", "overflow",     "cast",                  "cold path", "assumption",
                                      "exception from callee", "throw", "stress",                "not supported by the optimizer"};
  return reason < std::size(names) ? names[reason] : "?";
}

std::string assumption_text(const loop::Assumption& a, loop::SymbolNames& names) {
  using loop::AssumptionKind;
  auto type = [&] { return names.type_name(loop::TypeId{a.id}).value_or("?"); };
  auto method = [&] { return names.display_name(loop::MethodId{a.id}); };
  switch (a.kind) {
    case AssumptionKind::NotSubclassed: return "nothing derives from " + type();
    case AssumptionKind::NotOverridden: return "nothing overrides " + method();
    case AssumptionKind::UniqueImplementor: return "one class implements " + type();
    case AssumptionKind::StaticReadonlyValue: return fmt::format("static readonly {} is {:#x}", names.field_name(loop::FieldId{a.id}).value_or("?"), a.value);
    case AssumptionKind::ClassInitialized: return type() + " is initialised";
    case AssumptionKind::MethodBody: return "the IL of " + method();
    case AssumptionKind::TypeLayout: return "the layout of " + type();
  }
  return "?";
}

MethodStory& Journal::story(loop::MethodId m) {
  MethodStory& s = stories_[m];
  s.method = m;
  return s;
}

VersionStory* Journal::version(MethodStory& s, loop::VersionId v, bool make) {
  for (auto& x : s.versions)
    if (x.id == v) return &x;
  if (!make) return nullptr;
  s.versions.push_back({});
  s.versions.back().id = v;
  return &s.versions.back();
}

void Journal::add(const Event& e) {
  std::lock_guard hold(lock_);
  if (!totals_.start_ns) totals_.start_ns = e.time_ns;
  totals_.end_ns = std::max(totals_.end_ns, e.time_ns);
  const bool of_method = bool(e.method);
  const auto tier = static_cast<size_t>(e.tier);
  switch (e.kind) {
    case EventKind::Sampled: totals_.samples++; return;
    case EventKind::Collected:
      (e.tier == Tier::Baseline ? totals_.minor : totals_.major)++;
      totals_.gc_ns += e.c;
      return;
    case EventKind::Compiled:
      totals_.compiled[tier]++;
      totals_.compile_ns[tier] += e.b;
      totals_.il_bytes[tier] += e.c;
      totals_.code_bytes[tier] += e.a;
      break;
    case EventKind::StoreLoaded: totals_.store_loaded++; break;
    case EventKind::StoreRejected: totals_.store_rejected++; break;
    case EventKind::StoreWritten: totals_.store_written += e.a; break;
    case EventKind::TransferredUp: totals_.transfers_up++; break;
    case EventKind::TransferredDown: totals_.transfers_down++; break;
    case EventKind::Retired: totals_.retired++; break;
    case EventKind::Reclaimed: totals_.reclaimed++; totals_.reclaimed_bytes += e.a; break;
    case EventKind::AssumptionBroken: totals_.broken++; break;
    default: break;
  }
  if (!of_method || e.tier == Tier::Stub) return;
  MethodStory& s = story(e.method);
  switch (e.kind) {
    case EventKind::Compiled:
      s.il_bytes = static_cast<uint32_t>(e.c);
      if (auto* v = e.version ? version(s, e.version, true) : nullptr) v->tier = e.tier, v->compile_ns = e.b;
      break;
    case EventKind::Installed: {
      auto* v = version(s, e.version, true);
      v->tier = e.tier;
      v->installed_ns = e.time_ns;
      v->bytes = e.a;
      s.bytes_held += e.a;
      break;
    }
    case EventKind::StoreLoaded:
      if (auto* v = e.version ? version(s, e.version, true) : nullptr) v->from_store = true, v->compile_ns = e.b;
      break;
    case EventKind::Published:
      if (auto* v = version(s, e.version, true)) v->published_ns = e.time_ns;
      break;
    case EventKind::OsrArmed:
      if (auto* v = version(s, e.version, true)) v->osr = true;
      break;
    case EventKind::TransferredUp: s.transfers_up++; break;
    case EventKind::TransferredDown:
      s.transfers_down++;
      s.exits[{e.il, static_cast<uint32_t>(e.b)}]++;
      break;
    case EventKind::Retired:
      if (auto* v = version(s, e.version, false)) v->retired_ns = e.time_ns;
      break;
    case EventKind::Reclaimed:
      if (auto* v = version(s, e.version, false)) v->reclaimed_ns = e.time_ns;
      s.bytes_freed += e.a;
      s.bytes_held -= std::min(s.bytes_held, e.a);
      break;
    case EventKind::Measured:
      s.measured_before = static_cast<double>(e.a);
      s.measured_after = static_cast<double>(e.b);
      break;
    case EventKind::RolledBack: s.rollbacks++; break;
    default: break;
  }
  const bool told = e.tier != Tier::Baseline || (e.kind != EventKind::Compiled && e.kind != EventKind::Installed && e.kind != EventKind::Published &&
                     e.kind != EventKind::StoreLoaded);
  if (told && timeline_.size() < kMaxTimeline) timeline_.push_back(e);
}

void Journal::decision(uint64_t time_ns, loop::MethodId method, std::string text) {
  std::lock_guard hold(lock_);
  auto& list = story(method).decisions;
  if (list.size() < kMaxDecisions && (list.empty() || list.back().text != text)) list.push_back({time_ns, std::move(text)});
}

void Journal::version_details(loop::MethodId method, loop::VersionId id, std::vector<std::string> assumptions, std::vector<std::string> notes) {
  std::lock_guard hold(lock_);
  auto* v = version(story(method), id, true);
  v->assumptions = std::move(assumptions);
  v->notes = std::move(notes);
}

void Journal::samples(loop::MethodId method, double decayed) {
  std::lock_guard hold(lock_);
  story(method).samples = std::max(story(method).samples, decayed);
}

void Journal::fact(std::string name, std::string value) {
  std::lock_guard hold(lock_);
  for (auto& [n, v] : facts_)
    if (n == name) {
      v = std::move(value);
      return;
    }
  facts_.emplace_back(std::move(name), std::move(value));
}

std::string Journal::name(loop::MethodId method) {
  auto [it, made] = name_cache_.try_emplace(method);
  if (made) it->second = method ? names_.display_name(method) : "";
  return it->second;
}

std::string Journal::log_line(const Event& e) {
  std::string line = fmt::format("event\t{}.{:06}\t{}\t{}\tv{}\t{}", e.time_ns / 1000000000, e.time_ns / 1000 % 1000000, loop::event_name(e.kind),
                                 loop::tier_name(e.tier), e.version.value, name(e.method));
  if (e.il) line += fmt::format("\til={:04x}", e.il);
  line += fmt::format("\ta={} b={} c={}", e.a, e.b, e.c);
  if (e.kind == EventKind::TransferredDown) line += fmt::format(" ({})", exit_reason_name(static_cast<uint32_t>(e.b)));
  return line;
}

}  // namespace rapgo::explain
