// CompilePlan: what `decide` wants compiled. Pure value.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "loop/ids.h"

namespace rapgo::loop {

struct Profile;

struct CompilePlan {
  MethodId method;
  Tier tier = Tier::Optimized;
  bool osr = false;             // compile an OSR version for this loop header
  uint32_t osr_il_offset = 0;
  std::shared_ptr<const Profile> profile;  // immutable snapshot; may be null
  double expected_benefit_ns = 0;          // why it was decided (explanation)
  double expected_cost_ns = 0;
  std::string reason;
  std::vector<std::string> disabled_optimizations;
};

}  // namespace rapgo::loop
