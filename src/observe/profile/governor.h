#pragma once
// Keeps what profiling costs within the user's budget (DESIGN 4.13, --overhead) by stretching the time between samples.
//
// Pure: no clock of its own. Thread safety: one thread. Units: nanoseconds of CPU time, percent.
#include <cstdint>

namespace rapgo::observe {

class Governor {
 public:
  static constexpr uint64_t kWindow = 1'000'000'000;  // what is judged at a time; the burst at a program's start is shorter
  static constexpr uint64_t kMost = 64;

  explicit Governor(double budget_percent) : budget_(budget_percent) {}
  // CPU time since the start: of the whole process, and what of it went to sampling, aggregating and deciding.
  void measured(uint64_t program_ns, uint64_t profiling_ns);
  // Periods are to be this many times as long; 0: nothing is to be sampled at all.
  uint64_t stretch() const { return budget_ <= 0 ? 0 : stretch_; }

 private:
  double budget_;
  uint64_t stretch_ = 1;
  uint64_t program_ns_ = 0, profiling_ns_ = 0;  // at the beginning of the window
};

}  // namespace rapgo::observe
