// Loops inside try blocks have no frame state between their exits, so that Thread.Abort could not bring optimized code out of them: they read this
// bit of TypeHead::flags of System.Threading.ThreadAbortException, and leave for baseline code while it is set.
// Thread safety: set and cleared atomically, while some thread has an abort to be thrown.
#pragma once
#include <cstdint>

namespace rapgo::abi {

inline constexpr uint32_t kAbortsWanted = 1u << 30;

}  // namespace rapgo::abi
