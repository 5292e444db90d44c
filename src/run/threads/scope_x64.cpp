#include "run/threads/thread.h"

asm(R"(
.text
.globl rapgo_save_registers
.hidden rapgo_save_registers
.type rapgo_save_registers, @function
rapgo_save_registers:
  .cfi_startproc
  mov %rbx, 0(%rdi)
  mov %rbp, 8(%rdi)
  mov %r12, 16(%rdi)
  mov %r13, 24(%rdi)
  mov %r14, 32(%rdi)
  mov %r15, 40(%rdi)
  lea 8(%rsp), %rax
  ret
  .cfi_endproc
.size rapgo_save_registers, .-rapgo_save_registers
)");
