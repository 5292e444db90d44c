// What is put goes through a queue to a thread that encodes it and writes segments.
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <unordered_map>

#include "base/clock.h"
#include "code/store/store_impl.h"
#include "loop/event.h"

namespace rapgo::code::store {
namespace {
constexpr size_t kBatchBytes = 2 << 20;            // a segment is written when this much waits
constexpr auto kBatchTime = std::chrono::seconds(5);  // or after this time
constexpr size_t kManySegments = 8;                // small ones are merged from here on
constexpr uint64_t kSmallSegment = 4 << 20, kMergedLimit = 16 << 20;
}  // namespace

void StoreImpl::put(loop::SharedCode code) {
  if (mode_ != Mode::Write || code == nullptr) return;
  std::lock_guard guard(lock_);
  if (closed_ || child_) return;
  stats_.puts++;
  queue_.push_back({.code = std::move(code), .dropped = {}, .row = {}});
  start_writer();
  wake_.notify_one();
}

void StoreImpl::drop(loop::MethodId method, loop::Tier tier, bool osr, uint32_t il_offset) {
  if (mode_ == Mode::Off || config_.names == nullptr) return;
  auto name = config_.names->method_name(method);
  if (!name) return;
  const Key key{*name, config_.names->il_hash(method), tier, osr, il_offset};
  Item item;
  item.row.key = key_hash(key);
  item.row.il_hash = key.il_hash;
  item.row.tier = static_cast<uint8_t>(tier);
  item.row.osr = osr;
  item.row.osr_il = il_offset;
  item.dropped = "M" + *name;
  std::lock_guard guard(lock_);
  gone_.insert(item.row.key);
  if (mode_ != Mode::Write || closed_ || child_) return;
  queue_.push_back(std::move(item));
  start_writer();
  wake_.notify_one();
}

void StoreImpl::start_writer() {
  if (writer_ || !config_.background) return;
  // Samplers and stoppers must not pick this thread.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    writer_ = std::make_unique<std::thread>([this] { run_writer(); });
  } catch (const std::system_error&) {
    config_.background = false;  // no thread to be had: close() does it
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void StoreImpl::run_writer() {
  std::unique_lock guard(lock_);
  for (;;) {
    auto work = [this] { return stop_ || flush_wanted_ || !queue_.empty(); };
    bool due = false;
    if (pending_.empty()) wake_.wait(guard, work);
    else due = !wake_.wait_for(guard, kBatchTime, work);
    std::deque<Item> items = std::move(queue_);
    queue_.clear();
    const bool last = stop_, flushing = flush_wanted_;
    const bool all = due || last || flushing;
    guard.unlock();
    encode_queue(std::move(items));
    if (all || pending_bytes_ >= kBatchBytes) write_pending();
    if (!last) merge();
    guard.lock();
    if (flushing && queue_.empty()) {
      flush_wanted_ = false;
      idle_.notify_all();
    }
    if (last && queue_.empty()) return;
  }
}

void StoreImpl::encode_queue(std::deque<Item> items) {
  for (Item& item : items) {
    RawEntry e;
    if (!item.code) {
      e.row = item.row;
      e.method = names_.intern(item.dropped);
    } else {
      const loop::CompiledCode& code = *item.code;
      auto encoded = encode(code, *config_.names, names_);
      if (!encoded) continue;
      e.method = encoded->method;
      e.shown = names_.intern("S" + config_.names->display_name(code.method));
      const Key key{std::string_view(e.method->text).substr(1), config_.names->il_hash(code.method), code.tier, code.is_osr, code.osr_il_offset};
      e.row.key = key_hash(key);
      e.row.il_hash = key.il_hash;
      e.row.tier = static_cast<uint8_t>(code.tier);
      e.row.osr = code.is_osr;
      e.row.osr_il = code.osr_il_offset;
      e.row.code_bytes = static_cast<uint32_t>(code.bytes.size());
      e.row.assumptions = static_cast<uint16_t>(std::min<size_t>(code.assumptions.size(), UINT16_MAX));
      e.names = std::move(encoded->names);
      e.body = std::move(encoded->body);
      Reject why;
      bool rejected;
      {
        std::lock_guard guard(lock_);
        rejected = gone_.contains(e.row.key);
      }
      // Another process may have written it since we opened; merging sorts that out. Baseline code that we saw at opening need not
      // be repeated; optimized code is compiled where there is some already only because that one was not good enough.
      if (!rejected && code.tier == loop::Tier::Baseline && look_up(key, e.row.key, why)) continue;
    }
    pending_bytes_ += e.body.size() + sizeof(RawEntry);
    pending_.push_back(std::move(e));
  }
}

void StoreImpl::write_pending() {
  if (pending_.empty()) return;
  SegmentBuilder builder;
  std::unordered_map<uint64_t, size_t> last;  // of several with one key the last one counts
  for (size_t i = 0; i < pending_.size(); i++) last[pending_[i].row.key] = i;
  for (size_t i = 0; i < pending_.size(); i++)
    if (last[pending_[i].row.key] == i) builder.add(pending_[i]);
  const std::string name = new_segment_name();
  const uint64_t bytes = builder.write(code_.get(), name, config_.environment.build, config_.environment.cpu);
  pending_.clear();
  pending_bytes_ = 0;
  if (bytes == 0) return reject({}, {}, Reject::Full);
  const uint64_t evicted = evict(root_.get(), config_.size_limit, name);
  {
    std::lock_guard guard(lock_);
    stats_.written_entries += builder.entries();
    stats_.written_bytes += bytes;
    stats_.evicted_segments += evicted;
  }
  loop::Event e;
  e.time_ns = base::monotonic_ns();
  e.kind = loop::EventKind::StoreWritten;
  e.a = builder.entries();
  e.b = bytes;
  loop::emit(e);
}

// Many short runs leave many small segments: once in a run, when there are too many, they become one.
void StoreImpl::merge() {
  if (merged_) return;
  merged_ = true;
  std::vector<std::string> names = list_directory(code_.get(), "", kSegmentSuffix);
  if (names.size() <= kManySegments) return;
  const DirectoryLock lock(root_.get());
  if (!lock) return;
  std::vector<std::shared_ptr<SegmentReader>> all;  // newest first
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    Reject why;
    if (auto s = SegmentReader::open(code_.get(), *name, why)) all.push_back(std::move(s));
    else if (why == Reject::Damaged || why == Reject::Version) unlinkat(code_.get(), name->c_str(), 0);
  }
  auto small = [](const SegmentReader& s) { return s.file_size() <= kSmallSegment; };
  std::unordered_map<uint64_t, bool> seen;  // key of a newer row -> stays in its own segment
  std::unordered_set<uint64_t> in_large;
  for (auto& s : all)
    if (!small(*s))
      for (const IndexRow& row : s->rows()) in_large.insert(row.key);
  NameCache cache;
  SegmentBuilder builder;
  std::vector<std::string> merged;
  std::string newest;
  uint64_t bytes = 0;
  for (auto& s : all) {
    const bool take = small(*s) && bytes + s->file_size() <= kMergedLimit;
    if (take) bytes += s->file_size(), merged.push_back(s->name());
    if (take && newest.empty()) newest = s->name();
    for (const IndexRow& row : s->rows()) {
      {
        std::lock_guard guard(lock_);
        if (stop_) return;  // the program is ending: another time
      }
      if (!seen.emplace(row.key, !take).second) continue;  // a newer one hides it
      if (!take || (row.size == 0 && !in_large.contains(row.key))) continue;
      if (auto entry = raw_entry(*s, row, cache)) builder.add(*entry);
    }
  }
  if (merged.size() < 2) return;
  // The merged segment takes the place in time of the newest one, but behind it: a crash in between leaves only duplicates.
  const std::string name = newest.substr(0, newest.size() - (sizeof kSegmentSuffix - 1)) + "m" + kSegmentSuffix;
  if (builder.entries() && builder.write(code_.get(), name, config_.environment.build, config_.environment.cpu) == 0) return;
  for (const std::string& old : merged) unlinkat(code_.get(), old.c_str(), 0);
  std::lock_guard guard(lock_);
  stats_.merges++;
}

void StoreImpl::flush() {
  std::unique_lock guard(lock_);
  if (mode_ != Mode::Write || child_) return;
  if (!writer_) {
    if (queue_.empty() && pending_.empty()) return;
    std::deque<Item> items = std::move(queue_);
    queue_.clear();
    guard.unlock();
    encode_queue(std::move(items));
    write_pending();
    merge();
    return;
  }
  flush_wanted_ = true;
  wake_.notify_one();
  idle_.wait(guard, [this] { return !flush_wanted_; });
}

void StoreImpl::close() {
  {
    std::lock_guard guard(lock_);
    if (closed_) return;
    closed_ = true;
    stop_ = true;
    wake_.notify_one();
  }
  const uint64_t begin = base::monotonic_ns();
  if (writer_) {
    writer_->join();
    writer_ = nullptr;
  } else {
    flush();
  }
  std::lock_guard guard(lock_);
  if (mode_ == Mode::Write && !child_)
    for (SegmentReader* s : used_) s->touch();
  stats_.close_ns = base::monotonic_ns() - begin;
}

}  // namespace rapgo::code::store
