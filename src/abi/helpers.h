// Helper ids and their table of entry addresses. Filled by compile/stubs (Asm, transition stubs) from the C++ bodies that
// run/ registers; read-only afterwards.
#pragma once
#include <cstdint>

namespace rapgo::abi {

enum class Helper : uint16_t {
#define HELPER(name, result, args, cls) name,
#include "abi/helpers.def"
#undef HELPER
  Count
};
inline constexpr int kHelperCount = static_cast<int>(Helper::Count);

enum class HelperClass : uint8_t { Asm, Leaf, Full, Throw, Special };

struct HelperInfo {
  const char* name;
  char result;
  const char* args;
  HelperClass cls;
};
const HelperInfo& helper_info(Helper);  // helpers.cpp

// C++ bodies (Leaf, Full, Throw and the C++ halves of Special ones), registered by run/ before stubs are made.
extern void* helper_bodies[kHelperCount];
// What compiled code calls, below 4 GiB (Leaf ones get a `jmp` thunk there). Valid after compile::stubs::make_stubs.
extern uint64_t helper_entries[kHelperCount];

inline void*& helper_body(Helper h) { return helper_bodies[static_cast<int>(h)]; }
inline uint64_t& helper_entry(Helper h) { return helper_entries[static_cast<int>(h)]; }

}  // namespace rapgo::abi
