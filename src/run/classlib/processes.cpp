// System.Diagnostics.Process: starting children, waiting for their end, looking at others. A process handle is a wait object that is
// set when the process has ended.
#include <cerrno>
#include <cstring>
#include <ctime>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gc/binding/api.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/file_versions.h"
#include "run/classlib/objects.h"
#include "run/classlib/struct_field.h"
#include "run/classlib/waits.h"
#include "run/stack/throw.h"

extern char** environ;

namespace rapgo::run::classlib {

using load::types::Loader;

namespace {

constexpr int32_t kStillActive = 0x103;
enum : int32_t { kFileNotFound = 2, kAccessDenied = 5, kBadFormat = 193, kGeneral = 31 };

struct Process {
  pid_t pid = 0;
  int32_t exit_code = kStillActive;
  int64_t started = 0, ended = 0;  // FILETIME
};
std::mutex lock;
std::map<WaitObject*, Process>& processes() {  // entries keep a reference: an address is never another process's
  static auto* m = new std::map<WaitObject*, Process>;
  return *m;
}

int64_t file_time() {
  timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t{t.tv_sec} + 11644473600) * 10000000 + t.tv_nsec / 100;
}

void ended(WaitObject* handle, int32_t code) {
  {
    std::lock_guard hold(lock);
    Process& p = processes()[handle];
    p.exit_code = code;
    p.ended = file_time();
  }
  set_event(handle);
}

// A native thread per process waits for its end: the program may have handlers of its own for SIGCHLD.
void watch_child(WaitObject* handle, pid_t pid) {
  std::thread([handle, pid] {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    ended(handle, WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
  }).detach();
}
void watch_other(WaitObject* handle, pid_t pid) {
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) return;
  std::thread([handle, fd] {
    pollfd p{fd, POLLIN, 0};
    while (poll(&p, 1, -1) < 0 && errno == EINTR) {}
    ::close(fd);
    ended(handle, 0);
  }).detach();
}
WaitObject* remember(pid_t pid) {
  WaitObject* handle = new_event(true, false);
  retain(handle);
  std::lock_guard hold(lock);
  Process& p = processes()[handle];
  p.pid = pid;
  p.started = file_time();
  return handle;
}
pid_t pid_of(WaitObject* handle) {
  std::lock_guard hold(lock);
  const auto found = processes().find(handle);
  return found == processes().end() ? 0 : found->second.pid;
}

// ---- starting ----
std::string text(Object* o) { return o ? calls::to_utf8(static_cast<String*>(o)) : std::string(); }
Object* field(Object* o, const char* name) {
  for (Type* t = calls::type_of(o); t; t = t->parent())
    if (Field* f = t->find_field(name)) return *reinterpret_cast<Object**>(reinterpret_cast<uint8_t*>(o) + f->offset());
  stack::throw_not_implemented(std::string("ProcessStartInfo without the field ") + name);
}

// Words as a shell splits them: quotes and backslashes, nothing else.
bool split(const std::string& line, std::vector<std::string>& words) {
  std::string word;
  bool in_word = false;
  for (size_t i = 0; i < line.size(); i++) {
    const char c = line[i];
    if (c == ' ' || c == '\t' || c == '\n') {
      if (in_word) words.push_back(word);
      word.clear();
      in_word = false;
      continue;
    }
    in_word = true;
    if (c == '\\' && i + 1 < line.size()) {
      word += line[++i];
    } else if (c == '\'') {
      const size_t end = line.find('\'', i + 1);
      if (end == line.npos) return false;
      word += line.substr(i + 1, end - i - 1);
      i = end;
    } else if (c == '"') {
      for (i++; i < line.size() && line[i] != '"'; i++) {
        if (line[i] == '\\' && i + 1 < line.size() && std::strchr("\"\\$`", line[i + 1])) i++;
        word += line[i];
      }
      if (i >= line.size()) return false;
    } else {
      word += c;
    }
  }
  if (in_word) words.push_back(word);
  return true;
}

bool is_file(const std::string& path) {
  struct stat s;
  return stat(path.c_str(), &s) == 0 && S_ISREG(s.st_mode);
}
std::string find_program(const std::string& name, const std::string& directory) {
  if (name.find('/') != name.npos) {
    if (name[0] == '/') return is_file(name) ? name : std::string();
    for (const std::string& base : {directory, std::string(".")})
      if (!base.empty() && is_file(base + "/" + name)) return base + "/" + name;
    return {};
  }
  for (const std::string& base : {directory, std::string(".")})
    if (!base.empty() && is_file(base + "/" + name)) return base + "/" + name;
  const char* path = std::getenv("PATH");
  std::string_view rest(path ? path : "/usr/bin:/bin");
  while (!rest.empty()) {
    const size_t colon = std::min(rest.find(':'), rest.size());
    const std::string candidate = std::string(rest.substr(0, colon)) + "/" + name;
    if (is_file(candidate)) return candidate;
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return {};
}
// Assemblies are run by us.
bool is_assembly(const std::string& path) {
  try {
    return load::image::Image::open(path) != nullptr;
  } catch (const std::exception&) {
    return false;
  }
}
std::string own_executable() {
  char path[4096];
  const ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
  return std::string(path, n > 0 ? static_cast<size_t>(n) : 0);
}

struct ProcInfo {
  Type* type;
  uint8_t* at;
  explicit ProcInfo(void* p) : type(calls::current_icall()->signature().params.back()->element), at(static_cast<uint8_t*>(p)) {}
  template <class T>
  T& in(const char* name) { return *reinterpret_cast<T*>(at + type->find_field(name)->offset()); }
};

bool start(Object* info, int in, int out, int err, void* result) {
  ProcInfo process(result);
  const std::string file = text(field(info, "fileName")), arguments = text(field(info, "arguments")), directory = text(field(info, "directory"));
  const auto fail = [&](int32_t error) {
    process.in<int32_t>("pid") = -error;
    return false;
  };
  std::vector<std::string> words;
  if (!split(arguments, words)) return fail(kFileNotFound);
  const std::string program = find_program(file, directory);
  if (program.empty()) return fail(kFileNotFound);
  words.insert(words.begin(), program);
  if (is_assembly(program)) words.insert(words.begin(), own_executable());
  else if (access(program.c_str(), X_OK) != 0) return fail(kAccessDenied);
  std::vector<char*> argv;
  for (std::string& w : words) argv.push_back(w.data());
  argv.push_back(nullptr);
  std::vector<std::string> variables;
  std::vector<char*> envp;
  if (auto* list = process.in<Array*>("envVariables")) {
    for (int32_t i = 0; i < list->length; i++)
      if (Object* v = *list->at<Object*>(static_cast<size_t>(i))) variables.push_back(text(v));
    for (std::string& v : variables) envp.push_back(v.data());
    envp.push_back(nullptr);
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const int from[3] = {in, out, err};
  for (int i = 0; i < 3; i++)
    if (from[i] >= 0) posix_spawn_file_actions_adddup2(&actions, from[i], i);
  if (!directory.empty()) posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, argv[0], &actions, &attributes, argv.data(), envp.empty() ? environ : envp.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error) return fail(error == ENOENT ? kFileNotFound : error == EACCES ? kAccessDenied : error == ENOEXEC ? kBadFormat : kGeneral);
  WaitObject* handle = remember(pid);
  watch_child(handle, pid);
  process.in<WaitObject*>("process_handle") = handle;
  process.in<int32_t>("pid") = pid;
  return true;
}
bool create_process(Object* info, intptr_t in, intptr_t out, intptr_t err, void* result) { return start(info, static_cast<int>(in), static_cast<int>(out), static_cast<int>(err), result); }
bool shell_execute(Object* info, void* result) { return start(info, -1, -1, -1, result); }

// ---- looking at them ----
WaitObject* open_process(int32_t pid) {
  if (kill(pid, 0) != 0 && errno != EPERM) return nullptr;
  WaitObject* handle = remember(pid);
  watch_other(handle, pid);
  return handle;
}
WaitObject* current_process() { return remember(getpid()); }
bool close_process(WaitObject* handle) {
  release(handle);
  return true;
}
bool exit_code(WaitObject* handle, int32_t* code) {
  std::lock_guard hold(lock);
  const auto found = processes().find(handle);
  if (found == processes().end()) return false;
  *code = found->second.exit_code;
  return true;
}
bool terminate(WaitObject* handle, int32_t) {
  const pid_t pid = pid_of(handle);
  return pid && kill(pid, SIGKILL) == 0;
}
bool times(WaitObject* handle, int64_t* start_time, int64_t* end_time, int64_t* kernel, int64_t* user) {
  std::lock_guard hold(lock);
  const auto found = processes().find(handle);
  if (found == processes().end()) return false;
  const Process& p = found->second;
  *start_time = p.started;
  *end_time = p.ended;
  *kernel = *user = 0;
  rusage usage;
  if (p.pid == getpid() && getrusage(RUSAGE_SELF, &usage) == 0) {
    const auto ticks = [](const timeval& t) { return int64_t{t.tv_sec} * 10000000 + t.tv_usec * 10; };
    *kernel = ticks(usage.ru_stime);
    *user = ticks(usage.ru_utime);
  }
  return true;
}
String* process_name(WaitObject* handle) {
  char path[64], name[64] = {};
  std::snprintf(path, sizeof path, "/proc/%d/comm", static_cast<int>(pid_of(handle)));
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return nullptr;
  const ssize_t n = ::read(fd, name, sizeof name - 1);
  ::close(fd);
  if (n <= 0) return nullptr;
  name[n - 1] = 0;
  return calls::new_string(name);
}
Array* all_processes() {
  std::vector<int32_t> pids;
  if (DIR* dir = opendir("/proc")) {
    while (const dirent* e = readdir(dir))
      if (const int pid = std::atoi(e->d_name)) pids.push_back(pid);
    closedir(dir);
  }
  Array* list = calls::new_array(Loader::get().types().i4, static_cast<int64_t>(pids.size()));
  std::memcpy(list->data(), pids.data(), pids.size() * 4);
  return list;
}

Array* modules(Object* self, WaitObject* process) { return process_modules(pid_of(process), calls::type_of(self)); }

// ---- ProcessPriorityClass and nice values ----
constexpr struct { int32_t priority_class; int nice; } kPriorities[] = {{0x40, 19}, {0x4000, 10}, {0x20, 0}, {0x8000, -5}, {0x80, -11}, {0x100, -20}};
int32_t priority_class(WaitObject* process) {
  const int nice = getpriority(PRIO_PROCESS, static_cast<id_t>(pid_of(process)));
  for (const auto& p : kPriorities)
    if (nice >= p.nice) return p.priority_class;
  return 0x100;
}
bool set_priority_class(WaitObject* process, int32_t wanted) {
  for (const auto& p : kPriorities)
    if (p.priority_class == wanted) return setpriority(PRIO_PROCESS, static_cast<id_t>(pid_of(process)), p.nice) == 0;
  return false;
}

#define PROCESS(name, f) RAPGO_ICALL("System.Diagnostics.Process::" name, f)
#define NATIVE(name, f) RAPGO_ICALL("Microsoft.Win32.NativeMethods::" name, f)
const calls::IcallEntry kEntries[] = {
    PROCESS("CreateProcess_internal", create_process), PROCESS("ShellExecuteEx_internal", shell_execute), PROCESS("GetProcess_internal", open_process),
    PROCESS("GetModules_icall", modules), PROCESS("ProcessName_icall", process_name), PROCESS("GetProcesses_internal", all_processes), NATIVE("GetCurrentProcess", current_process),
    NATIVE("CloseProcess", close_process), NATIVE("GetPriorityClass", priority_class), NATIVE("SetPriorityClass", set_priority_class), NATIVE("GetExitCodeProcess", exit_code), NATIVE("TerminateProcess", terminate), NATIVE("GetProcessTimes", times),
};

}  // namespace

void register_processes() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
