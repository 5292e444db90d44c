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

inline abi::MethodHead* head_of(loop::MethodId m) { return reinterpret_cast<abi::MethodHead*>(static_cast<uintptr_t>(m.value)); }
inline uint64_t load_entry(loop::MethodId m) { return __atomic_load_n(&head_of(m)->entry, __ATOMIC_ACQUIRE); }

// method -> the words that hold its entry. Thousands of vtable words are registered while a program starts, so: one array of 8-byte
// nodes, chained from the method's head.
class CellTable {
 public:
  void add(loop::MethodId method, uint32_t cell) {
    uint32_t& first = head_of(method)->cells;
    nodes_.push_back({cell, first});
    first = static_cast<uint32_t>(nodes_.size() - 1);
    count_++;
  }
  void remove(loop::MethodId method, uint32_t cell);
  template <class F>
  void each(loop::MethodId method, F&& visit) const {
    for (uint32_t n = head_of(method)->cells; n; n = nodes_[n].next)
      if (nodes_[n].cell) visit(reinterpret_cast<uint64_t*>(static_cast<uintptr_t>(nodes_[n].cell)));
  }
  size_t size() const { return count_; }

 private:
  struct Node {
    uint32_t cell, next;
  };
  std::vector<Node> nodes_ = std::vector<Node>(1);  // 0: none
  size_t count_ = 0;
};

// method -> record, by the number in the method's head. Records stay where they are.
class MethodTable {
 public:
  MethodRecord* find(loop::MethodId method) {
    if (method.value == 0) return nullptr;
    const uint32_t number = head_of(method)->record;
    return number ? &records_[number - 1] : nullptr;
  }
  MethodRecord& operator[](loop::MethodId method) {
    uint32_t& number = head_of(method)->record;
    if (number) return records_[number - 1];
    number = static_cast<uint32_t>(records_.size() + 1);
    return records_.emplace_back();
  }
  size_t size() const { return records_.size(); }
  auto begin() { return records_.begin(); }
  auto end() { return records_.end(); }

 private:
  std::deque<MethodRecord> records_;
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

inline uint64_t assumption_key(loop::AssumptionKind kind, uint32_t id) { return static_cast<uint64_t>(kind) << 32 | id; }

// All of these with the lock held.
void set_entry(Registry&, loop::MethodId, MethodRecord&, uint64_t address, InstalledCode* version);
void retire_locked(Registry&, InstalledCode*, RetireReason);
void unregister_osr(Registry&, InstalledCode*);
uint32_t patch_backedges(Registry&, InstalledCode*, uint32_t il_offset, bool on);
InstalledCode* make_pool_page(Registry&, const char* name, size_t bytes);

// Allocates, copies, relocates, makes the descriptor; not in the registry yet. Null: memory full.
InstalledCode* place(loop::SharedCode, std::span<const uint64_t> symbols, uint64_t* counters);
// Gives the descriptor its number and makes it known.
void enter(Registry&, InstalledCode*);

void tell_listeners(Registry&, const InstalledCode&);  // without the lock

void emit_event(loop::EventKind, const InstalledCode*, uint64_t a = 0, uint64_t b = 0, uint32_t il = 0);

}  // namespace rapgo::code::versions
