#include "base/method_filter.h"

#include <charconv>

#include "base/error.h"

namespace rapgo::base {
namespace {

// Iterative wildcard match: linear in practice, and no recursion to feed with hostile patterns.
bool glob(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      p++, t++;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') p++;
  return p == pattern.size();
}

uint32_t parse_hex(std::string_view text, std::string_view whole) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty())
    throw UserError("'" + std::string(whole) + "' is not a range of method hashes (#LO-HI, hexadecimal)");
  return value;
}

}  // namespace

uint32_t method_hash(std::string_view full_name) {
  uint32_t hash = 2166136261u;
  for (const char c : full_name) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619u;
  return hash;
}

MethodPatterns::MethodPatterns(std::string_view list) {
  // Commas inside (...) belong to an argument list.
  size_t start = 0;
  int depth = 0;
  for (size_t i = 0; i <= list.size(); i++) {
    if (i < list.size()) {
      if (list[i] == '(') depth++;
      if (list[i] == ')') depth--;
      if (list[i] != ',' || depth > 0) continue;
    }
    const std::string_view word = list.substr(start, i - start);
    start = i + 1;
    if (word.empty()) continue;
    Pattern pattern;
    pattern.text = word;
    if (word[0] == '#') {
      const size_t dash = word.find('-');
      pattern.is_hash = true;
      pattern.low = parse_hex(word.substr(1, dash == std::string_view::npos ? dash : dash - 1), word);
      pattern.high = dash == std::string_view::npos ? pattern.low : parse_hex(word.substr(dash + 1), word);
    }
    patterns_.push_back(std::move(pattern));
  }
}

bool MethodPatterns::matches(std::string_view full_name) const {
  const std::string_view name = full_name.substr(0, full_name.find('('));
  for (const Pattern& pattern : patterns_) {
    if (pattern.is_hash) {
      const uint32_t hash = method_hash(full_name);
      if (hash >= pattern.low && hash <= pattern.high) return true;
    } else if (pattern.text.find('*') != std::string::npos) {
      if (glob(pattern.text, full_name) || glob(pattern.text, name)) return true;
    } else if (full_name == pattern.text || name.find(pattern.text) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace rapgo::base
