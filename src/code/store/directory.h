#pragma once
// Who may use which directory (the trust boundary is the user). Thread safety: plain functions.
#include <cstdint>
#include <string>
#include <vector>

#include "code/store/store.h"

namespace rapgo::code::store {

// A directory file descriptor that closes itself.
class DirFd {
 public:
  DirFd() = default;
  explicit DirFd(int fd) : fd_(fd) {}
  DirFd(DirFd&& o) noexcept : fd_(o.fd_) { o.fd_ = -1; }
  DirFd& operator=(DirFd&& o) noexcept {
    std::swap(fd_, o.fd_);
    return *this;
  }
  ~DirFd();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

struct OpenDirectory {
  DirFd fd;
  bool writable = false;
  std::string why;  // why there is no fd, or why it is not writable: one line
};
// Ours: used as asked. Root's, and writable by nobody else: read only. All others, and those that others can write to: refused.
// `create` makes it (and its parents, 0700), unless that would put our files under another user's directory.
OpenDirectory open_directory(const std::string& path, bool create);
OpenDirectory open_subdirectory(int parent, const std::string& name, bool create);

std::string environment_directory(const Environment&);  // name of the subdirectory with this environment's segments
inline constexpr char kCodePrefix[] = "code-";

std::vector<std::string> list_directory(int fd, const char* prefix, const char* suffix);

// Brings the segments of all environments under the limit, those used longest ago first. Also leftovers of interrupted writers.
// Returns how many were removed. Takes the directory's lock; does nothing if another process has it.
uint64_t evict(int root, uint64_t limit, const std::string& keep);

// Exclusive advisory lock on the store's directory; false if another process has it.
class DirectoryLock {
 public:
  explicit DirectoryLock(int root);
  ~DirectoryLock();
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

}  // namespace rapgo::code::store
