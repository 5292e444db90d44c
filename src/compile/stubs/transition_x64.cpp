#include "compile/stubs/transition_x64.h"

namespace rapgo::compile::stubs {

using namespace x86;

void enter_transition(Emitter& e, abi::Mode mode) {
  auto& a = e.a;
  e.frame_at_rsp(8);
  a.push(rbp);
  e.frame_pushed();
  a.mov(rbp, rsp);
  e.frame_at_rbp();
  a.mov(rax, ptr(rbp, 8));
  a.mov(RAPGO_TLS(last_pc), rax);
  a.lea(rax, ptr(rbp, 16));
  a.mov(RAPGO_TLS(last_sp), rax);
  a.mov(rax, ptr(rbp));
  a.mov(RAPGO_TLS(last_fp), rax);
  if (mode == abi::Mode::Native) a.mov(RAPGO_TLS(native_sp), rsp);
  set_mode(e, mode);
}

ManagedReturn begin_return(Emitter& e) {
  auto& a = e.a;
  ManagedReturn r{a.newLabel(), a.newLabel()};
  a.bind(r.again);
  set_mode(e, abi::Mode::Managed);
  a.cmp(RAPGO_TLS4(pending), 0);
  a.jne(r.slow);
  return r;
}

void store_context(Emitter& e, const Gp& base, int32_t offset) {
  auto& a = e.a;
  const auto at = [&](size_t field) { return qword_ptr(base, offset + static_cast<int32_t>(field)); };
  a.mov(at(offsetof(abi::Context, rbx)), rbx);
  a.mov(at(offsetof(abi::Context, r12)), r12);
  a.mov(at(offsetof(abi::Context, r13)), r13);
  a.mov(at(offsetof(abi::Context, r14)), r14);
  a.mov(at(offsetof(abi::Context, r15)), r15);
  a.mov(rax, ptr(rbp));
  a.mov(at(offsetof(abi::Context, rbp)), rax);
  a.lea(rax, ptr(rbp, 16));
  a.mov(at(offsetof(abi::Context, rsp)), rax);
  a.mov(rax, ptr(rbp, 8));
  a.mov(at(offsetof(abi::Context, pc)), rax);
}

}  // namespace rapgo::compile::stubs
