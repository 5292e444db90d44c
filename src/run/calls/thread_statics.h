// [ThreadStatic] fields: one table of words per thread, at a fixed place for its life, so that addresses stay good.
// Thread safety: the current thread. May not collect.
#pragma once
#include "load/types/type.h"

namespace rapgo::run::calls {

void* thread_static_address(load::types::Field* field);
void install_thread_statics();  // hooks into attach, detach and root scanning

}  // namespace rapgo::run::calls
