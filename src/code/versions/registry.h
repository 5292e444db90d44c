#pragma once
// What code::versions knows, under one lock. Private to this folder.
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "abi/method_head.h"
#include "code/versions/versions.h"
#include "loop/event.h"

namespace rapgo::code::versions {

struct OsrEntry {
  uint32_t il_offset;
  InstalledCode* code;  // null: armed only
};

struct MethodRecord {
  uint64_t first_entry = 0;  // what the slot held before the first publication: the first-call stub
  InstalledCode* active = nullptr;
  uintptr_t direct = 0;
  std::vector<InstalledCode*> versions;  // in the order of installation; not reclaimed
  std::vector<OsrEntry> osr;             // armed loop headers
};

// method -> the words that hold its entry. Thousands of vtable words are registered while a program starts, so: one flat hash table of
// heads and one array of 8-byte nodes.
class CellTable {
 public:
  void add(uint32_t method, uint32_t cell);
  void remove(uint32_t method, uint32_t cell);
  template <class F>
  void each(uint32_t method, F&& visit) const {
    for (uint32_t n = head(method); n; n = nodes_[n].next)
      if (nodes_[n].cell) visit(reinterpret_cast<uint64_t*>(static_cast<uintptr_t>(nodes_[n].cell)));
  }
  size_t size() const { return count_; }

 private:
  struct Head {
    uint32_t method, first;
  };
  struct Node {
    uint32_t cell, next;
  };
  uint32_t head(uint32_t method) const;
  Head& slot(uint32_t method);
  void grow();
  std::vector<Head> heads_ = std::vector<Head>(4096);
  std::vector<Node> nodes_ = std::vector<Node>(1);  // 0: none
  size_t used_ = 0, count_ = 0;
};

// method -> record. Records stay where they are.
class MethodTable {
 public:
  MethodRecord* find(uint32_t method) {
    const uint32_t at = slot(method).record;
    return at ? &records_[at - 1].second : nullptr;
  }
  MethodRecord& operator[](uint32_t method) {
    if (MethodRecord* known = find(method)) return *known;
    if (records_.size() * 2 > slots_.size()) grow();
    records_.emplace_back(method, MethodRecord());
    slot(method) = {method, static_cast<uint32_t>(records_.size())};
    return records_.back().second;
  }
  size_t size() const { return records_.size(); }
  auto begin() { return records_.begin(); }
  auto end() { return records_.end(); }

 private:
  struct Slot {
    uint32_t method, record;  // number, from 1; 0: free
  };
  Slot& slot(uint32_t method) {
    size_t i = (method * 0x9E3779B97F4A7C15ull >> 32) & (slots_.size() - 1);
    while (slots_[i].record != 0 && slots_[i].method != method) i = (i + 1) & (slots_.size() - 1);
    return slots_[i];
  }
  void grow();
  std::vector<Slot> slots_ = std::vector<Slot>(1024);
  std::deque<std::pair<uint32_t, MethodRecord>> records_;
};

// Cells of 8 bytes in pages of their own that belong to a permanent InstalledCode, so that stack walks know them.
struct CellPool {
  const char* name;
  uintptr_t next = 0, end = 0;
  uint64_t count = 0;
};

struct Registry {
  std::mutex lock;          // everything below
  std::mutex reclaim_lock;  // one reclamation at a time; taken before `lock`
  MethodTable methods;
  CellTable cells;
  std::vector<InstalledCode*> by_id = std::vector<InstalledCode*>(1);  // null: reclaimed
  std::unordered_map<uint64_t, std::vector<InstalledCode*>> dependents;  // assumption key -> versions
  std::vector<InstalledCode*> retired;
  std::vector<InstalledCode*> graveyard;  // reclaimed in the last round; freed in the next
  CellPool stubs{"method stubs"}, jumps{"direct jumps"};
  // Replaced as a whole under the lock, read without: installing is too frequent for another lock.
  std::atomic<const std::vector<std::function<void(const InstalledCode&)>>*> listeners{nullptr};
  uint64_t retained_limit = 0;
  Figures figures;
};
Registry& registry();

inline abi::MethodHead* head_of(loop::MethodId m) { return reinterpret_cast<abi::MethodHead*>(static_cast<uintptr_t>(m.value)); }
inline uint64_t load_entry(loop::MethodId m) { return __atomic_load_n(&head_of(m)->entry, __ATOMIC_ACQUIRE); }

inline uint64_t assumption_key(loop::AssumptionKind kind, uint32_t id) { return static_cast<uint64_t>(kind) << 32 | id; }

// All of these with the lock held.
void set_entry(Registry&, loop::MethodId, MethodRecord&, uint64_t address, InstalledCode* version);
void retire_locked(Registry&, InstalledCode*, RetireReason);
void unregister_osr(Registry&, InstalledCode*);
uint32_t patch_backedges(Registry&, InstalledCode*, uint32_t il_offset, bool on);
InstalledCode* make_pool_page(Registry&, const char* name, size_t bytes);

// Allocates, copies, relocates, makes the descriptor; not in the registry yet. Null: memory full.
InstalledCode* place(std::shared_ptr<const loop::CompiledCode>, std::span<const uint64_t> symbols, uint64_t* counters);
// Gives the descriptor its number and makes it known.
void enter(Registry&, InstalledCode*);

void tell_listeners(Registry&, const InstalledCode&);  // without the lock

void emit_event(loop::EventKind, const InstalledCode*, uint64_t a = 0, uint64_t b = 0, uint32_t il = 0);

}  // namespace rapgo::code::versions
