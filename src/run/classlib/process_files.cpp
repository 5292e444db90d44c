#include "run/classlib/process_files.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace rapgo::run::classlib {

namespace {

std::string file_of(int32_t pid, const char* name) { return "/proc/" + (pid > 0 ? std::to_string(pid) : "self") + name; }

}  // namespace

int64_t keyed_number(const std::string& path, std::string_view key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == ':') return std::strtoll(line.c_str() + key.size() + 1, nullptr, 10);
  return 0;
}

int64_t process_status(int32_t pid, std::string_view key) { return keyed_number(file_of(pid, "/status"), key); }

int64_t process_stat(int32_t pid, int index) {
  std::ifstream file(file_of(pid, "/stat"));
  std::string line, word;
  std::getline(file, line);
  const size_t end = line.rfind(')');  // the command may hold anything
  if (end == std::string::npos) return 0;
  std::istringstream rest(line.substr(end + 1));
  for (int i = 0; i <= index; i++) rest >> word;
  return std::strtoll(word.c_str(), nullptr, 10);
}

}  // namespace rapgo::run::classlib
