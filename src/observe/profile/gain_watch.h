// Did the new version pay? (DESIGN R8)
//
// Nothing counts executions, so a method's cost is measured against a yardstick: the samples of its callers' other work. A
// caller that calls the method once per turn spends in/out of its time in it; where that ratio falls after the method was replaced,
// and nothing else that matters was replaced meanwhile, the new version is faster by as much. A method without such a caller (a
// loop in Main that is the whole program) has no yardstick, and is reported as not measurable.
// Thread safety: owned by the observing thread. Times: monotonic nanoseconds.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "loop/profile.h"

namespace rapgo::observe {

class GainWatch {
 public:
  struct Gain {
    loop::MethodId method;
    loop::VersionId version;
    bool measured = false;
    double before = 0, after = 0;  // time in the method per time in the yardstick
    double error = 0;              // relative standard error of after / before
    const char* why_not = "";
  };

  void add(const loop::Sample& sample);
  // `version` has just become the method's active one, or the one that its loop is moved into.
  void replaced(loop::MethodId method, loop::VersionId version, uint64_t now_ns);
  // What has been found out since the last call.
  std::vector<Gain> take();

 private:
  struct Watch {
    loop::MethodId method;
    loop::VersionId version;
    loop::MethodId yardstick;      // 0: everything else on the threads that call the method
    uint64_t since_ns = 0;
    double in_before = 0, out_before = 0, in_after = 0, out_after = 0, in_old = 0;
    std::map<uint32_t, double> shares;  // method -> share of the samples before
  };
  enum class Side : uint8_t { Neither, In, Out };
  static Side side(const loop::Sample& sample, loop::MethodId method, loop::MethodId yardstick, int* frame);
  void start(loop::MethodId method, loop::VersionId version, uint64_t now_ns);
  void finish(const Watch& watch, const char* why_not);
  uint64_t quiet_since(uint64_t now_ns) const;

  std::deque<loop::Sample> recent_;
  struct Change { loop::MethodId method; uint64_t time_ns; };
  std::deque<Change> changes_;
  std::vector<Watch> watches_;
  std::vector<Gain> done_;
};

}  // namespace rapgo::observe
