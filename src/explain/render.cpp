// Journal as text (--stats) and as one self-contained page (--explain).
#include <algorithm>

#include <fmt/format.h>

#include "explain/journal.h"

namespace rapgo::explain {

using loop::EventKind;
using loop::Tier;

std::string escape_html(const std::string& text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

static std::string ms(uint64_t ns) { return fmt::format("{:.2f} ms", static_cast<double>(ns) / 1e6); }

static std::vector<MethodStory*> interesting(std::map<loop::MethodId, MethodStory>& stories) {
  std::vector<MethodStory*> list;
  for (auto& [id, s] : stories) {
    const bool beyond_baseline = std::any_of(s.versions.begin(), s.versions.end(), [](auto& v) { return v.tier != Tier::Baseline; });
    if (s.samples > 0 || beyond_baseline || !s.decisions.empty()) list.push_back(&s);
  }
  std::sort(list.begin(), list.end(), [](auto* a, auto* b) { return a->samples > b->samples; });
  return list;
}

std::string Journal::text() {
  std::lock_guard hold(lock_);
  std::string out = "rapgo statistics\n";
  for (auto& [n, v] : facts_) out += fmt::format("  {:<28} {}\n", n, v);
  for (Tier t : {Tier::Baseline, Tier::Probed, Tier::Optimized}) {
    const auto i = static_cast<size_t>(t);
    if (!totals_.compiled[i]) continue;
    out += fmt::format("  {:<28} {} methods, {} bytes of IL to {} bytes of code in {} ({:.3f} us per IL byte)\n", fmt::format("compiled {}", tier_name(t)),
                       totals_.compiled[i], totals_.il_bytes[i], totals_.code_bytes[i], ms(totals_.compile_ns[i]),
                       totals_.il_bytes[i] ? static_cast<double>(totals_.compile_ns[i]) / 1e3 / static_cast<double>(totals_.il_bytes[i]) : 0.0);
  }
  out += fmt::format("  {:<28} {} loaded, {} rejected, {} written\n", "store", totals_.store_loaded, totals_.store_rejected, totals_.store_written);
  out += fmt::format("  {:<28} {}\n", "samples", totals_.samples);
  out += fmt::format("  {:<28} {} up, {} down\n", "transfers", totals_.transfers_up, totals_.transfers_down);
  out += fmt::format("  {:<28} {} retired, {} reclaimed ({} bytes), {} assumptions broken\n", "versions", totals_.retired, totals_.reclaimed,
                     totals_.reclaimed_bytes, totals_.broken);
  out += fmt::format("  {:<28} {} minor, {} major, {}\n", "collections", totals_.minor, totals_.major, ms(totals_.gc_ns));
  for (MethodStory* s : interesting(stories_)) {
    out += fmt::format("  {}: {:.1f} samples, {} up, {} down\n", name(s->method), s->samples, s->transfers_up, s->transfers_down);
    for (auto& v : s->versions)
      if (v.tier != Tier::Baseline)
        out += fmt::format("    v{} {}{}{}: {} bytes, {} in {}{}{}\n", v.id.value, tier_name(v.tier), v.osr ? " (osr)" : "", v.from_store ? " from the store" : "",
                           v.bytes, v.from_store ? "loaded" : "compiled", ms(v.compile_ns), v.retired_ns ? ", retired" : "", v.reclaimed_ns ? ", reclaimed" : "");
    for (auto& [where, count] : s->exits) out += fmt::format("    left {} times at IL {:04x}: {}\n", count, where.first, exit_reason_name(where.second));
  }
  return out;
}

static const char* const kStyle =
    "body{font:14px/1.5 system-ui,sans-serif;margin:2em auto;max-width:1100px;padding:0 1em;color:#1b1f24;background:#fff}"
    "h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em}table{border-collapse:collapse;width:100%}td,th{padding:.25em .6em;border-bottom:1px solid #e3e6ea;"
    "text-align:left;vertical-align:top}th{background:#f5f7f9}td.n{text-align:right;font-variant-numeric:tabular-nums}.bar{background:#4c8bf5;height:.7em;display:inline-block;min-width:1px}"
    "details{margin:.4em 0;border:1px solid #e3e6ea;border-radius:6px;padding:.4em .8em}summary{cursor:pointer;font-family:ui-monospace,monospace}"
    ".optimized{color:#116329}.probed{color:#9a6700}.baseline{color:#57606a}code{font-family:ui-monospace,monospace;font-size:.93em}";

static double seconds(uint64_t t, uint64_t start) { return t > start ? static_cast<double>(t - start) / 1e9 : 0; }

std::string Journal::html() {
  std::lock_guard hold(lock_);
  const uint64_t start = totals_.start_ns;
  std::string out = fmt::format("<!doctype html><html lang=en><meta charset=utf-8><title>Rapgo: why</title><style>{}</style><h1>What Rapgo did, and why</h1><table>", kStyle);
  auto fact_row = [&](const std::string& n, const std::string& v) { out += fmt::format("<tr><th>{}<td>{}", escape_html(n), escape_html(v)); };
  for (auto& [n, v] : facts_) fact_row(n, v);
  for (Tier t : {Tier::Baseline, Tier::Probed, Tier::Optimized}) {
    const auto i = static_cast<size_t>(t);
    if (totals_.compiled[i])
      fact_row(fmt::format("compiled {}", tier_name(t)), fmt::format("{} methods, {} IL bytes, {} code bytes, {}", totals_.compiled[i], totals_.il_bytes[i], totals_.code_bytes[i], ms(totals_.compile_ns[i])));
  }
  fact_row("store", fmt::format("{} loaded, {} rejected, {} written", totals_.store_loaded, totals_.store_rejected, totals_.store_written));
  fact_row("transfers", fmt::format("{} up, {} down", totals_.transfers_up, totals_.transfers_down));
  fact_row("code", fmt::format("{} versions retired, {} reclaimed ({} bytes), {} assumptions broken", totals_.retired, totals_.reclaimed, totals_.reclaimed_bytes, totals_.broken));
  fact_row("collections", fmt::format("{} minor, {} major, {}", totals_.minor, totals_.major, ms(totals_.gc_ns)));
  out += "</table><h2>Methods, hottest first</h2>";

  auto list = interesting(stories_);
  double most = 1;
  for (auto* s : list) most = std::max(most, s->samples);
  for (auto* s : list) {
    out += fmt::format("<details{}><summary><span class=bar style='width:{:.0f}px'></span> {} &mdash; {:.1f} samples</summary>", s == list.front() ? " open" : "",
                       160 * s->samples / most, escape_html(name(s->method)), s->samples);
    if (!s->decisions.empty()) {
      out += "<table><tr><th>at<th>decision";
      for (auto& d : s->decisions) out += fmt::format("<tr><td class=n>{:.4f} s<td>{}", seconds(d.time_ns, start), escape_html(d.text));
      out += "</table>";
    }
    out += "<table><tr><th>version<th>tier<th>bytes<th>compile<th>installed<th>published<th>retired<th>reclaimed<th>assumes / did";
    for (auto& v : s->versions) {
      auto at = [&](uint64_t t) { return t ? fmt::format("{:.4f} s", seconds(t, start)) : std::string("&ndash;"); };
      std::string details;
      for (auto& a : v.assumptions) details += "assumes " + escape_html(a) + "<br>";
      for (auto& n : v.notes) details += escape_html(n) + "<br>";
      out += fmt::format("<tr><td>v{}<td class={}>{}{}<td class=n>{}<td class=n>{}<td class=n>{}<td class=n>{}<td class=n>{}<td class=n>{}<td>{}", v.id.value, tier_name(v.tier), tier_name(v.tier),
                         std::string(v.osr ? ", entered in mid-loop" : "") + (v.from_store ? ", loaded from the store" : ""), v.bytes, ms(v.compile_ns), at(v.installed_ns), at(v.published_ns),
                         at(v.retired_ns), at(v.reclaimed_ns), details);
    }
    out += "</table>";
    if (!s->exits.empty()) {
      out += "<table><tr><th>left at IL<th>because<th>times";
      for (auto& [where, count] : s->exits) out += fmt::format("<tr><td><code>{:04x}</code><td>{}<td class=n>{}", where.first, exit_reason_name(where.second), count);
      out += "</table>";
    }
    out += fmt::format("<p>{} transfers up, {} down, {} rollbacks; {} bytes held, {} freed", s->transfers_up, s->transfers_down, s->rollbacks, s->bytes_held, s->bytes_freed);
    if (s->measured_before > 0 && s->measured_after > 0) out += fmt::format("; measured gain {:.2f}x", s->measured_before / s->measured_after);
    out += "</p></details>";
  }
  out += "<h2>In order</h2><table><tr><th>at<th>event<th>method<th>version<th>IL";
  size_t shown = 0;
  for (auto& e : timeline_) {
    if (++shown > 2000) break;
    out += fmt::format("<tr><td class=n>{:.4f} s<td class={}>{}<td><code>{}</code><td>v{}<td><code>{:04x}</code>", seconds(e.time_ns, start), tier_name(e.tier), loop::event_name(e.kind),
                       escape_html(name(e.method)), e.version.value, e.il);
  }
  out += "</table></html>\n";
  return out;
}

}  // namespace rapgo::explain
