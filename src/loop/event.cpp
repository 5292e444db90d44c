#include "loop/event.h"

#include "base/event_ring.h"
#include "loop/event_log.h"

namespace rapgo::loop {

static constinit base::EventRing<Event, 1 << 15> ring;

const char* event_name(EventKind k) {
  static const char* const names[] = {"compiled",       "installed",     "published",    "osr-armed",        "transferred-up",
                                      "transferred-down", "retired",     "reclaimed",    "store-loaded",     "store-rejected",
                                      "store-written",  "hot-method",    "sampled",      "probes-started",   "probes-removed",
                                      "decided",        "decided-not",   "measured",     "rolled-back",      "assumption-broken",
                                      "compile-failed", "collected",     "guard-too-often", "call-patched"};
  static_assert(sizeof(names) / sizeof(*names) == static_cast<size_t>(EventKind::CallPatched) + 1);
  return names[static_cast<size_t>(k)];
}

void emit(const Event& e) noexcept { ring.push(e); }

size_t drain_events(void (*sink)(const Event&, void*), void* context) { return ring.drain(sink, context); }

}  // namespace rapgo::loop
