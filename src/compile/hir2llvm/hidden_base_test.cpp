// A loop's array must be found by a conservative collector at any call in the loop: in a callee-saved register or a word of the
// frame, as an address into the array itself. LLVM is free to keep only `a - lo` otherwise (DESIGN 4.3).
#include "compile/hir2llvm/harness.h"

using namespace rapgo;
using namespace rapgo::compile::hir2llvm::test;
using loop::SymbolKind;

// A frame that holds no pointer to the array itself: calls code(a, b, lo, n) with callee-saved registers and the stack cleared.
extern "C" int64_t call_bare(const void* code, uint64_t hidden_a, uint64_t hidden_b, int64_t lo, int64_t n);
extern "C" void look();
extern "C" uint64_t stack_above;
static constexpr uint64_t kMask = 0x5555'0000'0000'0000;  // arguments come disguised
static uint64_t ranges[2][2];
static int looks, misses[2];

extern "C" void look_through(const uint64_t* from) {
  looks++;
  for (int k = 0; k < 2; k++) {
    bool seen = false;
    for (const uint64_t* p = from; reinterpret_cast<uint64_t>(p) < stack_above; p++) seen |= *p >= ranges[k][0] && *p < ranges[k][1];
    misses[k] += !seen;
  }
}
asm(R"(
.text
call_bare:
  push %rbp
  push %rbx
  push %r12
  push %r13
  push %r14
  push %r15
  sub $8, %rsp
  mov %rsp, stack_above(%rip)
  mov %rdi, %r12
  mov %rcx, %r13
  lea -4096(%rsp), %rdi
  mov $512, %ecx
  xor %eax, %eax
  rep stosq
  mov %r12, %rdi
  mov %r13, %rcx
  mov %rdi, %rax
  mov %rsi, %rdi
  mov %rdx, %rsi
  mov %rcx, %rdx
  mov %r8, %rcx
  movabs $0x5555000000000000, %r8
  xor %r8, %rdi
  xor %r8, %rsi
  xor %ebp, %ebp
  xor %ebx, %ebx
  xor %r12d, %r12d
  xor %r13d, %r13d
  xor %r14d, %r14d
  xor %r15d, %r15d
  call *%rax
  add $8, %rsp
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbx
  pop %rbp
  ret
look:
  push %rbp
  push %rbx
  push %r12
  push %r13
  push %r14
  push %r15
  mov %rsp, %rdi
  sub $8, %rsp
  call look_through
  add $56, %rsp
  mov $7, %eax
  ret
.bss
.globl stack_above
stack_above: .quad 0
.text
)");

namespace {

class HiddenBase : public Harness {
 protected:
  static constexpr int64_t kLow = 100'000;
  Vector<int32_t> a{256}, b{256};
  bool shifted_b = false;  // instead of b: the address of a's first element, less 4 * lo

  // Runs the graph as f(a, b, lo, n) with lo far outside; returns its result.
  int64_t run(std::string_view text) {
    symbols[{SymbolKind::MethodDirect, 32}] = low.thunk(reinterpret_cast<void*>(look));
    void* f = build(text);
    if (!f) return -1;
    for (int i = 0; i < 256; i++) a.data[i] = i, b.data[i] = 3 * i;
    looks = misses[0] = misses[1] = 0;
    ranges[0][0] = reinterpret_cast<uint64_t>(&a), ranges[0][1] = reinterpret_cast<uint64_t>(&a + 1);
    ranges[1][0] = reinterpret_cast<uint64_t>(&b), ranges[1][1] = reinterpret_cast<uint64_t>(&b + 1);
    const uint64_t second = shifted_b ? ranges[0][0] + 16 - 4 * kLow : ranges[1][0];
    return call_bare(f, ranges[0][0] ^ kMask, second ^ kMask, kLow, 256);
  }
};

}  // namespace

