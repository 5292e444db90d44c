// Reading the event ring. One consumer at a time.
#pragma once
#include <cstddef>

#include "loop/event.h"

namespace rapgo::loop {
// Hands every event since the last drain to `sink`, oldest first; returns how many were lost since then.
size_t drain_events(void (*sink)(const Event&, void*), void* context);
}  // namespace rapgo::loop
