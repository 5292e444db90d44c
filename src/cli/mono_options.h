// The command line that Mono's users know: its options are carried out, have nothing to do here, or are refused with a reason.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/options.h"

namespace rapgo::cli {

// Called as mono, mono-sgen or cli.
bool called_as_mono(std::string_view argv0);

struct CommandLine {
  std::vector<std::string_view> options;  // Rapgo's own, for base::parse_options
  size_t taken = 0;                       // words before the program
  std::string print;                      // text asked for instead of a run (--version)
};
// Reads the leading options; throws UserError for what Mono knows and we refuse.
CommandLine read_options(std::span<const std::string_view> words, bool as_mono, base::Options& out);
// MONO_ENV_OPTIONS' value; may be null.
void read_mono_variable(const char* value, base::Options& out);

}  // namespace rapgo::cli
