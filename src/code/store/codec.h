#pragma once
// CompiledCode <-> bytes. Ids travel as local name numbers: an entry is its list of names (numbers in the segment's table) and a
// body that counts in that list, so that merging segments rewrites only the list.
//
// Thread safety: pure functions. Errors: nullopt. Decoding trusts nothing: every count, index, offset and enum is checked.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "code/store/store.h"

namespace rapgo::code::store {

// What kind of thing a name names stands in front of it: "M..." method, "T..." type, "F..." field, "A..." assembly.
enum class NameKind : char { Method = 'M', Type = 'T', Field = 'F', Assembly = 'A' };

struct Encoded {
  std::string method;  // persistent name of the method, without kind
  std::string shown;
  std::vector<std::string> names;  // with kind; the body's local numbers are indices here + 1, 0 = none
  std::vector<uint8_t> body;
};

// Nullopt: stubs, what is process_local, and what has no persistent name (dynamic code, for one).
std::optional<Encoded> encode(const loop::CompiledCode& code, loop::SymbolNames& names);

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
