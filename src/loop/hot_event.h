// HotEvent: what observation tells the policy. Pure value.
#pragma once
#include <cstdint>

#include "loop/ids.h"

namespace rapgo::loop {

enum class HotReason : uint8_t { Samples, LoopSamples, ProbesFull, GuardTooOften, AssumptionBroken, StoreHit, Stress, GainMeasured };

struct HotEvent {
  MethodId method;
  HotReason reason = HotReason::Samples;
  Tier current_tier = Tier::Baseline;
  VersionId current_version;
  bool in_loop = false;           // the running activation sits in this loop
  uint32_t loop_il = 0;
  bool loop_entered_often = false;  // the loop has its version, and calls come through baseline code into it again and again
  double samples = 0;             // decayed samples of this method
  double total_samples = 0;       // of the whole program
  double sample_period_ns = 0;
  uint64_t program_ns = 0;        // CPU time so far
  uint32_t il_bytes = 0;
  bool has_loops = false;
  bool has_virtual_calls = false; // worth probing
  double measured_before = 0, measured_after = 0;  // GainMeasured: time in the method per time in its yardstick
  double measured_error = 0;      // relative standard error of after / before
};

}  // namespace rapgo::loop
