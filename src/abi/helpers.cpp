#include "abi/helpers.h"

#include "abi/type_checks.h"

namespace rapgo::abi {

void* helper_bodies[kHelperCount];
uint64_t helper_entries[kHelperCount];
uint64_t* type_checks;

const HelperInfo& helper_info(Helper h) {
  static const HelperInfo table[] = {
#define HELPER(name, result, args, cls) {#name, #result[0], args, HelperClass::cls},
#include "abi/helpers.def"
#undef HELPER
  };
  return table[static_cast<int>(h)];
}

}  // namespace rapgo::abi
