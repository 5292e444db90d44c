// System.Diagnostics.PerformanceCounter: what the system counts (system_counters.h), and counters that programs (and System.Web) set and
// read within this process. Nobody else sets those: what Mono's own runtime counts stays 0.
#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/objects.h"
#include "run/classlib/system_counters.h"

namespace rapgo::run::classlib {

namespace {

constexpr auto kNumberOfItems64 = static_cast<int32_t>(CounterType::NumberOfItems64);

struct Counter {
  std::optional<SystemCounter> system;  // else: a value of this process
  std::string instance;
  int64_t value = 0;

  int64_t read() const { return system ? system->read(instance) : __atomic_load_n(&value, __ATOMIC_SEQ_CST); }
};
struct Sample {  // CounterSample
  int64_t raw, base, counter_frequency, system_frequency, time_stamp, time_stamp_100ns, counter_time_stamp;
  int32_t type;
};

// The counter for good: whoever asks for the same names gets the same one.
Counter* find(const char16_t* category_chars, int32_t category_length, const char16_t* counter_chars, int32_t counter_length, const char16_t* instance_chars,
              int32_t instance_length, int32_t* type, bool* custom) {
  static std::mutex lock;
  static auto* counters = new std::map<std::string, Counter>;
  const std::string category = calls::to_utf8(category_chars, category_length), counter = calls::to_utf8(counter_chars, counter_length),
                    instance = calls::to_utf8(instance_chars, instance_length);
  const std::optional<SystemCounter> system = find_system_counter(category, counter);
  *custom = !system;  // may be set
  *type = system ? static_cast<int32_t>(system->type) : kNumberOfItems64;
  std::lock_guard hold(lock);
  return &counters->try_emplace(category + '\0' + counter + '\0' + instance, Counter{system, instance}).first->second;
}
int64_t update(Counter* counter, bool increment, int64_t value) {
  if (counter->system) return counter->read();
  if (increment) return __atomic_add_fetch(&counter->value, value, __ATOMIC_SEQ_CST);
  __atomic_store_n(&counter->value, value, __ATOMIC_SEQ_CST);
  return value;
}
bool sample(Counter* counter, bool, Sample* out) {
  const auto now = static_cast<int64_t>(base::monotonic_ns() / 100);
  *out = {counter->read(), counter->system ? 1 : 0, 10'000'000, 10'000'000, now, now, now,
          counter->system ? static_cast<int32_t>(counter->system->type) : kNumberOfItems64};
  return true;
}
void release(Counter*) {}

// ---- PerformanceCounterCategory: the system's, and no others can be registered ----
bool cannot_delete(const char16_t*, int32_t) { return false; }
String* no_help(const char16_t*, int32_t) { return nullptr; }
bool counter_exists(const char16_t* counter, int32_t counter_length, const char16_t* category, int32_t category_length) {
  const std::string in = calls::to_utf8(category, category_length), name = calls::to_utf8(counter, counter_length);
  return name.empty() ? is_system_category(in) : find_system_counter(in, name).has_value();
}
bool instance_exists(const char16_t* instance, int32_t instance_length, const char16_t* category, int32_t category_length) {
  const std::vector<std::string> all = system_instances_of(calls::to_utf8(category, category_length));
  return std::ranges::find(all, calls::to_utf8(instance, instance_length)) != all.end();
}
Array* category_names() { return string_array(system_categories()); }
Array* counter_names(const char16_t* category, int32_t length) { return string_array(system_counters_of(calls::to_utf8(category, length))); }
Array* instance_names(const char16_t* category, int32_t length) { return string_array(system_instances_of(calls::to_utf8(category, length))); }

#define CATEGORY(name, f) RAPGO_ICALL("System.Diagnostics.PerformanceCounterCategory::" name, f)
#define COUNTER(name, f) RAPGO_ICALL("System.Diagnostics.PerformanceCounter::" name, f)
const calls::IcallEntry kEntries[] = {COUNTER("GetImpl_icall", find), COUNTER("UpdateValue", update), COUNTER("GetSample", sample), COUNTER("FreeData", release),
                                      CATEGORY("CategoryDelete_icall", cannot_delete), CATEGORY("CategoryHelp_icall", no_help), CATEGORY("CounterCategoryExists_icall", counter_exists),
                                      CATEGORY("InstanceExistsInternal_icall", instance_exists), CATEGORY("GetCategoryNames", category_names),
                                      CATEGORY("GetCounterNames_icall", counter_names), CATEGORY("GetInstanceNames_icall", instance_names)};

}  // namespace

void register_performance_counters() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
