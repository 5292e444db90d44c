// What the system knows of drives, users, key folders and processes.
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <grp.h>
#include <mntent.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "gc/binding/api.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/objects.h"
#include "run/classlib/process_files.h"

namespace rapgo::run::classlib {

namespace {

// ---- DriveInfo ----
std::string file_system_of(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  std::string type;
  if (FILE* mounts = setmntent("/proc/self/mounts", "r")) {
    while (const mntent* m = getmntent(mounts))
      if (path == m->mnt_dir) type = m->mnt_type;  // the last one covers the others
    endmntent(mounts);
  }
  return type;
}
String* drive_format(const char16_t* name, int32_t length) {
  const std::string type = file_system_of(calls::to_utf8(name, length));
  return type.empty() ? nullptr : calls::new_string(type.c_str());
}
uint32_t drive_type(const char16_t* name, int32_t length) {
  enum : uint32_t { kUnknown = 0, kFixed = 3, kNetwork = 4, kCdRom = 5, kRam = 6 };
  const std::string type = file_system_of(calls::to_utf8(name, length));
  for (const char* t : {"nfs", "nfs4", "smbfs", "cifs", "coda", "ncpfs", "9p"}) if (type == t) return kNetwork;
  for (const char* t : {"iso9660", "udf"}) if (type == t) return kCdRom;
  for (const char* t : {"tmpfs", "ramfs", "proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "mqueue", "debugfs", "tracefs", "securityfs"}) if (type == t) return kRam;
  return type.empty() ? kUnknown : kFixed;
}
bool free_space(const char16_t* name, int32_t length, uint64_t* available, uint64_t* total, uint64_t* free_bytes, int32_t* error) {
  struct statvfs s;
  *available = *total = *free_bytes = 0;
  if (statvfs(calls::to_utf8(name, length).c_str(), &s) != 0) return *error = 2, false;
  *error = 0;
  *available = uint64_t{s.f_bavail} * s.f_frsize;
  *total = uint64_t{s.f_blocks} * s.f_frsize;
  *free_bytes = uint64_t{s.f_bfree} * s.f_frsize;
  return true;
}

// ---- WindowsIdentity: a token is a user id ----
intptr_t current_token() { return geteuid(); }
String* token_name(intptr_t token) {
  const passwd* p = getpwuid(static_cast<uid_t>(token));
  return calls::new_string(p ? p->pw_name : std::to_string(token).c_str());
}
intptr_t user_token(String* name) {
  const passwd* p = getpwnam(calls::to_utf8(name).c_str());
  return p ? static_cast<intptr_t>(p->pw_uid) : 0;
}
Array* roles(intptr_t token) {
  std::vector<std::string> names;
  if (const passwd* p = getpwuid(static_cast<uid_t>(token))) {
    const std::string user = p->pw_name;
    int count = 64;
    std::vector<gid_t> groups(static_cast<size_t>(count));
    if (getgrouplist(user.c_str(), p->pw_gid, groups.data(), &count) < 0) {
      groups.resize(static_cast<size_t>(count));
      getgrouplist(user.c_str(), p->pw_gid, groups.data(), &count);
    }
    for (int i = 0; i < count; i++)
      if (const group* g = getgrgid(groups[static_cast<size_t>(i)])) names.emplace_back(g->gr_name);
  }
  return string_array(names);
}

// ---- KeyPairPersistence: folders of keys belong to one user, or may be read by all ----
bool can_secure(const char16_t*) { return true; }
bool protect_user(const char16_t* path) { return chmod(calls::to_utf8(path).c_str(), 0700) == 0; }
bool protect_machine(const char16_t* path) { return chmod(calls::to_utf8(path).c_str(), 0755) == 0; }
bool lacks(const char16_t* path, mode_t bits) {
  struct stat s;
  return stat(calls::to_utf8(path).c_str(), &s) == 0 && !(s.st_mode & bits);
}
bool is_user_protected(const char16_t* path) { return lacks(path, 077); }
bool is_machine_protected(const char16_t* path) { return lacks(path, 022); }

// ---- Process.GetProcessData ----
int64_t process_data(int32_t pid, int32_t what, int32_t* error) {
  *error = 0;
  if (access(("/proc/" + std::to_string(pid)).c_str(), F_OK) != 0) return *error = 1, 0;
  const int64_t tick = 10'000'000 / sysconf(_SC_CLK_TCK);
  switch (what) {
    case 0: return process_status(pid, "Threads");
    case 1: return process_stat(pid, 11) * tick;
    case 2: return process_stat(pid, 12) * tick;
    case 3: return (process_stat(pid, 11) + process_stat(pid, 12)) * tick;
    case 4: return process_status(pid, "VmRSS") * 1024;
    case 5: return process_status(pid, "VmHWM") * 1024;
    case 6: return process_status(pid, "VmData") * 1024;
    case 7: return process_status(pid, "VmSize") * 1024;
    case 8: return process_status(pid, "VmPeak") * 1024;
    case 9: return process_stat(pid, 7) + process_stat(pid, 9);
    case 11: return process_stat(pid, 1);
    case 12: return process_status(pid, "VmSwap") * 1024;
  }
  *error = 2;
  return 0;
}

int32_t watches_files() { return 6; }  // through the class library's own inotify code

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.IO.DriveInfo::GetDriveFormatInternal", drive_format),
    RAPGO_ICALL("System.IO.DriveInfo::GetDriveTypeInternal", drive_type),
    RAPGO_ICALL("System.IO.DriveInfo::GetDiskFreeSpaceInternal", free_space),
    RAPGO_ICALL("System.Security.Principal.WindowsIdentity::GetCurrentToken", current_token),
    RAPGO_ICALL("System.Security.Principal.WindowsIdentity::GetTokenName", token_name),
    RAPGO_ICALL("System.Security.Principal.WindowsIdentity::GetUserToken", user_token),
    RAPGO_ICALL("System.Security.Principal.WindowsIdentity::_GetRoles", roles),
    RAPGO_ICALL("Mono.Security.Cryptography.KeyPairPersistence::_CanSecure", can_secure),
    RAPGO_ICALL("Mono.Security.Cryptography.KeyPairPersistence::_ProtectUser", protect_user),
    RAPGO_ICALL("Mono.Security.Cryptography.KeyPairPersistence::_ProtectMachine", protect_machine),
    RAPGO_ICALL("Mono.Security.Cryptography.KeyPairPersistence::_IsUserProtected", is_user_protected),
    RAPGO_ICALL("Mono.Security.Cryptography.KeyPairPersistence::_IsMachineProtected", is_machine_protected),
    RAPGO_ICALL("System.Diagnostics.Process::GetProcessData", process_data),
    RAPGO_ICALL("System.IO.FileSystemWatcher::InternalSupportsFSW", watches_files),
};

}  // namespace

void register_system_facts() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
