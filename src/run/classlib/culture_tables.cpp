#include "run/classlib/culture_tables.h"

#include <charconv>

// RAPGO_TABLES: this folder, from the build.
asm(R"(
  .section .rodata
  .balign 16
rapgo_cultures:
  .incbin ")" RAPGO_TABLES R"(/cultures.tsv"
rapgo_cultures_end:
  .balign 16
rapgo_normalization:
  .incbin ")" RAPGO_TABLES R"(/normalization.bin"
  .text
)");
extern "C" const char rapgo_cultures[], rapgo_cultures_end[];
extern "C" const uint8_t rapgo_normalization[];

namespace rapgo::run::classlib {

namespace {

std::string_view whole() { return {rapgo_cultures, static_cast<size_t>(rapgo_cultures_end - rapgo_cultures)}; }

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

TableRow row_of(std::string_view line) {
  TableRow fields = split(line, '\t');
  fields.erase(fields.begin(), fields.begin() + 2);
  return fields;
}

}  // namespace

TableRow find_row(Table table, std::string_view key) {
  for (std::string_view rest = whole(); !rest.empty();) {
    const size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    if (line[0] == static_cast<char>(table) && line.size() > key.size() + 2 && line.substr(2, key.size()) == key && line[key.size() + 2] == '\t') return row_of(line);
    rest.remove_prefix(end + 1);
  }
  return {};
}

std::vector<TableRow> all_rows(Table table) {
  std::vector<TableRow> rows;
  for (std::string_view rest = whole(); !rest.empty();) {
    const size_t end = rest.find('\n');
    if (rest[0] == static_cast<char>(table)) rows.push_back(row_of(rest.substr(0, end)));
    rest.remove_prefix(end + 1);
  }
  return rows;
}

int32_t number_in(std::string_view field) {
  int32_t n = 0;
  std::from_chars(field.data(), field.data() + field.size(), n);
  return n;
}

std::vector<std::string_view> list_in(std::string_view field) {
  if (field == "[]") return {};
  return split(field, '|');
}

const uint8_t* normalization_tables() { return rapgo_normalization; }

}  // namespace rapgo::run::classlib
