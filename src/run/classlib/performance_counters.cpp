// System.Diagnostics.PerformanceCounter: counters that programs (and System.Web) set and read within this process. Nobody else sets
// any: what measures the system on Windows stays 0, as a category that Mono does not know does there.
#include <array>
#include <cstring>
#include <map>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/objects.h"

namespace rapgo::run::classlib {

namespace {

constexpr int32_t kNumberOfItems64 = 65792;

struct Counter {
  int64_t value = 0;
};
struct Sample {  // CounterSample
  int64_t raw, base, counter_frequency, system_frequency, time_stamp, time_stamp_100ns, counter_time_stamp;
  int32_t type;
};

Counter* find(const char16_t* category, int32_t category_length, const char16_t* counter, int32_t counter_length, const char16_t* instance, int32_t instance_length,
              int32_t* type, bool* custom) {
  static std::mutex lock;
  static auto* counters = new std::map<std::string, Counter>;
  const auto text = [](const char16_t* chars, int32_t length) { return chars ? calls::to_utf8(calls::new_string(chars, static_cast<size_t>(length))) : std::string(); };
  *custom = true;  // may be set
  *type = kNumberOfItems64;
  std::lock_guard hold(lock);
  return &(*counters)[text(category, category_length) + '\0' + text(counter, counter_length) + '\0' + text(instance, instance_length)];
}
int64_t update(Counter* counter, bool increment, int64_t value) {
  if (increment) return __atomic_add_fetch(&counter->value, value, __ATOMIC_SEQ_CST);
  __atomic_store_n(&counter->value, value, __ATOMIC_SEQ_CST);
  return value;
}
bool sample(Counter* counter, bool, Sample* out) {
  const auto now = static_cast<int64_t>(base::monotonic_ns() / 100);
  *out = {__atomic_load_n(&counter->value, __ATOMIC_SEQ_CST), 0, 10'000'000, 10'000'000, now, now, now, kNumberOfItems64};
  return true;
}
void release(Counter*) {}

// ---- PerformanceCounterCategory: none are registered, none can be ----
bool no_category(const char16_t*, int32_t) { return false; }
bool no_category_counter(const char16_t*, int32_t, const char16_t*, int32_t) { return false; }
String* no_help(const char16_t*, int32_t) { return nullptr; }
Array* no_names() { return calls::new_array(load::types::Loader::get().types().string, 0); }
Array* no_names_of(const char16_t*, int32_t) { return no_names(); }

#define CATEGORY(name, f) RAPGO_ICALL("System.Diagnostics.PerformanceCounterCategory::" name, f)
#define COUNTER(name, f) RAPGO_ICALL("System.Diagnostics.PerformanceCounter::" name, f)
const calls::IcallEntry kEntries[] = {COUNTER("GetImpl_icall", find), COUNTER("UpdateValue", update), COUNTER("GetSample", sample), COUNTER("FreeData", release),
                                      CATEGORY("CategoryDelete_icall", no_category), CATEGORY("CategoryHelp_icall", no_help), CATEGORY("CounterCategoryExists_icall", no_category_counter),
                                      CATEGORY("InstanceExistsInternal_icall", no_category_counter), CATEGORY("GetCategoryNames", no_names),
                                      CATEGORY("GetCounterNames_icall", no_names_of), CATEGORY("GetInstanceNames_icall", no_names_of)};

}  // namespace

void register_performance_counters() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
