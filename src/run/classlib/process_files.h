// What /proc says of a process. Thread-safe. A process that is gone, or a word that is not there, gives 0. Process 0 is this one.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace rapgo::run::classlib {

// The number of "KEY: NUMBER ..." in a file.
int64_t keyed_number(const std::string& path, std::string_view key);
// The same of /proc/PID/status; sizes are in KiB there.
int64_t process_status(int32_t pid, std::string_view key);
// Field of /proc/PID/stat behind the command's name, the state being the first (0): 11 and 12 are user and system time in
// clock ticks, 17 threads, 20 bytes of address space, 21 resident pages.
int64_t process_stat(int32_t pid, int index);

}  // namespace rapgo::run::classlib
