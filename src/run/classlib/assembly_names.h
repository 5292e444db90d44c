// Assembly names as native structures (Mono.MonoAssemblyName) and as text.
// Thread safety: any thread.
#pragma once
#include <string_view>

#include "load/types/loader.h"

namespace rapgo::run::classlib {

// The struct that managed code reads field by field; strings and key on the C heap.
struct NativeName {
  char *name, *culture, *hash_value;
  uint8_t* public_key;  // with its compressed length in front
  char token[17];       // hexadecimal; empty if there is none
  uint32_t hash_algorithm, hash_length, flags;
  uint16_t major, minor, build, revision, architecture;
};
struct ParsedName {
  load::types::AssemblyName name;
  bool has_version = false, has_culture = false, has_token = false, retargetable = false;
  std::string public_key;  // raw bytes
};
bool parse_assembly_name(std::string_view text, ParsedName& out);
void fill_native_name(const ParsedName& parsed, NativeName* out);
NativeName* native_name_of(const load::metadata::Metadata& metadata);                  // of the assembly itself
NativeName* native_name_of_reference(const load::metadata::Metadata& metadata, uint32_t row);
void free_native_name(NativeName* name, bool whole);

}  // namespace rapgo::run::classlib
