// Loops of a method's IL, as far as choosing an OSR entry needs them: ranges of offsets, by backward branches.
// Thread safety: loops_of takes a lock; results live as long as the process.
#pragma once
#include <cstdint>
#include <vector>

#include "load/types/method.h"

namespace rapgo::vm {

struct IlLoop {
  uint32_t header, end;  // [header, end): up to the last branch back
  bool contains(uint32_t il) const { return il >= header && il < end; }
};
struct MethodLoops {
  std::vector<IlLoop> loops;      // outer ones first
  bool has_virtual_calls = false; // callvirt of anything overridable
  uint32_t il_bytes = 0;
};
const MethodLoops& loops_of(load::types::Method* method);

}  // namespace rapgo::vm
