// PE/COFF file with a CLI header (ECMA-335 II.25): bytes, sections, data directories; every read bounds-checked.
// Thread safety: immutable after open(); all members may be called from any thread. Never touches managed memory.
// Errors: every failure throws BadImage with the reason; no input, however damaged, leads to undefined behaviour.
// The one thing that can fault is another process truncating the file while it is mapped.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace rapgo::load::image {

using Bytes = std::span<const uint8_t>;

// The image is not a well-formed CLI image (managed code sees BadImageFormatException).
class BadImage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The file could not be read at all (managed code sees FileNotFoundException or its kin).
class CannotOpen : public std::runtime_error {
 public:
  CannotOpen(const std::string& message, int error) : std::runtime_error(message), error_number(error) {}
  int error_number;  // errno
};

struct Directory {
  uint32_t rva = 0;
  uint32_t size = 0;
};

struct Section {
  char name[9];  // NUL-terminated
  uint32_t rva;
  uint32_t virtual_size;
  uint32_t file_offset;
  uint32_t file_size;
};

// II.25.3.3
struct CliHeader {
  static constexpr uint32_t kIlOnly = 0x1;
  static constexpr uint32_t k32BitRequired = 0x2;
  static constexpr uint32_t kStrongNameSigned = 0x8;
  static constexpr uint32_t k32BitPreferred = 0x20000;

  uint16_t major_runtime = 0, minor_runtime = 0;
  Directory metadata;
  uint32_t flags = 0;
  uint32_t entry_point_token = 0;  // MethodDef or File token; 0 if none
  Directory resources;
  Directory strong_name;
  Directory vtable_fixups;
  Directory managed_native_header;  // non-empty: ReadyToRun code, which Rapgo ignores
};

class Image {
 public:
  // Maps the file privately and read-only: cost independent of its size. Throws CannotOpen, BadImage.
  static std::unique_ptr<Image> open(const std::string& path);
  // Takes the bytes over (Assembly.Load(byte[]), tests, fuzzing). `name` stands in messages. Throws BadImage.
  static std::unique_ptr<Image> from_bytes(std::vector<uint8_t> bytes, std::string name);

  ~Image();
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  const std::string& path() const { return path_; }
  Bytes bytes() const { return bytes_; }
  bool is_pe32_plus() const { return pe32_plus_; }
  uint16_t machine() const { return machine_; }  // 0x14c i386/AnyCPU, 0x8664 x86-64, ...
  bool is_dll() const { return (characteristics_ & 0x2000) != 0; }
  const CliHeader& cli() const { return cli_; }
  const std::vector<Section>& sections() const { return sections_; }
  Directory win32_resources() const { return win32_resources_; }  // rva 0: there are none

  // The metadata root's bytes (II.24.2.1).
  Bytes metadata() const { return metadata_; }
  // `size` bytes at `rva`; throws BadImage if they do not all lie in one section's file data.
  Bytes rva_to_span(uint32_t rva, uint32_t size) const;
  // All bytes from `rva` to the end of its section's file data; throws BadImage if rva lies in no section.
  Bytes rva_to_end(uint32_t rva) const;
  // A resource embedded in this file (ManifestResource.Offset, II.22.24), without its length prefix.
  Bytes resource(uint32_t offset) const;

 private:
  Image() = default;
  void parse();
  [[noreturn]] void bad(const std::string& reason) const;

  std::string path_;
  std::vector<uint8_t> owned_;
  void* mapping_ = nullptr;
  size_t mapping_size_ = 0;
  Bytes bytes_;
  bool pe32_plus_ = false;
  uint16_t machine_ = 0;
  uint16_t characteristics_ = 0;
  std::vector<Section> sections_;
  CliHeader cli_;
  Directory win32_resources_;
  Bytes metadata_;
};

}  // namespace rapgo::load::image
