// RuntimeAssembly, RuntimeModule, AssemblyName.
#include "run/calls/icall.h"
#include "run/classlib/classlib.h"
#include "run/classlib/reflection.h"

namespace rapgo::run::classlib {

void register_assemblies() {}

}  // namespace rapgo::run::classlib
