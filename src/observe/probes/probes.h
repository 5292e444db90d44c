// Reading the counters of probed code (R2). Layout of a counter block: loop/compiled_code.h (ProbeSite).
// Thread safety: the code may run meanwhile; counts are a snapshot with noise.
#pragma once
#include <cstdint>

#include "code/maps/installed_code.h"
#include "loop/profile.h"

namespace rapgo::observe {

// Sum of the block counters of the method's entry and loop headers: how much has been counted so far.
uint64_t executions(const code::maps::InstalledCode& code);
// Type words become TypeIds.
loop::MethodProfile read_counters(const code::maps::InstalledCode& code);

}  // namespace rapgo::observe
