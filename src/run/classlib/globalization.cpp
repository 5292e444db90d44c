// Cultures, regions, calendars and normalization: the tables behind System.Globalization. Comparing and sorting are managed code.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <unordered_map>

#include "gc/binding/api.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/culture_tables.h"
#include "run/classlib/objects.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

using load::types::Loader;

namespace {

String* text_of(std::string_view field) { return field == "~" ? nullptr : calls::new_string(std::string(field).c_str()); }

Array* texts_of(std::string_view field) {
  const auto parts = list_in(field);
  Array* list = calls::new_array(Loader::get().types().string, static_cast<int64_t>(parts.size()));
  for (size_t i = 0; i < parts.size(); i++) gc::store(list, list->at<Object*>(i), text_of(parts[i]));
  return list;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

// ---- CultureInfo ----
#define CULTURE(name) FieldOffset("System.Globalization", "CultureInfo", name)
constinit const FieldOffset kName = CULTURE("m_name"), kEnglish = CULTURE("englishname"), kNativeName = CULTURE("nativename"), kIso3 = CULTURE("iso3lang"),
                            kIso2 = CULTURE("iso2lang"), kWin3 = CULTURE("win3lang"), kTerritory = CULTURE("territory"), kId = CULTURE("cultureID"),
                            kParent = CULTURE("parent_lcid"), kDateTimeIndex = CULTURE("datetime_index"), kNumberIndex = CULTURE("number_index"),
                            kCalendarType = CULTURE("default_calendar_type"), kCalendarNames = CULTURE("native_calendar_names"),
                            kTextData = CULTURE("textinfo_data"), kConstructed = CULTURE("constructed");

// CultureInfo.Data
struct TextData {
  int32_t ansi, ebcdic, mac, oem;
  bool right_to_left;
  uint8_t list_separator;
};
const TextData* text_data(const TableRow& row) {
  static std::mutex lock;
  static auto* made = new std::unordered_map<int32_t, TextData>;
  std::lock_guard hold(lock);
  const auto [entry, fresh] = made->try_emplace(number_in(row[kCultureId]));
  if (fresh)
    entry->second = {number_in(row[kCultureAnsi]), number_in(row[kCultureEbcdic]), number_in(row[kCultureMac]), number_in(row[kCultureOem]),
                     row[kCultureRightToLeft] == "1", static_cast<uint8_t>(row[kCultureListSeparator][0])};
  return &entry->second;
}

void fill(Object* culture, const TableRow& row) {
  kId.in<int32_t>(culture) = number_in(row[kCultureId]);
  kParent.in<int32_t>(culture) = number_in(row[kCultureParent]);
  kCalendarType.in<int32_t>(culture) = number_in(row[kCultureCalendar]);
  kDateTimeIndex.in<int32_t>(culture) = number_in(row[kCultureDates]);
  kNumberIndex.in<int32_t>(culture) = number_in(row[kCultureNumbers]);
  kTextData.in<const TextData*>(culture) = text_data(row);
  kName.set(culture, text_of(row[kCultureName]));
  kEnglish.set(culture, text_of(row[kCultureEnglish]));
  kNativeName.set(culture, text_of(row[kCultureNative]));
  kIso3.set(culture, text_of(row[kCultureIso3]));
  kIso2.set(culture, text_of(row[kCultureIso2]));
  kWin3.set(culture, text_of(row[kCultureWin3]));
  kTerritory.set(culture, text_of(row[kCultureTerritory]));
  kCalendarNames.set(culture, texts_of(row[kCultureCalendarNames]));
}

// "en_US.UTF-8" -> "en-US"; "" for C, POSIX, C.UTF-8 and where nothing is set.
String* current_locale_name() {
  const char* locale = nullptr;
  for (const char* name : {"LC_ALL", "LANG"})
    if (const char* v = std::getenv(name); v && *v) {
      locale = v;
      break;
    }
  std::string text = locale ? locale : "";
  text.resize(std::min(text.find_first_of(".@"), text.size()));
  if (text == "C" || text == "POSIX") text.clear();
  for (char& c : text)
    if (c == '_') c = '-';
  return calls::new_string(text.c_str());
}

std::vector<TableRow> in_order(std::vector<TableRow> rows) {
  std::sort(rows.begin(), rows.end(), [](const TableRow& a, const TableRow& b) { return number_in(a[kCultureOrder]) < number_in(b[kCultureOrder]); });
  return rows;
}

bool construct_from_name(Object* culture, String* name) {
  const TableRow row = name ? find_row(Table::Culture, lower(calls::to_utf8(name))) : TableRow();
  if (row.empty()) return false;
  fill(culture, row);
  return true;
}
bool construct_from_lcid(Object* culture, int32_t lcid) {
  // Two names may share a number ("zh-CHT", "zh-Hant"): a binary search in the order of Mono's own table finds the one that Mono finds.
  const std::vector<TableRow> rows = in_order(all_rows(Table::Culture));
  for (size_t low = 0, high = rows.size(); low < high;) {
    const size_t middle = (low + high) / 2;
    const int32_t id = number_in(rows[middle][kCultureId]);
    if (id == lcid) return fill(culture, rows[middle]), true;
    if (lcid < id) high = middle;
    else low = middle + 1;
  }
  return false;
}

Array* cultures(bool neutral, bool specific, bool) {
  std::vector<TableRow> rows;
  for (TableRow& row : all_rows(Table::Culture)) {
    const bool is_neutral = row[kCultureTerritory] == "~" || !(number_in(row[kCultureId]) & 0xff00);
    if (is_neutral ? neutral : specific) rows.push_back(std::move(row));
  }
  rows = in_order(std::move(rows));
  Type* type = Loader::get().corlib_type("System.Globalization", "CultureInfo");
  Array* list = calls::new_array(type, static_cast<int64_t>(rows.size() + neutral));  // the caller puts the invariant one first
  for (size_t i = 0; i < rows.size(); i++) {
    Object* culture = calls::new_object(type);
    calls::ensure_initialized(type);
    fill(culture, rows[i]);
    kConstructed.in<bool>(culture) = true;
    gc::store(list, list->at<Object*>(i + neutral), culture);
  }
  return list;
}

// ---- CultureData, CalendarData ----
#define DATA(name) FieldOffset("System.Globalization", "CultureData", name)
#define CALENDAR(name) FieldOffset("System.Globalization", "CalendarData", name)
enum DatesField { kAm, kPm, kTimeSeparator, kLongTimes, kShortTimes, kFirstDay, kFirstWeek, kShortDates, kYearMonths, kLongDates, kMonthDay, kDays, kAbbreviatedDays,
                  kShortestDays, kMonths, kAbbreviatedMonths, kGenitiveMonths, kAbbreviatedGenitiveMonths };

constinit const FieldOffset kDataAm = DATA("sAM1159"), kDataPm = DATA("sPM2359"), kDataSeparator = DATA("sTimeSeparator"), kDataLongTimes = DATA("saLongTimes"),
                            kDataShortTimes = DATA("saShortTimes"), kDataFirstDay = DATA("iFirstDayOfWeek"), kDataFirstWeek = DATA("iFirstWeekOfYear");

void fill_culture_data(Object* data, int32_t index) {
  const TableRow row = find_row(Table::Dates, std::to_string(index));
  if (row.empty()) stack::throw_argument_out_of_range("datetimeIndex");
  kDataAm.set(data, text_of(row[kAm]));
  kDataPm.set(data, text_of(row[kPm]));
  kDataSeparator.set(data, text_of(row[kTimeSeparator]));
  kDataLongTimes.set(data, texts_of(row[kLongTimes]));
  kDataShortTimes.set(data, texts_of(row[kShortTimes]));
  kDataFirstDay.in<int32_t>(data) = number_in(row[kFirstDay]);
  kDataFirstWeek.in<int32_t>(data) = number_in(row[kFirstWeek]);
}

constinit const FieldOffset kCalendarNative = CALENDAR("sNativeName"), kCalendarShort = CALENDAR("saShortDates"), kCalendarYearMonths = CALENDAR("saYearMonths"),
                            kCalendarLong = CALENDAR("saLongDates"), kCalendarMonthDay = CALENDAR("sMonthDay"), kCalendarDays = CALENDAR("saDayNames"),
                            kCalendarAbbreviatedDays = CALENDAR("saAbbrevDayNames"), kCalendarShortestDays = CALENDAR("saSuperShortDayNames"),
                            kCalendarMonths = CALENDAR("saMonthNames"), kCalendarAbbreviatedMonths = CALENDAR("saAbbrevMonthNames"),
                            kCalendarGenitive = CALENDAR("saMonthGenitiveNames"), kCalendarAbbreviatedGenitive = CALENDAR("saAbbrevMonthGenitiveNames");

bool fill_calendar_data(Object* data, String* locale, int32_t) {
  const TableRow culture = find_row(Table::Culture, calls::to_utf8(locale));
  if (culture.empty()) return false;
  const TableRow row = find_row(Table::Dates, culture[kCultureDates]);
  kCalendarNative.set(data, text_of(culture[kCultureNative]));
  kCalendarMonthDay.set(data, text_of(row[kMonthDay]));
  const struct { const FieldOffset& field; DatesField from; } lists[] = {
      {kCalendarShort, kShortDates}, {kCalendarYearMonths, kYearMonths}, {kCalendarLong, kLongDates}, {kCalendarDays, kDays},
      {kCalendarAbbreviatedDays, kAbbreviatedDays}, {kCalendarShortestDays, kShortestDays}, {kCalendarMonths, kMonths}, {kCalendarAbbreviatedMonths, kAbbreviatedMonths},
      {kCalendarGenitive, kGenitiveMonths}, {kCalendarAbbreviatedGenitive, kAbbreviatedGenitiveMonths}};
  for (const auto& l : lists) l.field.set(data, texts_of(row[l.from]));
  return true;
}

// Fills NumberFormatEntryManaged, 23 int32: numbers, and offsets of strings from the address that is returned.
constexpr size_t kNumberFields = 23;
constexpr bool kIsText[kNumberFields] = {false, true, true, false, false, false, false, true, true, true, true, false,
                                         true, true, false, false, false, true, false, false, true, true, true};
const char* fill_number_data(int32_t index, int32_t* entry) {
  struct Numbers {
    std::string text{'\0'};
    int32_t fields[kNumberFields];
  };
  static std::mutex lock;
  static auto* made = new std::unordered_map<int32_t, Numbers>;
  std::lock_guard hold(lock);
  const auto [found, fresh] = made->try_emplace(index);
  Numbers& n = found->second;
  if (fresh) {
    const TableRow row = find_row(Table::Numbers, std::to_string(index));
    if (row.size() != kNumberFields) {
      made->erase(found);
      stack::throw_argument_out_of_range("index");
    }
    for (size_t i = 0; i < kNumberFields; i++) {
      n.fields[i] = kIsText[i] ? static_cast<int32_t>(n.text.size()) : number_in(row[i]);
      if (kIsText[i]) n.text.append(row[i]).push_back('\0');
    }
  }
  std::copy(n.fields, n.fields + kNumberFields, entry);
  return n.text.data();
}

// ---- RegionInfo ----
#define REGION(name) FieldOffset("System.Globalization", "RegionInfo", name)
constinit const FieldOffset kRegionId = REGION("regionId"), kRegionTexts[] = {REGION("iso2Name"), REGION("iso3Name"), REGION("win3Name"), REGION("englishName"),
                                                                              REGION("nativeName"), REGION("currencySymbol"), REGION("isoCurrencySymbol"),
                                                                              REGION("currencyEnglishName"), REGION("currencyNativeName")};
bool construct_region(Object* region, String* name) {
  const TableRow row = find_row(Table::Region, calls::to_utf8(name));
  if (row.empty()) return false;
  kRegionId.in<int32_t>(region) = number_in(row[0]);
  for (size_t i = 0; i < std::size(kRegionTexts); i++) kRegionTexts[i].set(region, text_of(row[i + 1]));
  return true;
}

// ---- Normalization ----
void load_normalization(const uint8_t** props, const uint8_t** mapped, const uint8_t** char_map, const uint8_t** helper, const uint8_t** to_composite, const uint8_t** classes) {
  const uint8_t* tables = normalization_tables();
  const auto* offsets = reinterpret_cast<const uint32_t*>(tables);
  const uint8_t** out[] = {props, mapped, char_map, helper, to_composite, classes};
  for (size_t i = 0; i < 6; i++) *out[i] = tables + offsets[i];
}

// ---- CompareInfo: reached only where managed collation is switched off; by code unit then ----
int32_t compare(const char16_t* a, int32_t a_length, const char16_t* b, int32_t b_length, int32_t options) {
  constexpr int32_t kIgnoreCase = 1, kOrdinalIgnoreCase = 0x10000000;
  for (int32_t i = 0; i < std::min(a_length, b_length); i++) {
    char16_t x = a[i], y = b[i];
    if (options & (kIgnoreCase | kOrdinalIgnoreCase)) {
      if (x >= 'A' && x <= 'Z') x = static_cast<char16_t>(x + 32);
      if (y >= 'A' && y <= 'Z') y = static_cast<char16_t>(y + 32);
    }
    if (x != y) return x < y ? -1 : 1;
  }
  return (a_length > b_length) - (a_length < b_length);
}
int32_t index_of(const char16_t* source, int32_t start, int32_t count, const char16_t* value, int32_t length, bool first) {
  const int32_t last = count - length;
  for (int32_t i = 0; i <= last; i++) {
    const int32_t at = first ? start + i : start - count + 1 + last - i;
    if (std::equal(value, value + length, source + at)) return at;
  }
  return -1;
}

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.Globalization.CultureInfo::get_current_locale_name", current_locale_name),
    RAPGO_ICALL("System.Globalization.CultureInfo::construct_internal_locale_from_name", construct_from_name),
    RAPGO_ICALL("System.Globalization.CultureInfo::construct_internal_locale_from_lcid", construct_from_lcid),
    RAPGO_ICALL("System.Globalization.CultureInfo::internal_get_cultures", cultures),
    RAPGO_ICALL("System.Globalization.CultureData::fill_culture_data", fill_culture_data),
    RAPGO_ICALL("System.Globalization.CultureData::fill_number_data", fill_number_data),
    RAPGO_ICALL("System.Globalization.CalendarData::fill_calendar_data", fill_calendar_data),
    RAPGO_ICALL("System.Globalization.RegionInfo::construct_internal_region_from_name", construct_region),
    RAPGO_ICALL("System.Globalization.CompareInfo::internal_compare_icall", compare),
    RAPGO_ICALL("System.Globalization.CompareInfo::internal_index_icall", index_of),
    RAPGO_ICALL("System.Text.Normalization::load_normalization_resource", load_normalization),
};

}  // namespace

void register_globalization() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
