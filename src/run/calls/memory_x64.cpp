// Leaf helpers that may meet a bad address: in assembler with a frame of their own, so that the fault handler finds the managed
// caller by rbp wherever inside it happens (run/stack/faults_x64.cpp).
#include <cstring>

#include "gc/binding/barrier.h"
#include "run/calls/bodies.h"

extern "C" {
void rapgo_mem_copy();
void rapgo_mem_set();
void rapgo_copy_refs();
}

asm(R"(
.text
.macro RAPGO_FRAMED name
.hidden \name
.globl \name
.type \name, @function
\name:
  push %rbp
  mov %rsp, %rbp
.endm

# Everything of a block up to 128 bytes is read before anything is written, so overlapping needs no thought there. rdi and rsi stay as they
# are in the loops: objects are kept by what points at them.
RAPGO_FRAMED rapgo_mem_copy      # rdi = to, rsi = from, rdx = bytes (below 0: none); may overlap
  cmp $16, %rdx
  jb 10f
  cmp $32, %rdx
  ja 1f
  movups (%rsi), %xmm0
  movups -16(%rsi,%rdx), %xmm1
  movups %xmm0, (%rdi)
  movups %xmm1, -16(%rdi,%rdx)
  pop %rbp
  ret
1:
  cmp $64, %rdx
  ja 2f
  movups (%rsi), %xmm0
  movups 16(%rsi), %xmm1
  movups -32(%rsi,%rdx), %xmm2
  movups -16(%rsi,%rdx), %xmm3
  movups %xmm0, (%rdi)
  movups %xmm1, 16(%rdi)
  movups %xmm2, -32(%rdi,%rdx)
  movups %xmm3, -16(%rdi,%rdx)
  pop %rbp
  ret
2:
  test %rdx, %rdx
  js 9f
  cmp $128, %rdx
  ja 3f
  movups (%rsi), %xmm0
  movups 16(%rsi), %xmm1
  movups 32(%rsi), %xmm2
  movups 48(%rsi), %xmm3
  movups -64(%rsi,%rdx), %xmm4
  movups -48(%rsi,%rdx), %xmm5
  movups -32(%rsi,%rdx), %xmm6
  movups -16(%rsi,%rdx), %xmm7
  movups %xmm0, (%rdi)
  movups %xmm1, 16(%rdi)
  movups %xmm2, 32(%rdi)
  movups %xmm3, 48(%rdi)
  movups %xmm4, -64(%rdi,%rdx)
  movups %xmm5, -48(%rdi,%rdx)
  movups %xmm6, -32(%rdi,%rdx)
  movups %xmm7, -16(%rdi,%rdx)
  pop %rbp
  ret
3:
  mov %rdi, %rax
  sub %rsi, %rax
  cmp %rdx, %rax
  jb 6f                          # the destination begins inside the source: backwards
  cmp $2048, %rdx
  jae 5f
  movups -64(%rsi,%rdx), %xmm4   # the end, before it may be overwritten
  movups -48(%rsi,%rdx), %xmm5
  movups -32(%rsi,%rdx), %xmm6
  movups -16(%rsi,%rdx), %xmm7
  xor %ecx, %ecx
  lea -64(%rdx), %r8
4:
  movups (%rsi,%rcx), %xmm0
  movups 16(%rsi,%rcx), %xmm1
  movups 32(%rsi,%rcx), %xmm2
  movups 48(%rsi,%rcx), %xmm3
  movups %xmm0, (%rdi,%rcx)
  movups %xmm1, 16(%rdi,%rcx)
  movups %xmm2, 32(%rdi,%rcx)
  movups %xmm3, 48(%rdi,%rcx)
  add $64, %rcx
  cmp %r8, %rcx
  jb 4b
  movups %xmm4, -64(%rdi,%rdx)
  movups %xmm5, -48(%rdi,%rdx)
  movups %xmm6, -32(%rdi,%rdx)
  movups %xmm7, -16(%rdi,%rdx)
  pop %rbp
  ret
5:
  mov %rdx, %rcx
  rep movsb
  pop %rbp
  ret
6:
  movups (%rsi), %xmm4           # the beginning, before it may be overwritten
  movups 16(%rsi), %xmm5
  movups 32(%rsi), %xmm6
  movups 48(%rsi), %xmm7
  mov %rdx, %rcx
7:
  movups -16(%rsi,%rcx), %xmm0
  movups -32(%rsi,%rcx), %xmm1
  movups -48(%rsi,%rcx), %xmm2
  movups -64(%rsi,%rcx), %xmm3
  movups %xmm0, -16(%rdi,%rcx)
  movups %xmm1, -32(%rdi,%rcx)
  movups %xmm2, -48(%rdi,%rcx)
  movups %xmm3, -64(%rdi,%rcx)
  sub $64, %rcx
  cmp $64, %rcx
  ja 7b
  movups %xmm4, (%rdi)
  movups %xmm5, 16(%rdi)
  movups %xmm6, 32(%rdi)
  movups %xmm7, 48(%rdi)
9:
  pop %rbp
  ret
10:
  cmp $8, %edx
  jb 11f
  mov (%rsi), %rax
  mov -8(%rsi,%rdx), %rcx
  mov %rax, (%rdi)
  mov %rcx, -8(%rdi,%rdx)
  pop %rbp
  ret
11:
  cmp $4, %edx
  jb 12f
  mov (%rsi), %eax
  mov -4(%rsi,%rdx), %ecx
  mov %eax, (%rdi)
  mov %ecx, -4(%rdi,%rdx)
  pop %rbp
  ret
12:
  cmp $2, %edx
  jb 13f
  movzwl (%rsi), %eax
  movzwl -2(%rsi,%rdx), %ecx
  mov %ax, (%rdi)
  mov %cx, -2(%rdi,%rdx)
  pop %rbp
  ret
13:
  test %edx, %edx
  jz 9b
  movzbl (%rsi), %eax
  mov %al, (%rdi)
  pop %rbp
  ret

RAPGO_FRAMED rapgo_mem_set       # rdi = to, esi = byte, rdx = bytes
  mov %rdx, %rcx
  mov %esi, %eax
  rep stosb
  pop %rbp
  ret

RAPGO_FRAMED rapgo_copy_refs     # rdi = to, rsi = from, rdx = words; whole words, may overlap
  mov %rdi, %rax
  sub %rsi, %rax
  lea (,%rdx,8), %rcx
  cmp %rcx, %rax
  jb 2f
  xor %ecx, %ecx
1:
  cmp %rdx, %rcx
  jae 3f
  mov (%rsi,%rcx,8), %rax
  mov %rax, (%rdi,%rcx,8)
  inc %rcx
  jmp 1b
2:
  sub $1, %rdx
  jb 3f
  mov (%rsi,%rdx,8), %rax
  mov %rax, (%rdi,%rdx,8)
  jmp 2b
3:
  pop %rbp
  ret
)");

namespace rapgo::run::calls {

void register_memory_bodies() {
  abi::helper_body(abi::Helper::MemCopy) = reinterpret_cast<void*>(&rapgo_mem_copy);
  abi::helper_body(abi::Helper::MemSet) = reinterpret_cast<void*>(&rapgo_mem_set);
  abi::helper_body(abi::Helper::CopyRefs) = reinterpret_cast<void*>(&rapgo_copy_refs);
}

}  // namespace rapgo::run::calls