// Elements are read from the lo-th iteration on: what LLVM keeps in registers is a - 4 * lo and b - 4 * lo.
TEST_F(HiddenBase, ShiftedIndices) {
  EXPECT_EQ(run(R"(
graph method=16 params(ref, ref, i64, i64) returns(i64)
b0:
  v0:ref = param #0
  v1:ref = param #1
  v2:i64 = param #2
  v3:i64 = param #3
  v4:i64 = const #0
  v5:i64 = const #1
  v6:i64 = const #4
  v7:i64 = add v2, v3
  v8:ptr = fieldaddr v0 #16
  v9:ptr = fieldaddr v1 #16
  jump -> b1
b1: preds b0 b3 entry=s0
  v10:i64 = phi v4, v20
  v11:i64 = phi v4, v21
  v12:i32 = cmp.lt v10, v7
  branch v12 -> b2 b5
b2: preds b1
  v24:i32 = cmp.ge v10, v2
  branch v24 -> b4 b3
b4: preds b2
  v13:i64 = sub v10, v2
  v14:i64 = mul v13, v6
  v15:ptr = ptradd v8, v14
  v16:i32 = load v15 mem=i32/any
  v17:ptr = ptradd v9, v14
  v18:i32 = load v17 mem=i32/any
  v19:i32 = add v16, v18
  call.direct sym=direct:32 call=()()
  v25:i64 = sext32 v19
  v26:i64 = add v11, v25
  jump -> b3
b3: preds b2 b4
  v21:i64 = phi v11, v26
  v20:i64 = add v10, v5
  jump -> b1
b5: preds b1
  return v11
s0 = frame 0 il 4 reexecute args [v2:i64] locals [] stack []
)"),
            4 * 255 * 128);
  EXPECT_EQ(looks, 256);
  EXPECT_EQ(misses[0], 0);
  EXPECT_EQ(misses[1], 0);
}

// A pointer that was moved out of the array where nobody saw it: only `pin` knows what it came from.
TEST_F(HiddenBase, PinnedVariable) {
  shifted_b = true;
  EXPECT_EQ(run(R"(
graph method=16 params(ref, i64, i64, i64) returns(i64)
b0:
  v0:ref = param #0
  v1:i64 = param #1
  v2:i64 = param #2
  v3:i64 = param #3
  v4:i64 = const #4
  v5:ptr = slot #8
  pin v5, v0
  v6:i64 = call.direct sym=direct:32 call=()(i64)
  v7:i64 = add v2, v6
  v8:i64 = mul v7, v4
  v9:i64 = add v1, v8
  v10:ptr = bitcast v9
  v11:i32 = load v10 mem=i32/any
  v12:i64 = sext32 v11
  return v12
)"),
            7);
  EXPECT_EQ(looks, 1);
  EXPECT_EQ(misses[0], 0);
}

// Left by an exit only: there is no place behind the loop where the base could be kept.
TEST_F(HiddenBase, EndlessLoop) {
  EXPECT_TRUE(transferred([&] {
    run(R"(
graph method=16 params(ref, ref, i64, i64) returns(i64)
b0:
  v0:ref = param #0
  v1:ref = param #1
  v2:i64 = param #2
  v3:i64 = param #3
  v4:i64 = const #0
  v5:i64 = const #1
  v6:i64 = const #4
  v7:i64 = add v2, v3
  v8:ptr = fieldaddr v0 #16
  v9:ptr = fieldaddr v1 #16
  jump -> b1
b1: preds b0 b3 entry=s0
  v10:i64 = phi v4, v20
  v11:i64 = phi v4, v21
  v12:i32 = cmp.lt v10, v7
  guard v12 reason=overflow state=s1
  v24:i32 = cmp.ge v10, v2
  branch v24 -> b4 b3
b4: preds b1
  v13:i64 = sub v10, v2
  v14:i64 = mul v13, v6
  v15:ptr = ptradd v8, v14
  v16:i32 = load v15 mem=i32/any
  v17:ptr = ptradd v9, v14
  v18:i32 = load v17 mem=i32/any
  v19:i32 = add v16, v18
  call.direct sym=direct:32 call=()()
  v25:i64 = sext32 v19
  v26:i64 = add v11, v25
  jump -> b3
b3: preds b1 b4
  v21:i64 = phi v11, v26
  v20:i64 = add v10, v5
  jump -> b1
s0 = frame 0 il 4 reexecute args [v2:i64] locals [] stack []
s1 = frame 0 il 4 reexecute args [v2:i64] locals [v11:i64] stack []
)");
  }));
  EXPECT_EQ(looks, 256);
  EXPECT_EQ(misses[0], 0);
  EXPECT_EQ(misses[1], 0);
}
