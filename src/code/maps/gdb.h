#pragma once
// Tells a debugger about installed code (GDB's JIT interface): names, and unwind rows as call frame information, so that
// `bt` goes through managed frames. Costs about a microsecond and a kilobyte per version: only when asked for.
//
// Thread safety: all functions, from any thread; not from signal handlers.
#include <string_view>

#include "code/maps/installed_code.h"

namespace rapgo::code::maps {

void gdb_register(const InstalledCode& code, std::string_view name);
void gdb_unregister(const InstalledCode& code);  // before its memory is reused; unknown code is ignored

}  // namespace rapgo::code::maps
