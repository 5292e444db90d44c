#include "code/store/tools.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>

#include "base/error.h"
#include "code/store/bytes.h"
#include "code/store/directory.h"
#include "code/store/segment.h"

namespace rapgo::code::store {
namespace {

constexpr char kExportMagic[] = "RAPGOEXPORT1";

OpenDirectory root_of(const std::string& dir, bool create) {
  OpenDirectory d = open_directory(dir, create);
  if (!d.fd) throw base::UserError(d.why);
  return d;
}

// Every segment file: environment directory, its fd, file name.
void each_segment(int root, const std::function<void(const std::string&, int, const std::string&)>& visit) {
  for (const std::string& name : list_directory(root, kCodePrefix, "")) {
    OpenDirectory sub = open_subdirectory(root, name, false);
    if (!sub.fd) continue;
    for (const std::string& file : list_directory(sub.fd.get(), "", kSegmentSuffix)) visit(name, sub.fd.get(), file);
  }
}

// Checks everything that a load would; returns how many entries are damaged.
uint64_t check_entries(SegmentReader& s, const std::function<void(const std::string&)>& problem) {
  uint64_t damaged = 0;
  NameCache cache;
  struct AnyName : NameLookup {
    uint32_t id(uint32_t local, NameKind) override { return local; }
  } any;
  for (const IndexRow& row : s.rows()) {
    auto entry = raw_entry(s, row, cache);
    Reject why = Reject::Damaged;
    if (entry && (row.size == 0 || decode(entry->body.data(), entry->body.size(), any, why))) continue;
    damaged++;
    problem(s.name() + ": damaged entry" + (entry ? " of " + entry->method->text.substr(1) : std::string()));
  }
  return damaged;
}

std::string read_file(int directory, const std::string& name) {
  std::string text;
  const int fd = openat(directory, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  struct stat st;
  if (fd >= 0 && fstat(fd, &st) == 0) {
    text.resize(static_cast<size_t>(st.st_size));
    for (size_t at = 0; at < text.size();) {
      const ssize_t n = pread(fd, text.data() + at, text.size() - at, static_cast<off_t>(at));
      if (n <= 0) {
        text.clear();
        break;
      }
      at += static_cast<size_t>(n);
    }
  }
  if (fd >= 0) close(fd);
  return text;
}

}  // namespace

std::vector<ListedEntry> cache_list(const std::string& dir) {
  std::vector<ListedEntry> all;
  OpenDirectory root = root_of(dir, false);
  each_segment(root.fd.get(), [&](const std::string&, int fd, const std::string& file) {
    Reject why;
    auto s = SegmentReader::open(fd, file, why);
    NameTable* names = s ? s->names() : nullptr;
    if (names == nullptr) return;
    for (const IndexRow& row : s->rows()) {
      if (row.size == 0) continue;
      ListedEntry e;
      e.method = names->name(row.method);
      e.shown = row.shown ? names->name(row.shown) : names->name(row.method);
      for (std::string* name : {&e.method, &e.shown})
        if (!name->empty()) name->erase(0, 1);  // the kind
      e.tier = static_cast<loop::Tier>(row.tier);
      e.osr = row.osr, e.osr_il = row.osr_il, e.code_bytes = row.code_bytes, e.assumptions = row.assumptions;
      e.segment = file, e.build = s->build(), e.cpu = s->cpu();
      all.push_back(std::move(e));
    }
  });
  return all;
}

VerifyResult cache_verify(const std::string& dir) {
  VerifyResult r;
  OpenDirectory root = root_of(dir, false);
  each_segment(root.fd.get(), [&](const std::string& directory, int fd, const std::string& file) {
    r.segments++;
    Reject why;
    auto s = SegmentReader::open(fd, file, why);
    if (!s || s->names() == nullptr) {
      r.damaged_segments++;
      r.problems.push_back(directory + "/" + file + ": " + reject_name(s ? Reject::Damaged : why));
      return;
    }
    r.entries += s->rows().size();
    r.bytes += s->file_size();
    r.damaged_entries += check_entries(*s, [&](const std::string& line) { r.problems.push_back(directory + "/" + line); });
  });
  return r;
}

uint64_t cache_clear(const std::string& dir) {
  uint64_t bytes = 0;
  OpenDirectory root = root_of(dir, false);
  if (!root.writable) throw base::UserError(root.why);
  auto remove_file = [&](int fd, const std::string& name) {
    struct stat st;
    if (fstatat(fd, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0 && unlinkat(fd, name.c_str(), 0) == 0) bytes += static_cast<uint64_t>(st.st_size);
  };
  for (const std::string& name : list_directory(root.fd.get(), kCodePrefix, "")) {
    OpenDirectory sub = open_subdirectory(root.fd.get(), name, false);
    if (!sub.fd) continue;
    for (const std::string& file : list_directory(sub.fd.get(), "", kSegmentSuffix)) remove_file(sub.fd.get(), file);
    for (const std::string& file : list_directory(sub.fd.get(), ".tmp-", "")) remove_file(sub.fd.get(), file);
    unlinkat(root.fd.get(), name.c_str(), AT_REMOVEDIR);
  }
  for (const char* name : {"rapgo.db", "rapgo.db-journal"}) remove_file(root.fd.get(), name);
  return bytes;
}

uint64_t cache_export(const std::string& dir, const std::string& file) {
  OpenDirectory root = root_of(dir, false);
  Writer w;
  w.raw(kExportMagic, sizeof kExportMagic);
  uint64_t count = 0;
  each_segment(root.fd.get(), [&](const std::string& directory, int fd, const std::string& name) {
    Reject why;
    if (!SegmentReader::open(fd, name, why)) return;
    w.u8(1);
    w.text(directory), w.text(name), w.text(read_file(fd, name));
    count++;
  });
  w.u8(0);
  w.fixed64(XXH3_64bits(w.data(), w.size()));
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(w.data()), static_cast<std::streamsize>(w.size()));
  out.close();
  if (!out) throw base::UserError("cannot write " + file + ": " + strerror(errno));
  return count;
}

uint64_t cache_import(const std::string& dir, const std::string& file) {
  OpenDirectory here = open_directory(dir, true);
  if (!here.fd || !here.writable) throw base::UserError(here.why);
  const std::string text = read_file(AT_FDCWD, file);
  uint64_t sum = 0;
  if (text.size() > sizeof kExportMagic + 8) memcpy(&sum, text.data() + text.size() - 8, 8);
  if (text.size() <= sizeof kExportMagic + 8 || memcmp(text.data(), kExportMagic, sizeof kExportMagic) != 0)
    throw base::UserError(file + " is no exported code cache");
  if (XXH3_64bits(text.data(), text.size() - 8) != sum) throw base::UserError(file + " is damaged");
  Reader r(reinterpret_cast<const uint8_t*>(text.data()) + sizeof kExportMagic, text.size() - 8 - sizeof kExportMagic);
  uint64_t taken = 0;
  while (r.u8() == 1) {
    const std::string directory(r.text()), name(r.text());
    const std::string_view bytes = r.text();
    if (!r.ok() || directory.rfind(kCodePrefix, 0) != 0 || directory.find('/') != std::string::npos || name.find('/') != std::string::npos ||
        name.empty() || name[0] == '.')
      throw base::UserError(file + " is damaged");
    OpenDirectory sub = open_subdirectory(here.fd.get(), directory, true);
    if (!sub.fd || !sub.writable) throw base::UserError(sub.why);
    // Under a name of our own that nobody reads, until it is found sound.
    const std::string fresh = new_segment_name(), temporary = ".tmp-" + fresh;
    const int fd = openat(sub.fd.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    const bool written = fd >= 0 && ::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
    if (fd >= 0) close(fd);
    Reject why;
    auto s = written ? SegmentReader::open(sub.fd.get(), temporary, why) : nullptr;
    const bool sound = s && s->names() && check_entries(*s, [](const std::string&) {}) == 0 &&
                       environment_directory({s->build(), s->cpu()}) == directory;
    if (sound && renameat(sub.fd.get(), temporary.c_str(), sub.fd.get(), fresh.c_str()) == 0) taken++;
    else unlinkat(sub.fd.get(), temporary.c_str(), 0);
  }
  return taken;
}

}  // namespace rapgo::code::store
