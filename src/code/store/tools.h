#pragma once
// Behind `rapgo cache list|clear|export|import|verify`. From the command's thread only; nothing is translated, so no loader is
// needed. Errors: base::UserError.
#include <cstdint>
#include <string>
#include <vector>

#include "loop/ids.h"

namespace rapgo::code::store {

struct ListedEntry {
  std::string method;  // persistent name
  std::string shown;   // display name
  loop::Tier tier{};
  bool osr = false;
  uint32_t osr_il = 0;
  uint32_t code_bytes = 0;
  uint32_t assumptions = 0;
  std::string segment;  // file name
  uint64_t build = 0, cpu = 0;
};
std::vector<ListedEntry> cache_list(const std::string& dir);

struct VerifyResult {
  uint64_t segments = 0, entries = 0, bytes = 0, damaged_segments = 0, damaged_entries = 0;
  std::vector<std::string> problems;  // one line each
};
VerifyResult cache_verify(const std::string& dir);

uint64_t cache_clear(const std::string& dir);  // bytes removed

// One file with all segments of the directory; import checks every one and copies those that are sound.
uint64_t cache_export(const std::string& dir, const std::string& file);  // segments written
uint64_t cache_import(const std::string& dir, const std::string& file);  // segments taken over

}  // namespace rapgo::code::store
