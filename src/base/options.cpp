#include "base/options.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>

#include "base/error.h"

namespace rapgo::base {
namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

[[noreturn]] void bad_value(std::string_view flag, std::string_view value, std::string_view wanted) {
  throw UserError("--" + std::string(flag) + " takes " + std::string(wanted) + ", not " + quoted(value));
}

template <class Number>
bool parse_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

template <class Each>
void split(std::string_view text, char separator, Each each) {
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find(separator, start), text.size());
    if (end > start) each(text.substr(start, end - start));
    start = end + 1;
  }
}

// Whether an option takes a value follows from its type.
enum class Value { none, required, optional };
constexpr Value value_of(const Flag*) { return Value::none; }
constexpr Value value_of(const OptionalText*) { return Value::optional; }
constexpr Value value_of(const void*) { return Value::required; }

void assign(Flag& out, std::string_view, std::string_view, std::string_view) { out = true; }
void assign(Text& out, std::string_view, std::string_view value, std::string_view) { out = value; }
void assign(Texts& out, std::string_view, std::string_view value, std::string_view) {
  split(value, ',', [&](std::string_view word) { out.emplace_back(word); });
}
void assign(OptionalText& out, std::string_view, std::string_view value, std::string_view) {
  out.on = true;
  out.text = value;
}

void assign(Bytes& out, std::string_view flag, std::string_view value, std::string_view) {
  std::string_view digits = value;
  int shift = 0;
  if (!digits.empty()) {
    switch (digits.back() | 0x20) {
      case 'k': shift = 10; break;
      case 'm': shift = 20; break;
      case 'g': shift = 30; break;
    }
    if (shift != 0) digits.remove_suffix(1);
  }
  uint64_t count = 0;
  if (!parse_number(digits, count) || count > (std::numeric_limits<uint64_t>::max() >> shift))
    bad_value(flag, value, "a size such as 64m");
  out.count = count << shift;
}

void assign(Percent& out, std::string_view flag, std::string_view value, std::string_view) {
  double percent = 0;
  if (!parse_number(value, percent) || !(percent >= 0 && percent <= 100))
    bad_value(flag, value, "a percentage from 0 to 100");
  out.value = percent;
}

void assign(TierMode& out, std::string_view flag, std::string_view value, std::string_view wanted) {
  if (value == "baseline") out = TierMode::baseline;
  else if (value == "adaptive") out = TierMode::adaptive;
  else bad_value(flag, value, wanted);
}

void assign(CacheMode& out, std::string_view flag, std::string_view value, std::string_view wanted) {
  if (value == "off") out = CacheMode::off;
  else if (value == "read") out = CacheMode::read;
  else if (value == "write") out = CacheMode::write;
  else if (value == "beside") out = CacheMode::beside;
  else bad_value(flag, value, wanted);
}

void assign(Stress& out, std::string_view, std::string_view value, std::string_view) { parse_stress(value, out); }

struct Parsed {
  std::string_view flag;
  std::string_view value;
  bool has_value;
};

void assign_checked(auto& field, const Parsed& parsed, std::string_view argument) {
  const Value wants = value_of(&field);
  if (wants == Value::none && parsed.has_value)
    throw UserError("--" + std::string(parsed.flag) + " takes no value");
  if (wants == Value::required && (!parsed.has_value || parsed.value.empty()))
    throw UserError("--" + std::string(parsed.flag) + " needs a value: --" + std::string(parsed.flag) + "=" +
                    std::string(argument));
  assign(field, parsed.flag, parsed.value, argument);
}

void parse_one(std::string_view word, Options& out) {
  const size_t equals = word.find('=');
  const bool has_value = equals != std::string_view::npos;
  const Parsed parsed{word.substr(2, has_value ? equals - 2 : equals),
                      has_value ? word.substr(equals + 1) : std::string_view{}, has_value};
#define OPTION(name, type, command_line, initial, argument, help) \
  if (parsed.flag == command_line) return assign_checked(out.name, parsed, argument);
#include "base/options.def"
#undef OPTION
  throw UserError("there is no option --" + std::string(parsed.flag) + " (see rapgo --help)");
}

bool is_option(std::string_view word) { return word.size() > 2 && word.substr(0, 2) == "--"; }

}  // namespace

void parse_stress(std::string_view text, Stress& out) {
  const auto every = [](std::string_view mode, std::string_view count, bool has_count) {
    uint32_t n = 1;
    if (has_count && (!parse_number(count, n) || n == 0))
      throw UserError("--stress: " + std::string(mode) + "=N takes a positive number, not " + quoted(count));
    return n;
  };
  split(text, ',', [&](std::string_view word) {
    const size_t equals = word.find('=');
    const bool has_count = equals != std::string_view::npos;
    const std::string_view mode = word.substr(0, equals);
    const std::string_view count = has_count ? word.substr(equals + 1) : std::string_view{};
    if (mode == "deopt") return void(out.deopt = every(mode, count, has_count));
    if (mode == "move") return void(out.move = every(mode, count, has_count));
    bool* flag = mode == "optimize"  ? &out.optimize
                 : mode == "osr"     ? &out.osr
                 : mode == "probe"   ? &out.probe
                 : mode == "reclaim" ? &out.reclaim
                 : mode == "verify"  ? &out.verify
                                     : nullptr;
    if (flag == nullptr)
      throw UserError("--stress knows optimize, osr, deopt[=N], probe, move[=N], reclaim and verify, not " + quoted(word));
    if (has_count) throw UserError("--stress: " + std::string(mode) + " takes no number");
    *flag = true;
  });
}

size_t parse_options(std::span<const std::string_view> words, Options& out) {
  size_t taken = 0;
  for (; taken < words.size(); taken++) {
    if (words[taken] == "--") return taken + 1;
    if (words[taken] == "-h" || words[taken] == "-V") {
      (words[taken] == "-h" ? out.help : out.version) = true;
      continue;
    }
    if (words[taken].size() > 1 && words[taken][0] == '-' && words[taken][1] != '-')
      throw UserError("there is no option " + std::string(words[taken]) + " (see rapgo --help)");
    if (!is_option(words[taken])) break;
    parse_one(words[taken], out);
  }
  return taken;
}

void parse_options_variable(const char* value, Options& out) {
  if (value == nullptr) return;
  split(value, ' ', [&](std::string_view word) {
    if (!is_option(word)) throw UserError("RAPGO_OPTIONS: " + quoted(word) + " is not an option");
    try {
      parse_one(word, out);
    } catch (const UserError& error) {
      throw UserError(std::string("RAPGO_OPTIONS: ") + error.what());
    }
  });
}

std::string option_help() {
  std::string text;
  const auto line = [&](Value wants, std::string_view flag, std::string_view argument, std::string_view help) {
    std::string left = "  --" + std::string(flag);
    if (wants == Value::required) left += "=" + std::string(argument);
    if (wants == Value::optional) left += "[=" + std::string(argument) + "]";
    if (left.size() < 34) left.resize(34, ' ');
    else left += "\n" + std::string(34, ' ');
    text += left + std::string(help) + "\n";
  };
#define OPTION(name, type, command_line, initial, argument, help) \
  line(value_of(static_cast<const type*>(nullptr)), command_line, argument, help);
#include "base/options.def"
#undef OPTION
  return text;
}

}  // namespace rapgo::base
