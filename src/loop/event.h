// Everything that happens to code is an Event in one ring (DESIGN 4.14).
// POD, fixed size, written from anywhere including signal handlers; names are resolved by the reader.
#pragma once
#include <cstdint>

#include "loop/ids.h"

namespace rapgo::loop {

enum class EventKind : uint8_t {
  Compiled,        // a = code bytes, b = compile ns, c = IL bytes
  Installed,       // a = code bytes
  Published,       // the version became the active one
  OsrArmed,        // il = loop header; a = number of back-edges patched
  TransferredUp,   // il = loop header; version = target; a = source version
  TransferredDown, // il; version = left; a = exit id, b = ExitReason
  Retired,         // a = reason (RetireReason)
  Reclaimed,       // a = bytes freed
  StoreLoaded,     // a = bytes, b = load ns
  StoreRejected,   // a = StoreReject reason, b = AssumptionKind if one failed
  StoreWritten,    // a = entries, b = bytes
  HotMethod,       // a = samples*1000, il = hottest loop header or 0
  Sampled,         // a = frames
  ProbesStarted, ProbesRemoved,
  Decided,         // a = expected benefit ns, b = expected cost ns; tier
  DecidedNot,      // a = benefit ns, b = cost ns
  Measured,        // a = millionths of the yardstick's time before, b = after (measured gain)
  RolledBack,      // a = before, b = after
  AssumptionBroken,// a = AssumptionKind
  CompileFailed,   // a = reason
  Collected,       // a = bytes before, b = bytes after, c = ns; tier 0 minor, 1 major
  GuardTooOften,
  CallPatched,     // a = address of the patched site
};

struct Event {
  uint64_t time_ns = 0;  // monotonic
  EventKind kind{};
  Tier tier = Tier::Baseline;
  uint16_t thread = 0;   // low bits of the kernel thread id
  MethodId method;
  VersionId version;
  uint32_t il = 0;
  uint64_t a = 0, b = 0, c = 0;
};
static_assert(sizeof(Event) == 56 || sizeof(Event) <= 64);

const char* event_name(EventKind);  // event.cpp

// Whether anybody will read what is emitted, its time included. For those who emit often.
bool events_kept() noexcept;
// Appends to the process's ring; async-signal-safe, lock-free, drops the oldest when full. Defined in event.cpp.
void emit(const Event&) noexcept;

}  // namespace rapgo::loop
