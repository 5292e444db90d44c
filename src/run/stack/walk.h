// Walking managed stacks: precise unwinding by code maps (DESIGN 4.5, 4.10; conventions 5).
// Thread safety: a walk reads its own thread's stack, or that of a stopped thread. No allocation except where said; may not collect.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "loop/compiled_code.h"
#include "loop/ids.h"
#include "loop/profile.h"

namespace rapgo::run::threads { class Thread; }

namespace rapgo::run::stack {

// One method activation, inlined ones included (they share `registers` with the physical frame).
struct VirtualFrame {
  loop::MethodId method;
  loop::VersionId version;
  loop::Tier tier;
  uint32_t il_offset = ~0u;  // ~0: unknown
  uint32_t native_offset = 0;
  uint64_t pc = 0;
  bool inlined = false;
};

// All managed frames of the calling thread (Mode::Runtime, inside a helper or internal call) or of a stopped thread, innermost first.
// Crosses native transitions. `skip` leaves out that many innermost frames.
std::vector<VirtualFrame> capture_stack(threads::Thread* thread = nullptr, int skip = 0);
void walk_stack(threads::Thread* thread, const std::function<bool(const VirtualFrame&)>& visit);  // visit: false ends the walk
// The method that called the running internal call or helper; 0 if none.
loop::MethodId calling_method(int skip = 0);

// For the sampler's signal handler: light, bounds-checked, lock-free, no allocation. Returns false (and counts a miss) where
// the top frame could not be made out; `out.frames` then holds what was found.
bool capture_sample(void* ucontext, loop::Sample& out) noexcept;
// While one exists on a thread, its samples are nobody's: compiling and loading for a first call says nothing of how hot the caller is.
class Unsampled {
 public:
  Unsampled() { ++depth_; }
  ~Unsampled() { --depth_; }
  Unsampled(const Unsampled&) = delete;
  static bool here() { return depth_ != 0; }

 private:
  static inline constinit thread_local int depth_ = 0;
};
uint64_t sample_misses();

// "  at Ns.Type.Method (args) [0x0000a] in <module>:0" lines for people; best effort.
std::string format_stack(const std::vector<VirtualFrame>& frames);

}  // namespace rapgo::run::stack
