// What the command does without running the program.
#include <cstdio>
#include <cstdlib>

#include "base/error.h"
#include "code/memory/low_memory.h"
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

}  // namespace rapgo::vm
