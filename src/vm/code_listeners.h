// Who wants to hear of installed code: perf, debuggers, --dump-code. Called before the first stub is installed.
// Errors: base::UserError where an option cannot be carried out. Thread safety: once, at start.
#pragma once
#include <string>

#include "base/options.h"
#include "code/versions/versions.h"
#include "loop/symbol_names.h"

namespace rapgo::vm {

void listen_to_code(const base::Options& options, loop::SymbolNames& names);

// Machine code of one version with IL offsets, as --dump-code prints it. disassembly_x64.cpp; the disassembler is loaded then.
std::string disassembly(const code::versions::InstalledCode& code, loop::SymbolNames& names);
void require_disassembler();  // UserError if there is none

}  // namespace rapgo::vm
