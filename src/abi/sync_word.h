// The sync word's thin locks (abi/object.h: SyncTag): what run/threads and the stubs agree on.
#pragma once
#include <cstdint>

#include "abi/object.h"

namespace rapgo::abi {

// Bits 2 to 17: the owner's ThreadState::thread_index; above them: how many more times it has entered.
inline constexpr int kThinOwnerShift = 2, kThinMoreShift = 18;
inline constexpr uint32_t kThinOwnerMask = 0xFFFF;
inline constexpr uint32_t kMaxThinRecursion = (1u << 14) - 1;
inline constexpr uint32_t thin_lock(uint32_t owner, uint32_t more) { return kSyncThin | owner << kThinOwnerShift | more << kThinMoreShift; }

}  // namespace rapgo::abi
