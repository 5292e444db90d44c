// The composition root: makes the parts, wires them (docs/conventions.md 8), runs one program.
// One per process. Errors: base::UserError for what the user can mend; the program's own failures are its exit status.
#pragma once
#include <string>
#include <vector>

#include "base/options.h"

namespace rapgo::vm {

struct Program {
  std::string path;                 // of the main assembly
  std::vector<std::string> args;    // for Main
  std::vector<std::string> command_line;  // argv[0] on, for Environment.GetCommandLineArgs
};

// Runs the program to its end, prints what the options ask for, and returns the exit status. Call once, from main.
int run(const base::Options& options, const Program& program);

// rapgo cache WORDS. Exit status; to stdout.
int cache_command(const base::Options& options, const std::vector<std::string>& words);

// --missing: the internal calls that the assembly could reach and Rapgo lacks, one a line, to stdout.
int list_optimizations();  // --list-optimizations, to stdout
void check_optimizations(const base::Options& options);  // throws base::UserError: --no-optimization names none
int list_missing(const base::Options& options, const std::string& path);

std::string version_line();

}  // namespace rapgo::vm
