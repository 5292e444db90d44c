// MonoIO, the console driver.
#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <termios.h>
#include <unistd.h>

#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/objects.h"
#include "run/stack/throw.h"
#include "run/threads/thread.h"

namespace rapgo::run::classlib {

namespace {

// System.IO.MonoIOError: Win32 codes.
enum MonoIOError : int32_t { Success = 0, FileNotFound = 2, PathNotFound = 3, TooManyOpenFiles = 4, AccessDenied = 5, InvalidHandle = 6, FileExists = 80, CannotMake = 82,
                             DiskFull = 39, InvalidName = 123, DirNotEmpty = 145, AlreadyExists = 183, SharingViolation = 32, InvalidParameter = 87, NotSameDevice = 17, WriteFault = 29, ReadFault = 30, NotDirectory = 267 };

int32_t error_of(int e) {
  switch (e) {
    case 0: return Success;
    case ENOENT: return FileNotFound;
    case ENOTDIR: return PathNotFound;
    case EACCES: case EPERM: case EROFS: case EISDIR: return AccessDenied;
    case EBADF: return InvalidHandle;
    case EEXIST: return FileExists;
    case EMFILE: case ENFILE: return TooManyOpenFiles;
    case EPIPE: return WriteFault;
    case ENOSPC: return DiskFull;
    case ENOTEMPTY: return DirNotEmpty;
    case EINVAL: return InvalidParameter;
    case ENAMETOOLONG: return InvalidName;
    case EXDEV: return NotSameDevice;
    default: return 31;  // general failure
  }
}
int64_t done(int64_t result, int32_t* error) {
  *error = result < 0 ? error_of(errno) : Success;
  return result;
}
std::string path_of(const char16_t* chars) {
  std::u16string_view text(chars);
  std::string out;
  for (size_t i = 0; i < text.size(); i++) {
    uint32_t c = text[i];
    if (c >= 0xd800 && c < 0xdc00 && i + 1 < text.size()) c = 0x10000 + ((c - 0xd800) << 10) + (text[++i] - 0xdc00);
    if (c < 0x80) out += static_cast<char>(c);
    else if (c < 0x800) { out += static_cast<char>(0xc0 | c >> 6); out += static_cast<char>(0x80 | (c & 63)); }
    else if (c < 0x10000) { out += static_cast<char>(0xe0 | c >> 12); out += static_cast<char>(0x80 | ((c >> 6) & 63)); out += static_cast<char>(0x80 | (c & 63)); }
    else { out += static_cast<char>(0xf0 | c >> 18); out += static_cast<char>(0x80 | ((c >> 12) & 63)); out += static_cast<char>(0x80 | ((c >> 6) & 63)); out += static_cast<char>(0x80 | (c & 63)); }
  }
  return out;
}

intptr_t console_input() { return 0; }
intptr_t console_output() { return 1; }
intptr_t console_error() { return 2; }

int32_t file_type(intptr_t handle, int32_t* error) {
  struct stat s;
  if (done(fstat(static_cast<int>(handle), &s), error) < 0) return 0;
  if (S_ISCHR(s.st_mode)) return 2;
  if (S_ISFIFO(s.st_mode) || S_ISSOCK(s.st_mode)) return 3;
  return 1;
}

// Bytes are moved through native memory where the call may block: the array may move meanwhile.
int32_t write(intptr_t handle, Array* buffer, int32_t offset, int32_t count, int32_t* error) {
  std::string bytes(reinterpret_cast<char*>(buffer->data()) + offset, static_cast<size_t>(count));
  int64_t total = 0;
  int32_t code = Success;
  {
    threads::NativeScope native;
    while (total < count) {
      const ssize_t n = ::write(static_cast<int>(handle), bytes.data() + total, static_cast<size_t>(count - total));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        code = error_of(errno);
        break;
      }
      total += n;
    }
  }
  *error = code;
  return code == Success ? static_cast<int32_t>(total) : -1;
}
int32_t read(intptr_t handle, Array* buffer, int32_t offset, int32_t count, int32_t* error) {
  std::string bytes(static_cast<size_t>(count), '\0');
  ssize_t n;
  int32_t code = Success;
  {
    threads::NativeScope native;
    do n = ::read(static_cast<int>(handle), bytes.data(), static_cast<size_t>(count));
    while (n < 0 && errno == EINTR);
    if (n < 0) code = error_of(errno);
  }
  *error = code;
  if (n > 0) std::memcpy(buffer->data() + offset, bytes.data(), static_cast<size_t>(n));
  return static_cast<int32_t>(n);
}
intptr_t open(const char16_t* name, int32_t mode, int32_t access, int32_t, int32_t, int32_t* error) {
  int flags = O_CLOEXEC;
  flags |= access == 1 ? O_RDONLY : access == 2 ? O_WRONLY : O_RDWR;
  switch (mode) {
    case 1: flags |= O_CREAT | O_EXCL; break;
    case 2: flags |= O_CREAT | O_TRUNC; break;
    case 3: break;
    case 4: flags |= O_CREAT; break;
    case 5: flags |= O_TRUNC; break;
    case 6: flags |= O_CREAT | O_APPEND; break;
  }
  const std::string path = path_of(name);
  struct stat s;
  if (::stat(path.c_str(), &s) == 0 && S_ISDIR(s.st_mode)) {
    *error = AccessDenied;
    return -1;
  }
  return static_cast<intptr_t>(done(::open(path.c_str(), flags, 0666), error));
}
bool close(intptr_t handle, int32_t* error) { return done(::close(static_cast<int>(handle)), error) == 0; }
int64_t seek(intptr_t handle, int64_t offset, int32_t origin, int32_t* error) { return done(lseek(static_cast<int>(handle), offset, origin), error); }
bool flush(intptr_t, int32_t* error) {
  *error = Success;
  return true;
}
int64_t length(intptr_t handle, int32_t* error) {
  struct stat s;
  return done(fstat(static_cast<int>(handle), &s), error) < 0 ? -1 : s.st_size;
}
bool set_length(intptr_t handle, int64_t size, int32_t* error) { return done(ftruncate(static_cast<int>(handle), size), error) == 0; }
bool create_directory(const char16_t* name, int32_t* error) { return done(mkdir(path_of(name).c_str(), 0777), error) == 0; }
bool remove_directory(const char16_t* name, int32_t* error) { return done(rmdir(path_of(name).c_str()), error) == 0; }
bool delete_file(const char16_t* name, int32_t* error) { return done(unlink(path_of(name).c_str()), error) == 0; }
bool move_file(const char16_t* from, const char16_t* to, int32_t* error) {
  const std::string target = path_of(to);
  struct stat s;
  if (::stat(target.c_str(), &s) == 0) {
    *error = AlreadyExists;
    return false;
  }
  return done(rename(path_of(from).c_str(), target.c_str()), error) == 0;
}
int32_t get_attributes(const char16_t* name, int32_t* error) {
  struct stat s;
  const std::string path = path_of(name);
  if (done(::stat(path.c_str(), &s), error) < 0) return -1;
  int32_t a = S_ISDIR(s.st_mode) ? 0x10 : 0x80;
  if (!(s.st_mode & 0222)) a |= 1;
  return a;
}
struct IOStat { int32_t attributes; int64_t length, creation, access, write; };
int64_t file_time(const timespec& t) { return (int64_t{t.tv_sec} + 11644473600) * 10000000 + t.tv_nsec / 100; }
bool get_stat(const char16_t* name, IOStat* out, int32_t* error) {
  struct stat s;
  if (done(::stat(path_of(name).c_str(), &s), error) < 0) return false;
  out->attributes = (S_ISDIR(s.st_mode) ? 0x10 : 0x80) | (s.st_mode & 0222 ? 0 : 1);
  out->length = s.st_size;
  out->creation = file_time(s.st_ctim);
  out->access = file_time(s.st_atim);
  out->write = file_time(s.st_mtim);
  return true;
}
String* current_directory(int32_t* error) {
  char path[4096];
  if (!getcwd(path, sizeof path)) {
    *error = error_of(errno);
    return nullptr;
  }
  *error = Success;
  return calls::new_string(path);
}
bool set_current_directory(const char16_t* name, int32_t* error) { return done(chdir(path_of(name).c_str()), error) == 0; }
char16_t directory_separator() { return u'/'; }
char16_t path_separator() { return u':'; }
void dump_handles() {}


const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.IO.MonoIO::get_ConsoleInput", console_input),
    RAPGO_ICALL("System.IO.MonoIO::get_ConsoleOutput", console_output),
    RAPGO_ICALL("System.IO.MonoIO::get_ConsoleError", console_error),
    RAPGO_ICALL("System.IO.MonoIO::GetFileType", file_type),
    RAPGO_ICALL("System.IO.MonoIO::Write", write),
    RAPGO_ICALL("System.IO.MonoIO::Read", read),
    RAPGO_ICALL("System.IO.MonoIO::Open", open),
    RAPGO_ICALL("System.IO.MonoIO::Close", close),
    RAPGO_ICALL("System.IO.MonoIO::Seek", seek),
    RAPGO_ICALL("System.IO.MonoIO::Flush", flush),
    RAPGO_ICALL("System.IO.MonoIO::GetLength", length),
    RAPGO_ICALL("System.IO.MonoIO::SetLength", set_length),
    RAPGO_ICALL("System.IO.MonoIO::CreateDirectory", create_directory),
    RAPGO_ICALL("System.IO.MonoIO::RemoveDirectory", remove_directory),
    RAPGO_ICALL("System.IO.MonoIO::DeleteFile", delete_file),
    RAPGO_ICALL("System.IO.MonoIO::MoveFile", move_file),
    RAPGO_ICALL("System.IO.MonoIO::GetFileAttributes", get_attributes),
    RAPGO_ICALL("System.IO.MonoIO::GetFileStat", get_stat),
    RAPGO_ICALL("System.IO.MonoIO::GetCurrentDirectory", current_directory),
    RAPGO_ICALL("System.IO.MonoIO::SetCurrentDirectory", set_current_directory),
    RAPGO_ICALL("System.IO.MonoIO::get_DirectorySeparatorChar", directory_separator),
    RAPGO_ICALL("System.IO.MonoIO::get_AltDirectorySeparatorChar", directory_separator),
    RAPGO_ICALL("System.IO.MonoIO::get_VolumeSeparatorChar", directory_separator),
    RAPGO_ICALL("System.IO.MonoIO::get_PathSeparator", path_separator),
    RAPGO_ICALL("System.IO.MonoIO::DumpHandles", dump_handles),
};

}  // namespace

void register_io() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
