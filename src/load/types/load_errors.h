// Load errors met while compiling an instruction that may never run: recorded by number, thrown by Helper::ThrowLoadError.
// Thread safety: any thread. Numbers are process-local and stay valid for the process's life.
#pragma once
#include <cstdint>

#include "load/types/loader.h"

namespace rapgo::load::types {

uint32_t record_load_error(const LoadError& error);
const LoadError& recorded_load_error(uint32_t index);

}  // namespace rapgo::load::types
