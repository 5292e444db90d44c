// System.IO.MemoryMappedFiles: files, handles and named memory of this process.
#include <cerrno>
#include <map>
#include <mutex>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/objects.h"

namespace rapgo::run::classlib {

namespace {

// What MemoryMapImpl.CreateException makes exceptions of.
enum : int32_t { kNoCapacity = 1, kSmallerThanFile = 2, kNotFound = 3, kExists = 4, kCannotOpen = 6, kNoMemorySize = 7, kBadMode = 8, kCannotMap = 9, kDenied = 10 };
enum : int32_t { kReadWrite = 0, kRead = 1, kWrite = 2, kCopyOnWrite = 3, kReadExecute = 4, kReadWriteExecute = 5 };  // MemoryMappedFileAccess
enum : int32_t { kCreateNew = 1, kCreate = 2, kOpen = 3, kOpenOrCreate = 4, kTruncate = 5, kAppend = 6 };             // FileMode

struct Source {
  int fd;
  int64_t capacity;
  int uses = 1;
  std::string name;  // of memory that others of this process may open
};
struct View {
  void* address;
  size_t size;
};
std::mutex lock;
std::map<std::string, Source*>& named() {
  static auto* map = new std::map<std::string, Source*>;
  return *map;
}

// Of a file that is open as `fd`. 0: *capacity is settled, the file as long as it must be.
int32_t settle_capacity(int fd, int64_t* capacity, int32_t access) {
  struct stat s;
  if (fstat(fd, &s) != 0) return kCannotOpen;
  if (*capacity == 0) {
    if (s.st_size == 0 && S_ISREG(s.st_mode)) return kNoCapacity;
    *capacity = s.st_size;
  } else if (*capacity < s.st_size) {
    return kSmallerThanFile;
  }
  if (*capacity > s.st_size && access != kRead && access != kCopyOnWrite && ftruncate(fd, *capacity) != 0) return kCannotOpen;
  return 0;
}

Source* open_memory(int32_t mode, const std::string& name, int64_t* capacity, int32_t* error) {
  std::lock_guard hold(lock);
  const auto found = name.empty() ? named().end() : named().find(name);
  if (found != named().end()) {
    if (mode == kCreateNew) return *error = kExists, nullptr;
    found->second->uses++;
    *capacity = found->second->capacity;
    return found->second;
  }
  if (mode == kOpen) return *error = kNotFound, nullptr;
  if (mode != kCreateNew && mode != kCreate && mode != kOpenOrCreate) return *error = kBadMode, nullptr;
  if (*capacity <= 0) return *error = kNoMemorySize, nullptr;
  const int fd = memfd_create("rapgo-memory", MFD_CLOEXEC);
  if (fd < 0 || ftruncate(fd, *capacity) != 0) return *error = kCannotOpen, nullptr;
  auto* source = new Source{fd, *capacity, 1, name};
  if (!name.empty()) named()[name] = source;
  return source;
}

Source* open_file(const char16_t* path, int32_t path_length, int32_t mode, const char16_t* name, int32_t name_length, int64_t* capacity, int32_t access, int32_t,
                  int32_t* error) {
  *error = 0;
  if (!path) return open_memory(mode, calls::to_utf8(name, name_length), capacity, error);
  int flags = O_CLOEXEC | (access == kRead || access == kReadExecute || access == kCopyOnWrite ? O_RDONLY : O_RDWR);
  switch (mode) {
    case kCreateNew: flags |= O_CREAT | O_EXCL; break;
    case kCreate: flags |= O_CREAT | O_TRUNC; break;
    case kOpenOrCreate: flags |= O_CREAT; break;
    case kTruncate: flags |= O_TRUNC; break;
    case kOpen: break;
    default: return *error = kBadMode, nullptr;
  }
  const int fd = ::open(calls::to_utf8(path, path_length).c_str(), flags, 0666);
  if (fd < 0) {
    *error = errno == ENOENT ? kNotFound : errno == EEXIST ? kExists : errno == EACCES ? kDenied : kCannotOpen;
    return nullptr;
  }
  if ((*error = settle_capacity(fd, capacity, access))) {
    ::close(fd);
    return nullptr;
  }
  return new Source{fd, *capacity, 1, {}};
}
Source* open_handle(intptr_t handle, const char16_t*, int32_t, int64_t* capacity, int32_t access, int32_t, int32_t* error) {
  if ((*error = settle_capacity(static_cast<int>(handle), capacity, access))) return nullptr;
  const int fd = fcntl(static_cast<int>(handle), F_DUPFD_CLOEXEC, 0);
  if (fd < 0) return *error = kCannotOpen, nullptr;
  return new Source{fd, *capacity, 1, {}};
}
void close_source(Source* source) {
  std::lock_guard hold(lock);
  if (--source->uses) return;
  if (!source->name.empty()) named().erase(source->name);
  ::close(source->fd);
  delete source;
}
int32_t map(Source* source, int64_t offset, int64_t* size, int32_t access, View** view, void** address) {
  if (offset < 0 || *size < 0 || offset > source->capacity || *size > source->capacity - offset) return kDenied;
  if (*size == 0) *size = source->capacity - offset;
  const int64_t page = sysconf(_SC_PAGESIZE), begin = offset / page * page;
  int protection = PROT_READ;
  if (access == kReadWrite || access == kWrite || access == kCopyOnWrite || access == kReadWriteExecute) protection |= PROT_WRITE;
  if (access == kReadExecute || access == kReadWriteExecute) protection |= PROT_EXEC;
  const auto length = static_cast<size_t>(*size + offset - begin);
  void* at = mmap(nullptr, length, protection, access == kCopyOnWrite ? MAP_PRIVATE : MAP_SHARED, source->fd, begin);
  if (at == MAP_FAILED) return errno == EACCES ? kDenied : kCannotMap;
  *view = new View{at, length};
  *address = static_cast<uint8_t*>(at) + (offset - begin);
  return 0;
}
bool unmap(View* view) {
  const bool ok = munmap(view->address, view->size) == 0;
  delete view;
  return ok;
}
void flush(View* view) { if (view) msync(view->address, view->size, MS_SYNC); }
void inheritance(Source* source, int32_t inheritable) { fcntl(source->fd, F_SETFD, inheritable ? 0 : FD_CLOEXEC); }

#define MAP(name, f) RAPGO_ICALL("System.IO.MemoryMappedFiles.MemoryMapImpl::" name, f)
const calls::IcallEntry kEntries[] = {
    MAP("OpenFileInternal", open_file), MAP("OpenHandleInternal", open_handle), MAP("CloseMapping", close_source), MAP("MapInternal", map), MAP("Unmap", unmap),
    MAP("Flush", flush), MAP("ConfigureHandleInheritability", inheritance),
};

}  // namespace

void register_memory_maps() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
