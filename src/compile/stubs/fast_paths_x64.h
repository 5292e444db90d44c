// Fast paths in front of transition stubs (fast_paths_x64.cpp). Private to this folder.
#pragma once
#include "compile/stubs/emitter_x64.h"
#include "compile/stubs/stubs.h"

namespace rapgo::compile::stubs {

// Each goes on at `slow`, or returns to the caller.
CoreStubs::Range store_element_fast(Emitter& e, const asmjit::Label& slow);
// Is the type in eax one of `to`, a type head's register? Knows what the types and the cache (abi/type_checks.h) know; changes rax, r11 and flags.
// Leaves by one of the exits, never at its end.
struct TypeTestExits { asmjit::Label yes, no, unknown; };
void type_test(Emitter& e, const x86::Gp& to, const TypeTestExits& exits);
// The same for the object in rdi and the type head in rsi; null leaves by `null`.
void object_type_test(Emitter& e, const asmjit::Label& null, const TypeTestExits& exits);
void cast_class_fast(Emitter& e, const asmjit::Label& slow);
void thread_static_fast(Emitter& e, const asmjit::Label& slow);
void icall_fast(Emitter& e, FastPath path, const asmjit::Label& slow);

// [place] = value with its card marked (gc/binding/barrier.h); changes r11. What may not be left half done is the range.
CoreStubs::Range store_marked(Emitter& e, const x86::Gp& place, const x86::Gp& value);

}  // namespace rapgo::compile::stubs
