#include "run/classlib/system_counters.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include "run/classlib/process_files.h"

namespace rapgo::run::classlib {

namespace {

constexpr int64_t kUnitsPerSecond = 10'000'000;
int64_t units_of_ticks(int64_t ticks) { return ticks * (kUnitsPerSecond / sysconf(_SC_CLK_TCK)); }

// ---- Processor: the line of /proc/stat ----
enum Field { kUser, kNice, kSystem, kIdle, kWait, kInterrupts, kSoftInterrupts, kFields };
std::array<int64_t, kFields> processor_times(const std::string& instance) {
  std::array<int64_t, kFields> times{};
  const std::string wanted = instance.empty() || instance == "_Total" ? "cpu" : "cpu" + instance;
  std::ifstream file("/proc/stat");
  for (std::string line, name; std::getline(file, line);) {
    std::istringstream words(line);
    if (!(words >> name) || name != wanted) continue;
    for (int64_t& t : times) words >> t;
    break;
  }
  // The average of all: so that a percentage of it is one of the machine.
  const int64_t processors = wanted == "cpu" ? std::max<int64_t>(sysconf(_SC_NPROCESSORS_ONLN), 1) : 1;
  for (int64_t& t : times) t = units_of_ticks(t) / processors;
  return times;
}
template <Field... fields>
int64_t processor(const std::string& instance) {
  const auto times = processor_times(instance);
  return (times[fields] + ...);
}

// ---- Process ----
int32_t pid_of(const std::string& instance) { return static_cast<int32_t>(std::strtol(instance.c_str(), nullptr, 10)); }
int64_t process_user(const std::string& i) { return units_of_ticks(process_stat(pid_of(i), 11)); }
int64_t process_system(const std::string& i) { return units_of_ticks(process_stat(pid_of(i), 12)); }
int64_t process_time(const std::string& i) { return process_user(i) + process_system(i); }
int64_t process_threads(const std::string& i) { return process_stat(pid_of(i), 17); }
int64_t process_virtual(const std::string& i) { return process_stat(pid_of(i), 20); }
int64_t process_resident(const std::string& i) { return process_stat(pid_of(i), 21) * sysconf(_SC_PAGESIZE); }
int64_t process_private(const std::string& i) { return process_status(pid_of(i), "VmData") * 1024; }

// ---- Mono Memory ----
int64_t physical_memory(const std::string&) { return int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE); }
int64_t available_memory(const std::string&) { return keyed_number("/proc/meminfo", "MemAvailable") * 1024; }

// ---- Network Interface: /proc/net/dev, received bytes first, sent ones ninth ----
template <class Visit>
void for_each_interface(Visit visit) {
  std::ifstream file("/proc/net/dev");
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::istringstream words(line.substr(colon + 1));
    std::array<int64_t, 9> numbers{};
    for (int64_t& n : numbers) words >> n;
    visit(line.substr(line.find_first_not_of(' '), colon - line.find_first_not_of(' ')), numbers[0], numbers[8]);
  }
}
template <bool in, bool out>
int64_t network_bytes(const std::string& instance) {
  int64_t sum = 0;
  for_each_interface([&](const std::string& name, int64_t received, int64_t sent) {
    if (name == instance) sum = (in ? received : 0) + (out ? sent : 0);
  });
  return sum;
}

using enum CounterType;
constexpr SystemCounter kCounters[] = {
    {"Processor", "% User Time", Timer100Ns, processor<kUser, kNice>},
    {"Processor", "% Privileged Time", Timer100Ns, processor<kSystem>},
    {"Processor", "% Interrupt Time", Timer100Ns, processor<kInterrupts, kSoftInterrupts>},
    {"Processor", "% Processor Time", Timer100NsInverse, processor<kIdle>},
    {"Process", "% User Time", Timer100Ns, process_user},
    {"Process", "% Privileged Time", Timer100Ns, process_system},
    {"Process", "% Processor Time", Timer100Ns, process_time},
    {"Process", "Thread Count", NumberOfItems64, process_threads},
    {"Process", "Virtual Bytes", NumberOfItems64, process_virtual},
    {"Process", "Working Set", NumberOfItems64, process_resident},
    {"Process", "Private Bytes", NumberOfItems64, process_private},
    {"Mono Memory", "Total Physical Memory", NumberOfItems64, physical_memory},
    {"Mono Memory", "Available Physical Memory", NumberOfItems64, available_memory},
    {"Network Interface", "Bytes Received/sec", RateOfCountsPerSecond64, network_bytes<true, false>},
    {"Network Interface", "Bytes Sent/sec", RateOfCountsPerSecond64, network_bytes<false, true>},
    {"Network Interface", "Bytes Total/sec", RateOfCountsPerSecond64, network_bytes<true, true>},
};

std::string command_of(long pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
  std::string name;
  std::getline(file, name);
  return name;
}
std::vector<std::string> processes() {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored))
    if (const long pid = std::strtol(entry.path().filename().c_str(), nullptr, 10); pid > 0) names.push_back(std::to_string(pid) + "/" + command_of(pid));
  return names;
}

}  // namespace

std::optional<SystemCounter> find_system_counter(std::string_view category, std::string_view name) {
  for (const SystemCounter& c : kCounters)
    if (c.category == category && c.name == name) return c;
  return std::nullopt;
}
bool is_system_category(std::string_view category) {
  return std::ranges::any_of(kCounters, [&](const SystemCounter& c) { return c.category == category; });
}
std::vector<std::string> system_categories() {
  std::vector<std::string> names;
  for (const SystemCounter& c : kCounters)
    if (names.empty() || names.back() != c.category) names.emplace_back(c.category);
  return names;
}
std::vector<std::string> system_counters_of(std::string_view category) {
  std::vector<std::string> names;
  for (const SystemCounter& c : kCounters)
    if (c.category == category) names.emplace_back(c.name);
  return names;
}
std::vector<std::string> system_instances_of(std::string_view category) {
  if (category == "Process") return processes();
  if (category == "Mono Memory") return {std::to_string(getpid()) + "/" + command_of(getpid())};
  std::vector<std::string> names;
  if (category == "Processor") {
    names.emplace_back("_Total");
    for (long i = 0; i < sysconf(_SC_NPROCESSORS_ONLN); i++) names.push_back(std::to_string(i));
  } else if (category == "Network Interface") {
    for_each_interface([&](const std::string& name, int64_t, int64_t) { names.push_back(name); });
  }
  return names;
}

}  // namespace rapgo::run::classlib
