// What the command does without running the program.
#include <cstdio>

#include "compile/passes/optimization.h"
#include "base/error.h"
#include "vm/runtime.h"

namespace rapgo::vm {

int list_optimizations() {
  for (const auto* o : compile::passes::all_optimizations()) std::printf("%-22s %s\n", o->name(), o->description());
  return 0;
}

int list_missing(const base::Options&, const std::string&) { throw base::UserError("--missing is not supported yet"); }

}  // namespace rapgo::vm
