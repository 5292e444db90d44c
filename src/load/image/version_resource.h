// The version resource (VS_VERSIONINFO) of a PE image: type 16 of its Win32 resources, the first one in whatever language.
// Thread safety: pure. Errors: none; whatever is missing or damaged is left out, and no input leads to undefined behaviour.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "load/image/image.h"

namespace rapgo::load::image {

struct VersionResource {
  static constexpr uint32_t kDebug = 1, kPrerelease = 2, kPatched = 4, kPrivateBuild = 8, kSpecialBuild = 32;

  // Numbers of the fixed part, most significant word first.
  uint16_t file_version[4] = {};
  uint16_t product_version[4] = {};
  uint32_t flags = 0;
  std::optional<uint16_t> language;                  // LCID, of the first translation
  std::map<std::u16string, std::u16string> strings;  // of the first string table: "CompanyName", ...
};

std::optional<VersionResource> version_resource(const Image& image);

}  // namespace rapgo::load::image
