#include "loop/event.h"

#include <atomic>
#include <memory>

#include "base/event_ring.h"
#include "loop/event_log.h"

namespace rapgo::loop {

// Made only when someone will read it: short programs do not pay for its pages.
static std::atomic<base::EventRing<Event>*> ring{nullptr};
static std::atomic<uint64_t> counts[kEventKinds];

const char* event_name(EventKind k) {
  static const char* const names[] = {"compiled",         "installed",      "published",       "osr-armed",    "transferred-up",
                                      "transferred-down", "retired",        "reclaimed",       "store-loaded", "store-rejected",
                                      "store-written",    "hot-method",     "sampled",         "probes-started", "probes-removed",
                                      "decided",          "decided-not",    "measured",        "rolled-back",  "assumption-broken",
                                      "compile-failed",   "collected",      "guard-too-often", "call-patched"};
  static_assert(sizeof(names) / sizeof(*names) == kEventKinds);
  return names[static_cast<size_t>(k)];
}

bool events_kept() noexcept { return ring.load(std::memory_order_acquire) != nullptr; }

void emit(const Event& e) noexcept {
  counts[static_cast<size_t>(e.kind)].fetch_add(1, std::memory_order_relaxed);
  if (auto* r = ring.load(std::memory_order_acquire)) r->push(e);
}

uint64_t event_count(EventKind k) { return counts[static_cast<size_t>(k)].load(std::memory_order_relaxed); }

void keep_events(size_t capacity) {
  if (ring.load(std::memory_order_acquire)) return;
  auto made = std::make_unique<base::EventRing<Event>>(capacity);
  base::EventRing<Event>* none = nullptr;
  if (ring.compare_exchange_strong(none, made.get(), std::memory_order_acq_rel)) made.release();  // lives as long as the process
}

size_t drain_events(const std::function<void(const Event&)>& sink) {
  auto* r = ring.load(std::memory_order_acquire);
  return r ? r->drain(sink) : 0;
}

uint64_t dropped_events() {
  auto* r = ring.load(std::memory_order_acquire);
  return r ? r->dropped() : 0;
}

}  // namespace rapgo::loop
