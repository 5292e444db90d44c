#include "run/stack/objects.h"

#include <cstring>

#include "gc/binding/api.h"
#include "load/types/loader.h"
#include "run/stack/throw.h"

namespace rapgo::run::stack {

namespace {

abi::TypeHead* string_head() { return load::types::Loader::get().types().string->head(); }

// One code point; advances `at`. Malformed: U+FFFD and one byte.
char32_t decode(std::string_view s, size_t& at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(s[i]); };
  const uint8_t lead = byte(at);
  if (lead < 0x80) {
    at++;
    return lead;
  }
  const int more = lead >= 0xF0 && lead < 0xF5 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC2 ? 1 : 0;
  if (more == 0 || lead >= 0xF5 || at + static_cast<size_t>(more) >= s.size()) {
    at++;
    return 0xFFFD;
  }
  char32_t c = lead & (0x3F >> more);
  for (int i = 1; i <= more; i++) {
    if ((byte(at + static_cast<size_t>(i)) & 0xC0) != 0x80) {
      at++;
      return 0xFFFD;
    }
    c = c << 6 | (byte(at + static_cast<size_t>(i)) & 0x3F);
  }
  static constexpr char32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
  if (c < kLeast[more] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) {
    at++;
    return 0xFFFD;
  }
  at += static_cast<size_t>(more) + 1;
  return c;
}

void encode(char32_t c, std::string& out) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

}  // namespace

std::u16string utf16_of(std::string_view utf8) {
  std::u16string out;
  out.reserve(utf8.size());
  for (size_t at = 0; at < utf8.size();) {
    const char32_t c = decode(utf8, at);
    if (c >= 0x10000) {
      out += static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10));
      out += static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF));
    } else {
      out += static_cast<char16_t>(c);
    }
  }
  return out;
}

std::string utf8_of(std::u16string_view chars) {
  std::string out;
  out.reserve(chars.size());
  for (size_t i = 0; i < chars.size(); i++) {
    char32_t c = chars[i];
    if (c >= 0xD800 && c < 0xDC00 && i + 1 < chars.size() && chars[i + 1] >= 0xDC00 && chars[i + 1] < 0xE000)
      c = 0x10000 + ((c - 0xD800) << 10) + (chars[++i] - 0xDC00u);
    else if (c >= 0xD800 && c < 0xE000)
      c = 0xFFFD;
    encode(c, out);
  }
  return out;
}
std::string utf8_of(const abi::String* s) { return s ? utf8_of(std::u16string_view(s->chars, static_cast<size_t>(s->length))) : std::string(); }

abi::String* make_string(std::u16string_view chars) {
  abi::String* s = chars.size() > 0x3FFFFFDF ? nullptr : gc::alloc_string(string_head(), static_cast<int32_t>(chars.size()));
  if (!s) throw_out_of_memory();
  std::memcpy(s->chars, chars.data(), chars.size() * 2);
  return s;
}
abi::String* make_string(std::string_view utf8) { return make_string(std::u16string_view(utf16_of(utf8))); }

abi::Object* allocate(load::types::Type* type) {
  abi::Object* o = gc::alloc_object(type->head());
  if (!o) throw_out_of_memory();
  return o;
}

}  // namespace rapgo::run::stack
