#include "abi/thread_state.h"

namespace rapgo::abi {

thread_local constinit ThreadState tls_state __attribute__((tls_model("initial-exec"), visibility("default"))) = {};

int32_t tls_offset() {
  uint64_t fs_base;
  asm("mov %%fs:0, %0" : "=r"(fs_base));
  return static_cast<int32_t>(reinterpret_cast<intptr_t>(&tls_state) - static_cast<intptr_t>(fs_base));
}

}  // namespace rapgo::abi
