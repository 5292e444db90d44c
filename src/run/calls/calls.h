// Wiring of run/calls. Once, before core stubs are made (compile::stubs::core_stubs reads the bodies).
#pragma once

namespace rapgo::run::calls {

void register_helpers();  // abi::helper_bodies, except those of run/stack and run/transfer

}  // namespace rapgo::run::calls
