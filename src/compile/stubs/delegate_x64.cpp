// Bodies of delegate Invoke methods (ECMA-335 II.14.6). Which one an object uses is the value of its invoke_impl word.
#include "compile/stubs/stubs.h"
#include "compile/stubs/transition_x64.h"

namespace rapgo::compile::stubs {

using namespace x86;
using abi::ArgLocation;
using abi::CallLayout;
using abi::Eightbyte;
using loop::SymbolKind;

namespace {

struct DelegateBuilder {
  Emitter& e;
  const CallLayout& with_this;
  const CallLayout& without;
  const DelegateOffsets& at;
  Assembler& a = e.a;
  Gp self = kIntArg[with_this.args[0].reg[0]];

  // Register arguments to their places in the callee without a receiver. Each place is at or before the old one, so ascending order is safe.
  void shift_registers() {
    for (size_t i = 1; i < with_this.args.size(); ++i) {
      const ArgLocation &from = with_this.args[i], &to = without.args[i - 1];
      if (!from.in_registers) continue;
      for (int p = 0; p < from.pieces; ++p)
        if (from.cls[p] == Eightbyte::Integer && from.reg[p] != to.reg[p]) a.mov(kIntArg[to.reg[p]], kIntArg[from.reg[p]]);
    }
  }

  void open() {
    e.frame_at_rsp(8);
    if (with_this.stack_words == 0) {
      a.mov(rax, ptr(self, static_cast<int32_t>(at.method_ptr)));
      shift_registers();
      a.jmp(rax);
      return;
    }
    // Stack words move too: a frame of our own.
    a.push(rbp);
    e.frame_pushed();
    a.mov(rbp, rsp);
    e.frame_at_rbp();
    a.mov(r11, ptr(self, static_cast<int32_t>(at.method_ptr)));
    a.sub(rsp, (without.stack_words * 8 + 15) & ~15u);
    shift_registers();
    for (size_t i = 1; i < with_this.args.size(); ++i) {
      const ArgLocation &from = with_this.args[i], &to = without.args[i - 1];
      if (from.in_registers) continue;
      for (uint32_t p = 0; p < from.words; ++p) {
        const Mem source = qword_ptr(rbp, static_cast<int32_t>(16 + 8 * (from.stack_word + p)));
        if (!to.in_registers) {
          a.mov(rax, source);
          a.mov(qword_ptr(rsp, static_cast<int32_t>(8 * (to.stack_word + p))), rax);
        } else if (to.cls[p] == Eightbyte::Sse) {
          a.movsd(xmm(to.reg[p]), source);
        } else {
          a.mov(kIntArg[to.reg[p]], source);
        }
      }
    }
    a.call(r11);
    a.leave();
    e.frame_at_rsp(8);
    a.ret();
  }

