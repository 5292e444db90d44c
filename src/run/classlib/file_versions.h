// System.Diagnostics.FileVersionInfo and ProcessModule.
// Thread safety: attached thread in Mode::Runtime. May collect.
#pragma once
#include <sys/types.h>

#include <string>

#include "run/classlib/objects.h"

namespace rapgo::run::classlib {

// ProcessModule[]: the files that a process has mapped, in the order of their addresses. Of this process the program comes first, whose
// name Process.MainModule then gives. A process that is gone or another user's has none.
Array* process_modules(pid_t pid, Type* process_class);

}  // namespace rapgo::run::classlib
