#pragma once
// --only and --skip: which methods the optimizer may touch. The tool to bisect a miscompile with.
//
// A filter is a comma-separated list of patterns, matched against a method's full name
// ("Namespace.Type:Method(int,string)", see MethodId's printing), where '*' stands for any characters; a pattern without '*'
// or '#' also matches as a substring of the name before its argument list. "#LO-HI" (hex) matches method_hash(name) in
// LO..HI inclusive: tools/bisect halves such ranges.
// Thread safety: immutable after construction.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rapgo::base {

// The same in every run and build: FNV-1a over the name.
uint32_t method_hash(std::string_view full_name);

class MethodPatterns {
 public:
  MethodPatterns() = default;
  explicit MethodPatterns(std::string_view comma_separated);  // throws UserError for a malformed hash range
  bool empty() const { return patterns_.empty(); }
  bool matches(std::string_view full_name) const;

 private:
  struct Pattern {
    std::string text;
    bool is_hash = false;
    uint32_t low = 0, high = 0;
  };
  std::vector<Pattern> patterns_;
};

class MethodFilter {
 public:
  MethodFilter() = default;
  MethodFilter(std::string_view only, std::string_view skip) : only_(only), skip_(skip) {}
  bool allows(std::string_view full_name) const {
    return (only_.empty() || only_.matches(full_name)) && (skip_.empty() || !skip_.matches(full_name));
  }
  bool allows_everything() const { return only_.empty() && skip_.empty(); }

 private:
  MethodPatterns only_, skip_;
};

}  // namespace rapgo::base
