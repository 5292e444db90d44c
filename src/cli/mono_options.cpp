#include "cli/mono_options.h"

#include "base/error.h"
#include "vm/runtime.h"

namespace rapgo::cli {

namespace {

enum class Does { Nothing, NothingWithWord, MapOfCode, Collector, Version, VersionNumber, Help, Refused };

struct MonoOption {
  std::string_view name;  // ends in '=': with a value behind it
  Does does;
  std::string_view why = {};
};

constexpr std::string_view kNoAot = "Rapgo keeps the code that it compiles by itself, see --cache";
constexpr std::string_view kNoProfiler = "Rapgo loads no profilers of Mono; --stats, --explain and --perf-map tell what a program does";
constexpr std::string_view kNoTrace = "Rapgo does not trace calls; --record=FILE keeps what happens to code";

constexpr MonoOption kMonoOptions[] = {
    {"--debug", Does::Nothing},  // symbols are read wherever a trace needs them
    {"--debug=", Does::Nothing},
    {"-O=", Does::Nothing},
    {"--optimize=", Does::Nothing},
    {"--server", Does::Nothing},
    {"--desktop", Does::Nothing},
    {"--llvm", Does::Nothing},
    {"--nollvm", Does::Nothing},
    {"--gc=", Does::Nothing},
    {"--runtime=", Does::Nothing},
    {"--attach=", Does::Nothing},
    {"--arch=", Does::Nothing},
    {"--aot-path=", Does::Nothing},
    {"--gc-debug=", Does::Nothing},
    {"--handlers", Does::Nothing},
    {"--handlers=", Does::Nothing},
    {"--interpreter", Does::Nothing},
    {"--verify-all", Does::Nothing},
    {"--security", Does::Nothing},
    {"--security=", Does::Nothing},
    {"--verbose", Does::Nothing},
    {"-v", Does::Nothing},
    {"--config", Does::NothingWithWord},
    {"--jitmap", Does::MapOfCode},
    {"--gc-params=", Does::Collector},
    {"-V", Does::Version},
    {"--version=number", Does::VersionNumber},
    {"-h", Does::Help},
    {"--aot", Does::Refused, kNoAot},
    {"--aot=", Does::Refused, kNoAot},
    {"--full-aot", Does::Refused, kNoAot},
    {"--hybrid-aot", Does::Refused, kNoAot},
    {"--profile", Does::Refused, kNoProfiler},
    {"--profile=", Does::Refused, kNoProfiler},
    {"--trace", Does::Refused, kNoTrace},
    {"--trace=", Does::Refused, kNoTrace},
    {"--debugger-agent=", Does::Refused, "Rapgo has no debugger agent"},
    {"--break", Does::Refused, "Rapgo has no debugger"},
    {"--compile", Does::Refused, "--dump-code=METHOD shows the code of a method"},
    {"--compile-all", Does::Refused, "--stress=optimize compiles everything at its first call"},
    {"--list-opt", Does::Refused, "Rapgo's are listed by --list-optimizations"},
};

const MonoOption* find(std::string_view word) {
  for (const MonoOption& o : kMonoOptions)
    if (word == o.name) return &o;
  for (const MonoOption& o : kMonoOptions)
    if (o.name.ends_with('=') && word.starts_with(o.name)) return &o;
  return nullptr;
}

// "max-heap-size=512m,..." of SGen; what else there is tunes a collector that we do not have.
void read_collector(std::string_view value, base::Options& out) {
  constexpr std::string_view kLimit = "max-heap-size=";
  while (!value.empty()) {
    const size_t comma = std::min(value.find(','), value.size());
    const std::string_view one = value.substr(0, comma);
    if (one.starts_with(kLimit)) {
      const std::string ours = "--heap-max=" + std::string(one.substr(kLimit.size()));
      const std::string_view words[] = {ours};
      base::parse_options(words, out);
    }
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
}

constexpr std::string_view kMonoVersion = "6.8.0.105";

}  // namespace

bool called_as_mono(std::string_view argv0) {
  const std::string_view name = argv0.substr(argv0.rfind('/') + 1);
  return name == "mono" || name == "mono-sgen" || name == "cli";
}

CommandLine read_options(std::span<const std::string_view> words, bool as_mono, base::Options& out) {
  CommandLine line;
  size_t& i = line.taken;
  for (; i < words.size() && words[i].size() > 1 && words[i][0] == '-'; i++) {
    const std::string_view word = words[i];
    if (word == "--") {
      i++;
      break;
    }
    const bool version = as_mono && word == "--version";
    const MonoOption* option = find(word);
    if (!option && !version) {
      if (!word.starts_with("--")) throw base::UserError("there is no option " + std::string(word) + " (see rapgo --help)");
      line.options.push_back(word);
      continue;
    }
    switch (version ? Does::Version : option->does) {
      case Does::Nothing: break;
      case Does::NothingWithWord:
        if (++i >= words.size()) throw base::UserError(std::string(word) + " needs a file");
        break;
      case Does::MapOfCode: out.perf_map = true; break;
      case Does::Collector: read_collector(word.substr(option->name.size()), out); break;
      case Does::Version:
        line.print = as_mono ? "Mono JIT compiler version " + std::string(kMonoVersion) + " (in truth " + vm::version_line() + ")" : vm::version_line();
        break;
      case Does::VersionNumber: line.print = kMonoVersion; break;
      case Does::Help: out.help = true; break;
      case Does::Refused: throw base::UserError(std::string(word) + ": " + std::string(option->why));
    }
  }
  return line;
}

void read_mono_variable(const char* value, base::Options& out) {
  std::vector<std::string_view> words;
  for (std::string_view rest = value ? value : ""; !rest.empty();) {
    const size_t end = std::min(rest.find(' '), rest.size());
    if (end) words.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const CommandLine line = read_options(words, true, out);
  if (line.taken < words.size()) throw base::UserError("MONO_ENV_OPTIONS holds options only, not '" + std::string(words[line.taken]) + "'");
  base::parse_options(line.options, out);
}

}  // namespace rapgo::cli
