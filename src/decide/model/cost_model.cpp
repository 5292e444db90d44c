#include "decide/model/cost_model.h"

#include <algorithm>

namespace rapgo::decide {

Estimate CostModel::estimate(const loop::HotEvent& event, loop::Tier tier) const {
  Estimate e;
  e.cost_ns = cost_[static_cast<int>(tier)].estimate(event.il_bytes);
  e.speedup = tier == loop::Tier::Optimized ? speedup(event.method) : 1.0;
  const double so_far = event.samples * event.sample_period_ns;
  if (tier == loop::Tier::Optimized) e.benefit_ns = so_far * (1.0 - 1.0 / std::max(e.speedup, 0.1));
  // Probing makes nothing faster by itself: it makes the optimized version better by what guarding and inlining bring.
  if (tier == loop::Tier::Probed) e.benefit_ns = event.has_virtual_calls ? so_far * 0.3 : 0;
  return e;
}

void CostModel::compiled(loop::Tier tier, uint32_t il_bytes, uint64_t ns) {
  cost_[static_cast<int>(tier)].observe(il_bytes, static_cast<double>(ns));
}

void CostModel::measured(loop::MethodId method, double before, double after) {
  if (before <= 0 || after <= 0) return;
  const double gain = before / after;
  general_speedup_.observe(std::clamp(gain, 0.2, 20.0));
  speedup_.try_emplace(method, gain, 1).first->second.observe(gain);
}

double CostModel::speedup(loop::MethodId method) const {
  auto it = speedup_.find(method);
  return it == speedup_.end() ? general_speedup_.value() : it->second.value();
}

}  // namespace rapgo::decide
