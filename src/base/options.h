#pragma once
// What the user asked for: one struct, made from options.def.
//
// Thread safety: plain data; filled before threads exist, constant afterwards.
// Errors: UserError with one line that names the option, what was wrong and what would be right.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rapgo::base {

enum class TierMode : uint8_t { baseline, adaptive };
enum class CacheMode : uint8_t { off, read, write, beside };

using Flag = bool;
using Text = std::string;
using Texts = std::vector<std::string>;

struct OptionalText {
  bool on = false;
  std::string text;  // empty where only --x was given
};
struct Bytes {
  uint64_t count = 0;
};
struct Percent {
  double value = 0;
};

// Stress modes make rare events common: the rows of tests/modes.table are combinations of them.
struct Stress {
  bool optimize = false;  // compile everything with the optimizer at its first call, waiting for it
  bool osr = false;       // transfer up at every back-edge
  bool probe = false;     // compile everything probed before it is optimized
  bool reclaim = false;   // reclaim retired code at once
  bool verify = false;    // run the graph and code verifiers between passes
  uint32_t deopt = 0;     // fail every N-th guard; 0: off
  uint32_t move = 0;      // collect and move at every N-th allocation; 0: off

  bool any() const { return optimize || osr || probe || reclaim || verify || deopt != 0 || move != 0; }
};

struct Options {
#define OPTION(name, type, flag, initial, argument, help) type name = initial;
#include "base/options.def"
#undef OPTION
};

// Parses leading options and stops at the first word that is none (the program), or behind "--".
// Returns how many words were taken.
size_t parse_options(std::span<const std::string_view> words, Options& out);

// The same for RAPGO_OPTIONS' value: words separated by blanks, all of which must be options. May be null.
void parse_options_variable(const char* value, Options& out);

// "optimize,deopt=3": adds to what is set already.
void parse_stress(std::string_view text, Stress& out);

// The table as lines for --help.
std::string option_help();

}  // namespace rapgo::base
