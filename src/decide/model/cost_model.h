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

// Compile cost: a fixed part, and so much for each byte of IL. The latter is what all compiles so far took beyond the fixed part, over all
// their bytes: a mean of ratios would let the many small methods say what a large one costs. Older compiles fade.
class CompileCost {
 public:
  constexpr CompileCost(double fixed, double per_byte, double bytes) : fixed_(fixed), ns_(per_byte * bytes), bytes_(bytes) {}
  void observe(uint32_t il_bytes, double ns) {
    ns_ = ns_ * kKept + (ns > fixed_ ? ns - fixed_ : 0);
    bytes_ = bytes_ * kKept + (il_bytes < kLeast ? kLeast : il_bytes);
  }
  double estimate(uint32_t il_bytes) const { return fixed_ + per_byte() * (il_bytes < kLeast ? kLeast : il_bytes); }
  double per_byte() const { return ns_ / bytes_; }

 private:
  static constexpr double kKept = 31.0 / 32;
  static constexpr uint32_t kLeast = 16;
  double fixed_, ns_, bytes_;
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

 private:
  // Priors measured on the bench programs: baseline about 0.1 us per IL byte; the optimizer about 3 ms for the smallest method and
  // 25 us for each byte, inlined ones included.
  CompileCost cost_[4] = {{0, 100, 1000}, {0, 120, 1000}, {3e6, 25e3, 1000}, {0, 100, 1000}};
  Learned general_speedup_{3.0, 4};
  std::map<loop::MethodId, Learned> speedup_;
};

}  // namespace rapgo::decide
