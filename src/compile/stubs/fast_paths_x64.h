// Fast paths in front of transition stubs (fast_paths_x64.cpp). Private to this folder.
#pragma once
#include "compile/stubs/emitter_x64.h"
#include "compile/stubs/stubs.h"

namespace rapgo::compile::stubs {

struct RestartRange {
  uint32_t begin, end;
};

// Each goes on at `slow`, or returns to the caller.
RestartRange store_element_fast(Emitter& e, const asmjit::Label& slow);
void thread_static_fast(Emitter& e, const asmjit::Label& slow);
void icall_fast(Emitter& e, FastPath path, const asmjit::Label& slow);

// rdi = object; these fall through where they succeed.
void monitor_enter_fast(Emitter& e, const asmjit::Label& slow);
void monitor_exit_fast(Emitter& e, const asmjit::Label& slow);

}  // namespace rapgo::compile::stubs
