// C++ bodies of helpers, by family; registered by register_helpers(). Private to run/calls.
#pragma once
#include "abi/helpers.h"
#include "abi/stub_protocol.h"
#include "run/calls/icall.h"

namespace rapgo::run::calls {

template <auto function>
void set_body(abi::Helper h) {
  abi::helper_body(h) = detail::bordered<function>();
}
template <auto function>
void set_leaf(abi::Helper h) {
  abi::helper_body(h) = reinterpret_cast<void*>(function);
}

void register_allocation_bodies();
void register_type_bodies();
void register_throw_bodies();
void register_math_bodies();
void register_native_calli(); // native_calli.cpp
void register_memory_bodies();   // memory_x64.cpp
void register_dispatch_bodies(); // first call, interface miss, virtual resolution, delegates

}  // namespace rapgo::run::calls
