// The one place that says why (R10): per method its samples, decisions, estimated and measured gain, assumptions, installs,
// exits, rollbacks, bytes held and freed. Fed with events and with the texts of decisions; rendered as text, HTML or a log.
// Thread safety: one internal lock; feed from the observing thread, render at exit or on request.
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "loop/compiled_code.h"
#include "loop/event.h"
#include "loop/plan.h"
#include "loop/symbol_names.h"

namespace rapgo::explain {

struct VersionStory {
  loop::VersionId id;
  loop::Tier tier = loop::Tier::Baseline;
  uint64_t installed_ns = 0, published_ns = 0, retired_ns = 0, reclaimed_ns = 0;
  uint64_t bytes = 0, compile_ns = 0;
  bool osr = false, from_store = false;
  std::vector<std::string> assumptions, notes;
};

struct MethodStory {
  loop::MethodId method;
  double samples = 0;
  uint32_t il_bytes = 0;
  std::vector<VersionStory> versions;
  std::map<std::pair<uint32_t, uint32_t>, uint64_t> exits;   // (il, reason) -> count
  uint64_t transfers_up = 0, transfers_down = 0, rollbacks = 0;
  uint64_t bytes_held = 0, bytes_freed = 0;
  double measured_before = 0, measured_after = 0;
  struct Line { uint64_t time_ns; std::string text; };
  std::vector<Line> decisions;
};

struct Totals {
  uint64_t start_ns = 0, end_ns = 0, samples = 0;
  uint64_t compiled[4] = {}, compile_ns[4] = {}, il_bytes[4] = {}, code_bytes[4] = {};
  uint64_t store_loaded = 0, store_rejected = 0, store_written = 0;
  uint64_t transfers_up = 0, transfers_down = 0, retired = 0, reclaimed = 0, reclaimed_bytes = 0, broken = 0;
  uint64_t minor = 0, major = 0, gc_ns = 0;
};

class Journal {
 public:
  explicit Journal(loop::SymbolNames& names) : names_(names) {}

  void add(const loop::Event& event);
  // Texts that events have no room for.
  void decision(uint64_t time_ns, loop::MethodId method, std::string text);
  void version_details(loop::MethodId method, loop::VersionId version, std::vector<std::string> assumptions, std::vector<std::string> notes);
  void samples(loop::MethodId method, double decayed);
  void fact(std::string name, std::string value);  // program, options, overhead: shown at the head

  std::string text();                       // for --stats
  std::string html();                       // for --explain; self-contained
  std::string name(loop::MethodId method);
  // One line per event, as --record writes it.
  std::string log_line(const loop::Event& event);

 private:
  friend class Renderer;
  MethodStory& story(loop::MethodId m);
  VersionStory* version(MethodStory& s, loop::VersionId v, bool make);

  std::mutex lock_;
  loop::SymbolNames& names_;
  std::map<loop::MethodId, MethodStory> stories_;
  std::map<loop::MethodId, std::string> name_cache_;
  std::vector<loop::Event> timeline_;       // optimizer events only, bounded
  std::vector<std::pair<std::string, std::string>> facts_;
  Totals totals_;
};

std::string assumption_text(const loop::Assumption& assumption, loop::SymbolNames& names);
const char* exit_reason_name(uint32_t reason);  // loop::ExitReason
std::string escape_html(const std::string& text);

}  // namespace rapgo::explain
