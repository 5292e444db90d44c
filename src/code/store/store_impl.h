#pragma once
// The store behind store.h. Private to this folder.
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "code/store/directory.h"
#include "code/store/segment.h"
#include "code/store/store.h"

namespace rapgo::code::store {

class StoreImpl final : public Store {
 public:
  explicit StoreImpl(Config config);
  ~StoreImpl() override;

  Mode mode() const override { return mode_; }
  const std::string& why_off() const override { return why_; }
  const std::string& dir() const override { return config_.dir; }
  std::optional<Loaded> find(loop::MethodId, loop::Tier) override;
  std::optional<Loaded> find_osr(loop::MethodId, uint32_t il_offset) override;
  bool has(loop::MethodId, loop::Tier) override;
  std::vector<Entry> entries(loop::MethodId) override;
  void put(loop::SharedCode) override;
  void drop(loop::MethodId, loop::Tier, bool osr, uint32_t il_offset) override;
  void flush() override;
  void close() override;
  Stats stats() const override;

  // Around fork: a child has no writer thread, and must not find locks of threads that it does not have.
  void lock_for_fork();
  void unlock_after_fork(bool child);

 private:
  struct Item {
    loop::SharedCode code;  // null: drop the entry
    std::string dropped;    // its method's name, with kind
    IndexRow row;
  };
  struct Found {
    SegmentReader* segment;
    const IndexRow* row;
  };

  std::optional<Loaded> load(loop::MethodId, loop::Tier, bool osr, uint32_t il_offset);
  std::optional<loop::CompiledCode> decode_entry(const Found&, loop::MethodId, const Key&, Reject& why, uint64_t& assumption,
                                                 std::vector<loop::Assumption>& pending);
  std::optional<Found> look_up(const Key&, uint64_t hash, Reject& why);
  void reject(loop::MethodId, loop::Tier, Reject, uint64_t assumption = 0);
  void open_segments();

  // Writer side (writer thread, or the caller of flush/close without one).
  void start_writer();
  void run_writer();
  void encode_queue(std::deque<Item> items);
  void write_pending();
  void merge();

  Config config_;
  Mode mode_ = Mode::Off;
  std::string why_;
  DirFd root_, code_;
  std::vector<std::shared_ptr<SegmentReader>> segments_;  // newest first; constant once open

  std::once_flag by_name_once_;
  std::unordered_map<uint64_t, std::vector<Entry>> by_name_;  // hash of the method's name; constant once made

  mutable std::mutex lock_;  // everything below
  std::condition_variable wake_, idle_;
  std::deque<Item> queue_;
  std::unordered_set<uint64_t> gone_;     // keys that must not be found any more: dropped, or rejected (these may be written anew)
  std::unordered_set<SegmentReader*> used_;
  std::unique_ptr<std::thread> writer_;
  bool flush_wanted_ = false, stop_ = false, closed_ = false, child_ = false;
  Stats stats_;

  // Writer side only.
  NameCache names_;
  std::vector<RawEntry> pending_;
  size_t pending_bytes_ = 0;
  bool merged_ = false;
};

}  // namespace rapgo::code::store
