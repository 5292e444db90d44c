#include "code/store/directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "code/store/segment.h"

namespace rapgo::code::store {

DirFd::~DirFd() {
  if (fd_ >= 0) close(fd_);
}

namespace {

constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

// The owner of the nearest existing ancestor: (uid_t)-1 if it cannot be told.
uid_t owner_above(std::string path) {
  for (;;) {
    struct stat st;
    if (stat(path.empty() ? "/" : path.c_str(), &st) == 0) return st.st_uid;
    if (errno != ENOENT && errno != ENOTDIR) return static_cast<uid_t>(-1);
    const size_t slash = path.find_last_of('/');
    if (path.empty() || slash == std::string::npos) {
      if (path == ".") return static_cast<uid_t>(-1);
      path = path.empty() ? "/" : ".";
    } else {
      path.resize(slash);
    }
  }
}

bool make_directories(const std::string& path) {
  for (size_t at = 1; at <= path.size(); at++)
    if (at == path.size() || path[at] == '/')
      if (mkdir(path.substr(0, at).c_str(), 0700) != 0 && errno != EEXIST) return false;
  return true;
}

OpenDirectory refuse(std::string why) {
  OpenDirectory d;
  d.why = std::move(why);
  return d;
}

OpenDirectory judge(DirFd fd, const std::string& path) {
  struct stat st;
  if (fstat(fd.get(), &st) != 0) return refuse("code cache " + path + ": " + strerror(errno));
  if (st.st_mode & 022) return refuse("code cache " + path + " can be written by other users: not used");
  if (st.st_uid != geteuid() && st.st_uid != 0) return refuse("code cache " + path + " belongs to another user: not used");
  OpenDirectory d;
  d.writable = st.st_uid == geteuid();
  if (!d.writable) d.why = "code cache " + path + " belongs to root: read only";
  d.fd = std::move(fd);
  return d;
}

}  // namespace

std::string default_dir() {
  auto usable = [](const char* base) { return base && base[0] == '/' && owner_above(base) == geteuid(); };
  const char* xdg = getenv("XDG_CACHE_HOME");
  if (xdg && xdg[0] == '/') return usable(xdg) ? std::string(xdg) + "/rapgo" : std::string();
  const char* home = getenv("HOME");
  return usable(home) ? std::string(home) + "/.cache/rapgo" : std::string();
}

OpenDirectory open_directory(const std::string& path, bool create) {
  DirFd fd(open(path.c_str(), kOpenDirectory));
  if (!fd && errno == ENOENT && create) {
    const uid_t owner = owner_above(path);
    if (owner != geteuid() && owner != 0) return refuse("code cache " + path + " would lie in another user's directory: not used");
    if (make_directories(path)) fd = DirFd(open(path.c_str(), kOpenDirectory));
  }
  if (!fd) return refuse("code cache " + path + ": " + strerror(errno));
  return judge(std::move(fd), path);
}

OpenDirectory open_subdirectory(int parent, const std::string& name, bool create) {
  if (create) mkdirat(parent, name.c_str(), 0700);
  DirFd fd(openat(parent, name.c_str(), kOpenDirectory | O_NOFOLLOW));
  if (!fd) return refuse("code cache: " + name + ": " + strerror(errno));
  return judge(std::move(fd), name);
}

std::string environment_directory(const Environment& e) {
  const uint64_t both[2] = {e.build, e.cpu};
  char name[40];
  snprintf(name, sizeof name, "%s%016llx", kCodePrefix, static_cast<unsigned long long>(XXH3_64bits(both, sizeof both)));
  return name;
}

std::vector<std::string> list_directory(int fd, const char* prefix, const char* suffix) {
  std::vector<std::string> names;
  const int copy = openat(fd, ".", kOpenDirectory);
  DIR* dir = copy >= 0 ? fdopendir(copy) : nullptr;
  if (dir == nullptr) {
    if (copy >= 0) close(copy);
    return names;
  }
  const size_t before = strlen(prefix), behind = strlen(suffix);
  while (const dirent* e = readdir(dir)) {
    const size_t n = strlen(e->d_name);
    if (n >= before + behind && strncmp(e->d_name, prefix, before) == 0 && strcmp(e->d_name + n - behind, suffix) == 0 &&
        (e->d_name[0] != '.' || before > 0))
      names.emplace_back(e->d_name);
  }
  closedir(dir);
  std::sort(names.begin(), names.end());
  return names;
}

DirectoryLock::DirectoryLock(int root) {
  fd_ = openat(root, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd_ >= 0 && flock(fd_, LOCK_EX | LOCK_NB) != 0) close(fd_), fd_ = -1;
}
DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) close(fd_);
}

uint64_t evict(int root, uint64_t limit, const std::string& keep) {
  struct File {
    time_t used;
    uint64_t size;
    std::string directory, name;
  };
  std::vector<File> files;
  uint64_t total = 0, removed = 0;
  const DirectoryLock lock(root);
  if (!lock) return 0;
  const time_t now = time(nullptr);
  for (const std::string& directory : list_directory(root, kCodePrefix, "")) {
    OpenDirectory sub = open_subdirectory(root, directory, false);
    if (!sub.fd || !sub.writable) continue;
    for (const std::string& name : list_directory(sub.fd.get(), "", kSegmentSuffix)) {
      struct stat st;
      if (fstatat(sub.fd.get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) continue;
      total += static_cast<uint64_t>(st.st_size);
      files.push_back({st.st_mtime, static_cast<uint64_t>(st.st_size), directory, name});
    }
    for (const std::string& name : list_directory(sub.fd.get(), ".tmp-", "")) {
      struct stat st;
      if (fstatat(sub.fd.get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_mtime + 3600 < now)
        unlinkat(sub.fd.get(), name.c_str(), 0);
    }
  }
  if (total <= limit) return 0;
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.used != b.used ? a.used < b.used : a.name < b.name; });
  for (const File& f : files) {
    if (total <= limit / 10 * 9) break;
    if (f.name == keep) continue;
    const std::string path = f.directory + "/" + f.name;
    if (unlinkat(root, path.c_str(), 0) == 0) total -= f.size, removed++;
    unlinkat(root, f.directory.c_str(), AT_REMOVEDIR);  // succeeds when it was the last one
  }
  return removed;
}

}  // namespace rapgo::code::store
