// What the command does without running the program.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "base/error.h"
#include "code/memory/low_memory.h"
#include "code/store/store.h"
#include "code/store/tools.h"
#include "compile/passes/optimization.h"
#include "load/types/loader.h"
#include "run/classlib/classlib.h"
#include "run/classlib/missing.h"
#include "vm/runtime.h"

namespace rapgo::vm {

int list_optimizations() {
  for (const auto* o : compile::passes::all_optimizations()) std::printf("%-22s %s\n", o->name(), o->description());
  return 0;
}

void check_optimizations(const base::Options& options) {
  const auto& all = compile::passes::all_optimizations();
  for (const std::string& name : options.no_optimization)
    if (std::none_of(all.begin(), all.end(), [&](const auto* o) { return name == o->name(); }))
      throw base::UserError("there is no optimization '" + name + "' (--list-optimizations lists them)");
}

// Metadata only: nothing is laid out or compiled, so no heap, no threads and no hooks are needed.
int list_missing(const base::Options&, const std::string& path) {
  using load::types::Loader;
  code::memory::reserve_low();
  run::classlib::register_all();
  Loader::Options options;
  options.alloc_low = code::memory::meta_alloc;
  try {
    Loader::init(options);
    Loader& loader = Loader::get();
    char* absolute = realpath(path.c_str(), nullptr);
    const std::string file = absolute ? absolute : path;
    std::free(absolute);
    loader.set_application_base(file.substr(0, file.rfind('/') + 1));
    for (const std::string& name : run::classlib::missing_icalls(loader.load_file(file))) std::puts(name.c_str());
  } catch (const load::types::LoadError& e) {
    throw base::UserError(e.what());
  }
  return 0;
}

static std::string cache_directory(const base::Options& options) {
  std::string dir = options.cache_dir.empty() ? code::store::default_dir() : options.cache_dir;
  if (dir.empty()) throw base::UserError("there is no code cache: no home directory of this user; name one with --cache-dir=DIR");
  return dir;
}

static std::string mib(uint64_t bytes) { return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20)); }

static constexpr char kCacheUsage[] = "usage: rapgo cache list|verify|clear|export FILE|import FILE [--cache-dir=DIR]";

int cache_command(const base::Options& options, const std::vector<std::string>& words) {
  namespace store = code::store;
  const std::string what = words.empty() ? "" : words[0];
  const bool with_file = what == "export" || what == "import";
  if ((what != "list" && what != "verify" && what != "clear" && !with_file) || words.size() != (with_file ? 2u : 1u)) throw base::UserError(kCacheUsage);
  const std::string dir = cache_directory(options);
  if (what == "list") {
    const auto entries = store::cache_list(dir);
    for (const auto& e : entries)
      fmt::print("{:<10}{:<12}{:>8} bytes {:>3} assumptions  {}\n", loop::tier_name(e.tier), e.osr ? fmt::format("osr {:04x}", e.osr_il) : "", e.code_bytes, e.assumptions,
                 e.shown.empty() ? e.method : e.shown);
    fmt::print("{} entries in {}\n", entries.size(), dir);
  } else if (what == "verify") {
    const auto r = store::cache_verify(dir);
    for (const std::string& line : r.problems) fmt::print("{}\n", line);
    fmt::print("{} segments, {} entries, {}; {} segments and {} entries are damaged\n", r.segments, r.entries, mib(r.bytes), r.damaged_segments, r.damaged_entries);
    return r.damaged_segments + r.damaged_entries ? 1 : 0;
  } else if (what == "clear") {
    fmt::print("{} removed from {}\n", mib(store::cache_clear(dir)), dir);
  } else if (what == "export") {
    fmt::print("{} segments written to {}\n", store::cache_export(dir, words[1]), words[1]);
  } else {
    fmt::print("{} segments taken over from {}\n", store::cache_import(dir, words[1]), words[1]);
  }
  return 0;
}

}  // namespace rapgo::vm
