#include "code/maps/perf.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "base/clock.h"

namespace rapgo::code::maps {
namespace {

int create(const std::string& path, std::string* why) {
  unlink(path.c_str());  // what an earlier process of this number left
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0 && why) *why = path + ": " + strerror(errno);
  return fd;
}

bool put(int fd, const void* data, size_t size) {
  auto* from = static_cast<const char*>(data);
  while (size) {
    const ssize_t n = write(fd, from, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    from += n, size -= static_cast<size_t>(n);
  }
  return true;
}

struct DumpHeader {
  uint32_t magic = 0x4A695444, version = 1, size = sizeof(DumpHeader), machine = EM_X86_64, pad = 0, pid = 0;
  uint64_t timestamp = 0, flags = 0;
};
static_assert(sizeof(DumpHeader) == 40);

struct RecordHead {
  uint32_t id, size;
  uint64_t timestamp;
};
enum : uint32_t { kCodeLoad = 0, kDebugInfo = 2 };

struct Bytes {
  std::vector<char> data;
  template <class T>
  void add(T v) { add(&v, sizeof v); }
  void add(const void* p, size_t n) { data.insert(data.end(), static_cast<const char*>(p), static_cast<const char*>(p) + n); }
  void text(std::string_view t) { add(t.data(), t.size()), add('\0'); }
};

void finish(Bytes& record) {
  const auto size = static_cast<uint32_t>(record.data.size());
  memcpy(record.data.data() + offsetof(RecordHead, size), &size, sizeof size);
}

}  // namespace

std::unique_ptr<PerfMap> PerfMap::open(std::string path, std::string* why) {
  if (path.empty()) path = "/tmp/perf-" + std::to_string(getpid()) + ".map";
  std::unique_ptr<PerfMap> map(new PerfMap);
  map->fd_ = create(path, why);
  map->pid_ = getpid();
  return map->fd_ >= 0 ? std::move(map) : nullptr;
}

PerfMap::~PerfMap() {
  if (fd_ >= 0) close(fd_);
}

void PerfMap::add(const InstalledCode& code, std::string_view name) {
  if (getpid() != pid_) return;
  char numbers[64];
  const int n = snprintf(numbers, sizeof numbers, "%zx %x ", code.start, code.size);
  std::string line(numbers, static_cast<size_t>(n));
  line.append(name).append(" [").append(loop::tier_name(code.tier)).append(code.code.is_osr ? " osr]\n" : "]\n");
  std::lock_guard guard(lock_);
  put(fd_, line.data(), line.size());
}

std::unique_ptr<JitDump> JitDump::open(const std::string& dir, std::string* why) {
  std::unique_ptr<JitDump> dump(new JitDump);
  dump->pid_ = getpid();
  dump->path_ = dir + "/jit-" + std::to_string(dump->pid_) + ".dump";
  dump->fd_ = create(dump->path_, why);
  if (dump->fd_ < 0) return nullptr;
  DumpHeader header;
  header.pid = static_cast<uint32_t>(dump->pid_);
  header.timestamp = base::monotonic_ns();
  put(dump->fd_, &header, sizeof header);
  dump->marker_ = mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, dump->fd_, 0);
  if (dump->marker_ == MAP_FAILED) {
    if (why) *why = dump->path_ + ": cannot be mapped executable: " + strerror(errno);
    dump->marker_ = nullptr;
    return nullptr;
  }
  return dump;
}

JitDump::~JitDump() {
  if (marker_) munmap(marker_, 4096);
  if (fd_ >= 0) close(fd_);
}

void JitDump::add(const InstalledCode& code, std::string_view name) {
  if (getpid() != pid_) return;
  std::string full(name);
  full.append(" [").append(loop::tier_name(code.tier)).append(code.code.is_osr ? " osr]" : "]");
  const uint64_t now = base::monotonic_ns();
  Bytes lines, load;
  if (!code.code.il_map.empty()) {  // must come before the code that it describes
    lines.add(RecordHead{kDebugInfo, 0, now});
    lines.add(uint64_t{code.start});
    lines.add(uint64_t{code.code.il_map.size()});
    for (const loop::IlMapRow& row : code.code.il_map) {
      lines.add(uint64_t{code.start + row.pc});
      lines.add(static_cast<int32_t>(row.il_offset) + 1);  // lines count from 1
      lines.add(int32_t{0});
      lines.text(full);
    }
    finish(lines);
  }
  load.add(RecordHead{kCodeLoad, 0, now});
  load.add(static_cast<uint32_t>(pid_));
  load.add(static_cast<uint32_t>(syscall(SYS_gettid)));
  load.add(uint64_t{code.start});
  load.add(uint64_t{code.start});
  load.add(uint64_t{code.size});
  std::lock_guard guard(lock_);
  load.add(index_++);
  load.text(full);
  load.add(reinterpret_cast<const void*>(code.start), code.size);
  finish(load);
  lines.data.insert(lines.data.end(), load.data.begin(), load.data.end());
  put(fd_, lines.data.data(), lines.data.size());
}

}  // namespace rapgo::code::maps
