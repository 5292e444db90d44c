// What a compile costs and what it brings, learned from what compiles did cost and versions did bring (DESIGN R8, 4.13).
// Pure: no clock, no threads, no metadata; the caller reports measurements. Times in nanoseconds.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "loop/hot_event.h"
#include "loop/ids.h"

namespace rapgo::decide {

// Exponentially weighted mean, seeded with a prior that counts as `weight` observations.
class Learned {
 public:
  constexpr Learned(double prior, double weight) : value_(prior), weight_(weight) {}
  void observe(double x) {
    weight_ = weight_ < kMemory ? weight_ + 1 : kMemory;
    value_ += (x - value_) / weight_;
  }
  double value() const { return value_; }

 private:
  static constexpr double kMemory = 32;  // older observations fade beyond this many
  double value_, weight_;
};

struct Estimate {
  double cost_ns = 0;      // compile time, expected
  double benefit_ns = 0;   // time saved over the expected future, cost not deducted
  double speedup = 1;
  double net() const { return benefit_ns - cost_ns; }
};

class CostModel {
 public:
  // Cost and benefit of compiling the event's method at `tier` now.
  // Expected future time of a method = what it took so far (it is as likely to be in its first half as in its second).
  Estimate estimate(const loop::HotEvent& event, loop::Tier tier) const;

  void compiled(loop::Tier tier, uint32_t il_bytes, uint64_t ns);                 // a compile took this long
  void measured(loop::MethodId method, double before, double after);              // cost per unit of work, before and after
  double speedup(loop::MethodId method) const;                                    // of optimized over baseline code
  double ns_per_il_byte(loop::Tier tier) const { return cost_[static_cast<int>(tier)].value(); }

 private:
  // Priors measured on the bench programs: baseline about 0.1 us per IL byte, the optimizer about 60 us and 15 ms to load.
  Learned cost_[4] = {{100, 4}, {120, 4}, {60e3, 2}, {100, 1}};
  Learned general_speedup_{3.0, 4};
  std::map<loop::MethodId, Learned> speedup_;
};

}  // namespace rapgo::decide
