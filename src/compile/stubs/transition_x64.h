// The pieces that transition stubs are made of. fs-relative operands are constants: one executable, one thread_local object.
#pragma once
#include <cstddef>

#include "abi/stub_protocol.h"
#include "abi/thread_state.h"
#include "compile/stubs/emitter_x64.h"

namespace rapgo::compile::stubs {

// fs:[field of this thread's ThreadState]
inline x86::Mem tls(size_t field, uint32_t size = 8) {
  x86::Mem m = x86::ptr_abs(static_cast<uint64_t>(static_cast<int64_t>(abi::tls_offset()) + static_cast<int64_t>(field)), size);
  m.setAddrType(x86::Mem::AddrType::kAbs);
  m.setSegment(x86::fs);
  return m;
}
#define RAPGO_TLS(field) ::rapgo::compile::stubs::tls(offsetof(::rapgo::abi::ThreadState, field))
#define RAPGO_TLS4(field) ::rapgo::compile::stubs::tls(offsetof(::rapgo::abi::ThreadState, field), 4)

inline void set_mode(Emitter& e, abi::Mode mode) { e.a.mov(RAPGO_TLS4(mode), static_cast<uint32_t>(mode)); }

inline void call_c(Emitter& e, const void* function) {
  e.a.mov(x86::rax, asmjit::imm(reinterpret_cast<uint64_t>(function)));
  e.a.call(x86::rax);
}

// push rbp; mov rbp, rsp, with rows; then the caller is recorded as the last managed frame and the mode set. Clobbers rax.
void enter_transition(Emitter& e, abi::Mode mode);
// Emits the way back to Mode::Managed: frame as enter_transition left it, rsp 16-aligned. Keeps rax, rdx, xmm0, xmm1. `pending` is called out of line
// (bind_slow, behind the stub's end). Nothing of the frame is popped.
struct ManagedReturn {
  asmjit::Label again, slow;
};
ManagedReturn begin_return(Emitter& e);
// The out-of-line part; `call_pending` emits the call of the common code (label or helper).
template <class F>
void finish_return(Emitter& e, const ManagedReturn& r, F call_pending) {
  e.a.bind(r.slow);
  call_pending();
  e.a.jmp(r.again);
}
// Context of the stub's caller at [base + offset]; frame as enter_transition left it. Clobbers rax.
void store_context(Emitter& e, const x86::Gp& base, int32_t offset);

}  // namespace rapgo::compile::stubs
