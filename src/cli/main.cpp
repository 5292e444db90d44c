// The `rapgo` command.
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "base/error.h"
#include "base/options.h"
#include "cli/mono_options.h"
#include "vm/runtime.h"


// rapgo cache|explain|top: no programs, unless a file is called so.
static bool is_command(std::string_view word) {
  return (word == "cache" || word == "explain" || word == "top") && access(std::string(word).c_str(), F_OK) != 0;
}

static int command(std::span<const std::string_view> words, rapgo::base::Options& options) {
  using namespace rapgo;
  const std::string what(words[0]);
  if (what != "cache") throw base::UserError("'rapgo " + what + "' is not supported yet" + (what == "explain" ? "; --explain=FILE.html writes a page at the end of a run" : ""));
  std::vector<std::string> rest;
  for (size_t i = 1; i < words.size(); i++) {
    if (words[i].starts_with("--")) base::parse_options(words.subspan(i, 1), options);
    else rest.emplace_back(words[i]);
  }
  return vm::cache_command(options, rest);
}

static int usage(FILE* to, int status) {
  std::fprintf(to, "usage: rapgo [options] app.exe [args]\n       rapgo cache list|verify|clear|export FILE|import FILE\n\n%s\nOptions of mono are taken too, and its whole command line where rapgo is called as mono, mono-sgen or cli.\n", rapgo::base::option_help().c_str());
  return status;
}

// Options that stand in the table but are not carried out yet are refused: silence would look like success.
static void refuse_unsupported(const rapgo::base::Options& o) {
  const auto refuse = [](bool given, const char* name) {
    if (given) throw rapgo::base::UserError(std::string(name) + " is not supported yet");
  };
  refuse(o.listen, "--listen");
}

int main(int argc, char** argv) {
  using namespace rapgo;
  try {
    base::Options options;
    base::parse_options_variable(std::getenv("RAPGO_OPTIONS"), options);
    const bool as_mono = cli::called_as_mono(argv[0]);
    if (as_mono) cli::read_mono_variable(std::getenv("MONO_ENV_OPTIONS"), options);
    std::vector<std::string_view> words(argv + 1, argv + argc);
    const cli::CommandLine line = cli::read_options(words, as_mono, options);
    base::parse_options(line.options, options);
    const size_t taken = line.taken;
    if (!line.print.empty()) {
      std::puts(line.print.c_str());
      return 0;
    }
    if (options.help) return usage(stdout, 0);
    if (options.version) {
      std::puts(vm::version_line().c_str());
      return 0;
    }
    if (options.list_optimizations) return vm::list_optimizations();
    refuse_unsupported(options);
    vm::check_optimizations(options);
    if (taken >= words.size()) return usage(stderr, 1);
    if (!as_mono && is_command(words[taken])) return command(std::span(words).subspan(taken), options);
    vm::Program program;
    program.path = std::string(words[taken]);
    for (size_t i = taken; i < words.size(); i++) {
      program.command_line.emplace_back(words[i]);
      if (i > taken) program.args.emplace_back(words[i]);
    }
    if (options.missing) return vm::list_missing(options, program.path);
    return vm::run(options, program);
  } catch (const base::UserError& e) {
    std::fprintf(stderr, "rapgo: %s\n", e.what());
    return e.exit_status();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "rapgo: %s\n", e.what());
    return 1;
  }
}
