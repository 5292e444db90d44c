#include "code/store/records.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <functional>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "code/store/bytes.h"
#include "code/store/database.h"
#include "code/store/store.h"
#include "loop/event.h"

namespace rapgo::code::store {
namespace {

constexpr int kVersion = 1;
constexpr char kSchema[] =
    "CREATE TABLE programs(program TEXT PRIMARY KEY, epoch INTEGER) WITHOUT ROWID;"
    "CREATE TABLE profiles(program TEXT, method TEXT, il_hash INTEGER, epoch INTEGER, samples REAL, data BLOB,"
    " PRIMARY KEY(program, method)) WITHOUT ROWID;"
    "CREATE TABLE verdicts(program TEXT, method TEXT, what TEXT, il_hash INTEGER, value REAL, text TEXT, time INTEGER,"
    " PRIMARY KEY(program, method, what)) WITHOUT ROWID;"
    "CREATE TABLE runs(program TEXT, time INTEGER, cpu INTEGER, wall INTEGER, compiled INTEGER, loaded INTEGER);"
    "CREATE INDEX runs_of ON runs(program);";
constexpr size_t kMaxRuns = 64;           // kept per program
constexpr double kForgetSamples = 0.01;   // aged below this a profile is dropped

// A MethodProfile with names for ids: what the database holds, and what is merged.
struct StoredHistogram {
  std::map<std::string, double> rows;
  double other = 0;
};
struct StoredProfile {
  double samples = 0;
  bool probed = false;
  std::map<uint32_t, double> hot_il, blocks, exits;
  std::map<std::pair<uint32_t, uint32_t>, double> edges;
  std::map<uint32_t, StoredHistogram> receivers, targets;
};

void put_double(Writer& w, double v) {
  uint64_t bits;
  memcpy(&bits, &v, 8);
  w.fixed64(bits);
}
double get_double(Reader& r) {
  const uint64_t bits = r.fixed64();
  double v;
  memcpy(&v, &bits, 8);
  return std::isfinite(v) && v >= 0 ? v : 0;
}

std::vector<uint8_t> pack(const StoredProfile& p) {
  Writer w;
  put_double(w, p.samples);
  w.u8(p.probed);
  for (auto* m : {&p.hot_il, &p.blocks, &p.exits}) {
    w.num(m->size());
    for (auto& [il, v] : *m) w.num(il), put_double(w, v);
  }
  w.num(p.edges.size());
  for (auto& [e, v] : p.edges) w.num(e.first), w.num(e.second), put_double(w, v);
  for (auto* m : {&p.receivers, &p.targets}) {
    w.num(m->size());
    for (auto& [il, h] : *m) {
      w.num(il), put_double(w, h.other), w.num(h.rows.size());
      for (auto& [name, v] : h.rows) w.text(name), put_double(w, v);
    }
  }
  w.fixed64(XXH3_64bits(w.data(), w.size()));
  return std::move(w.bytes());
}

std::optional<StoredProfile> unpack(std::string_view blob) {
  if (blob.size() < 8) return std::nullopt;
  uint64_t sum;
  memcpy(&sum, blob.data() + blob.size() - 8, 8);
  if (XXH3_64bits(blob.data(), blob.size() - 8) != sum) return std::nullopt;
  Reader r(reinterpret_cast<const uint8_t*>(blob.data()), blob.size() - 8);
  StoredProfile p;
  p.samples = get_double(r);
  p.probed = r.u8() == 1;
  for (auto* m : {&p.hot_il, &p.blocks, &p.exits})
    for (size_t n = r.count(9); n && r.ok(); n--) {
      const uint32_t il = r.num32();
      (*m)[il] = get_double(r);
    }
  for (size_t n = r.count(10); n && r.ok(); n--) {
    const uint32_t from = r.num32(), to = r.num32();
    p.edges[{from, to}] = get_double(r);
  }
  for (auto* m : {&p.receivers, &p.targets})
    for (size_t n = r.count(10); n && r.ok(); n--) {
      StoredHistogram& h = (*m)[r.num32()];
      h.other = get_double(r);
      for (size_t k = r.count(9); k && r.ok(); k--) {
        std::string name(r.text());
        h.rows[std::move(name)] = get_double(r);
      }
    }
  if (!r.done()) return std::nullopt;
  return p;
}

void scale(StoredProfile& p, double f) {
  p.samples *= f;
  for (auto* m : {&p.hot_il, &p.blocks, &p.exits})
    for (auto& [k, v] : *m) v *= f;
  for (auto& [k, v] : p.edges) v *= f;
  for (auto* m : {&p.receivers, &p.targets})
    for (auto& [il, h] : *m) {
      h.other *= f;
      for (auto& [n, v] : h.rows) v *= f;
    }
}

using NameOf = std::function<std::optional<std::string>(uint32_t)>;
using IdOf = std::function<uint32_t(const std::string&)>;

void add_histograms(std::map<uint32_t, StoredHistogram>& to, const std::map<uint32_t, loop::TypeHistogram>& from, const NameOf& name) {
  for (auto& [il, h] : from) {
    StoredHistogram& out = to[il];
    out.other += static_cast<double>(h.other);
    for (auto& row : h.rows) {
      if (auto n = name(row.id)) out.rows[*n] += static_cast<double>(row.count);
      else out.other += static_cast<double>(row.count);
    }
  }
}

void add(StoredProfile& to, const loop::MethodProfile& p, loop::SymbolNames& names) {
  to.samples += p.samples;
  to.probed |= p.probed;
  for (auto& [il, v] : p.hot_il) to.hot_il[il] += v;
  for (auto& [il, v] : p.blocks) to.blocks[il] += static_cast<double>(v);
  for (auto& [il, v] : p.exits) to.exits[il] += static_cast<double>(v);
  for (auto& [e, v] : p.edges) to.edges[{e.from_il, e.to_il}] += static_cast<double>(v);
  add_histograms(to.receivers, p.receivers, [&](uint32_t id) { return names.type_name({id}); });
  add_histograms(to.targets, p.targets, [&](uint32_t id) { return names.method_name({id}); });
}

void get_histograms(std::map<uint32_t, loop::TypeHistogram>& to, const std::map<uint32_t, StoredHistogram>& from, const IdOf& id) {
  for (auto& [il, h] : from) {
    loop::TypeHistogram out;
    double other = h.other;
    for (auto& [name, v] : h.rows) {
      if (uint32_t known = id(name)) out.rows.push_back({known, static_cast<uint64_t>(std::llround(v))});
      else other += v;
    }
    out.other = static_cast<uint64_t>(std::llround(other));
    std::sort(out.rows.begin(), out.rows.end(), [](auto& a, auto& b) { return a.count > b.count; });
    to.emplace(il, std::move(out));
  }
}

template <class M>
void get_counts(M& to, const std::map<uint32_t, double>& from) {
  for (auto& [il, v] : from)
    if (v >= 0.5) to[il] = static_cast<uint64_t>(std::llround(v));
}

loop::MethodProfile to_profile(const StoredProfile& s, loop::SymbolNames& names) {
  loop::MethodProfile p;
  p.samples = s.samples;
  p.probed = s.probed;
  p.hot_il = s.hot_il;
  get_counts(p.blocks, s.blocks);
  get_counts(p.exits, s.exits);
  for (auto& [e, v] : s.edges)
    if (v >= 0.5) p.edges[{e.first, e.second}] = static_cast<uint64_t>(std::llround(v));
  get_histograms(p.receivers, s.receivers, [&](const std::string& n) { auto t = names.type_id(n); return t ? t->value : 0; });
  get_histograms(p.targets, s.targets, [&](const std::string& n) { auto m = names.method_id(n); return m ? m->value : 0; });
  return p;
}

class RecordsImpl final : public Records {
 public:
  RecordsImpl(std::string dir, loop::SymbolNames* names, bool writable)
      : path_(std::move(dir) + "/rapgo.db"), names_(names), writable_(writable) {}

