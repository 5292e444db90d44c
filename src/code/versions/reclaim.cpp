// Retiring and freeing: nothing leads there, then nobody stands there.
#include <algorithm>

#include "code/maps/gdb.h"
#include "code/maps/maps.h"
#include "code/memory/low_memory.h"
#include "code/versions/registry.h"

namespace rapgo::code::versions {
namespace {

// Marks the versions that words point into: one past the end counts, a return address may be that.
class Marker : public WordSink {
 public:
  void words(const uint64_t* begin, const uint64_t* end) override {
    for (const uint64_t* w = begin; w != end; ++w) {
      if (!memory::in_code(*w)) continue;
      mark(maps::lookup(*w));
      mark(maps::lookup(*w - 1));
    }
  }

 private:
  static void mark(const InstalledCode* code) {
    if (code) const_cast<InstalledCode*>(code)->referenced = true;
  }
};

bool any_referenced(const InstalledCode* code) {
  if (code->referenced) return true;
  return std::any_of(code->attached.begin(), code->attached.end(), [](auto* stub) { return stub->referenced; });
}

TierFigures& figures_of(Registry& r, const InstalledCode* code) { return r.figures.tier[static_cast<int>(code->tier)]; }

// Gives the memory back; the descriptor outlives one more round for lookups that are under way.
void release(Registry& r, InstalledCode* code) {
  maps::remove(code);
  maps::gdb_unregister(*code);
  memory::free(code->block, code->block_size);
  memory::meta_block_free(code->counters, code->code.probe_words * sizeof(uint64_t));
  code->counters = nullptr;
  code->state.store(State::Reclaimed);
  r.by_id[code->id.value] = nullptr;
  if (code->method)
    if (MethodRecord* record = r.methods.find(code->method)) std::erase(record->versions, code);
  TierFigures& f = figures_of(r, code);
  f.retired_versions--, f.retired_bytes -= code->size;
  f.reclaimed_versions++, f.reclaimed_bytes += code->size;
  emit_event(loop::EventKind::Reclaimed, code, code->size);
  r.graveyard.push_back(code);
}

}  // namespace

const char* retire_reason_name(RetireReason reason) {
  static const char* const names[] = {"replaced", "assumption broken", "rolled back", "probes done", "guard failed too often", "unloaded"};
  return names[static_cast<int>(reason)];
}

void retire_locked(Registry& r, InstalledCode* code, RetireReason reason) {
  if (code->state.load() >= State::Retired) return;
  const bool was_active = code->state.load() == State::Active;
  code->state.store(State::Retired);
  if (was_active) {
    // Calls must not reach it from here on: the newest general version takes over, else the method is compiled anew.
    MethodRecord& record = r.methods[code->method];
    InstalledCode* next = nullptr;
    for (auto v = record.versions.rbegin(); v != record.versions.rend() && next == nullptr; ++v)
      if ((*v)->tier <= loop::Tier::Probed && !(*v)->code.is_osr && (*v)->state.load() == State::Installed) next = *v;
    if (next) next->state.store(State::Active);
    set_entry(r, code->method, record, next ? next->entry() : record.first_entry, next);
    if (next) emit_event(loop::EventKind::Published, next);
  }
  if (code->code.is_osr) unregister_osr(r, code);
  for (const loop::Assumption& a : code->code.assumptions) {
    auto found = r.dependents.find(assumption_key(a.kind, a.id));
    if (found == r.dependents.end()) continue;
    std::erase(found->second, code);
    if (found->second.empty()) r.dependents.erase(found);
  }
  TierFigures& f = figures_of(r, code);
  f.versions--, f.bytes -= code->size;
  f.retired_versions++, f.retired_bytes += code->size;
  r.retired.push_back(code);
  emit_event(loop::EventKind::Retired, code, static_cast<uint64_t>(reason));
  for (InstalledCode* stub : code->attached) retire_locked(r, stub, reason);
}

void retire(InstalledCode* code, RetireReason reason) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  retire_locked(r, code, reason);
}

ReclaimResult reclaim(const StackWalk& walk) {
  Registry& r = registry();
  std::lock_guard one_at_a_time(r.reclaim_lock);
  std::vector<InstalledCode*> candidates, buried;
  {
    std::lock_guard guard(r.lock);
    for (InstalledCode* code : r.retired) {
      if (code->owner) continue;  // with its owner
      code->referenced = false;
      for (InstalledCode* stub : code->attached) stub->referenced = false;
      candidates.push_back(code);
    }
  }
  ReclaimResult result;
  if (candidates.empty()) return result;
  Marker marker;
  walk(marker);  // without the lock: it may stop or ask threads that hold it
  {
    std::lock_guard guard(r.lock);
    buried.swap(r.graveyard);
    for (InstalledCode* code : candidates) {
      const bool keep = any_referenced(code);
      auto count = [&](InstalledCode* c) {
        (keep ? result.kept : result.freed)++;
        (keep ? result.kept_bytes : result.freed_bytes) += c->size;
        if (!keep) release(r, c);
      };
      for (InstalledCode* stub : code->attached) count(stub);
      count(code);
    }
    std::erase_if(r.retired, [](InstalledCode* code) { return code->state.load() == State::Reclaimed; });
  }
  memory::flush_freed();
  for (InstalledCode* code : buried) delete code;
  return result;
}

bool reclaim_due() {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  uint64_t retired = 0, live = 0;
  for (const TierFigures& f : r.figures.tier) retired += f.retired_bytes, live += f.bytes;
  const uint64_t limit = r.retained_limit ? r.retained_limit : std::max<uint64_t>(1u << 20, live / 8);
  return retired >= limit;
}

void set_retained_limit(uint64_t bytes) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  r.retained_limit = bytes;
}

// ---- assumptions -----------------------------------------------------------------------------------------------
std::vector<InstalledCode*> dependents(loop::AssumptionKind kind, uint32_t id) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  auto found = r.dependents.find(assumption_key(kind, id));
  return found == r.dependents.end() ? std::vector<InstalledCode*>{} : found->second;
}

std::vector<InstalledCode*> invalidate(loop::AssumptionKind kind, uint32_t id) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  auto found = r.dependents.find(assumption_key(kind, id));
  if (found == r.dependents.end()) return {};
  const std::vector<InstalledCode*> broken = found->second;  // retiring takes them out of the list
  for (InstalledCode* code : broken) {
    emit_event(loop::EventKind::AssumptionBroken, code, static_cast<uint64_t>(kind));
    retire_locked(r, code, RetireReason::AssumptionBroken);
  }
  return broken;
}

}  // namespace rapgo::code::versions
