#include "code/store/segment.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/clock.h"
#include "code/store/bytes.h"

namespace rapgo::code::store {
namespace {

constexpr char kMagic[8] = {'R', 'A', 'P', 'G', 'O', 'S', 'E', 'G'};
constexpr uint32_t kFormat = 2;  // raise with every change of codec.cpp or of this file
constexpr size_t kWindow = 256 << 10;
constexpr uint64_t kMaxSegment = uint64_t{1} << 30;

struct Header {
  char magic[8];
  uint32_t format, header_size;
  uint64_t build, cpu;
  uint64_t file_size;
  uint64_t names_offset, names_size, names_checksum;
  uint64_t index_offset, index_checksum;
  uint32_t names_count, rows;
  uint64_t created;  // unix seconds
  uint64_t reserved[3];
  uint64_t checksum;  // of everything before
};
static_assert(sizeof(Header) == 128);

uint64_t checksum(const void* data, size_t size) { return XXH3_64bits(data, size); }

}  // namespace

uint64_t key_hash(const Key& key) {
  struct {
    uint64_t name, il_hash;
    uint32_t osr_il;
    uint8_t tier, osr, pad[2];
  } k{checksum(key.method.data(), key.method.size()), key.il_hash, key.osr_il, static_cast<uint8_t>(key.tier), key.osr, {}};
  return checksum(&k, sizeof k);
}

// ---- names -----------------------------------------------------------------------------------------------------
bool NameTable::parse(std::vector<uint8_t> blob, uint32_t count) {
  // lengths first, then all characters
  Reader r(blob.data(), blob.size());
  if (count > blob.size()) return false;
  std::vector<uint32_t> lengths(count);
  for (uint32_t& n : lengths) n = r.num32();
  if (!r.ok()) return false;
  uint64_t at = blob.size() - r.left();
  starts_.assign(1, static_cast<uint32_t>(at));
  starts_.reserve(count + 1);
  for (uint32_t n : lengths) {
    at += n;
    if (at > blob.size()) return false;
    starts_.push_back(static_cast<uint32_t>(at));
  }
  blob_ = std::move(blob);
  resolved_ = std::make_unique<std::atomic<uint32_t>[]>(count + 1);
  return true;
}

uint32_t NameTable::resolve(uint32_t number, loop::SymbolNames& names) {
  if (number == 0 || number > size()) return 0;
  if (uint32_t id = resolved_[number].load(std::memory_order_relaxed)) return id;
  const uint32_t id = resolve_name(names, name(number));
  resolved_[number].store(id, std::memory_order_relaxed);  // unknown ones are asked again: an assembly may be loaded by then
  return id;
}

// ---- reading ---------------------------------------------------------------------------------------------------
SegmentReader::~SegmentReader() {
  if (fd_ >= 0) close(fd_);
}

bool SegmentReader::pread_all(void* out, size_t size, uint64_t offset) const {
  auto* to = static_cast<uint8_t*>(out);
  while (size) {
    const ssize_t got = pread(fd_, to, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got, offset += static_cast<uint64_t>(got), size -= static_cast<size_t>(got);
  }
  return true;
}

std::shared_ptr<SegmentReader> SegmentReader::open(int directory, const std::string& name, Reject& why) {
  std::shared_ptr<SegmentReader> s(new SegmentReader);
  s->name_ = name;
  why = Reject::Damaged;
  s->fd_ = openat(directory, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  struct stat st;
  if (s->fd_ < 0) return why = errno == ENOENT ? Reject::None : Reject::Permission, nullptr;  // merged away meanwhile: fine
  if (fstat(s->fd_, &st) != 0 || !S_ISREG(st.st_mode) || (st.st_uid != geteuid() && st.st_uid != 0) || (st.st_mode & 022))
    return why = Reject::Permission, nullptr;
  Header h;
  if (!s->pread_all(&h, sizeof h, 0) || memcmp(h.magic, kMagic, sizeof kMagic) != 0) return nullptr;
  if (h.format != kFormat || h.header_size != sizeof h) return why = Reject::Version, nullptr;
  if (checksum(&h, offsetof(Header, checksum)) != h.checksum) return nullptr;
  const auto size = static_cast<uint64_t>(st.st_size);
  if (h.file_size != size || size > kMaxSegment || h.names_offset < sizeof h || h.names_offset > size ||
      h.names_size > size - h.names_offset || h.index_offset != h.names_offset + h.names_size ||
      size - h.index_offset != uint64_t{h.rows} * sizeof(IndexRow))
    return nullptr;
  s->rows_.resize(h.rows);
  if (h.rows && !s->pread_all(s->rows_.data(), h.rows * sizeof(IndexRow), h.index_offset)) return nullptr;
  if (checksum(s->rows_.data(), h.rows * sizeof(IndexRow)) != h.index_checksum) return nullptr;
  for (size_t i = 0; i < s->rows_.size(); i++) {
    const IndexRow& row = s->rows_[i];
    if (row.offset < sizeof h || row.offset > h.names_offset || row.size > h.names_offset - row.offset || row.method == 0 ||
        row.method > h.names_count || row.shown > h.names_count || (i && row.key < s->rows_[i - 1].key))
      return nullptr;
  }
  s->build_ = h.build, s->cpu_ = h.cpu, s->file_size_ = size;
  s->names_offset_ = h.names_offset, s->names_size_ = h.names_size, s->names_checksum_ = h.names_checksum;
  s->names_count_ = h.names_count;
  s->entries_end_ = h.names_offset;
  why = Reject::None;
  return s;
}

std::pair<const IndexRow*, const IndexRow*> SegmentReader::find(uint64_t key) const {
  auto first = std::lower_bound(rows_.begin(), rows_.end(), key, [](const IndexRow& r, uint64_t k) { return r.key < k; });
  auto last = first;
  while (last != rows_.end() && last->key == key) ++last;
  return {rows_.data() + (first - rows_.begin()), rows_.data() + (last - rows_.begin())};
}

NameTable* SegmentReader::names() {
  std::lock_guard guard(lock_);
  if (names_tried_) return names_.get();
  names_tried_ = true;
  std::vector<uint8_t> blob(names_size_);
  if (!pread_all(blob.data(), blob.size(), names_offset_) || checksum(blob.data(), blob.size()) != names_checksum_) return nullptr;
  auto table = std::make_unique<NameTable>();
  if (table->parse(std::move(blob), names_count_)) names_ = std::move(table);
  return names_.get();
}

bool SegmentReader::read(const IndexRow& row, std::vector<uint8_t>& out) {
  out.resize(row.size);
  {
    std::lock_guard guard(lock_);
    if (row.size >= kWindow) {
      if (!pread_all(out.data(), row.size, row.offset)) return false;
    } else {
      if (row.offset < window_at_ || row.offset + row.size > window_at_ + window_.size()) {
        window_.resize(std::min<uint64_t>(kWindow, entries_end_ - row.offset));
        window_at_ = row.offset;
        if (!pread_all(window_.data(), window_.size(), window_at_)) return window_.clear(), false;
      }
      memcpy(out.data(), window_.data() + (row.offset - window_at_), row.size);
    }
  }
  return checksum(out.data(), out.size()) == row.checksum;
}

void SegmentReader::touch() { futimens(fd_, nullptr); }

// ---- entries ---------------------------------------------------------------------------------------------------
bool open_entry(const NameTable& names, const std::vector<uint8_t>& bytes, std::vector<uint32_t>& numbers, size_t& body_at) {
  Reader r(bytes.data(), bytes.size());
  numbers.resize(r.count());
  for (uint32_t& n : numbers) {
    n = r.num32();
    if (n == 0 || n > names.size()) return false;
  }
  body_at = bytes.size() - r.left();
  return r.ok();
}

std::optional<RawEntry> raw_entry(SegmentReader& segment, const IndexRow& row, NameCache& cache) {
  NameTable* names = segment.names();
  if (names == nullptr) return std::nullopt;
  RawEntry e;
  e.row = row;
  e.method = cache.intern(names->name(row.method));
  if (e.method->text.empty() || e.method->text[0] != 'M') return std::nullopt;
  if (row.shown) e.shown = cache.intern(names->name(row.shown));
  if (row.size == 0) return e;
  std::vector<uint8_t> bytes;
  std::vector<uint32_t> numbers;
  size_t body_at;
  if (!segment.read(row, bytes) || !open_entry(*names, bytes, numbers, body_at)) return std::nullopt;
  for (uint32_t n : numbers) e.names.push_back(cache.intern(names->name(n)));
  e.body.assign(bytes.begin() + static_cast<ptrdiff_t>(body_at), bytes.end());
  return e;
}

// ---- writing ---------------------------------------------------------------------------------------------------
namespace {
std::atomic<uint32_t> builders{0};
}

SegmentBuilder::SegmentBuilder() : serial_(builders.fetch_add(1) + 1) {}

uint32_t SegmentBuilder::number(const Name* name) {
  if (name == nullptr) return 0;
  if (name->builder != serial_) {
    names_.push_back(name);
    name->builder = serial_;
    name->in_segment = static_cast<uint32_t>(names_.size());
  }
  return name->in_segment;
}

void SegmentBuilder::add(const RawEntry& entry) {
  IndexRow row = entry.row;
  row.method = number(entry.method);
  row.shown = number(entry.shown);
  row.offset = sizeof(Header) + data_.size();
  row.size = 0;
  row.checksum = 0;
  if (!entry.body.empty()) {
    Writer w;
    w.bytes().reserve(entry.body.size() + entry.names.size() * 2 + 8);
    w.num(entry.names.size());
    for (const Name* name : entry.names) w.num(number(name));
    w.raw(entry.body.data(), entry.body.size());
    row.size = static_cast<uint32_t>(w.size());
    row.checksum = checksum(w.data(), w.size());
    data_.insert(data_.end(), w.bytes().begin(), w.bytes().end());
  }
  rows_.push_back(row);
}

uint64_t SegmentBuilder::write(int directory, const std::string& name, uint64_t build, uint64_t cpu) {
  Writer names;
  for (const Name* name : names_) names.num(name->text.size());
  for (const Name* name : names_) names.raw(name->text.data(), name->text.size());
  std::stable_sort(rows_.begin(), rows_.end(), [](const IndexRow& a, const IndexRow& b) { return a.key < b.key; });
  const size_t index_size = rows_.size() * sizeof(IndexRow);

  Header h{};
  memcpy(h.magic, kMagic, sizeof kMagic);
  h.format = kFormat, h.header_size = sizeof h, h.build = build, h.cpu = cpu;
  h.names_offset = sizeof h + data_.size(), h.names_size = names.size(), h.names_checksum = checksum(names.data(), names.size());
  h.index_offset = h.names_offset + h.names_size, h.index_checksum = checksum(rows_.data(), index_size);
  h.file_size = h.index_offset + index_size;
  h.names_count = static_cast<uint32_t>(names_.size()), h.rows = static_cast<uint32_t>(rows_.size());
  h.created = base::clock_ns(CLOCK_REALTIME) / 1'000'000'000;
  h.checksum = checksum(&h, offsetof(Header, checksum));
  if (h.file_size > kMaxSegment) return 0;

  const std::string temporary = ".tmp-" + name;
  const int fd = openat(directory, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return 0;
  auto put = [fd](const void* data, size_t size) {
    auto* from = static_cast<const uint8_t*>(data);
    while (size) {
      const ssize_t n = ::write(fd, from, size);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      from += n, size -= static_cast<size_t>(n);
    }
    return true;
  };
  // No fsync: what a power cut leaves is found out by the checksums, and costs a recompile.
  const bool written = put(&h, sizeof h) && put(data_.data(), data_.size()) && put(names.data(), names.size()) && put(rows_.data(), index_size);
  if (close(fd) != 0 || !written || renameat(directory, temporary.c_str(), directory, name.c_str()) != 0) {
    unlinkat(directory, temporary.c_str(), 0);
    return 0;
  }
  return h.file_size;
}

std::string new_segment_name() {
  static std::atomic<uint32_t> serial{0};
  char name[64];
  snprintf(name, sizeof name, "%016llx-%d-%u%s", static_cast<unsigned long long>(base::clock_ns(CLOCK_REALTIME)), getpid(),
           serial.fetch_add(1), kSegmentSuffix);
  return name;
}

}  // namespace rapgo::code::store
