// Opening and finding. Writing is in writer.cpp.
#include <pthread.h>

#include <algorithm>

#include "base/clock.h"
#include "base/log.h"
#include "code/store/store_impl.h"
#include "loop/event.h"

namespace rapgo::code::store {
namespace {

// Stores of this process, for fork.
struct Live {
  std::mutex lock;
  std::vector<StoreImpl*> stores;
};
Live& live() {
  static auto* l = [] {
    auto* made = new Live;
    pthread_atfork(
        [] {
          live().lock.lock();
          for (StoreImpl* s : live().stores) s->lock_for_fork();
        },
        [] {
          for (StoreImpl* s : live().stores) s->unlock_after_fork(false);
          live().lock.unlock();
        },
        [] {
          for (StoreImpl* s : live().stores) s->unlock_after_fork(true);
          live().lock.unlock();
        });
    return made;
  }();
  return *l;
}

class EntryNames : public NameLookup {
 public:
  EntryNames(NameTable& table, const std::vector<uint32_t>& numbers, loop::SymbolNames& names)
      : table_(table), numbers_(numbers), names_(names) {}
  uint32_t id(uint32_t local, NameKind kind) override {
    if (local > numbers_.size()) return 0;
    const uint32_t number = numbers_[local - 1];
    const std::string_view name = table_.name(number);
    return !name.empty() && name[0] == static_cast<char>(kind) ? table_.resolve(number, names_) : 0;
  }

