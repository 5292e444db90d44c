#pragma once
// Code for outside profilers: the perf map (names only) and jitdump (names, bytes, and IL offsets as lines).
//
// Thread safety: add() from any thread, one at a time inside; not from signal handlers. Errors: open gives null with `why`;
// a full disk ends the file silently. Children of fork do not write.
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "code/maps/installed_code.h"

namespace rapgo::code::maps {

// /tmp/perf-PID.map, or another path (tests). perf takes the last line for an address, so reclaimed code needs no entry.
class PerfMap {
 public:
  static std::unique_ptr<PerfMap> open(std::string path = {}, std::string* why = nullptr);
  ~PerfMap();
  void add(const InstalledCode& code, std::string_view name);

 private:
  std::mutex lock_;
  int fd_ = -1;
  int pid_ = 0;
};

// DIR/jit-PID.dump, for `perf record -k mono` and `perf inject --jit`.
class JitDump {
 public:
  static std::unique_ptr<JitDump> open(const std::string& dir, std::string* why = nullptr);
  ~JitDump();
  const std::string& path() const { return path_; }
  void add(const InstalledCode& code, std::string_view name);

 private:
  std::mutex lock_;
  std::string path_;
  int fd_ = -1;
  int pid_ = 0;
  void* marker_ = nullptr;  // executable mapping of the file's first page: how perf finds it
  uint64_t index_ = 0;
};

}  // namespace rapgo::code::maps
