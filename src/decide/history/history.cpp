#include "decide/history/history.h"

#include <algorithm>
#include <sstream>

namespace rapgo::decide {

static void loop_is_done(MethodHistory& h, uint32_t header) {
  if (std::find(h.osr_done.begin(), h.osr_done.end(), header) == h.osr_done.end()) h.osr_done.push_back(header);
}

void History::planned(const loop::CompilePlan& plan, double samples) {
  MethodHistory& h = of(plan.method);
  h.compiling = true;
  h.samples_at_last_plan = samples;
}

void History::compiled(const loop::CompilePlan& plan, bool ok) {
  MethodHistory& h = of(plan.method);
  h.compiling = false;
  if (!ok && !plan.osr) h.verdict = Verdict::CompileFails;
  if (!ok && plan.osr) loop_is_done(h, plan.osr_il_offset);  // not tried again; another loop may do, or the method as a whole
  if (!ok) return;
  h.guard_failures = 0;
  if (plan.tier == loop::Tier::Optimized) h.optimized_compiles++;
  if (plan.tier == loop::Tier::Probed) h.probed_compiles++;
  if (plan.osr) loop_is_done(h, plan.osr_il_offset);
}

void History::abandoned(const loop::CompilePlan& plan) { of(plan.method).compiling = false; }

void History::overtaken(const loop::CompilePlan& plan) {
  MethodHistory& h = of(plan.method);
  h.compiling = false;
  h.overtaken++;
}

void History::guard_failed(loop::MethodId m, uint32_t times) { of(m).guard_failures += times; }

void History::rolled_back(loop::MethodId m) {
  MethodHistory& h = of(m);
  h.rollbacks++;
  h.verdict = Verdict::Slower;
}

std::string record_line(const std::string& method, const loop::CompilePlan& plan) {
  std::ostringstream out;
  out << "plan\t" << method << '\t' << loop::tier_name(plan.tier) << '\t';
  if (plan.osr) out << plan.osr_il_offset; else out << '-';
  out << '\t' << plan.reason;
  return out.str();
}

std::optional<RecordedPlan> parse_line(const std::string& line) {
  std::vector<std::string> fields;
  size_t at = 0;
  while (at <= line.size()) {
    size_t tab = line.find('\t', at);
    if (tab == std::string::npos) tab = line.size();
    fields.push_back(line.substr(at, tab - at));
    at = tab + 1;
  }
  if (fields.size() < 4 || fields[0] != "plan") return std::nullopt;
  RecordedPlan p{fields[1], loop::Tier::Optimized, false, 0, fields.size() > 4 ? fields[4] : ""};
  if (fields[2] == "probed") p.tier = loop::Tier::Probed;
  else if (fields[2] == "baseline") p.tier = loop::Tier::Baseline;
  else if (fields[2] != "optimized") return std::nullopt;
  if (fields[3] != "-") {
    char* end = nullptr;
    p.osr_il = static_cast<uint32_t>(std::strtoul(fields[3].c_str(), &end, 10));
    if (!end || *end) return std::nullopt;
    p.osr = true;
  }
  return p;
}

}  // namespace rapgo::decide
