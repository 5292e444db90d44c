// C++ to managed code and back (abi/stub_protocol.h).
#include "compile/stubs/core_x64.h"

namespace rapgo::compile::stubs {

using namespace x86;

namespace {
void push_frame(Emitter& e, bool with_block) {
  auto& a = e.a;
  e.frame_at_rsp(8);
  a.push(rbp);
  e.frame_pushed();
  a.mov(rbp, rsp);
  loop::UnwindRow row{e.pc(), 16, true};
  row.saved[1] = -16;
  row.saved[5] = -24, row.saved[4] = -32, row.saved[3] = -40, row.saved[2] = -48, row.saved[0] = -56;
  a.push(r15);
  a.push(r14);
  a.push(r13);
  a.push(r12);
  a.push(rbx);
  row.pc = e.pc();
  e.out.unwind.push_back(row);
  if (with_block) a.push(rsi); else a.push(0);
  a.push(RAPGO_TLS(last_fp));
  a.push(RAPGO_TLS(last_sp));
  a.push(RAPGO_TLS(last_pc));
  a.push(0);
}

// rsp = the EntryFrame. Restores C++'s registers and returns.
void pop_frame(Emitter& e) {
  auto& a = e.a;
  set_mode(e, abi::Mode::Runtime);
  a.add(rsp, 8);
  a.pop(RAPGO_TLS(last_pc));
  a.pop(RAPGO_TLS(last_sp));
  a.pop(RAPGO_TLS(last_fp));
  a.add(rsp, 8);
  a.pop(rbx);
  a.pop(r12);
  a.pop(r13);
  a.pop(r14);
  a.pop(r15);
  a.pop(rbp);
  a.ret();
}

// Mode::Managed, stopping first if asked to. Keeps callee-saved registers only; rsp must be 16-aligned.
void go_managed(Emitter& e) {
  auto& a = e.a;
  asmjit::Label again = a.newLabel(), done = a.newLabel();
  a.bind(again);
  set_mode(e, abi::Mode::Managed);
  a.test(RAPGO_TLS4(pending), abi::kPendingSuspend);
  a.jz(done);
  set_mode(e, abi::Mode::Runtime);
  a.mov(edi, 1);
  call_c(e, reinterpret_cast<const void*>(abi::stub_bodies.pending));
  a.jmp(again);
  a.bind(done);
}
}  // namespace

// invoke(rdi = entry, rsi = InvokeBlock*)
void CoreBuilder::invoke() {
  auto& a = e.a;
  begin("invoke");
  stubs.invoke = e.pc();
  push_frame(e, true);
  a.mov(r12, rdi);
  a.mov(rbx, rsi);
  go_managed(e);
  const auto block = [&](size_t field) { return qword_ptr(rbx, static_cast<int32_t>(field)); };
  asmjit::Label even = a.newLabel(), loop = a.newLabel(), copied = a.newLabel();
  a.mov(rcx, block(offsetof(abi::InvokeBlock, stack_words)));
  a.mov(rdx, block(offsetof(abi::InvokeBlock, stack)));
  a.test(cl, 1);
  a.jz(even);
  a.push(0);
  a.bind(even);
  a.bind(loop);
  a.test(rcx, rcx);
  a.jz(copied);
  a.push(qword_ptr(rdx, rcx, 3, -8));
  a.dec(rcx);
  a.jmp(loop);
  a.bind(copied);
  for (int i = 0; i < 8; ++i) a.movsd(xmm(i), block(offsetof(abi::InvokeBlock, sses) + 8 * i));
  for (int i = 0; i < 6; ++i) a.mov(kIntArg[i], block(offsetof(abi::InvokeBlock, ints) + 8 * i));
  a.mov(r10, block(offsetof(abi::InvokeBlock, r10)));
  a.call(r12);
  stubs.invoke_return = e.pc();
  // Baseline callees keep only rbp for sure by unwinding; take the block from the frame.
  const int32_t at_block = static_cast<int32_t>(offsetof(abi::EntryFrame, block)) - static_cast<int32_t>(offsetof(abi::EntryFrame, rbp));
  a.mov(rbx, qword_ptr(rbp, at_block));
  a.mov(block(offsetof(abi::InvokeBlock, result_ints)), rax);
  a.mov(block(offsetof(abi::InvokeBlock, result_ints) + 8), rdx);
  a.movsd(block(offsetof(abi::InvokeBlock, result_sses)), xmm0);
  a.movsd(block(offsetof(abi::InvokeBlock, result_sses) + 8), xmm1);
  asmjit::Label out = a.newLabel();
  a.bind(out);
  a.lea(rsp, ptr(rbp, -static_cast<int32_t>(offsetof(abi::EntryFrame, rbp))));
  pop_frame(e);
  stubs.invoke_exception = e.pc();
  a.mov(rbx, qword_ptr(rbp, at_block));
  a.mov(block(offsetof(abi::InvokeBlock, exception)), rax);
  a.jmp(out);
}

// call_filter(rdi = filter code, rsi = frame pointer, rdx = exception, rcx = where to put the activation's rsp)
void CoreBuilder::call_filter() {
  auto& a = e.a;
  begin("call_filter");
  stubs.call_filter = e.pc();
  push_frame(e, false);
  a.lea(rax, ptr(rsp, -8));
  a.mov(ptr(rcx), rax);
  a.mov(rbx, rdi);
  a.mov(r12, rsi);
  a.mov(r13, rdx);
  go_managed(e);
  a.mov(rax, r13);
  a.mov(rbp, r12);
  a.call(rbx);
  stubs.filter_return = e.pc();
  asmjit::Label out = a.newLabel();
  a.bind(out);
  pop_frame(e);
  stubs.filter_exception = e.pc();
  a.xor_(eax, eax);
  a.jmp(out);
}

void CoreBuilder::restore() {
  auto& a = e.a;
  const auto at = [&](size_t field) { return qword_ptr(rdi, static_cast<int32_t>(field)); };
  asmjit::Label plain = a.newLabel();
  begin("restore_frames");  // rdi = context, rsi = staged, rdx = target, rcx = bytes
  stubs.restore_frames = e.pc();
  a.mov(rax, at(offsetof(abi::Context, rsp)));
  a.lea(rsp, ptr(rax, -8));  // signal handlers must not write over what is copied
  a.mov(r9, rdi);
  a.mov(rdi, rdx);
  a.shr(rcx, 3);
  a.rep().movs(qword_ptr(rdi), qword_ptr(rsi));
  a.mov(rdi, r9);
  a.jmp(plain);

  begin("restore_context");
  stubs.restore_context = e.pc();
  a.bind(plain);
  a.mov(rcx, at(offsetof(abi::Context, pc)));
  a.mov(rdx, at(offsetof(abi::Context, rsp)));
  a.mov(rax, at(offsetof(abi::Context, rax)));
  a.mov(rbx, at(offsetof(abi::Context, rbx)));
  a.mov(rbp, at(offsetof(abi::Context, rbp)));
  a.mov(r12, at(offsetof(abi::Context, r12)));
  a.mov(r13, at(offsetof(abi::Context, r13)));
  a.mov(r14, at(offsetof(abi::Context, r14)));
  a.mov(r15, at(offsetof(abi::Context, r15)));
  a.mov(rsp, rdx);
  a.push(rcx);  // so that this looks like a stub called from there
  asmjit::Label again = a.newLabel(), slow = a.newLabel();
  a.bind(again);
  set_mode(e, abi::Mode::Managed);
  a.test(RAPGO_TLS4(pending), abi::kPendingSuspend);
  a.jnz(slow);
  a.ret();
  a.bind(slow);
  set_mode(e, abi::Mode::Runtime);
  a.mov(RAPGO_TLS(last_pc), rcx);
  a.mov(RAPGO_TLS(last_sp), rdx);
  a.mov(RAPGO_TLS(last_fp), rbp);
  a.push(rbp);
  e.frame_pushed();
  a.mov(rbp, rsp);
  e.frame_at_rbp();
  a.push(rax);
  a.and_(rsp, -16);
  a.mov(edi, 1);
  call_c(e, reinterpret_cast<const void*>(abi::stub_bodies.pending));
  a.mov(rax, ptr(rbp, -8));
  a.mov(rsp, rbp);
  a.pop(rbp);
  e.frame_at_rsp(8);
  a.jmp(again);
}

}  // namespace rapgo::compile::stubs
