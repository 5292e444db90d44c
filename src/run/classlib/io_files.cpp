// MonoIO: attributes, times, locks, pipes, copies.
#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/objects.h"
#include "run/classlib/waits.h"
#include "run/stack/throw.h"
#include "run/threads/thread.h"

namespace rapgo::run::classlib {

namespace {

// System.IO.MonoIOError: Win32 codes.
enum : int32_t { kSuccess = 0, kFileNotFound = 2, kPathNotFound = 3, kTooManyOpenFiles = 4, kAccessDenied = 5, kInvalidHandle = 6, kGeneral = 31, kSharing = 32, kLocked = 33, kInvalidParameter = 87, kFileExists = 80, kAborted = 995 };

int32_t error_of(int e) {
  switch (e) {
    case 0: return kSuccess;
    case ENOENT: return kFileNotFound;
    case ENOTDIR: return kPathNotFound;
    case EACCES: case EPERM: case EROFS: case EISDIR: return kAccessDenied;
    case EBADF: return kInvalidHandle;
    case EEXIST: return kFileExists;
    case EMFILE: case ENFILE: return kTooManyOpenFiles;
    case EAGAIN: return kLocked;
    case EINVAL: return kInvalidParameter;
    default: return kGeneral;
  }
}
bool done(int64_t result, int32_t* error) {
  *error = result < 0 ? error_of(errno) : kSuccess;
  return result >= 0;
}
std::string path_of(const char16_t* chars) { return calls::to_utf8(chars); }

// Of Windows' attributes only read-only means something here; the top bit asks for execute permission.
bool set_attributes(const char16_t* name, int32_t attributes, int32_t* error) {
  const std::string path = path_of(name);
  struct stat s;
  if (!done(::stat(path.c_str(), &s), error)) return false;
  mode_t mode = s.st_mode & 07777;
  if (attributes & 1) mode &= ~mode_t{0222};
  else if (!(mode & 0222)) mode |= 0200;
  if (static_cast<uint32_t>(attributes) & 0x80000000) mode |= (mode & 0444) >> 2;
  return done(chmod(path.c_str(), mode), error);
}
// -1: leave as it is. Creation times cannot be set.
bool set_times(intptr_t handle, int64_t, int64_t access, int64_t write, int32_t* error) {
  const auto spec = [](int64_t t) {
    if (t < 0) return timespec{0, UTIME_OMIT};
    return timespec{t / 10000000 - 11644473600, t % 10000000 * 100};
  };
  const timespec times[2] = {spec(access), spec(write)};
  return done(futimens(static_cast<int>(handle), times), error);
}
void lock_range(intptr_t handle, int64_t at, int64_t length, short kind, int32_t* error) {
  struct flock l = {};
  l.l_type = kind;
  l.l_whence = SEEK_SET;
  l.l_start = at;
  l.l_len = length;
  int result = fcntl(static_cast<int>(handle), F_SETLK, &l);
  if (result < 0 && kind == F_WRLCK && errno == EBADF) {  // opened for reading only: a shared lock is what can be had
    l.l_type = F_RDLCK;
    result = fcntl(static_cast<int>(handle), F_SETLK, &l);
  }
  if (result < 0 && errno == EACCES) errno = EAGAIN;
  done(result, error);
}
void lock(intptr_t handle, int64_t at, int64_t length, int32_t* error) { lock_range(handle, at, length, F_WRLCK, error); }
void unlock(intptr_t handle, int64_t at, int64_t length, int32_t* error) { lock_range(handle, at, length, F_UNLCK, error); }

bool make_pipe(intptr_t* read, intptr_t* write, int32_t* error) {
  int ends[2];
  if (!done(pipe2(ends, O_CLOEXEC), error)) return false;
  *read = ends[0];
  *write = ends[1];
  return true;
}
// Handles of files and pipes are descriptors, those of processes and other wait objects addresses.
bool duplicate(intptr_t, intptr_t handle, intptr_t, intptr_t* out, int32_t, int32_t inherit, int32_t, int32_t* error) {
  if (handle > INT32_MAX) {
    retain(reinterpret_cast<WaitObject*>(handle));
    *out = handle;
    *error = kSuccess;
    return true;
  }
  const int fd = fcntl(static_cast<int>(handle), inherit ? F_DUPFD : F_DUPFD_CLOEXEC, 0);
  if (!done(fd, error)) return false;
  *out = fd;
  return true;
}
bool cancel(intptr_t, int32_t* error) {
  *error = kInvalidParameter;  // nothing of ours can be cancelled
  return false;
}

bool copy_bytes(int from, int to) {
  for (;;) {
    const ssize_t n = sendfile(to, from, nullptr, 1 << 20);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n == 0;
  }
}
bool copy_file(const char16_t* from_name, const char16_t* to_name, bool overwrite, int32_t* error) {
  const std::string from_path = path_of(from_name), to_path = path_of(to_name);
  threads::NativeScope native;
  const int from = ::open(from_path.c_str(), O_RDONLY | O_CLOEXEC);
  if (!done(from, error)) return false;
  struct stat s;
  fstat(from, &s);
  const int to = ::open(to_path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (overwrite ? O_TRUNC : O_EXCL), s.st_mode & 0777);
  bool fine = done(to, error);
  if (fine) {
    fine = done(copy_bytes(from, to) ? 0 : -1, error);
    const timespec times[2] = {s.st_atim, s.st_mtim};
    futimens(to, times);
    ::close(to);
  }
  ::close(from);
  return fine;
}
bool replace_file(const char16_t* from, const char16_t* to, const char16_t* backup, bool, int32_t* error) {
  if (backup && *backup && !done(rename(path_of(to).c_str(), path_of(backup).c_str()), error)) return false;
  return done(rename(path_of(from).c_str(), path_of(to).c_str()), error);
}

#define IO(name, f) RAPGO_ICALL("System.IO.MonoIO::" name, f)
const calls::IcallEntry kEntries[] = {
    IO("SetFileAttributes", set_attributes), IO("SetFileTime", set_times), IO("Lock", lock), IO("Unlock", unlock), IO("CreatePipe", make_pipe),
    IO("DuplicateHandle", duplicate), IO("Cancel_internal", cancel), IO("CopyFile", copy_file), IO("ReplaceFile", replace_file),
};

}  // namespace

void register_files() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
