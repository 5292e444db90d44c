#include <cstring>
#include <string>

#include "abi/memory_map.h"
#include "abi/type_head.h"
#include "base/error.h"
#include "compile/stubs/core_x64.h"
#include "compile/stubs/fast_paths_x64.h"

namespace rapgo::compile::stubs {

using namespace x86;
using abi::Helper;
using abi::HelperClass;

namespace {
[[noreturn]] void missing_body(const char* name) {
  base::fatal((std::string("runtime helper without a body: ") + name).c_str());
}
constexpr int32_t kContextRoom = 80;  // sizeof(Context), 16-aligned
}  // namespace

void CoreBuilder::begin(const char* name) {
  e.a.align(asmjit::AlignMode::kCode, 16);
  stubs.names.push_back({e.pc(), name});
  e.frame_at_rsp(8);
}

void CoreBuilder::body_call(Helper h) {
  if (const void* body = abi::helper_body(h)) {
    call_c(e, body);
    return;
  }
  e.a.mov(rdi, asmjit::imm(reinterpret_cast<uint64_t>(abi::helper_info(h).name)));
  call_c(e, reinterpret_cast<const void*>(&missing_body));
}

// Called from a stub's way back, in Mode::Managed with `pending` set: rbp is the stub's frame; keeps the result registers.
void CoreBuilder::common_pending() {
  begin("pending");
  e.frame_at_rbp();
  auto& a = e.a;
  asmjit::Label raise = a.newLabel();
  a.bind(pending);
  set_mode(e, abi::Mode::Runtime);
  a.push(rax);
  a.push(rdx);
  a.sub(rsp, 40);
  a.movups(ptr(rsp), xmm0);
  a.movups(ptr(rsp, 16), xmm1);
  a.xor_(edi, edi);
  call_c(e, reinterpret_cast<const void*>(abi::stub_bodies.pending));
  a.test(rax, rax);
  a.jnz(raise);
  a.movups(xmm0, ptr(rsp));
  a.movups(xmm1, ptr(rsp, 16));
  a.add(rsp, 40);
  a.pop(rdx);
  a.pop(rax);
  a.ret();
  a.bind(raise);
  a.mov(rsi, rax);
  a.and_(rsp, -16);
  a.sub(rsp, kContextRoom);
  store_context(e, rsp, 0);
  a.mov(rdi, rsp);
  call_c(e, reinterpret_cast<const void*>(abi::stub_bodies.raise));
  a.ud2();
}

namespace {
struct WithFastPath {
  Helper helper;
  const char* slow_name;  // of the transition behind it
};
constexpr WithFastPath kWithFastPath[] = {{Helper::StoreElement, "StoreElement (slow)"},
                                          {Helper::CastClass, "CastClass (slow)"},
                                          {Helper::ThreadStatic, "ThreadStatic (slow)"},
                                          {Helper::MonitorEnter, "MonitorEnter (slow)"},
                                          {Helper::MonitorExit, "MonitorExit (slow)"}};
}  // namespace

void CoreBuilder::fast_path(Helper h, const asmjit::Label& slow) {
  switch (h) {
    case Helper::StoreElement: stubs.restart.push_back(store_element_fast(e, slow)); break;
    case Helper::CastClass: cast_class_fast(e, slow); break;
    case Helper::ThreadStatic: thread_static_fast(e, slow); break;
    case Helper::MonitorEnter: icall_fast(e, FastPath::MonitorEnter, slow); break;
    case Helper::MonitorExit: icall_fast(e, FastPath::MonitorExit, slow); break;
    default: base::fatal("a helper without a fast path");
  }
}

void CoreBuilder::full(Helper h) {
  begin(abi::helper_info(h).name);
  stubs.helper[static_cast<int>(h)] = e.pc();
  for (const WithFastPath& f : kWithFastPath) {
    if (f.helper != h) continue;
    const asmjit::Label slow = e.a.newLabel();
    fast_path(h, slow);
    begin(f.slow_name);
    e.a.bind(slow);
  }
  if (h == Helper::NewObjectSlow) e.a.bind(full_labels[0]);
  if (h == Helper::NewVectorSlow) e.a.bind(full_labels[1]);
  if (h == Helper::NewStringSlow) e.a.bind(full_labels[2]);
  enter_transition(e, abi::Mode::Runtime);
  body_call(h);
  const ManagedReturn back = begin_return(e);
  e.a.pop(rbp);
  e.frame_at_rsp(8);
  e.a.ret();
  e.frame_at_rbp();
  finish_return(e, back, [&] { e.a.call(pending); });
}

void CoreBuilder::thrower(Helper h) {
  begin(abi::helper_info(h).name);
  auto& a = e.a;
  stubs.helper[static_cast<int>(h)] = e.pc();
  enter_transition(e, abi::Mode::Runtime);
  a.sub(rsp, kContextRoom);
  a.and_(rsp, -16);  // a fault may come from a prologue
  store_context(e, rsp, 0);
  a.mov(kIntArg[std::strlen(abi::helper_info(h).args)], rsp);
  body_call(h);
  a.xor_(edi, edi);
  call_c(e, reinterpret_cast<const void*>(abi::stub_bodies.pending));
  a.mov(rsi, rax);
  a.mov(rdi, rsp);
  call_c(e, reinterpret_cast<const void*>(abi::stub_bodies.raise));
  a.ud2();
}

void CoreBuilder::leaf(Helper h) {
  begin(abi::helper_info(h).name);
  stubs.helper[static_cast<int>(h)] = e.pc();
  if (!abi::helper_body(h)) {
    e.a.sub(rsp, 8);
    e.frame_at_rsp(16);
    body_call(h);
    return;
  }
  e.a.mov(rax, asmjit::imm(reinterpret_cast<uint64_t>(abi::helper_body(h))));
  e.a.jmp(rax);
}

// All argument registers saved in a frame around a C++ body that says where to go on.
void CoreBuilder::dispatcher(Helper h, const Gp& id) {
  begin(abi::helper_info(h).name);
  auto& a = e.a;
  stubs.helper[static_cast<int>(h)] = e.pc();
  enter_transition(e, abi::Mode::Runtime);
  constexpr int32_t kRoom = 128;
  static_assert(sizeof(abi::ArgRegisters) <= kRoom - 8);
  a.sub(rsp, kRoom);
  const int32_t ints = offsetof(abi::ArgRegisters, rdi);
  for (int i = 0; i < 8; ++i) a.movsd(qword_ptr(rsp, 8 * i), xmm(i));
  for (int i = 0; i < 6; ++i) a.mov(qword_ptr(rsp, ints + 8 * i), kIntArg[i]);
  a.mov(qword_ptr(rsp, offsetof(abi::ArgRegisters, r10)), r10);
  a.mov(edi, id.r32());
  a.mov(rsi, rsp);
  body_call(h);
  const ManagedReturn back = begin_return(e);
  a.mov(r11, rax);
  for (int i = 0; i < 8; ++i) a.movsd(xmm(i), qword_ptr(rsp, 8 * i));
  for (int i = 0; i < 6; ++i) a.mov(kIntArg[i], qword_ptr(rsp, ints + 8 * i));
  a.mov(r10, qword_ptr(rsp, offsetof(abi::ArgRegisters, r10)));
  a.mov(rsp, rbp);
  a.pop(rbp);
  e.frame_at_rsp(8);
  a.jmp(r11);
  e.frame_at_rbp();
  finish_return(e, back, [&] { a.call(pending); });
}

void CoreBuilder::transfer_up() {
  begin("TransferUp");
  auto& a = e.a;
  stubs.helper[static_cast<int>(Helper::TransferUp)] = e.pc();
  enter_transition(e, abi::Mode::Runtime);
  a.mov(rdi, ptr(rbp, 8));
  a.mov(rsi, ptr(rbp));
  body_call(Helper::TransferUp);
  const ManagedReturn back = begin_return(e);
  asmjit::Label go = a.newLabel(), keep = a.newLabel();
  a.test(rax, rax);
  a.jnz(go);
  a.pop(rbp);
  e.frame_at_rsp(8);
  a.ret();

  a.bind(go);
  e.frame_at_rbp();
  a.mov(r11, ptr(rax, offsetof(abi::TransferUpTarget, entry)));
  a.mov(rdi, ptr(rax, offsetof(abi::TransferUpTarget, homes)));
  a.mov(rsi, ptr(rax, offsetof(abi::TransferUpTarget, exposed)));
  a.mov(rdx, ptr(rax, offsetof(abi::TransferUpTarget, result)));
  a.cmp(qword_ptr(rax, offsetof(abi::TransferUpTarget, keep_frame)), 0);
  a.jne(keep);
  a.mov(rbp, ptr(rbp));  // the baseline frame's own
  a.mov(rsp, rbp);
  a.pop(rbp);
  e.frame_at_rsp(8);
  a.jmp(r11);

  a.bind(keep);
  e.frame_at_rbp();
  // The word that held the return address to the back-edge becomes the one to OsrReturn.
  a.lea(rax, ptr(osr_return));
  a.mov(ptr(rbp, 8), rax);
  a.mov(rsp, rbp);
  a.pop(rbp);
  e.frame_at_rsp(8);
  a.jmp(r11);
  e.frame_at_rbp();
  finish_return(e, back, [&] { a.call(pending); });

  begin("OsrReturn");
  a.nop();  // walks look return addresses up one byte earlier
  e.frame_at_rbp();
  stubs.names.back().offset = e.pc() - 1;
  e.out.unwind.back().pc = e.pc() - 1;
  a.bind(osr_return);
  stubs.helper[static_cast<int>(Helper::OsrReturn)] = e.pc();
  a.leave();
  e.frame_at_rsp(8);
  a.ret();
}

void CoreBuilder::transfer_down() {
  begin("TransferDown");
  auto& a = e.a;
  stubs.helper[static_cast<int>(Helper::TransferDown)] = e.pc();
  enter_transition(e, abi::Mode::Runtime);
  a.sub(rsp, kContextRoom);
  store_context(e, rsp, 0);
  a.mov(rdx, rsi);
  a.mov(esi, edi);
  a.mov(rdi, rsp);
  body_call(Helper::TransferDown);
  a.ud2();
}

// Jumped to with rbp and rsp of the frame whose handler has ended, rax = an address inside its endfinally.
void CoreBuilder::resume_unwind() {
  begin("ResumeUnwind");
  auto& a = e.a;
  e.frame_at_rbp();
  stubs.helper[static_cast<int>(Helper::ResumeUnwind)] = e.pc();
  a.mov(RAPGO_TLS(last_pc), rax);
  a.mov(RAPGO_TLS(last_sp), rsp);
  a.mov(RAPGO_TLS(last_fp), rbp);
  set_mode(e, abi::Mode::Runtime);
  a.mov(rcx, rsp);
  a.and_(rsp, -16);
  a.sub(rsp, kContextRoom);
  const auto at = [&](size_t field) { return qword_ptr(rsp, static_cast<int32_t>(field)); };
  a.mov(at(offsetof(abi::Context, rbx)), rbx);
  a.mov(at(offsetof(abi::Context, rbp)), rbp);
  a.mov(at(offsetof(abi::Context, r12)), r12);
  a.mov(at(offsetof(abi::Context, r13)), r13);
  a.mov(at(offsetof(abi::Context, r14)), r14);
  a.mov(at(offsetof(abi::Context, r15)), r15);
  a.mov(at(offsetof(abi::Context, rsp)), rcx);
  a.mov(at(offsetof(abi::Context, pc)), rax);
  a.mov(rdi, rsp);
  body_call(Helper::ResumeUnwind);
  a.ud2();
}

void CoreBuilder::trap(Helper h) {
  begin(abi::helper_info(h).name);
  stubs.helper[static_cast<int>(h)] = e.pc();
  e.a.sub(rsp, 8);
  e.frame_at_rsp(16);
  e.a.mov(rdi, asmjit::imm(reinterpret_cast<uint64_t>(abi::helper_info(h).name)));
  call_c(e, reinterpret_cast<const void*>(&missing_body));
}

CoreStubs core_stubs() {
  CoreStubs stubs;
  stubs.code.tier = loop::Tier::Stub;
  {
    Emitter e(stubs.code);
    CoreBuilder b(stubs, e);
    b.common_pending();
    b.allocation();
    b.barrier();
    b.is_instance();
    b.probe();
    for (int i = 0; i < abi::kHelperCount; ++i) {
      const auto h = static_cast<Helper>(i);
      switch (abi::helper_info(h).cls) {
        case HelperClass::Full: b.full(h); break;
        case HelperClass::Leaf: b.leaf(h); break;
        case HelperClass::Throw: b.thrower(h); break;
        default: break;
      }
    }
    b.allocation_slow();
    b.dispatcher(Helper::FirstCall, r11);
    b.dispatcher(Helper::InterfaceMiss, r10);
    b.transfer_up();
    b.transfer_down();
    b.resume_unwind();
    b.trap(Helper::EndFilter);          // filters end with `ret` (conventions 3)
    b.trap(Helper::PatchedAssumption);  // nothing arms it yet
    b.invoke();
    b.call_filter();
    b.restore();
    e.finish();
  }
  return stubs;
}

void publish_core_stubs(const CoreStubs& s, uint64_t at) {
  for (int i = 0; i < abi::kHelperCount; ++i) abi::helper_entries[i] = at + s.helper[i];
  auto& t = abi::stub_entries;
  t.invoke = reinterpret_cast<decltype(t.invoke)>(at + s.invoke);
  t.call_filter = reinterpret_cast<decltype(t.call_filter)>(at + s.call_filter);
  t.restore_context = reinterpret_cast<decltype(t.restore_context)>(at + s.restore_context);
  t.restore_frames = reinterpret_cast<decltype(t.restore_frames)>(at + s.restore_frames);
  t.invoke_return = at + s.invoke_return;
  t.invoke_exception = at + s.invoke_exception;
  t.filter_return = at + s.filter_return;
  t.filter_exception = at + s.filter_exception;
  t.blob = at;
  t.blob_size = s.code.bytes.size();
  abi::restart_range_count = 0;
  for (const auto& r : s.restart) abi::restart_ranges[abi::restart_range_count++] = {at + r.begin, at + r.end};
}

}  // namespace rapgo::compile::stubs
