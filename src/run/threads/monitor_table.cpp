#include "run/threads/monitor_table.h"

#include "base/error.h"
#include "gc/binding/binding.h"
#include "run/threads/monitor.h"

namespace rapgo::run::threads {

namespace {
constexpr uint32_t kChunk = 1024, kChunks = 16384;
std::atomic<Monitor*> chunks[kChunks];
std::mutex table_lock;
Monitor* free_list = nullptr;
std::atomic<uint32_t> limit{1};  // index 0 is none
std::atomic<uint32_t> in_use{0};
}  // namespace

void WaiterQueue::push(Waiter* w) {
  w->next = nullptr;
  w->queued = true;
  if (tail) tail->next = w;
  else head = w;
  tail = w;
}
void WaiterQueue::push_front(Waiter* w) {
  w->next = head;
  w->queued = true;
  head = w;
  if (!tail) tail = w;
}
Waiter* WaiterQueue::pop() {
  Waiter* w = head;
  if (!w) return nullptr;
  head = w->next;
  if (!head) tail = nullptr;
  w->queued = false;
  return w;
}
void WaiterQueue::remove(Waiter* w) {
  Waiter* before = nullptr;
  for (Waiter* i = head; i; before = i, i = i->next) {
    if (i != w) continue;
    (before ? before->next : head) = w->next;
    if (tail == w) tail = before;
    w->queued = false;
    return;
  }
}

Monitor* take_monitor() {
  std::lock_guard hold(table_lock);
  in_use.fetch_add(1, std::memory_order_relaxed);
  if (Monitor* m = free_list) {
    free_list = m->next_free;
    return m;
  }
  const uint32_t index = limit.load();
  if (index >= kChunk * kChunks) base::fatal("too many inflated monitors");
  Monitor* chunk = chunks[index / kChunk].load();
  if (!chunk) chunks[index / kChunk].store(chunk = new Monitor[kChunk]);
  Monitor* m = &chunk[index % kChunk];
  m->index = index;
  limit.store(index + 1);
  return m;
}

void give_monitor(Monitor* m) {
  m->object = nullptr;
  m->owner = m->recursion = m->hash = m->calm = 0;
  std::lock_guard hold(table_lock);
  in_use.fetch_sub(1, std::memory_order_relaxed);
  m->next_free = free_list;
  free_list = m;
}

Monitor* monitor_at(uint32_t index) { return &chunks[index / kChunk].load()[index % kChunk]; }
uint32_t monitor_limit() { return limit.load(); }
uint32_t inflated_monitors() { return in_use.load(); }

void sweep_monitors(gc::Survivors& survivors) {
  for (uint32_t i = 1, n = monitor_limit(); i < n; i++) {
    Monitor* m = monitor_at(i);
    if (!m->object) continue;
    abi::Object* now = survivors.survivor(m->object);
    if (now) m->object = now;
    else give_monitor(m);
  }
}

}  // namespace rapgo::run::threads
