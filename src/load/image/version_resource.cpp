#include "load/image/version_resource.h"

#include <cstring>

namespace rapgo::load::image {

namespace {

uint16_t u16(Bytes bytes, size_t at) {
  uint16_t v = 0;
  if (at + 2 <= bytes.size()) std::memcpy(&v, bytes.data() + at, 2);
  return v;
}
uint32_t u32(Bytes bytes, size_t at) { return u16(bytes, at) | uint32_t{u16(bytes, at + 2)} << 16; }
size_t aligned(size_t at) { return (at + 3) & ~size_t{3}; }

// ---- resource directories: by type, by name, by language (PE/COFF, section .rsrc) ----
constexpr uint32_t kVersionType = 16, kSubdirectory = 0x80000000;

// Offset within the resources of the entry with that number, or of the first one where any will do.
std::optional<uint32_t> entry(Bytes resources, uint32_t directory, std::optional<uint32_t> number) {
  const unsigned named = u16(resources, size_t{directory} + 12), numbered = u16(resources, size_t{directory} + 14);
  for (unsigned i = 0; i < named + numbered; i++) {
    const size_t at = size_t{directory} + 16 + 8 * size_t{i};
    if (at + 8 > resources.size()) break;
    if (!number || u32(resources, at) == *number) return u32(resources, at + 4);
  }
  return std::nullopt;
}

// ---- a block: length, length of the value, kind (1: text), key, value, children, each part on a multiple of four ----
struct Block {
  std::u16string key;
  Bytes value;
  Bytes children;
  size_t size = 0;  // 0: there is none
};
Block block_at(Bytes bytes, size_t at) {
  Block b;
  if (at + 6 > bytes.size()) return b;
  const size_t length = u16(bytes, at);
  if (length < 6 || length > bytes.size() - at) return b;
  const Bytes all = bytes.subspan(at, length);
  size_t p = 6;
  for (char16_t c; p + 2 <= length && (c = u16(all, p)) != 0; p += 2) b.key += c;
  p = aligned(p + 2);
  const size_t wanted = size_t{u16(all, 2)} * (u16(all, 4) == 1 ? 2 : 1);
  if (p < length) b.value = all.subspan(p, std::min(wanted, length - p));
  const size_t behind = aligned(p + b.value.size());
  if (behind < length) b.children = all.subspan(behind);
  b.size = length;
  return b;
}
template <class Visit>
void for_each_child(Bytes children, Visit visit) {
  for (size_t at = 0; at < children.size();) {
    const Block b = block_at(children, at);
    if (b.size == 0) return;
    visit(b);
    at = aligned(at + b.size);
  }
}
std::u16string text_of(Bytes value) {
  std::u16string text;
  for (size_t at = 0; at + 2 <= value.size() && u16(value, at) != 0; at += 2) text += static_cast<char16_t>(u16(value, at));
  return text;
}

void read_fixed(Bytes value, VersionResource& out) {
  if (value.size() < 52 || u32(value, 0) != 0xFEEF04BD) return;
  for (unsigned i = 0; i < 4; i++) {
    const size_t word = (i ^ 1) * 2;  // of each doubleword the upper one first
    out.file_version[i] = u16(value, 8 + word);
    out.product_version[i] = u16(value, 16 + word);
  }
  out.flags = u32(value, 28) & u32(value, 24);
}

VersionResource parse(Bytes bytes) {
  VersionResource out;
  const Block root = block_at(bytes, 0);
  read_fixed(root.value, out);
  for_each_child(root.children, [&](const Block& b) {
    if (b.key == u"VarFileInfo") {
      for_each_child(b.children, [&](const Block& var) {
        if (!out.language && var.key == u"Translation" && var.value.size() >= 2) out.language = u16(var.value, 0);
      });
    } else if (b.key == u"StringFileInfo") {
      for_each_child(b.children, [&](const Block& table) {
        if (out.strings.empty()) for_each_child(table.children, [&](const Block& s) { out.strings.emplace(s.key, text_of(s.value)); });
      });
    }
  });
  return out;
}

}  // namespace

std::optional<VersionResource> version_resource(const Image& image) {
  try {
    const Directory where = image.win32_resources();
    if (where.rva == 0) return std::nullopt;
    const Bytes resources = image.rva_to_end(where.rva);
    std::optional<uint32_t> at = entry(resources, 0, kVersionType);
    for (int level = 0; level < 2; level++) {
      if (!at || !(*at & kSubdirectory)) return std::nullopt;
      at = entry(resources, *at & ~kSubdirectory, std::nullopt);
    }
    if (!at || (*at & kSubdirectory)) return std::nullopt;
    return parse(image.rva_to_span(u32(resources, *at), u32(resources, size_t{*at} + 4)));
  } catch (const BadImage&) {
    return std::nullopt;
  }
}

}  // namespace rapgo::load::image
