// The registry, its behaviour at fork, and the questions that only read it.
#include "code/versions/registry.h"

#include <pthread.h>

#include <algorithm>

#include "base/clock.h"
#include "code/memory/low_memory.h"

namespace rapgo::code::versions {

Registry& registry() {
  static auto* r = new Registry;  // never destroyed: threads outlive static destructors
  return *r;
}

void init() {
  static std::once_flag once;
  std::call_once(once, [] {
    // Before our own handlers: at fork the last registered lock is taken first, and ours comes before code memory's.
    memory::reserve_low();
    registry();
    pthread_atfork([] { registry().reclaim_lock.lock(), registry().lock.lock(); },
                   [] { registry().lock.unlock(), registry().reclaim_lock.unlock(); },
                   [] { registry().lock.unlock(), registry().reclaim_lock.unlock(); });
  });
}

void CellTable::remove(loop::MethodId method, uint32_t cell) {
  for (uint32_t n = head_of(method)->cells; n; n = nodes_[n].next)
    if (nodes_[n].cell == cell) {
      nodes_[n].cell = 0;  // the node stays: removal is rare
      count_--;
      return;
    }
}

// ---- questions -------------------------------------------------------------------------------------------------
InstalledCode* active(loop::MethodId method) {
  // Asked at every first call, when there is none yet: that needs no lock. Who publishes has written the head by then.
  if (method.value == 0 || __atomic_load_n(&head_of(method)->active_version, __ATOMIC_ACQUIRE) == 0) return nullptr;
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  MethodRecord* found = r.methods.find(method);
  return found ? found->active : nullptr;
}

InstalledCode* newest(loop::MethodId method, loop::Tier tier) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  MethodRecord* found = r.methods.find(method);
  if (!found) return nullptr;
  auto& versions = found->versions;
  for (auto v = versions.rbegin(); v != versions.rend(); ++v)
    if ((*v)->tier == tier && !(*v)->code.is_osr && (*v)->state.load() < State::Retired) return *v;
  return nullptr;
}

std::vector<InstalledCode*> versions_of(loop::MethodId method) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  MethodRecord* found = r.methods.find(method);
  return found ? found->versions : std::vector<InstalledCode*>{};
}

InstalledCode* by_id(loop::VersionId id) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  return id.value < r.by_id.size() ? r.by_id[id.value] : nullptr;
}

void for_each(const std::function<void(const InstalledCode&)>& visit) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  for (InstalledCode* code : r.by_id)
    if (code) visit(*code);
}

void on_install(std::function<void(const InstalledCode&)> hear) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  const auto* old = r.listeners.load();
  auto* all = old ? new std::vector(*old) : new std::vector<std::function<void(const InstalledCode&)>>;
  all->push_back(std::move(hear));
  r.listeners.store(all, std::memory_order_release);  // the old list may be in use: a few are left behind
}

void tell_listeners(Registry& r, const InstalledCode& code) {
  if (const auto* all = r.listeners.load(std::memory_order_acquire))
    for (auto& hear : *all) hear(code);
}

Figures figures() {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  Figures f = r.figures;
  f.methods = r.methods.size();
  f.cells = r.cells.size();
  f.stubs = r.stubs.count;
  f.direct_jumps = r.jumps.count;
  f.patches = memory::memory_stats().patches;
  for (const MethodRecord& record : r.methods)
    for (auto& entry : record.osr) f.osr_entries += entry.code != nullptr;
  return f;
}

void emit_event(loop::EventKind kind, const InstalledCode* code, uint64_t a, uint64_t b, uint32_t il) {
  loop::Event e;
  if (loop::events_kept()) e.time_ns = kind == loop::EventKind::Installed ? code->installed_ns : base::monotonic_ns();
  e.kind = kind;
  e.tier = code->tier;
  e.method = code->method;
  e.version = code->id;
  e.il = il;
  e.a = a;
  e.b = b;
  loop::emit(e);
}

}  // namespace rapgo::code::versions
