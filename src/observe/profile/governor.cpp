#include "observe/profile/governor.h"

#include <algorithm>

namespace rapgo::observe {

void Governor::measured(uint64_t program_ns, uint64_t profiling_ns) {
  if (program_ns - program_ns_ < kWindow) return;
  const double share = 100.0 * static_cast<double>(profiling_ns - profiling_ns_) / static_cast<double>(program_ns - program_ns_);
  program_ns_ = program_ns;
  profiling_ns_ = profiling_ns;
  if (share > budget_) stretch_ = std::min(2 * stretch_, kMost);
  else if (share < 0.4 * budget_) stretch_ = std::max<uint64_t>(1, stretch_ / 2);  // half the period costs twice as much
}

}  // namespace rapgo::observe
