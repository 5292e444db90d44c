// Objects that must exist before the first managed instruction, and the end of the program (startup_contract: order as observed
// on Mono). Thread safety: the main managed thread, Mode::Runtime.
#pragma once
#include <string>
#include <vector>

#include "abi/object.h"

namespace rapgo::load::types { class Assembly; }

namespace rapgo::run::classlib {

struct Application {
  std::string path;                        // absolute path of the main assembly
  std::vector<std::string> command_line;   // Environment.GetCommandLineArgs
};
// String.Empty, domain, main thread, preallocated exceptions, ephemeron tombstone.
void boot(const Application& application);
abi::Object* current_domain();
abi::Object* current_context();
// AppDomain.ProcessExit handlers; what they throw is reported and swallowed.
void process_exit();
// Nobody caught it: AppDomain.UnhandledException handlers, the report, the end of the process with status 1. On any managed thread.
[[noreturn]] void die_of(abi::Object* exception);
abi::Object* application_setup();
// Ends the process (Environment.Exit); the calling thread is in Mode::Runtime. Set by vm; null: std::exit.
extern void (*on_exit)(int status);
// The same without AppDomain.ProcessExit handlers. Set by vm; null: _Exit.
extern void (*on_death)(int status);
int32_t& exit_code();                      // Environment.ExitCode
const Application& application();
// AppDomain.AssemblyResolve and AssemblyLoad: hooks of the loader, from here on.
void watch_assemblies();
// Set on threads of the runtime's own, which load types too but must not run the program's handlers.
extern thread_local bool runs_no_handlers;

}  // namespace rapgo::run::classlib
