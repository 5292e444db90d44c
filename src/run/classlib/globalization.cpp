// Cultures. Rapgo knows the invariant culture, and English (United States) by number and name; other names are refused as unknown, which
// the class library answers with CultureNotFoundException.
#include <cstdlib>
#include <cstring>
#include <string>

#include "gc/binding/api.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/objects.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

namespace {

#define CULTURE(name) FieldOffset("System.Globalization", "CultureInfo", name)
constinit const FieldOffset kName = CULTURE("m_name"), kEnglish = CULTURE("englishname"), kNativeName = CULTURE("nativename"), kIso3 = CULTURE("iso3lang"),
                            kIso2 = CULTURE("iso2lang"), kWin3 = CULTURE("win3lang"), kTerritory = CULTURE("territory"), kId = CULTURE("cultureID"),
                            kParent = CULTURE("parent_lcid"), kDateTimeIndex = CULTURE("datetime_index"), kNumberIndex = CULTURE("number_index"),
                            kCalendarType = CULTURE("default_calendar_type");

// "en_US.UTF-8" -> "en-US"; "" for C, POSIX, C.UTF-8 and where nothing is set.
String* current_locale_name() {
  const char* locale = nullptr;
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
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

bool fill_english(Object* culture) {
  auto text = [&](const FieldOffset& f, const char* value) { f.set(culture, calls::new_string(value)); };
  kId.in<int32_t>(culture) = 0x409;
  kParent.in<int32_t>(culture) = 0x7f;
  kCalendarType.in<int32_t>(culture) = 0x100 | 0;
  kDateTimeIndex.in<int32_t>(culture) = 0;
  kNumberIndex.in<int32_t>(culture) = 0;
  text(kName, "en-US");
  text(kEnglish, "English (United States)");
  text(kNativeName, "English (United States)");
  text(kIso3, "eng");
  text(kIso2, "en");
  text(kWin3, "ENU");
  text(kTerritory, "United States");
  return true;
}
bool construct_from_name(Object* culture, String* name) {
  std::string text = name ? calls::to_utf8(name) : "";
  for (char& c : text) c = static_cast<char>(std::tolower(c));
  return text == "en-us" && fill_english(culture);
}
bool construct_from_lcid(Object* culture, int32_t lcid) { return lcid == 0x409 && fill_english(culture); }

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.Globalization.CultureInfo::get_current_locale_name", current_locale_name),
    RAPGO_ICALL("System.Globalization.CultureInfo::construct_internal_locale_from_name", construct_from_name),
    RAPGO_ICALL("System.Globalization.CultureInfo::construct_internal_locale_from_lcid", construct_from_lcid),
};

}  // namespace

void register_globalization() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
