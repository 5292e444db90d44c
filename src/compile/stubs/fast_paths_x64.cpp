// What runtime functions nearly always do, in front of their transitions: no frame, only registers that a call may change, and `slow` with the
// arguments as they came. Stopped in one of these, a thread is not diverted (tier Stub), and what its registers point to is pinned.
#include "compile/stubs/fast_paths_x64.h"

#include <cstddef>

#include "abi/field_head.h"
#include "abi/memory_map.h"
#include "abi/sync_word.h"
#include "abi/type_checks.h"
#include "abi/type_head.h"
#include "compile/stubs/transition_x64.h"

namespace rapgo::compile::stubs {

using namespace x86;

namespace {
Mem sync_word(const Gp& object) { return dword_ptr(object, offsetof(abi::Object, sync)); }
constexpr uint32_t kOneMore = 1u << abi::kThinMoreShift;

// ecx = the thin lock of this thread, entered once.
void load_own_lock(Emitter& e) {
  e.a.mov(ecx, RAPGO_TLS4(thread_index));
  e.a.shl(ecx, abi::kThinOwnerShift);
  e.a.or_(ecx, abi::kSyncThin);
}
// r8d = 0 where eax is a thin lock of ecx's owner.
void compare_owners(Emitter& e) {
  e.a.mov(r8d, eax);
  e.a.xor_(r8d, ecx);
  e.a.test(r8d, kOneMore - 1);
}
}  // namespace

CoreStubs::Range store_marked(Emitter& e, const Gp& place, const Gp& value) {
  auto& a = e.a;
  const uint32_t from = e.pc();
  a.mov(r11, place);
  a.shr(r11, abi::kCardShift);
  a.and_(r11d, abi::kCardMask);
  a.mov(byte_ptr(r11, static_cast<int32_t>(abi::kCardBase)), 1);
  a.mov(qword_ptr(place), value);
  return {from, e.pc()};
}

void type_test(Emitter& e, const Gp& to, const TypeTestExits& exits) {
  auto& a = e.a;
  asmjit::Label ask = a.newLabel();
  a.cmp(eax, to.r32());
  a.je(exits.yes);
  a.test(head_field(to, offsetof(abi::TypeHead, flags)), abi::kCheckedByCache);
  a.jnz(ask);
  a.mov(r11d, head_field(to, offsetof(abi::TypeHead, depth)));
  a.cmp(r11d, abi::kDisplaySize);
  a.jae(ask);
  a.cmp(to.r32(), dword_ptr(rax, r11, 2, offsetof(abi::TypeHead, display)));
  a.je(exits.yes);
  a.jmp(exits.no);
  a.bind(ask);
  if (!abi::type_checks) {
    a.jmp(exits.unknown);
    return;
  }
  a.shl(rax, 32);
  a.lea(rax, ptr(rax, to, 0, static_cast<int32_t>(abi::kTypeCheckKnown)));
  a.mov(r11, abi::kTypeCheckFactor);
  a.imul(r11, rax);
  a.shr(r11, abi::kTypeCheckShift);
  a.xor_(rax, ptr(static_cast<uint64_t>(reinterpret_cast<uintptr_t>(abi::type_checks)), r11, 3, 8));
  a.jz(exits.no);
  a.cmp(rax, static_cast<int32_t>(abi::kTypeCheckYes));
  a.je(exits.yes);
  a.jmp(exits.unknown);
}

void object_type_test(Emitter& e, const asmjit::Label& null, const TypeTestExits& exits) {
  auto& a = e.a;
  a.test(rdi, rdi);
  a.jz(null);
  a.mov(eax, dword_ptr(rdi, offsetof(abi::Object, type)));
  type_test(e, rsi, exits);
}

void cast_class_fast(Emitter& e, const asmjit::Label& slow) {  // rdi = object, rsi = type
  auto& a = e.a;
  asmjit::Label yes = a.newLabel();
  object_type_test(e, yes, {yes, slow, slow});
  a.bind(yes);
  a.mov(rax, rdi);
  a.ret();
}

CoreStubs::Range store_element_fast(Emitter& e, const asmjit::Label& slow) {  // rdi = array, rsi = index, rdx = value
  auto& a = e.a;
  asmjit::Label store = a.newLabel();
  a.test(rdi, rdi);
  a.jz(slow);
  a.mov(eax, dword_ptr(rdi, abi::kArrayLengthOffset));
  a.cmp(rsi, rax);
  a.jae(slow);
  a.test(rdx, rdx);
  a.jz(store);
  a.mov(ecx, dword_ptr(rdi, offsetof(abi::Object, type)));
  a.mov(ecx, head_field(rcx, offsetof(abi::TypeHead, element)));
  a.mov(eax, dword_ptr(rdx, offsetof(abi::Object, type)));
  type_test(e, rcx, {store, slow, slow});
  a.bind(store);
  a.lea(rdi, ptr(rdi, rsi, 3, abi::kArrayDataOffset));
  const CoreStubs::Range r = store_marked(e, rdi, rdx);
  a.ret();
  return r;
}

void thread_static_fast(Emitter& e, const asmjit::Label& slow) {  // rdi = field
  auto& a = e.a;
  a.mov(ecx, dword_ptr(rdi, abi::kFieldThreadWord));
  a.test(ecx, ecx);
  a.jz(slow);
  a.mov(rax, RAPGO_TLS(thread_statics));
  a.test(rax, rax);
  a.jz(slow);
  a.lea(rax, ptr(rax, rcx, 3, -8));
  a.ret();
}

namespace {
// rdi = object; both fall through where they succeed.
void monitor_enter_fast(Emitter& e, const asmjit::Label& slow) {
  auto& a = e.a;
  asmjit::Label done = a.newLabel();
  a.test(rdi, rdi);
  a.jz(slow);
  load_own_lock(e);
  a.xor_(eax, eax);
  a.lock().cmpxchg(sync_word(rdi), ecx);
  a.jz(done);
  compare_owners(e);
  a.jnz(slow);
  a.cmp(eax, abi::kMaxThinRecursion << abi::kThinMoreShift);
  a.jae(slow);
  a.lea(r8d, ptr(rax, kOneMore));
  a.lock().cmpxchg(sync_word(rdi), r8d);
  a.jnz(slow);
  a.bind(done);
}

void monitor_exit_fast(Emitter& e, const asmjit::Label& slow) {
  auto& a = e.a;
  asmjit::Label last = a.newLabel(), swap = a.newLabel();
  a.test(rdi, rdi);
  a.jz(slow);
  load_own_lock(e);
  a.mov(eax, sync_word(rdi));
  a.cmp(eax, ecx);
  a.je(last);
  compare_owners(e);
  a.jnz(slow);
  a.lea(r8d, ptr(rax, -static_cast<int32_t>(kOneMore)));
  a.jmp(swap);
  a.bind(last);
  a.xor_(r8d, r8d);
  a.bind(swap);
  a.lock().cmpxchg(sync_word(rdi), r8d);
  a.jnz(slow);
}
}  // namespace

void icall_fast(Emitter& e, FastPath path, const asmjit::Label& slow) {
  auto& a = e.a;
  switch (path) {
    case FastPath::None: return;
    case FastPath::MonitorEnter: monitor_enter_fast(e, slow); break;
    case FastPath::MonitorExit: monitor_exit_fast(e, slow); break;
    case FastPath::MonitorTryEnter:  // rdi = object, esi = timeout, rdx = ref bool taken
      a.test(rdx, rdx);
      a.jz(slow);
      a.cmp(byte_ptr(rdx), 0);
      a.jne(slow);
      monitor_enter_fast(e, slow);
      a.mov(byte_ptr(rdx), 1);
      break;
  }
  a.ret();
}

}  // namespace rapgo::compile::stubs
