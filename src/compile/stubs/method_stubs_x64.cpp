// Stubs made per method or per type.
#include <cstring>

#include "abi/type_head.h"
#include "compile/stubs/fast_paths_x64.h"
#include "compile/stubs/stubs.h"
#include "compile/stubs/transition_x64.h"

namespace rapgo::compile::stubs {

using namespace x86;
using abi::Helper;
using loop::SymbolKind;

namespace {
loop::CompiledCode stub_for(loop::MethodId method) {
  loop::CompiledCode code;
  code.method = method;
  code.tier = loop::Tier::Stub;
  return code;
}
void call_pending(Emitter& e);

// Pushes the caller's stack words again, below a frame made by enter_transition. Keeps all argument registers.
void push_stack_words(Emitter& e, uint32_t words) {
  auto& a = e.a;
  if (words & 1) a.sub(rsp, 8);
  for (uint32_t i = words; i-- > 0;) a.push(qword_ptr(rbp, static_cast<int32_t>(16 + 8 * i)));
}
}  // namespace

void write_first_call_stub(uint8_t out[kFirstCallStubSize], uint64_t at, loop::MethodId method) {
  std::memset(out, 0xCC, kFirstCallStubSize);
  out[0] = 0x41, out[1] = 0xBB;  // mov r11d, method
  std::memcpy(out + 2, &method.value, 4);
  out[6] = 0xE9;
  const auto rel = static_cast<int32_t>(abi::helper_entry(Helper::FirstCall) - (at + 11));
  std::memcpy(out + 7, &rel, 4);
}

loop::CompiledCode first_call_stub(loop::MethodId method) {
  loop::CompiledCode code = stub_for(method);
  Emitter e(code);
  e.frame_at_rsp(8);
  e.mov(r11, SymbolKind::Method, method.value);
  e.jmp(Helper::FirstCall);
  e.finish();
  return code;
}

loop::CompiledCode unbox_stub(loop::MethodId method, bool hidden_result) {
  loop::CompiledCode code = stub_for(method);
  Emitter e(code);
  e.frame_at_rsp(8);
  const Gp receiver = hidden_result ? rsi : rdi;
  e.a.cmp(dword_ptr(receiver), receiver.r32());  // a null receiver faults here, not 8 bytes further on
  e.a.add(receiver, 8);
  e.jmp_slot(SymbolKind::EntrySlot, method.value);
  e.finish();
  return code;
}

loop::CompiledCode virtual_stub(loop::MethodId method, int32_t vtable_slot, bool hidden_result) {
  loop::CompiledCode code = stub_for(method);
  Emitter e(code);
  e.frame_at_rsp(8);
  const Gp receiver = hidden_result ? rsi : rdi;
  e.a.mov(eax, dword_ptr(receiver));  // a null receiver faults here
  if (vtable_slot >= 0) {
    e.a.jmp(qword_ptr(rax, static_cast<int32_t>(abi::kVtableOffset) + 8 * vtable_slot));
  } else {
    e.mov(r10, SymbolKind::Method, method.value);
    e.a.jmp(qword_ptr(rax, static_cast<int32_t>(abi::kImtOffset + 8 * abi::imt_slot(method.value))));
  }
  e.finish();
  return code;
}

loop::CompiledCode icall_stub(loop::MethodId method, const void* function, uint32_t stack_words, FastPath fast) {
  loop::CompiledCode code = stub_for(method);
  Emitter e(code);
  auto& a = e.a;
  if (fast != FastPath::None) {
    asmjit::Label slow = a.newLabel();
    e.frame_at_rsp(8);
    icall_fast(e, fast, slow);
    a.bind(slow);
  }
  enter_transition(e, abi::Mode::Runtime);
  a.mov(eax, method.value);
  a.mov(RAPGO_TLS(icall_method), rax);
  push_stack_words(e, stack_words);
  call_c(e, function);
  const ManagedReturn back = begin_return(e);
  if (stack_words) a.mov(rsp, rbp);
  a.pop(rbp);
  e.frame_at_rsp(8);
  a.ret();
  e.frame_at_rbp();
  finish_return(e, back, [&] { call_pending(e); });
  e.finish();
  return code;
}

loop::CompiledCode leaf_stub(loop::MethodId method, const void* function) {
  loop::CompiledCode code = stub_for(method);
  Emitter e(code);
  e.frame_at_rsp(8);
  e.a.mov(rax, asmjit::imm(reinterpret_cast<uint64_t>(function)));
  e.a.jmp(rax);
  e.finish();
  return code;
}

loop::CompiledCode pinvoke_stub(loop::MethodId method, const void* function, uint32_t stack_words, bool capture_errno) {
  loop::CompiledCode code = stub_for(method);
  Emitter e(code);
  auto& a = e.a;
  enter_transition(e, abi::Mode::Runtime);
  // The collector scans from native_sp up while this thread runs native code: callee-saved registers must lie above.
  static constexpr Gp kSaved[] = {rbx, r12, r13, r14, r15};
  for (const Gp& r : kSaved) a.push(r);
  a.push(RAPGO_TLS(native_sp));
  push_stack_words(e, stack_words);
  a.mov(RAPGO_TLS(native_sp), rsp);
  set_mode(e, abi::Mode::Native);
  call_c(e, function);
  if (capture_errno) {
    a.push(rax);
    a.sub(rsp, 8);
    a.movsd(qword_ptr(rsp), xmm0);
    call_c(e, reinterpret_cast<const void*>(abi::stub_bodies.save_errno));
    a.movsd(xmm0, qword_ptr(rsp));
    a.add(rsp, 8);
    a.pop(rax);
  }
  const ManagedReturn back = begin_return(e);
  // Registers were never changed: native code keeps them.
  a.mov(r11, qword_ptr(rbp, -48));
  a.mov(RAPGO_TLS(native_sp), r11);
  a.mov(rsp, rbp);
  a.pop(rbp);
  e.frame_at_rsp(8);
  a.ret();
  e.frame_at_rbp();
  finish_return(e, back, [&] { call_pending(e); });
  e.finish();
  return code;
}

loop::CompiledCode imt_stub(std::span<const ImtCase> cases) {
  loop::CompiledCode code = stub_for({});
  Emitter e(code);
  auto& a = e.a;
  e.frame_at_rsp(8);
  for (const ImtCase& c : cases) {
    asmjit::Label next = a.newLabel();
    a.cmp(r10d, c.method.value);
    a.jne(next);
    const uint8_t jump[3] = {0xFF, 0x24, 0x25};
    e.raw(jump, 3);
    e.raw(&c.word, 4);
    a.bind(next);
  }
  e.jmp(Helper::InterfaceMiss);
  e.finish();
  return code;
}

namespace {
// Per-method stubs lie apart from the core blob: the common part is inlined here.
void call_pending(Emitter& e) {
  auto& a = e.a;
  asmjit::Label raise = a.newLabel(), done = a.newLabel();
  set_mode(e, abi::Mode::Runtime);
  a.and_(rsp, -16);  // the frame is left by way of rbp
  a.sub(rsp, 48);
  a.mov(ptr(rsp), rax);
  a.mov(ptr(rsp, 8), rdx);
  a.movups(ptr(rsp, 16), xmm0);
  a.movups(ptr(rsp, 32), xmm1);
  a.xor_(edi, edi);
  call_c(e, reinterpret_cast<const void*>(abi::stub_bodies.pending));
  a.test(rax, rax);
  a.jnz(raise);
  a.mov(rax, ptr(rsp));
  a.mov(rdx, ptr(rsp, 8));
  a.movups(xmm0, ptr(rsp, 16));
  a.movups(xmm1, ptr(rsp, 32));
  a.add(rsp, 48);
  a.jmp(done);
  a.bind(raise);
  a.mov(rsi, rax);
  a.sub(rsp, 80);
  store_context(e, rsp, 0);
  a.mov(rdi, rsp);
  call_c(e, reinterpret_cast<const void*>(abi::stub_bodies.raise));
  a.ud2();
  a.bind(done);
}
}  // namespace

}  // namespace rapgo::compile::stubs