 private:
  NameTable& table_;
  const std::vector<uint32_t>& numbers_;
  loop::SymbolNames& names_;
};

}  // namespace

const char* reject_name(Reject r) {
  static const char* const names[] = {"none",       "damaged",           "other format", "unknown name", "assumption does not hold",
                                      "IL changed", "wrong permissions", "full"};
  return names[static_cast<int>(r)];
}

std::unique_ptr<Store> Store::open(Config config) { return std::make_unique<StoreImpl>(std::move(config)); }

StoreImpl::StoreImpl(Config config) : config_(std::move(config)) {
  const uint64_t begin = base::monotonic_ns();
  if (config_.mode == Mode::Off) {
    why_ = "the code cache is off";
  } else {
    if (config_.dir.empty()) config_.dir = default_dir();
    if (config_.dir.empty()) {
      why_ = "no place for a code cache: no home directory of this user";
    } else {
      while (config_.dir.size() > 1 && config_.dir.back() == '/') config_.dir.pop_back();
      OpenDirectory d = open_directory(config_.dir, config_.mode == Mode::Write);
      why_ = d.why;
      if (d.fd) {
        root_ = std::move(d.fd);
        mode_ = config_.mode == Mode::Write && d.writable ? Mode::Write : Mode::Read;
        open_segments();
      }
    }
  }
  stats_.open_ns = base::monotonic_ns() - begin;
  Live& l = live();
  std::lock_guard guard(l.lock);
  l.stores.push_back(this);
}

StoreImpl::~StoreImpl() {
  close();
  Live& l = live();
  std::lock_guard guard(l.lock);
  std::erase(l.stores, this);
}

void StoreImpl::open_segments() {
  OpenDirectory d = open_subdirectory(root_.get(), environment_directory(config_.environment), mode_ == Mode::Write);
  if (!d.fd) {
    if (mode_ == Mode::Write) mode_ = Mode::Off, why_ = d.why;
    return;  // nothing there yet
  }
  if (!d.writable) mode_ = Mode::Read;
  code_ = std::move(d.fd);
  std::vector<std::string> names = list_directory(code_.get(), "", kSegmentSuffix);
  std::reverse(names.begin(), names.end());
  for (const std::string& name : names) {
    Reject why;
    auto segment = SegmentReader::open(code_.get(), name, why);
    if (segment && (segment->build() != config_.environment.build || segment->cpu() != config_.environment.cpu))
      segment = nullptr, why = Reject::Version;
    if (!segment) {
      if (why != Reject::None) reject({}, {}, why);
      continue;
    }
    stats_.disk_bytes += segment->file_size();
    stats_.entries += segment->rows().size();
    segments_.push_back(std::move(segment));
  }
  stats_.segments = segments_.size();
}

void StoreImpl::reject(loop::MethodId method, loop::Tier tier, Reject why, uint64_t assumption) {
  {
    std::lock_guard guard(lock_);
    stats_.rejected++;
    stats_.rejects[static_cast<int>(why)]++;
  }
  loop::Event e;
  e.time_ns = base::monotonic_ns();
  e.kind = loop::EventKind::StoreRejected;
  e.method = method;
  e.tier = tier;
  e.a = static_cast<uint64_t>(why);
  e.b = assumption;
  loop::emit(e);
}

std::optional<StoreImpl::Found> StoreImpl::look_up(const Key& key, uint64_t hash, Reject& why) {
  for (auto& segment : segments_) {
    auto [row, end] = segment->find(hash);
    for (; row != end; ++row) {
      if (row->il_hash != key.il_hash || row->tier != static_cast<uint8_t>(key.tier) || row->osr != key.osr || row->osr_il != key.osr_il)
        continue;
      NameTable* names = segment->names();
      if (names == nullptr) {
        why = Reject::Damaged;
        continue;
      }
      const std::string_view name = names->name(row->method);
      if (name.empty() || name[0] != 'M' || name.substr(1) != key.method) continue;
      if (row->size == 0) return std::nullopt;  // dropped since
      return Found{segment.get(), row};
    }
  }
  return std::nullopt;
}

std::optional<loop::CompiledCode> StoreImpl::decode_entry(const Found& found, loop::MethodId method, const Key& key, Reject& why,
                                                          uint64_t& assumption, std::vector<loop::Assumption>& pending) {
  why = Reject::Damaged;
  std::vector<uint8_t> bytes;
  std::vector<uint32_t> numbers;
  size_t body_at;
  NameTable& table = *found.segment->names();
  if (!found.segment->read(*found.row, bytes) || !open_entry(table, bytes, numbers, body_at)) return std::nullopt;
  EntryNames names(table, numbers, *config_.names);
  auto code = decode(bytes.data() + body_at, bytes.size() - body_at, names, why);
  if (!code) return std::nullopt;
  if (code->method != method || code->tier != key.tier || code->is_osr != key.osr || code->osr_il_offset != key.osr_il)
    return why = Reject::Damaged, std::nullopt;
  for (loop::Assumption& a : code->assumptions) {
    if (config_.check && config_.check(a)) continue;
    if (config_.later && config_.later(a)) {
      pending.push_back(a);
      continue;
    }
    assumption = static_cast<uint64_t>(a.kind);
    return why = Reject::Assumption, std::nullopt;
  }
  return code;
}

std::optional<Loaded> StoreImpl::load(loop::MethodId method, loop::Tier tier, bool osr, uint32_t il_offset) {
  if (mode_ == Mode::Off || config_.names == nullptr || segments_.empty()) return std::nullopt;
  const uint64_t begin = base::monotonic_ns();
  const auto name = config_.names->method_name(method);
  if (!name) return std::nullopt;
  const Key key{*name, config_.names->il_hash(method), tier, osr, il_offset};
  const uint64_t hash = key_hash(key);
  {
    std::lock_guard guard(lock_);
    stats_.lookups++;
    if (gone_.contains(hash)) return std::nullopt;
  }
  Reject why = Reject::None;
  uint64_t assumption = 0;
  const auto found = look_up(key, hash, why);
  std::optional<loop::CompiledCode> code;
  std::vector<loop::Assumption> pending;
  if (found) code = decode_entry(*found, method, key, why, assumption, pending);
  if (!code) {
    if (why != Reject::None && why != Reject::Name) {
      std::lock_guard guard(lock_);
      gone_.insert(hash);
    }
    if (why != Reject::None) reject(method, tier, why, assumption);
    return std::nullopt;
  }
  Loaded loaded{std::move(*code), std::move(pending), base::monotonic_ns() - begin};
  {
    std::lock_guard guard(lock_);
    stats_.hits++;
    stats_.loaded_bytes += loaded.code.bytes.size();
    stats_.load_ns += loaded.load_ns;
    used_.insert(found->segment);
  }
  return loaded;
}

std::optional<Loaded> StoreImpl::find(loop::MethodId method, loop::Tier tier) { return load(method, tier, false, 0); }
std::optional<Loaded> StoreImpl::find_osr(loop::MethodId method, uint32_t il) { return load(method, loop::Tier::Optimized, true, il); }

bool StoreImpl::has(loop::MethodId method, loop::Tier tier) {
  if (mode_ == Mode::Off || config_.names == nullptr || segments_.empty()) return false;
  const auto name = config_.names->method_name(method);
  if (!name) return false;
  const Key key{*name, config_.names->il_hash(method), tier, false, 0};
  const uint64_t hash = key_hash(key);
  {
    std::lock_guard guard(lock_);
    if (gone_.contains(hash)) return false;
  }
  Reject why;
  return look_up(key, hash, why).has_value();
}

std::vector<Store::Entry> StoreImpl::entries(loop::MethodId method) {
  if (mode_ == Mode::Off || config_.names == nullptr || segments_.empty()) return {};
  std::call_once(by_name_once_, [this] {
    for (auto& segment : segments_) {
      NameTable* names = segment->names();
      if (names == nullptr) continue;
      for (const IndexRow& row : segment->rows()) {
        const std::string_view name = row.method && row.method <= names->size() ? names->name(row.method) : std::string_view();
        if (name.empty() || row.size == 0 || row.tier > static_cast<uint8_t>(loop::Tier::Stub)) continue;
        auto& list = by_name_[std::hash<std::string_view>()(name.substr(1))];
        const Entry entry{static_cast<loop::Tier>(row.tier), row.osr != 0, row.osr_il};
        if (std::none_of(list.begin(), list.end(), [&](const Entry& e) { return e.tier == entry.tier && e.osr == entry.osr && e.osr_il == entry.osr_il; }))
          list.push_back(entry);
      }
    }
  });
  if (by_name_.empty()) return {};
  const auto name = config_.names->method_name(method);
  if (!name) return {};
  const auto found = by_name_.find(std::hash<std::string_view>()(*name));
  return found == by_name_.end() ? std::vector<Entry>() : found->second;
}

Stats StoreImpl::stats() const {
  std::lock_guard guard(lock_);
  return stats_;
}

void StoreImpl::lock_for_fork() {
  lock_.lock();
  for (auto& s : segments_) s->fork_lock().lock();
}
void StoreImpl::unlock_after_fork(bool child) {
  for (auto& s : segments_) s->fork_lock().unlock();
  if (child) {
    child_ = true;
    (void)writer_.release();  // the thread is not here: nothing to join
  }
  lock_.unlock();
}

}  // namespace rapgo::code::store