  bool load_profiles(const std::string& program, loop::Profile& out) override {
    std::lock_guard guard(lock_);
    if (!ready()) return false;
    const int64_t epoch = epoch_of(program);
    Statement s(db_, "SELECT method, il_hash, epoch, data FROM profiles WHERE program=?1");
    s.bind(program);
    while (s.step()) {
      const auto method = names_->method_id(s.text(0));
      if (!method || static_cast<uint64_t>(s.integer(1)) != names_->il_hash(*method)) continue;
      auto stored = unpack(s.blob(3));
      if (!stored) {
        damage_event();
        continue;
      }
      scale(*stored, ageing(epoch - s.integer(2)));
      out.methods[*method] = to_profile(*stored, *names_);
    }
    return finish();
  }

  bool save_profiles(const std::string& program, const loop::Profile& profile) override {
    std::lock_guard guard(lock_);
    if (!writable_ || !ready() || !db_.execute("BEGIN IMMEDIATE")) return finish(), false;
    const int64_t epoch = epoch_of(program) + 1;
    Statement(db_, "INSERT OR REPLACE INTO programs VALUES(?1, ?2)").bind(program).bind(epoch).run();
    Statement old(db_, "SELECT il_hash, epoch, data FROM profiles WHERE program=?1 AND method=?2");
    Statement put(db_, "INSERT OR REPLACE INTO profiles VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
    bool good = true;
    for (auto& [method, p] : profile.methods) {
      const auto name = names_->method_name(method);
      if (!name) continue;
      const auto hash = static_cast<int64_t>(names_->il_hash(method));
      StoredProfile merged;
      old.bind(program).bind(*name);
      if (old.step() && old.integer(0) == hash)
        if (auto stored = unpack(old.blob(2))) {
          merged = std::move(*stored);
          scale(merged, ageing(epoch - old.integer(1)));
        }
      old.run();  // to its end, for the next one
      add(merged, p, *names_);
      const std::vector<uint8_t> blob = pack(merged);
      good &= put.bind(program).bind(*name).bind(hash).bind(epoch).bind(merged.samples).bind_blob(blob.data(), blob.size()).run();
    }
    // What nobody runs any more: samples * decay^age below the threshold.
    {
      Statement all(db_, "SELECT method, epoch, samples FROM profiles WHERE program=?1 AND epoch<?2");
      all.bind(program).bind(epoch);
      Statement forget(db_, "DELETE FROM profiles WHERE program=?1 AND method=?2");
      std::vector<std::string> gone;
      while (all.step())
        if (all.real(2) * ageing(epoch - all.integer(1)) < kForgetSamples) gone.push_back(all.text(0));
      for (const std::string& method : gone) forget.bind(program).bind(method).run();
    }
    good &= db_.execute("COMMIT");
    if (!good) db_.execute("ROLLBACK");
    return finish() && good;
  }

  std::vector<Verdict> load_verdicts(const std::string& program) override {
    std::lock_guard guard(lock_);
    std::vector<Verdict> all;
    if (!ready()) return all;
    Statement s(db_, "SELECT method, what, il_hash, value, text, time FROM verdicts WHERE program=?1");
    s.bind(program);
    while (s.step()) {
      const auto method = names_->method_id(s.text(0));
      if (!method || static_cast<uint64_t>(s.integer(2)) != names_->il_hash(*method)) continue;
      all.push_back({*method, s.text(1), s.real(3), s.text(4), s.integer(5)});
    }
    finish();
    return all;
  }

  bool save_verdicts(const std::string& program, const std::vector<Verdict>& verdicts) override {
    std::lock_guard guard(lock_);
    if (!writable_ || !ready() || !db_.execute("BEGIN IMMEDIATE")) return finish(), false;
    bool good = true;
    {
      Statement put(db_, "INSERT OR REPLACE INTO verdicts VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
      for (const Verdict& v : verdicts) {
        const auto name = names_->method_name(v.method);
        if (!name) continue;
        good &= put.bind(program).bind(*name).bind(v.what).bind(static_cast<int64_t>(names_->il_hash(v.method))).bind(v.value).bind(v.text)
                    .bind(static_cast<int64_t>(time(nullptr))).run();
      }
    }
    good &= db_.execute("COMMIT");
    if (!good) db_.execute("ROLLBACK");
    return finish() && good;
  }

  std::vector<Run> load_runs(const std::string& program, int limit) override {
    std::lock_guard guard(lock_);
    std::vector<Run> runs;
    if (!ready()) return runs;
    Statement s(db_, "SELECT cpu, wall, compiled, loaded, time FROM runs WHERE program=?1 ORDER BY rowid DESC LIMIT ?2");
    s.bind(program).bind(static_cast<int64_t>(limit));
    while (s.step())
      runs.push_back({static_cast<uint64_t>(s.integer(0)), static_cast<uint64_t>(s.integer(1)), static_cast<uint64_t>(s.integer(2)),
                      static_cast<uint64_t>(s.integer(3)), s.integer(4)});
    finish();
    return runs;
  }

  bool save_run(const std::string& program, const Run& run) override {
    std::lock_guard guard(lock_);
    if (!writable_ || !ready() || !db_.execute("BEGIN IMMEDIATE")) return finish(), false;
    bool good = Statement(db_, "INSERT INTO runs VALUES(?1, ?2, ?3, ?4, ?5, ?6)")
                    .bind(program).bind(static_cast<int64_t>(time(nullptr))).bind(static_cast<int64_t>(run.cpu_ns))
                    .bind(static_cast<int64_t>(run.wall_ns)).bind(static_cast<int64_t>(run.compiled)).bind(static_cast<int64_t>(run.loaded)).run();
    good &= Statement(db_, "DELETE FROM runs WHERE program=?1 AND rowid NOT IN"
                           " (SELECT rowid FROM runs WHERE program=?1 ORDER BY rowid DESC LIMIT ?2)")
                .bind(program).bind(static_cast<int64_t>(kMaxRuns)).run();
    good &= db_.execute("COMMIT");
    if (!good) db_.execute("ROLLBACK");
    return finish() && good;
  }

 private:
  static double ageing(int64_t runs) { return std::pow(kProfileDecay, static_cast<double>(std::clamp<int64_t>(runs, 0, 1000))); }

  bool ready() {
    if (db_.is_open()) return true;
    if (tried_) return false;
    tried_ = true;
    const bool open = db_.open(path_, writable_, kSchema, kVersion);
    if (db_.recreated()) damage_event();
    return open;
  }

  // After each use: a damaged database is set aside for good; the next call begins anew.
  bool finish() {
    if (!db_.damaged()) return true;
    damage_event();
    db_.close();
    if (writable_) remove(path_.c_str()), remove((path_ + "-journal").c_str());
    tried_ = !writable_;
    return false;
  }

  int64_t epoch_of(const std::string& program) {
    Statement s(db_, "SELECT epoch FROM programs WHERE program=?1");
    s.bind(program);
    return s.step() ? s.integer(0) : 0;
  }

  void damage_event() {
    loop::Event e;
    e.time_ns = base::monotonic_ns();
    e.kind = loop::EventKind::StoreRejected;
    e.a = static_cast<uint64_t>(Reject::Damaged);
    loop::emit(e);
  }

  std::mutex lock_;
  const std::string path_;
  loop::SymbolNames* names_;
  const bool writable_;
  bool tried_ = false;
  Database db_;
};

}  // namespace

std::unique_ptr<Records> Records::make(std::string dir, loop::SymbolNames* names, bool writable) {
  return std::make_unique<RecordsImpl>(std::move(dir), names, writable);
}

}  // namespace rapgo::code::store
