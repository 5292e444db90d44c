// Builds the blob of core stubs, one member per family.
#pragma once
#include "compile/stubs/stubs.h"
#include "compile/stubs/transition_x64.h"

namespace rapgo::compile::stubs {

struct CoreBuilder {
  CoreBuilder(CoreStubs& stubs, Emitter& e)
      : stubs(stubs), e(e), pending(e.a.newLabel()), osr_return(e.a.newLabel()), new_object_slow(e.a.newLabel()), new_vector_slow(e.a.newLabel()), new_string_slow(e.a.newLabel()) {
    for (auto& l : full_labels) l = e.a.newLabel();
  }

  CoreStubs& stubs;
  Emitter& e;
  asmjit::Label pending, osr_return, new_object_slow, new_vector_slow, new_string_slow;

  asmjit::Label full_labels[3];  // NewObjectSlow, NewVectorSlow, NewStringSlow

  void begin(const char* name);
  void body_call(abi::Helper h);

  void common_pending();
  void fast_path(abi::Helper h, const asmjit::Label& slow);
  void full(abi::Helper h);
  void thrower(abi::Helper h);
  void leaf(abi::Helper h);
  void trap(abi::Helper h);
  void dispatcher(abi::Helper h, const x86::Gp& id);
  void transfer_up();
  void transfer_down();
  void resume_unwind();
  // asm_helpers_x64.cpp
  void allocation();
  void allocation_slow();
  void barrier();
  void is_instance();
  void probe();
  // entry_x64.cpp
  void invoke();
  void call_filter();
  void restore();
};

}  // namespace rapgo::compile::stubs
