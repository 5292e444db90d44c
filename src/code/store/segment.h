#pragma once
// Segment files: written once, renamed into place, never changed, read with pread (never mapped: damage is an error, not a fault).
//
//   header (128 bytes, checksummed) | entries | names | index rows (sorted by key)
//
// An entry is its list of name numbers and a body (codec.h). Names and index have a checksum each, every entry its own in its row.
// Thread safety: SegmentReader's functions from any thread. Errors: false/nullopt with a Reject; never throws on damage.
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "code/store/codec.h"

namespace rapgo::code::store {

struct Key {
  std::string_view method;  // persistent name
  uint64_t il_hash = 0;
  loop::Tier tier{};
  bool osr = false;
  uint32_t osr_il = 0;
};
uint64_t key_hash(const Key&);

struct IndexRow {
  uint64_t key = 0;       // key_hash
  uint64_t il_hash = 0;
  uint64_t checksum = 0;  // of the entry's bytes
  uint64_t offset = 0;
  uint32_t size = 0;      // 0: tombstone
  uint32_t method = 0;    // name number + 1 of the persistent name ("M...")
  uint32_t shown = 0;     // of the display name
  uint32_t osr_il = 0;
  uint32_t code_bytes = 0;
  uint16_t assumptions = 0;
  uint8_t tier = 0;
  uint8_t osr = 0;
};
static_assert(sizeof(IndexRow) == 56);

// The names of one segment: raw, and resolved once each.
class NameTable {
 public:
  bool parse(std::vector<uint8_t> blob, uint32_t count);
  uint32_t size() const { return static_cast<uint32_t>(starts_.size()) - 1; }
  std::string_view name(uint32_t number) const {  // from 1
    return {reinterpret_cast<const char*>(blob_.data()) + starts_[number - 1], starts_[number] - starts_[number - 1]};
  }
  uint32_t resolve(uint32_t number, loop::SymbolNames& names);  // 0 = unknown

 private:
  std::vector<uint8_t> blob_;
  std::vector<uint32_t> starts_{0};
  std::unique_ptr<std::atomic<uint32_t>[]> resolved_;
};

class SegmentReader {
 public:
  // `directory` is an open directory. Null with `why` set: not usable.
  static std::shared_ptr<SegmentReader> open(int directory, const std::string& name, Reject& why);
  ~SegmentReader();

  const std::string& name() const { return name_; }
  uint64_t build() const { return build_; }
  uint64_t cpu() const { return cpu_; }
  uint64_t file_size() const { return file_size_; }
  const std::vector<IndexRow>& rows() const { return rows_; }

  // Rows with this key (several only if hashes collide).
  std::pair<const IndexRow*, const IndexRow*> find(uint64_t key) const;

  // The names, read at the first call; null if damaged.
  NameTable* names();
  // The entry's bytes, checksum verified.
  bool read(const IndexRow& row, std::vector<uint8_t>& out);
  // Tells the file system that the segment was useful: eviction goes by that.
  void touch();
  std::mutex& fork_lock() { return lock_; }

 private:
  SegmentReader() = default;
  bool pread_all(void* out, size_t size, uint64_t offset) const;

  int fd_ = -1;
  std::string name_;
  uint64_t build_ = 0, cpu_ = 0, file_size_ = 0, names_offset_ = 0, names_size_ = 0, names_checksum_ = 0, entries_end_ = 0;
  uint32_t names_count_ = 0;
  std::vector<IndexRow> rows_;
  std::mutex lock_;  // names and window
  bool names_tried_ = false;
  std::unique_ptr<NameTable> names_;
  // Entries are read in about the order in which they were written: one pread serves many.
  std::vector<uint8_t> window_;
  uint64_t window_at_ = 0;
};

// An entry on its way into a segment; also what merging moves.
struct RawEntry {
  IndexRow row;                    // method, shown, offset, checksum are filled in by the builder
  const Name* method = nullptr;    // Names belong to the cache that was given
  const Name* shown = nullptr;     // may be null
  std::vector<const Name*> names;
  std::vector<uint8_t> body;       // empty: tombstone
};
// Splits an entry's bytes into names and body. False: damaged.
bool open_entry(const NameTable& names, const std::vector<uint8_t>& bytes, std::vector<uint32_t>& numbers, size_t& body_at);
std::optional<RawEntry> raw_entry(SegmentReader& segment, const IndexRow& row, NameCache& cache);

// All names of one segment come from one cache.
class SegmentBuilder {
 public:
  SegmentBuilder();
  void add(const RawEntry& entry);
  size_t entries() const { return rows_.size(); }
  // Writes a temporary file and renames it to `name`. Nothing is left behind on failure. 0 = failed.
  uint64_t write(int directory, const std::string& name, uint64_t build, uint64_t cpu);

 private:
  uint32_t number(const Name* name);
  const uint32_t serial_;
  std::vector<uint8_t> data_;
  std::vector<const Name*> names_;
  std::vector<IndexRow> rows_;
};

inline constexpr char kSegmentSuffix[] = ".rseg";
// Sorts by time: later names are newer.
std::string new_segment_name();

}  // namespace rapgo::code::store
