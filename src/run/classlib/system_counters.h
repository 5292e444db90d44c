// What the system itself counts (processors, processes, memory, network interfaces), under the names of Windows' performance counters.
// Thread-safe: every call reads /proc anew. Errors: unknown names give nothing, unreadable files zeros. Collects nothing.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rapgo::run::classlib {

// System.Diagnostics.PerformanceCounterType, as far as used here.
enum class CounterType : int32_t { NumberOfItems64 = 65792, RateOfCountsPerSecond64 = 272696576, Timer100Ns = 542180608, Timer100NsInverse = 558957824 };

struct SystemCounter {
  std::string_view category, name;
  CounterType type;
  int64_t (*read)(const std::string& instance);  // times in units of 100 ns, sizes in bytes
};

std::optional<SystemCounter> find_system_counter(std::string_view category, std::string_view name);
bool is_system_category(std::string_view category);
std::vector<std::string> system_categories();
std::vector<std::string> system_counters_of(std::string_view category);
// "_Total", "0", "1" ... for processors; "PID/NAME" for processes; names of interfaces.
std::vector<std::string> system_instances_of(std::string_view category);

}  // namespace rapgo::run::classlib
