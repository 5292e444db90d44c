#include "run/classlib/assembly_names.h"

#include <strings.h>

#include <cstdlib>
#include <cstring>

#include "load/types/sha1.h"

namespace rapgo::run::classlib {

namespace {

char* copy(std::string_view s) { return strndup(s.data(), s.size()); }

uint8_t* with_length(const uint8_t* data, size_t size) {
  if (!size) return nullptr;
  auto* out = static_cast<uint8_t*>(std::malloc(size + 4));
  size_t n = 0;
  if (size < 0x80) {
    out[n++] = static_cast<uint8_t>(size);
  } else if (size < 0x4000) {
    out[n++] = static_cast<uint8_t>(0x80 | size >> 8);
    out[n++] = static_cast<uint8_t>(size);
  } else {
    out[n++] = static_cast<uint8_t>(0xC0 | size >> 24);
    out[n++] = static_cast<uint8_t>(size >> 16);
    out[n++] = static_cast<uint8_t>(size >> 8);
    out[n++] = static_cast<uint8_t>(size);
  }
  std::memcpy(out + n, data, size);
  return out;
}

void hex(const uint8_t* bytes, char* out) {
  for (int i = 0; i < 8; i++) {
    out[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
    out[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
  }
  out[16] = 0;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  if (s.size() >= 2 && s.front() == '"' && s.back() == '"') s = s.substr(1, s.size() - 2);
  return s;
}

bool parse_version(std::string_view s, uint16_t (&out)[4]) {
  int part = 0;
  uint32_t value = 0;
  bool any = false;
  for (size_t i = 0; i <= s.size(); i++) {
    if (i == s.size() || s[i] == '.') {
      if (!any || part >= 4) return false;
      out[part++] = static_cast<uint16_t>(value);
      value = 0;
      any = false;
    } else if (s[i] >= '0' && s[i] <= '9') {
      value = value * 10 + static_cast<uint32_t>(s[i] - '0');
      if (value > 65535) return false;
      any = true;
    } else {
      return false;
    }
  }
  return part >= 2;
}

}  // namespace

bool parse_assembly_name(std::string_view text, ParsedName& out) {
  bool first = true;
  while (true) {
    size_t end = 0;
    bool quoted = false;
    while (end < text.size() && (quoted || text[end] != ',')) {
      if (text[end] == '"') quoted = !quoted;
      if (text[end] == '\\' && end + 1 < text.size()) end++;
      end++;
    }
    const std::string_view part = trimmed(text.substr(0, end));
    if (first) {
      if (part.empty()) return false;
      for (size_t i = 0; i < part.size(); i++) {
        if (part[i] == '\\' && i + 1 < part.size()) i++;
        out.name.name += part[i];
      }
      first = false;
    } else {
      const size_t equals = part.find('=');
      if (equals == part.npos) return false;
      const std::string key(trimmed(part.substr(0, equals)));
      const std::string_view value = trimmed(part.substr(equals + 1));
      if (!strcasecmp(key.c_str(), "Version")) {
        if (!parse_version(value, out.name.version)) return false;
        out.has_version = true;
      } else if (!strcasecmp(key.c_str(), "Culture")) {
        out.has_culture = true;
        out.name.culture = value == "neutral" ? std::string_view() : value;
      } else if (!strcasecmp(key.c_str(), "PublicKeyToken")) {
        out.has_token = true;
        if (value != "null") {
          if (value.size() != 16) return false;
          for (size_t i = 0; i < 8; i++) {
            if (digit(value[2 * i]) < 0 || digit(value[2 * i + 1]) < 0) return false;
            out.name.token[i] = static_cast<uint8_t>(digit(value[2 * i]) << 4 | digit(value[2 * i + 1]));
          }
          out.name.has_token = true;
        }
      } else if (!strcasecmp(key.c_str(), "PublicKey")) {
        if (value != "null" && value != "neutral") {
          for (size_t i = 0; i + 1 < value.size(); i += 2) {
            if (digit(value[i]) < 0 || digit(value[i + 1]) < 0) return false;
            out.public_key += static_cast<char>(digit(value[i]) << 4 | digit(value[i + 1]));
          }
        }
      } else if (!strcasecmp(key.c_str(), "Retargetable")) {
        out.retargetable = !strcasecmp(std::string(value).c_str(), "yes");
      }  // others (ProcessorArchitecture, Custom) carry nothing that loading looks at
    }
    if (end >= text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

void fill_native_name(const ParsedName& p, NativeName* out) {
  *out = NativeName{};
  out->name = copy(p.name.name);
  if (p.has_culture) out->culture = copy(p.name.culture);
  if (p.name.has_token) hex(p.name.token, out->token);
  out->public_key = with_length(reinterpret_cast<const uint8_t*>(p.public_key.data()), p.public_key.size());
  out->flags = p.retargetable ? 0x100 : 0;
  out->major = p.name.version[0];
  out->minor = p.name.version[1];
  out->build = p.name.version[2];
  out->revision = p.name.version[3];
}

NativeName* native_name_of(const load::metadata::Metadata& metadata) {
  auto* out = static_cast<NativeName*>(std::calloc(1, sizeof(NativeName)));
  if (!metadata.row_count(load::metadata::Table::Assembly)) {
    out->name = copy("");
    return out;
  }
  const auto row = metadata.assembly();
  out->name = copy(metadata.string(row.name));
  out->culture = copy(metadata.string(row.culture));
  const auto key = metadata.blob(row.public_key);
  out->public_key = with_length(key.data(), key.size());
  if (!key.empty()) {
    const auto digest = load::types::sha1(key);
    uint8_t token[8];
    for (int i = 0; i < 8; i++) token[i] = digest[static_cast<size_t>(19 - i)];  // II.6.2.1.3: the last 8 bytes, reversed
    hex(token, out->token);
  }
  out->hash_algorithm = row.hash_algorithm;
  out->flags = row.flags;
  out->major = row.major;
  out->minor = row.minor;
  out->build = row.build;
  out->revision = row.revision;
  const auto& image = metadata.image();
  if (image.is_pe32_plus()) out->architecture = image.machine() == 0x8664 ? 4 : 3;
  else if (image.cli().flags & load::image::CliHeader::k32BitRequired) out->architecture = 2;
  else out->architecture = 1;  // MSIL
  return out;
}

NativeName* native_name_of_reference(const load::metadata::Metadata& metadata, uint32_t number) {
  auto* out = static_cast<NativeName*>(std::calloc(1, sizeof(NativeName)));
  const auto row = metadata.assembly_ref(number);
  out->name = copy(metadata.string(row.name));
  out->culture = copy(metadata.string(row.culture));
  const auto key = metadata.blob(row.public_key_or_token);
  if (row.flags & 1) {
    out->public_key = with_length(key.data(), key.size());
  } else if (key.size() == 8) {
    hex(key.data(), out->token);
  }
  out->flags = row.flags;
  out->major = row.major;
  out->minor = row.minor;
  out->build = row.build;
  out->revision = row.revision;
  return out;
}

void free_native_name(NativeName* name, bool whole) {
  if (!name) return;
  std::free(name->name);
  std::free(name->culture);
  std::free(name->hash_value);
  std::free(name->public_key);
  name->name = name->culture = name->hash_value = nullptr;
  name->public_key = nullptr;
  if (whole) std::free(name);
}

}  // namespace rapgo::run::classlib
