// Locale data: cultures.tsv and normalization.bin, linked into the program and read in place where they are asked for.
// Thread safety: constant data; any thread. Both are made by tools/tables (docs/decisions.md says from what).
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace rapgo::run::classlib {

// A line's fields behind its kind and key. "~" stands for a null string, lists are separated by '|', "[]" is the empty list.
using TableRow = std::vector<std::string_view>;
enum class Table : char { Culture = 'C', Dates = 'D', Numbers = 'N', Region = 'R' };
// Key: a lower-case name (Culture), an index in decimal (Dates, Numbers), an upper-case ISO 3166 code (Region). Empty: there is none.
TableRow find_row(Table table, std::string_view key);
std::vector<TableRow> all_rows(Table table);

// Of a culture's row.
enum CultureField { kCultureName, kCultureOrder, kCultureId, kCultureParent, kCultureDates, kCultureNumbers, kCultureCalendar, kCultureEnglish, kCultureNative,
                    kCultureIso3, kCultureIso2, kCultureWin3, kCultureTerritory, kCultureCalendarNames, kCultureAnsi, kCultureEbcdic, kCultureMac, kCultureOem,
                    kCultureRightToLeft, kCultureListSeparator, kCultureFields };

int32_t number_in(std::string_view field);
std::vector<std::string_view> list_in(std::string_view field);

// Offsets of the six tables of System.Text.Normalization stand at its beginning.
const uint8_t* normalization_tables();

}  // namespace rapgo::run::classlib
