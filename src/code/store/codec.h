#pragma once
// CompiledCode <-> bytes. Ids travel as local name numbers: an entry is its list of names (numbers in the segment's table) and a
// body that counts in that list, so that merging segments rewrites only the list.
//
// Thread safety: pure functions. Errors: nullopt. Decoding trusts nothing: every count, index, offset and enum is checked.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "code/store/store.h"

namespace rapgo::code::store {

// What kind of thing a name names stands in front of it: "M..." method, "T..." type, "F..." field, "A..." assembly.
enum class NameKind : char { Method = 'M', Type = 'T', Field = 'F', Assembly = 'A' };

// One text with kind; equal texts of one cache are one Name.
struct Name {
  std::string text;
  uint32_t stamp = 0, local = 0;                  // number in the entry being encoded
  mutable uint32_t builder = 0, in_segment = 0;  // number in the segment being built
};

// Names are asked of the loader once per id. Not thread-safe.
class NameCache {
 public:
  Name* intern(std::string_view with_kind);
  Name* of(NameKind kind, uint32_t id, loop::SymbolNames& names);  // null: has none
  uint32_t next_stamp() { return ++stamp_; }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view t) const { return std::hash<std::string_view>()(t); }
  };
  std::unordered_map<std::string, Name, Hash, std::equal_to<>> all_;
  std::unordered_map<uint64_t, Name*> by_id_;
  uint32_t stamp_ = 0;
};

struct Encoded {
  const Name* method = nullptr;
  std::vector<const Name*> names;  // the body's local numbers are indices here + 1, 0 = none
  std::vector<uint8_t> body;
};

// Nullopt: stubs, what is process_local, and what has no persistent name (dynamic code, for one).
std::optional<Encoded> encode(const loop::CompiledCode& code, loop::SymbolNames& names, NameCache& cache);

// From a local name number (from 1) to an id of this process; 0 = unknown: the entry is not usable.
class NameLookup {
 public:
  virtual ~NameLookup() = default;
  virtual uint32_t id(uint32_t local, NameKind kind) = 0;
};

// `why` says what was wrong: Damaged or Name.
std::optional<loop::CompiledCode> decode(const uint8_t* body, size_t size, NameLookup& names, Reject& why);

uint32_t resolve_name(loop::SymbolNames& names, std::string_view with_kind);  // 0 = unknown

}  // namespace rapgo::code::store
