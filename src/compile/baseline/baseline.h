// The baseline compiler: IL to x86-64 in one pass (DESIGN 4.7; docs/conventions.md 1-4, 6).
// Thread safety: any thread in Mode::Runtime; one compilation uses one thread. Deterministic: the same method and options give the same bytes.
// Errors: InvalidProgram (a LoadError) if the IL has no meaning, LoadError if the body itself or its signature cannot be loaded; what
// is missing at one instruction becomes a throw at that instruction. May collect: never. May block on the loader lock.
#pragma once
#include <cstdint>
#include <vector>

#include "loop/compiled_code.h"

namespace rapgo::load::types { class Method; }
namespace rapgo::load::il { class MethodBody; }

namespace rapgo::compile::baseline {

using load::types::Method;

struct Options {
  bool stress_osr = false;  // back-edges call TransferUp instead of being nops
  bool probes = false;      // Tier::Probed: counters (probe.h)
};

// REQUIRES: compilable(method).
loop::SharedCode compile(Method* method, const Options& options = {});
// From parts, for dynamic methods and tests.
loop::SharedCode compile(const load::il::MethodBody& body, const Options& options = {});
// Has IL, or a body made here: intrinsics whose IL is missing or wrong, array methods. False: a stub or a throw is needed.
bool compilable(Method* method);

// Code that continues a frame of an installed baseline version in the middle of a block. On entry rbp is the frame, rsp = rbp - frame_size
// (with localloc: the saved_sp word), every value in its home. `owner_start` is where the version's bytes[0] lies: the
// stub must be attached to that version. Resume::ContinueAfter: il_offset is a call, its result (if any) is in its home. Resume::Throw: exception
// in rax; it is thrown as if at il_offset.
// Throws LoadError if there is no such instruction boundary.
loop::CompiledCode landing(Method* method, const Options& options, uint32_t il_offset, loop::Resume resume, uint64_t owner_start);

}  // namespace rapgo::compile::baseline
