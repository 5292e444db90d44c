// Calls of every kind, invokes and their landing pads, helpers that keep registers, barriers.
#include "abi/type_head.h"
#include "compile/hir2llvm/harness.h"

using namespace rapgo;
using namespace rapgo::compile::hir2llvm::test;
using loop::SymbolKind;

class Calls : public Harness {};

static int twice(int x) { return 2 * x; }

TEST_F(Calls, DirectAndSlot) {
  symbols[{SymbolKind::MethodDirect, 32}] = low.thunk(reinterpret_cast<void*>(twice));
  auto* slot = reinterpret_cast<uint64_t*>(low.take(8));
  *slot = reinterpret_cast<uint64_t>(twice);
  symbol(SymbolKind::EntrySlot, 48, slot);
  auto* f = reinterpret_cast<int (*)(int)>(build(R"(
graph method=16 params(i32) returns(i32)
b0:
  v0:i32 = param #0
  v1:i32 = call.direct v0 sym=direct:32 call=(i32)(i32) @0:5
  v2:i32 = call.slot v1 sym=slot:48 call=(i32)(i32) @0:9
  v3:i32 = add v1, v2
  return v3
)"));
  ASSERT_TRUE(f);
  EXPECT_EQ(f(5), 30);
  EXPECT_TRUE(code.landing_pads.empty());
  bool five = false, nine = false;
  for (auto& r : code.il_map) five |= r.il_offset == 5, nine |= r.il_offset == 9;
  EXPECT_TRUE(five && nine);
}

struct FakeObject { uint32_t type, sync; int32_t value; };
static int get(FakeObject* o) { return o->value; }
static uint64_t seen_r10;
static int get_interface(FakeObject* o) {
  asm volatile("mov %%r10, %0" : "=m"(seen_r10));
  return o->value + 1;
}

TEST_F(Calls, VirtualAndInterface) {
  auto* head = reinterpret_cast<rapgo::abi::TypeHead*>(low.take(512));
  auto* method = low.take(16);
  symbol(SymbolKind::Method, 64, method);
  symbols[{SymbolKind::ImtOffset, 64}] = rapgo::abi::kImtOffset + 8 * 5;
  FakeObject o{static_cast<uint32_t>(reinterpret_cast<uintptr_t>(head)), 0, 40};
  head->vtable[2] = reinterpret_cast<uint64_t>(get);
  head->imt[5] = reinterpret_cast<uint64_t>(get_interface);
  auto* f = reinterpret_cast<int (*)(void*)>(build(R"(
graph method=16 params(ref) returns(i32)
b0:
  v0:ref = param #0
  v1:i32 = call.virtual v0 #2 call=(ref)(i32)
  v2:i32 = call.interface v0 sym=method:64 call=(ref)(i32)
  v3:i32 = add v1, v2
  return v3
)"));
  ASSERT_TRUE(f);
  EXPECT_EQ(f(&o), 81);
  EXPECT_EQ(seen_r10, reinterpret_cast<uint64_t>(method));
}

// Plays the unwinder: finds the return address of the frame, its landing pad, restores registers by the rows and goes there.
static const loop::CompiledCode* unwinding;
static uint8_t* unwinding_base;
static uint64_t exception_object = 0xabcdef;

extern "C" [[noreturn]] void go_to(uint64_t pc, uint64_t rsp, uint64_t rbp, uint64_t rax, uint64_t rbx, const uint64_t* r12_15);
asm(R"(
.text
go_to:
  mov %rsi, %rsp
  mov %rdx, %rbp
  mov %rcx, %rax
  mov %r8, %rbx
  mov (%r9), %r12
  mov 8(%r9), %r13
  mov 16(%r9), %r14
  mov 24(%r9), %r15
  xor %edx, %edx
  jmp *%rdi
)");

extern "C" int throwing(int x);
extern "C" [[noreturn]] void do_throw(uint64_t* at_call) {
  // at_call[0..3] = r12..r15, [4] = rbx, [5] = rbp, [6] = x, [7] = return address
  uint64_t pc = at_call[7] - reinterpret_cast<uint64_t>(unwinding_base);
  for (auto& pad : unwinding->landing_pads)
    if (pad.pc == pc) {
      uint64_t regs[4] = {at_call[0], at_call[1], at_call[2], at_call[3]};
      go_to(reinterpret_cast<uint64_t>(unwinding_base) + pad.landing_pc, reinterpret_cast<uint64_t>(at_call + 8), at_call[5], exception_object, at_call[4], regs);
    }
  abort();
}
asm(R"(
.text
throwing:
  test %edi, %edi
  js 1f
  lea 1(%rdi), %eax
  ret
1:
  push %rdi
  push %rbp
  push %rbx
  push %r15
  push %r14
  push %r13
  push %r12
  mov %rsp, %rdi
  call do_throw
)");

TEST_F(Calls, ExceptionsFindTheLandingPad) {
  symbols[{SymbolKind::MethodDirect, 32}] = low.thunk(reinterpret_cast<void*>(throwing));
  auto* f = reinterpret_cast<int (*)(int, int)>(build(R"(
graph method=16 params(i32, i32) returns(i32)
frame 1 method=48 caller=0 il=4
b0:
  v0:i32 = param #0
  v1:i32 = param #1
  v2:i32 = call.direct v0 sym=direct:32 call=(i32)(i32) reason=callee state=s0 @1:5
  v3:i32 = mul v2, v1
  v4:i32 = call.direct v1 sym=direct:32 call=(i32)(i32) reason=callee state=s2 @0:9
  v5:i32 = add v3, v4
  return v5
s0 = frame 1 il 5 throw args [v0:i32] locals [v1:i32] stack [] caller s1
s1 = frame 0 il 4 after args [v0:i32, v1:i32] locals [dead] stack [v1:i32]
s2 = frame 0 il 9 throw args [v0:i32, v1:i32] locals [v3:i32] stack []
)"));
  ASSERT_TRUE(f);
  unwinding = &code;
  unwinding_base = base;
  EXPECT_EQ(f(1, 10), 31);
  ASSERT_EQ(code.landing_pads.size(), 2u);
  ASSERT_TRUE(transferred([&] { f(-7, 10); }));
  EXPECT_EQ(exit_taken().reason, loop::ExitReason::ExceptionFromCallee);
  ASSERT_EQ(exit_taken().states.size(), 2u);
  EXPECT_EQ(transfer.buffer[0], exception_object);
  auto& inner = exit_taken().states[0];
  EXPECT_EQ(inner.resume, loop::Resume::Throw);
  EXPECT_EQ(inner.frame, 1u);
  EXPECT_EQ(inner.caller, 1);
  EXPECT_EQ(static_cast<int>(read(inner.args[0])), -7);
  EXPECT_EQ(static_cast<int>(read(inner.locals[0])), 10);
  EXPECT_EQ(static_cast<int>(read(exit_taken().states[1].stack[0])), 10);
  ASSERT_TRUE(transferred([&] { f(4, -1); }));
  EXPECT_EQ(exit_taken().states.size(), 1u);
  EXPECT_EQ(static_cast<int>(read(exit_taken().states[0].locals[0])), -5);
  // The positions of the calls name the inlined frame.
  auto row_at = [&](uint32_t pc) {
    loop::IlMapRow found{};
    for (auto& r : code.il_map) if (r.pc <= pc) found = r;
    return found;
  };
  EXPECT_EQ(row_at(code.landing_pads[0].pc - 1).frame, 1u);
  EXPECT_EQ(row_at(code.landing_pads[0].pc - 1).il_offset, 5u);
  EXPECT_EQ(row_at(code.landing_pads[1].pc - 1).frame, 0u);
}

// An allocation that runs out of memory: what the stub keeps for those that return is lost on the way to the landing pad.
asm(R"(
.text
.globl mock_no_memory
mock_no_memory:
  push %rdi
  push %rbp
  push %rbx
  push %r15
  push %r14
  push %r13
  push %r12
  mov %rsp, %rdi
  mov $-1, %rcx
  mov $-1, %rdx
  mov $-1, %rsi
  mov $-1, %r8
  mov $-1, %r9
  mov $-1, %r10
  mov $-1, %r11
  call do_throw
)");
extern "C" void mock_no_memory();

TEST_F(Calls, FailedAllocationLeavesOnlyCalleeSavedRegisters) {
  uint8_t* head = low.take(256);
  symbol(SymbolKind::TypeWord, 80, head);
  helper(rapgo::abi::Helper::NewObject, reinterpret_cast<void*>(mock_no_memory));
  auto* f = reinterpret_cast<int64_t (*)(int64_t, int64_t, int64_t, int64_t, int64_t, int64_t)>(build(R"(
graph method=16 params(i64, i64, i64, i64, i64, i64) returns(i64)
b0:
  v0:i64 = param #0
  v1:i64 = param #1
  v2:i64 = param #2
  v3:i64 = param #3
  v4:i64 = param #4
  v5:i64 = param #5
  v6:ref = new.object #24 sym=type:80 state=s0 @0:9
  v7:i64 = bitcast v6
  return v7
s0 = frame 0 il 9 throw args [v0:i64, v1:i64, v2:i64, v3:i64, v4:i64, v5:i64] locals [] stack []
)"));
  ASSERT_TRUE(f);
  unwinding = &code;
  unwinding_base = base;
  ASSERT_TRUE(transferred([&] { f(11, 12, 13, 14, 15, 16); }));
  for (size_t i = 0; i < 6; i++) EXPECT_EQ(read(exit_taken().states[0].args[i]), 11 + i);
}

static void* allocated;
extern "C" void* mock_new(void* type) { allocated = type; static FakeObject o; o.type = 9; return &o; }
// As the allocation stub does: everything but rax and r11 survives.
asm(R"(
.text
.globl mock_new_stub
mock_new_stub:
  push %rdi
  push %rsi
  push %rdx
  push %rcx
  push %r8
  push %r9
  push %r10
  call mock_new
  pop %r10
  pop %r9
  pop %r8
  pop %rcx
  pop %rdx
  pop %rsi
  pop %rdi
  mov $-1, %r11
  ret
.globl mock_store_stub
mock_store_stub:
  mov %rsi, (%rdi)
  mov $-1, %rax
  mov $-1, %r11
  ret
)");
extern "C" void mock_new_stub();
extern "C" void mock_store_stub();

TEST_F(Calls, AllocationAndBarrierKeepRegisters) {
  uint8_t* head = low.take(256);
  symbol(SymbolKind::TypeWord, 80, head);
  helper(rapgo::abi::Helper::NewObject, reinterpret_cast<void*>(mock_new_stub));
  helper(rapgo::abi::Helper::StoreRef, reinterpret_cast<void*>(mock_store_stub));
  // The thunk itself clobbers rax only.
  struct { void* slot; } holder{};
  auto* f = reinterpret_cast<int (*)(int, int, int, int, void*)>(build(R"(
graph method=16 params(i32, i32, i32, i32, ptr) returns(i32)
b0:
  v0:i32 = param #0
  v1:i32 = param #1
  v2:i32 = param #2
  v3:i32 = param #3
  v4:ptr = param #4
  v5:ref = new.object #16 sym=type:80
  store v5, v2 #8 mem=i32/field:5
  storeref v4, v5 mem=ref/any
  v6:i32 = load v5 #8 mem=i32/field:5
  v7:i32 = add v0, v1
  v8:i32 = add v7, v6
  v9:i32 = add v8, v3
  return v9
)"));
  ASSERT_TRUE(f);
  EXPECT_EQ(f(1, 20, 300, 4000, &holder), 4321);
  EXPECT_EQ(allocated, head);
  EXPECT_EQ(static_cast<FakeObject*>(holder.slot)->value, 300);
}

TEST_F(Calls, StackBytesTravelOnTheStack) {
  struct Big { long a, b, c; };
  static auto take = +[](long x, Big b, long y) -> long { return x + b.a + 10 * b.b + 100 * b.c + y; };
  symbols[{SymbolKind::MethodDirect, 32}] = low.thunk(reinterpret_cast<void*>(take));
  auto* f = reinterpret_cast<long (*)(long, Big*)>(build(R"(
graph method=16 params(i64, ptr) returns(i64)
b0:
  v0:i64 = param #0
  v1:ptr = param #1
  v2:i64 = call.direct v0, v1, v0 sym=direct:32 call=(i64, stack:24, i64)(i64)
  return v2
)"));
  ASSERT_TRUE(f);
  Big b{1, 2, 3};
  EXPECT_EQ(f(1000, &b), 2321);
}

TEST_F(Calls, TypeTests) {
  auto* base_head = reinterpret_cast<rapgo::abi::TypeHead*>(low.take(512));
  auto* derived = reinterpret_cast<rapgo::abi::TypeHead*>(low.take(512));
  auto word = [](void* p) { return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(p)); };
  symbol(SymbolKind::TypeWord, 80, base_head);
  derived->display[1] = base_head->display[1] = word(base_head);
  derived->display[2] = word(derived);
  FakeObject a{word(base_head), 0, 0}, b{word(derived), 0, 0};
  auto* f = reinterpret_cast<int (*)(void*)>(build(R"(
graph method=16 params(ref) returns(i32)
b0:
  v0:ref = param #0
  v1:i32 = is.exact v0 sym=type:80
  v2:i32 = is.subclass v0 #1 sym=type:80
  v3:i32 = add v2, v2
  v4:i32 = add v1, v3
  return v4
)"));
  ASSERT_TRUE(f);
  EXPECT_EQ(f(nullptr), 0);
  EXPECT_EQ(f(&a), 3);
  EXPECT_EQ(f(&b), 2);
}

// A loop over a[i - lo]: the array itself must stay visible to the collector while the loop runs.
TEST_F(Calls, BasesStayAliveInLoops) {
  options.dump_ir = &ir;
  ASSERT_TRUE(build(R"(
graph method=16 params(ref, i32, i32) returns(i32)
b0:
  v0:ref = param #0
  v1:i32 = param #1
  v2:i32 = param #2
  v3:i32 = const #0
  v4:i32 = const #1
  jump -> b1
b1: preds b0 b1 entry=s1
  v5:i32 = phi v1, v9
  v6:i32 = phi v3, v8
  v10:i32 = sub v5, v1
  v7:i32 = loadelem v0, v10 mem=i32/elem
  v8:i32 = add v6, v7
  v9:i32 = add v5, v4
  v11:i32 = cmp.lt v9, v2
  branch v11 -> b1 b2
b2: preds b1
  return v8
s1 = frame 0 il 9 reexecute args [v0:ref, v1:i32, v2:i32] locals [v5:i32, v6:i32] stack []
)"));
  EXPECT_NE(ir.find("asm sideeffect \"\", \"X\"(ptr"), std::string::npos);
}

// States of dissolved objects and structs: what the runtime rebuilds them from.
TEST_F(Calls, VirtualObjectsAndPieces) {
  auto* f = reinterpret_cast<int (*)(int, long)>(build(R"(
graph method=16 params(i32, i64) returns(i32)
b0:
  v0:i32 = param #0
  v1:i64 = param #1
  v2:ptr = slot #16
  store v2, v1 mem=i64/slot
  store v2, v1 #8 mem=i64/slot
  guard v0 reason=unreached state=s0
  return v0
s0 = frame 0 il 5 reexecute args [v0:i32, v1:i64] locals [virtual o0:ref, pieces o2:struct x2, mem v2:struct x2] stack []
o0 = type 80 length 0 {8 ref virtual o1:ref}
o1 = type 96 length 0 {8 i32 v0:i32, 12 u8 v0:i32}
o2 = type 0 length 0 {0 i32 v0:i32, 8 i64 v1:i64}
)"));
  ASSERT_TRUE(f);
  ASSERT_TRUE(transferred([&] { f(0, 77); }));
  auto& e = exit_taken();
  ASSERT_EQ(e.objects.size(), 2u);
  EXPECT_EQ(e.objects[0].type.value, 80u);
  EXPECT_EQ(e.objects[0].slots[0].value.where, loop::StateValue::Where::VirtualObject);
  EXPECT_EQ(e.objects[0].slots[0].value.index, 1u);
  EXPECT_EQ(e.objects[1].slots[1].size, 1u);
  auto& locals = e.states[0].locals;
  EXPECT_EQ(locals[0].where, loop::StateValue::Where::VirtualObject);
  EXPECT_EQ(locals[1].words, 2u);
  EXPECT_EQ(transfer.buffer[locals[1].index], 0u);
  EXPECT_EQ(transfer.buffer[locals[1].index + 1], 77u);
  EXPECT_EQ(transfer.buffer[locals[2].index], 77u);
  EXPECT_EQ(transfer.buffer[locals[2].index + 1], 77u);
}

TEST_F(Calls, EndlessLoopsKeepTheirBasesInTheFrame) {
  options.dump_ir = &ir;
  ASSERT_TRUE(build(R"(
graph method=16 params(ref, i32) returns()
b0:
  v0:ref = param #0
  v1:i32 = param #1
  v3:i32 = const #0
  v4:i32 = const #1
  jump -> b1
b1: preds b0 b1 entry=s1
  v5:i32 = phi v3, v9
  v10:i32 = sub v5, v1
  v7:i32 = loadelem v0, v10 mem=i32/elem
  guard v7 reason=unreached state=s1
  v9:i32 = add v5, v4
  jump -> b1
s1 = frame 0 il 9 reexecute args [v0:ref, v1:i32] locals [] stack []
)"));
  EXPECT_NE(ir.find("store volatile ptr %0"), std::string::npos);
}
