// The guard zone is closed again while no frame stands on it: by a system call made from the stack that execution goes on with.
#include <cstddef>

#include "abi/stub_protocol.h"

static_assert(offsetof(rapgo::abi::Context, rsp) == 48);

asm(R"(
.text
.hidden rapgo_leave_guard_zone
.globl rapgo_leave_guard_zone
.type rapgo_leave_guard_zone, @function
rapgo_leave_guard_zone:
  mov %rdi, %rbx
  mov %rcx, %r12
  mov 48(%rdi), %rax
  lea -256(%rax), %rsp
  mov %rsi, %rdi
  mov %rdx, %rsi
  xor %edx, %edx
  mov $10, %eax       # mprotect(low, bytes, PROT_NONE)
  syscall
  mov %rbx, %rdi
  jmp *%r12
)");
