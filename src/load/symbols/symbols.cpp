#include "load/symbols/symbols.h"

#include <fstream>
#include <iterator>

#include <zlib.h>

#include "load/metadata/blob_reader.h"

namespace rapgo::load::symbols {

using image::BadImage;
using image::Bytes;
using metadata::BlobReader;

namespace {

constexpr size_t kLargest = 512u << 20;

bool read_file(const std::string& path, std::vector<uint8_t>& out) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return false;
  out.assign(std::istreambuf_iterator<char>(file), {});
  return !out.empty();
}

// What the debug directory (PE/COFF 6.1) says of portable symbols.
struct DebugDirectory {
  std::optional<std::array<uint8_t, 16>> guid;  // of the file beside the module
  Bytes embedded;
};

DebugDirectory debug_directory(const image::Image& image) {
  constexpr uint32_t kCodeView = 2, kEmbedded = 17, kDebug = 6;
  DebugDirectory found;
  BlobReader pe(image.bytes());
  pe.skip(0x3c);
  const uint32_t header = pe.u32();
  BlobReader optional_header(image.bytes());
  optional_header.skip(size_t{header} + 24);
  optional_header.skip(image.is_pe32_plus() ? 108 : 92);
  if (optional_header.u32() <= kDebug) return found;
  optional_header.skip(8 * kDebug);
  const uint32_t rva = optional_header.u32(), size = optional_header.u32();
  if (!rva) return found;
  BlobReader entries(image.rva_to_span(rva, size));
  while (entries.remaining() >= 28) {
    entries.skip(12);
    const uint32_t type = entries.u32(), bytes = entries.u32();
    entries.skip(4);
    const uint32_t at = entries.u32();
    if (at > image.bytes().size() || bytes > image.bytes().size() - at) continue;
    BlobReader data(image.bytes().subspan(at, bytes));
    if (type == kCodeView && bytes >= 24 && data.u32() == 0x53445352) {  // "RSDS"
      found.guid.emplace();
      const Bytes guid = data.bytes(16);
      std::copy(guid.begin(), guid.end(), found.guid->begin());
    } else if (type == kEmbedded && bytes > 8) {
      found.embedded = image.bytes().subspan(at, bytes);
    }
  }
  return found;
}

std::unique_ptr<Symbols> open_embedded(Bytes compressed) {
  BlobReader in(compressed);
  if (in.u32() != 0x4244504d) return nullptr;  // "MPDB"
  std::vector<uint8_t> out(in.u32());
  if (out.size() > kLargest) return nullptr;
  z_stream z{};
  if (inflateInit2(&z, -15) != Z_OK) return nullptr;
  z.next_in = const_cast<uint8_t*>(in.rest().data());
  z.avail_in = static_cast<uInt>(in.remaining());
  z.next_out = out.data();
  z.avail_out = static_cast<uInt>(out.size());
  const int status = inflate(&z, Z_FINISH);
  inflateEnd(&z);
  return status == Z_STREAM_END && z.avail_out == 0 ? open_portable_pdb(std::move(out), nullptr) : nullptr;
}

std::string without_suffix(const std::string& path) {
  const size_t dot = path.rfind('.'), slash = path.rfind('/');
  return dot == std::string::npos || (slash != std::string::npos && dot < slash) ? path : path.substr(0, dot);
}

template <class F>
std::unique_ptr<Symbols> attempt(F&& open) {
  try {
    return open();
  } catch (const BadImage&) {
    return nullptr;
  }
}

}  // namespace

std::unique_ptr<Symbols> Symbols::open(const metadata::Metadata& module, const std::string& path) {
  std::vector<uint8_t> bytes;
  DebugDirectory debug;
  attempt([&] { return debug = debug_directory(module.image()), nullptr; });
  if (debug.guid && !path.empty() && read_file(without_suffix(path) + ".pdb", bytes))
    if (auto found = attempt([&] { return open_portable_pdb(std::move(bytes), debug.guid->data()); })) return found;
  if (!debug.embedded.empty())
    if (auto found = attempt([&] { return open_embedded(debug.embedded); })) return found;
  if (!path.empty() && read_file(path + ".mdb", bytes)) return attempt([&] { return open_mdb(std::move(bytes), module.guid(module.module_row().mvid)); });
  return nullptr;
}

std::optional<SourcePlace> Symbols::find(uint32_t method_row, uint32_t il_offset) const noexcept {
  try {
    return look_up(method_row, il_offset);
  } catch (const BadImage&) {
    return std::nullopt;
  }
}

}  // namespace rapgo::load::symbols
