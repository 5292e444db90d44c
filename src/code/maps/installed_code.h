#pragma once
// InstalledCode: one code version in memory, and the questions that stack walks ask of it.
//
// Thread safety: everything but `state` and `armed` is constant between installation and reclamation. All const functions are
// async-signal-safe (binary searches, no allocation). A pointer found by maps::lookup stays valid as long as some stack or register word
// of a thread of this process points into the code (that is what reclamation looks at).
// Units: addresses are absolute, offsets are from `start`. May collect: never.
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "loop/compiled_code.h"

namespace rapgo::code::maps {

enum class State : uint8_t {
  Installed,  // callable, but not the method's active version (OSR versions, baseline code beneath optimized)
  Active,     // the method's entry slot leads here
  Retired,    // nothing leads here any more; frames may still run in it
  Reclaimed,  // its memory is gone
};

struct IlPosition {
  uint32_t frame;  // index into code.inlined
  uint32_t il_offset;
};

struct InstalledCode {
  explicit InstalledCode(loop::SharedCode value) : shared(std::move(value)), code(*shared) {}
  InstalledCode(const InstalledCode&) = delete;

  loop::VersionId id;
  loop::MethodId method;  // 0 for stubs
  loop::Tier tier{};
  uintptr_t start = 0;    // address of code.bytes[0]
  uint32_t size = 0;      // bytes at `start` (instructions and constants)
  uintptr_t block = 0;    // the allocation that holds header and code
  size_t block_size = 0;
  std::atomic<State> state{State::Installed};
  uint64_t* counters = nullptr;  // code.probe_words words, for probed code (SymbolKind::ProbeCounters)
  const char* name = "";         // stubs only: static string
  uint64_t installed_ns = 0;     // monotonic
  mutable std::atomic<uint32_t> guard_failures{0};  // ways out taken because a guard failed
  // The value as compiled: bytes are *not* relocated (and are gone, with symbols and relocations, where nobody wants them any more:
  // loop::drop_source), `call_sites` and `osr_points` are sorted by IL offset.
  loop::SharedCode shared;
  const loop::CompiledCode& code;

  // Owned by code::versions (under its lock).
  bool referenced = false;
  std::vector<InstalledCode*> attached;  // landing stubs that jump into this version: they live and die with it
  InstalledCode* owner = nullptr;        // the version that this stub is attached to

  uintptr_t entry() const { return start + code.entry; }
  bool contains(uintptr_t pc) const { return pc - start < size; }
  uint32_t offset(uintptr_t pc) const { return static_cast<uint32_t>(pc - start); }

  // For a return address pass return_address - 1 to the first two.
  const loop::UnwindRow* unwind_row(uintptr_t pc) const;  // null: none covers pc
  bool il_at(uintptr_t pc, IlPosition& out) const;        // false: no row covers pc (prologue)

  uintptr_t landing_pad(uintptr_t return_address) const;  // address to continue at, 0 = none
  // Where a frame of this (baseline) version continues after the call at `il_offset`; 0 = none. The last one, where an IL
  // instruction makes several calls.
  uintptr_t call_return(uint32_t il_offset) const;
  const loop::CallSite* call_site_at(uintptr_t return_address) const;
  // Back-edge nops (baseline) that belong to the loop header at il_offset.
  std::span<const loop::OsrPoint> osr_points(uint32_t il_offset) const;
  // The back-edge whose patched call returns to `return_address`; null = none.
  const loop::OsrPoint* osr_point_at(uintptr_t return_address) const;
  std::span<const loop::HandlerRow> handlers() const { return code.handlers; }
};

}  // namespace rapgo::code::maps
