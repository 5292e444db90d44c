// Reading the event ring. keep_events: any thread, before the events of interest. drain_events: one consumer at a time.
// Counters per kind are always kept.
#pragma once
#include <cstddef>
#include <functional>

#include "loop/event.h"

namespace rapgo::loop {
inline constexpr size_t kEventKinds = static_cast<size_t>(EventKind::CallPatched) + 1;
void keep_events(size_t capacity = 1 << 14);                          // idempotent
size_t drain_events(const std::function<void(const Event&)>& sink);   // oldest first; how many
uint64_t dropped_events();                                            // lost because the ring was full
uint64_t event_count(EventKind);
}  // namespace rapgo::loop
