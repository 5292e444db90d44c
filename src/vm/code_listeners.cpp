#include "vm/code_listeners.h"

#include <cstdio>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.h"
#include "base/method_filter.h"
#include "code/maps/gdb.h"
#include "code/maps/perf.h"

namespace rapgo::vm {

using code::versions::InstalledCode;
namespace maps = code::maps;

// The tier is added by those who are told.
static std::string name_of(const InstalledCode& code, loop::SymbolNames& names) {
  const std::string name = code.method ? names.display_name(code.method) : std::string();
  if (code.tier != loop::Tier::Stub) return name;
  return name.empty() ? code.name : name + " [" + code.name + "]";
}

void listen_to_code(const base::Options& o, loop::SymbolNames& names) {
  std::string why;
  // The listeners stay as long as the process.
  if (o.perf_map) {
    std::shared_ptr<maps::PerfMap> map = maps::PerfMap::open({}, &why);
    if (!map) throw base::UserError("--perf-map: " + why);
    code::versions::on_install([map, &names](const InstalledCode& c) { map->add(c, name_of(c, names)); });
  }
  if (o.jitdump) {
    char directory[4096];
    std::shared_ptr<maps::JitDump> dump = maps::JitDump::open(getcwd(directory, sizeof directory) ? directory : "/tmp", &why);
    if (!dump) throw base::UserError("--jitdump: " + why);
    code::versions::on_install([dump, &names](const InstalledCode& c) { dump->add(c, name_of(c, names)); });
  }
  if (std::getenv("RAPGO_GDB")) code::versions::on_install([&names](const InstalledCode& c) { maps::gdb_register(c, name_of(c, names)); });
  if (!o.dump_code.empty()) {
    require_disassembler();
    code::versions::on_install([patterns = base::MethodPatterns(o.dump_code), &names](const InstalledCode& c) {
      if (c.tier == loop::Tier::Stub || !patterns.matches(names.display_name(c.method))) return;
      const std::string text = disassembly(c, names);
      fwrite(text.data(), 1, text.size(), stderr);
    });
  }
}

}  // namespace rapgo::vm