  // Frame: [rbp-8] list, [rbp-16] index, [rbp-64..] integer registers, [rbp-128..] SSE registers, copies of by-address
  // arguments, outgoing stack words.
  void multicast() {
    e.frame_at_rsp(8);
    a.push(rbp);
    e.frame_pushed();
    a.mov(rbp, rsp);
    e.frame_at_rbp();
    uint32_t copies = 0;
    for (size_t i = 0; i < with_this.args.size(); ++i)
      if (with_this.args[i].by_address) copies += with_this.shapes[i].words() * 8;
    const int32_t copies_at = -128 - static_cast<int32_t>(copies);
    a.sub(rsp, (128 + copies + with_this.stack_words * 8 + 15) & ~15u);
    for (int i = 0; i < with_this.int_registers; ++i) a.mov(qword_ptr(rbp, -64 + 8 * i), kIntArg[i]);
    for (int i = 0; i < with_this.sse_registers; ++i) a.movsd(qword_ptr(rbp, -128 + 8 * i), xmm(i));
    a.mov(rax, ptr(self, static_cast<int32_t>(at.delegates)));
    a.mov(qword_ptr(rbp, -8), rax);
    a.mov(qword_ptr(rbp, -16), 0);
    asmjit::Label again = a.newLabel();
    a.bind(again);
    int32_t copy = copies_at;
    for (size_t i = 0; i < with_this.args.size(); ++i) {
      const ArgLocation& loc = with_this.args[i];
      const Mem incoming = loc.in_registers ? qword_ptr(rbp, -64 + 8 * loc.reg[0]) : qword_ptr(rbp, static_cast<int32_t>(16 + 8 * loc.stack_word));
      if (loc.by_address) {  // each callee owns its copy
        a.mov(rsi, incoming);
        a.lea(rdi, ptr(rbp, copy));
        a.mov(ecx, with_this.shapes[i].words());
        a.rep().movs(qword_ptr(rdi), qword_ptr(rsi));
      }
      if (!loc.in_registers) {
        for (uint32_t w = 0; w < loc.words; ++w) {
          if (loc.by_address) a.lea(rax, ptr(rbp, copy));
          else a.mov(rax, qword_ptr(rbp, static_cast<int32_t>(16 + 8 * (loc.stack_word + w))));
          a.mov(qword_ptr(rsp, static_cast<int32_t>(8 * (loc.stack_word + w))), rax);
        }
      }
      if (loc.by_address) copy += static_cast<int32_t>(with_this.shapes[i].words() * 8);
    }
    for (int i = 0; i < with_this.int_registers; ++i) a.mov(kIntArg[i], qword_ptr(rbp, -64 + 8 * i));
    for (int i = 0; i < with_this.sse_registers; ++i) a.movsd(xmm(i), qword_ptr(rbp, -128 + 8 * i));
    copy = copies_at;
    for (size_t i = 0; i < with_this.args.size(); ++i) {
      if (!with_this.args[i].by_address) continue;
      if (with_this.args[i].in_registers) a.lea(kIntArg[with_this.args[i].reg[0]], ptr(rbp, copy));
      copy += static_cast<int32_t>(with_this.shapes[i].words() * 8);
    }
    a.mov(rax, qword_ptr(rbp, -8));
    a.mov(r11, qword_ptr(rbp, -16));
    a.mov(self, qword_ptr(rax, r11, 3, abi::kArrayDataOffset));
    a.call(qword_ptr(self, static_cast<int32_t>(at.invoke_impl)));
    a.mov(rcx, qword_ptr(rbp, -8));
    a.mov(esi, dword_ptr(rcx, abi::kArrayLengthOffset));
    a.inc(qword_ptr(rbp, -16));
    a.cmp(qword_ptr(rbp, -16), rsi);
    a.jb(again);
    a.leave();
    e.frame_at_rsp(8);
    a.ret();
  }
};

}  // namespace

DelegateStubs delegate_stubs(loop::MethodId invoke, const CallLayout& with_this, const CallLayout& without, const DelegateOffsets& offsets) {
  DelegateStubs stubs;
  stubs.code.method = invoke;
  stubs.code.tier = loop::Tier::Stub;
  Emitter e(stubs.code);
  DelegateBuilder b{e, with_this, without, offsets};
  e.frame_at_rsp(8);
  e.a.jmp(qword_ptr(b.self, static_cast<int32_t>(offsets.invoke_impl)));  // a null delegate faults here

  const auto begin = [&] {
    e.a.align(asmjit::AlignMode::kCode, 16);
    return e.pc();
  };
  stubs.closed = begin();
  e.a.mov(rax, ptr(b.self, static_cast<int32_t>(offsets.method_ptr)));
  e.a.mov(b.self, ptr(b.self, static_cast<int32_t>(offsets.target)));
  e.a.jmp(rax);
  stubs.open = begin();
  b.open();
  stubs.multicast = begin();
  b.multicast();
  e.finish();
  return stubs;
}

}  // namespace rapgo::compile::stubs
