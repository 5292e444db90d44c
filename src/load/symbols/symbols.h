// Source places of a module's code: from Mono's .mdb, from a portable .pdb beside the module, or from one embedded in it.
// Thread safety: immutable after open(); all members from any thread. Units: IL offsets in bytes, lines and columns from 1.
// Errors: none are thrown. A file that is missing, damaged, or of another build of the module counts as absent.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "load/metadata/metadata.h"

namespace rapgo::load::symbols {

struct SourcePlace {
  std::string file;
  uint32_t line = 0, column = 0;  // column 0: not known
  uint32_t il_offset = 0;         // where the statement begins
};

class Symbols {
 public:
  // MODULE.pdb (or .dll/.exe replaced), the embedded one, MODULE.mdb: the first that matches. Null if there is none.
  static std::unique_ptr<Symbols> open(const metadata::Metadata& module, const std::string& path);
  virtual ~Symbols() = default;
  // The statement that covers an IL offset of a method definition.
  std::optional<SourcePlace> find(uint32_t method_row, uint32_t il_offset) const noexcept;

 protected:
  virtual std::optional<SourcePlace> look_up(uint32_t method_row, uint32_t il_offset) const = 0;  // may throw BadImage
};

// The formats. Null where the bytes are none, or of another module. May throw BadImage.
std::unique_ptr<Symbols> open_mdb(std::vector<uint8_t> bytes, const std::array<uint8_t, 16>& mvid);
// `id`: 20 bytes from the debug directory, GUID and stamp; of an embedded one all is taken for granted (null).
std::unique_ptr<Symbols> open_portable_pdb(std::vector<uint8_t> bytes, const uint8_t* guid);

}  // namespace rapgo::load::symbols
