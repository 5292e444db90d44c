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

RAPGO_FRAMED rapgo_mem_copy      # rdi = to, rsi = from, rdx = bytes; may overlap
  mov %rdx, %rcx
  mov %rdi, %rax
  sub %rsi, %rax
  cmp %rdx, %rax
  jb 1f
  rep movsb
  pop %rbp
  ret
1:                               # the destination begins inside the source: backwards
  std
  lea -1(%rsi,%rcx), %rsi
  lea -1(%rdi,%rcx), %rdi
  rep movsb
  cld
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
