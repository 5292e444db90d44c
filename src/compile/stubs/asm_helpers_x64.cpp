// Asm helpers: they keep every register but rax (their result), r11 and the flags, so that optimized code may call them with
// LLVM's preserve_mostcc. Protocols: gc/binding/barrier.h, abi/type_checks.h.
#include <cstddef>

#include "abi/memory_map.h"
#include "abi/type_head.h"
#include "compile/stubs/core_x64.h"
#include "compile/stubs/fast_paths_x64.h"

namespace rapgo::compile::stubs {

using namespace x86;
using abi::Helper;

namespace {
constexpr uint32_t kMaxFastLength = 1 << 16;  // gc::kMaxFastLength
constexpr uint32_t kMaxFastString = 4000;     // longer ones are worth a call, or lie in the large-object space
}  // namespace

void CoreBuilder::allocation() {
  auto& a = e.a;
  begin("NewObject");  // rdi = type
  stubs.helper[static_cast<int>(Helper::NewObject)] = e.pc();
  a.test(head_field(rdi, offsetof(abi::TypeHead, flags)), abi::kAllocateSlowly);
  a.jnz(new_object_slow);
  uint32_t from = e.pc();
  a.mov(eax, head_field(rdi, offsetof(abi::TypeHead, instance_size)));
  a.mov(r11, RAPGO_TLS(alloc_cursor));
  a.add(rax, r11);
  a.cmp(rax, RAPGO_TLS(alloc_limit));
  a.ja(new_object_slow);
  a.mov(qword_ptr(r11), rdi);  // type word and zero sync word at once: types lie below 4 GiB
  a.mov(RAPGO_TLS(alloc_cursor), rax);
  stubs.restart.push_back({from, e.pc()});
  a.mov(rax, r11);
  a.ret();

  begin("NewVector");  // rdi = array type, rsi = length
  stubs.helper[static_cast<int>(Helper::NewVector)] = e.pc();
  a.test(head_field(rdi, offsetof(abi::TypeHead, flags)), abi::kAllocateSlowly);
  a.jnz(new_vector_slow);
  a.cmp(rsi, kMaxFastLength);
  a.jae(new_vector_slow);
  from = e.pc();
  a.mov(eax, head_field(rdi, offsetof(abi::TypeHead, element_size)));
  a.imul(rax, rsi);
  a.mov(r11, RAPGO_TLS(alloc_cursor));
  a.lea(rax, ptr(rax, 16 + 7));
  a.and_(rax, -8);
  a.add(rax, r11);
  a.cmp(rax, RAPGO_TLS(alloc_limit));
  a.ja(new_vector_slow);
  a.mov(qword_ptr(r11), rdi);
  a.mov(qword_ptr(r11, abi::kArrayLengthOffset), rsi);  // bounds_offset becomes 0
  a.mov(RAPGO_TLS(alloc_cursor), rax);
  stubs.restart.push_back({from, e.pc()});
  a.mov(rax, r11);
  a.ret();

  begin("NewString");  // rdi = String, rsi = length
  stubs.helper[static_cast<int>(Helper::NewString)] = e.pc();
  a.test(head_field(rdi, offsetof(abi::TypeHead, flags)), abi::kAllocateSlowly);
  a.jnz(new_string_slow);
  a.cmp(rsi, kMaxFastString);
  a.jae(new_string_slow);
  from = e.pc();
  a.mov(r11, RAPGO_TLS(alloc_cursor));
  a.mov(eax, head_field(rdi, offsetof(abi::TypeHead, instance_size)));
  a.lea(rax, ptr(rax, rsi, 1, 2 + 7));  // the characters and a NUL
  a.and_(rax, -8);
  a.add(rax, r11);
  a.cmp(rax, RAPGO_TLS(alloc_limit));
  a.ja(new_string_slow);
  a.mov(qword_ptr(r11), rdi);
  a.mov(dword_ptr(r11, abi::kStringLengthOffset), esi);
  a.mov(RAPGO_TLS(alloc_cursor), rax);
  stubs.restart.push_back({from, e.pc()});
  a.mov(rax, r11);
  a.ret();
}

namespace {
// What Asm helpers keep beyond the callee-saved registers. In a frame of their own, rsp as the ABI wants it.
constexpr Gp kKept[] = {rcx, rdx, rsi, rdi, r8, r9, r10, r11};
constexpr int32_t kKeptVectors = 256;
constexpr int32_t kept_at(int index) { return -8 * (index + 1); }  // from rbp

void keep_all(Emitter& e) {
  for (const Gp& r : kKept) e.a.push(r);
  e.a.sub(rsp, kKeptVectors);
  for (int i = 0; i < 16; ++i) e.a.movups(ptr(rsp, 16 * i), xmm(i));
}
void restore_all_and_return(Emitter& e) {
  for (int i = 0; i < 16; ++i) e.a.movups(xmm(i), ptr(rsp, 16 * i));
  e.a.add(rsp, kKeptVectors);
  for (int i = std::size(kKept); i-- > 0;) e.a.pop(kKept[i]);
  e.a.pop(rbp);
  e.frame_at_rsp(8);
  e.a.ret();
}
}  // namespace

// The slow transition, with every register kept that the fast path keeps.
void CoreBuilder::allocation_slow() {
  auto& a = e.a;
  const auto slow = [&](const char* name, const asmjit::Label& entry, Helper h) {
    begin(name);
    a.bind(entry);
    a.push(rbp);
    e.frame_pushed();
    a.mov(rbp, rsp);
    e.frame_at_rbp();
    keep_all(e);
    // The helper's own stub records this frame's return address: the walk passes through this stub by its unwind row.
    asmjit::Label target = a.newLabel();
    a.call(target);
    restore_all_and_return(e);
    a.bind(target);
    a.jmp(h == Helper::NewObjectSlow ? full_labels[0] : h == Helper::NewVectorSlow ? full_labels[1] : full_labels[2]);
  };
  slow("NewObject (slow)", new_object_slow, Helper::NewObjectSlow);
  slow("NewVector (slow)", new_vector_slow, Helper::NewVectorSlow);
  slow("NewString (slow)", new_string_slow, Helper::NewStringSlow);
}

// rdi = object, rsi = type. The body may be suspended, but raises nothing: optimized code describes no frame state here.
void CoreBuilder::is_instance() {
  auto& a = e.a;
  asmjit::Label yes = a.newLabel(), no = a.newLabel(), unknown = a.newLabel(), again = a.newLabel(), done = a.newLabel();
  begin("IsInst");
  stubs.helper[static_cast<int>(Helper::IsInst)] = e.pc();
  object_type_test(e, no, {yes, no, unknown});
  a.bind(yes);
  a.mov(rax, rdi);
  a.ret();
  a.bind(no);
  a.xor_(eax, eax);
  a.ret();

  begin("IsInst (slow)");
  a.bind(unknown);
  enter_transition(e, abi::Mode::Runtime);
  keep_all(e);
  a.bind(again);
  a.mov(rdi, ptr(rbp, kept_at(3)));
  a.mov(rsi, ptr(rbp, kept_at(2)));
  body_call(Helper::IsInst);
  set_mode(e, abi::Mode::Managed);
  a.test(RAPGO_TLS4(pending), abi::kPendingSuspend);
  a.jz(done);
  set_mode(e, abi::Mode::Runtime);
  a.jmp(again);
  a.bind(done);
  restore_all_and_return(e);
}

// rdi = slot, rsi = value. The card is marked first, the store comes last; any slot address will do, the card number wraps.
void CoreBuilder::barrier() {
  auto& a = e.a;
  begin("StoreRef");
  stubs.helper[static_cast<int>(Helper::StoreRef)] = e.pc();
  stubs.restart.push_back(store_marked(e, rdi, rsi));
  a.ret();
}

// Histogram of a probed site (compile/baseline/probe.h): r11 = its words {id, count} * kProbeRows, other; rax = id. Keeps all but r11 and flags.
void CoreBuilder::probe() {
  auto& a = e.a;
  begin("ProfileProbe");
  stubs.helper[static_cast<int>(Helper::ProfileProbe)] = e.pc();
  asmjit::Label hit[4], empty[4];
  for (int i = 0; i < 4; ++i) hit[i] = a.newLabel(), empty[i] = a.newLabel();
  for (int i = 0; i < 4; ++i) {
    a.cmp(qword_ptr(r11, 16 * i), rax);
    a.je(hit[i]);
    a.cmp(qword_ptr(r11, 16 * i), 0);
    a.je(empty[i]);
  }
  a.inc(qword_ptr(r11, 64));
  a.ret();
  for (int i = 0; i < 4; ++i) {
    a.bind(empty[i]);
    a.mov(qword_ptr(r11, 16 * i), rax);
    a.bind(hit[i]);
    a.inc(qword_ptr(r11, 16 * i + 8));
    a.ret();
  }
}

}  // namespace rapgo::compile::stubs
