#include "run/calls/native_call_x64.h"

#include <cerrno>
#include <cstring>

#include "run/threads/thread.h"

extern "C" void rapgo_call_native(void* function, uint64_t* ints, double* sses, const uint64_t* stack, uint64_t stack_words);

asm(R"(
.text
.hidden rapgo_call_native
.globl rapgo_call_native
.type rapgo_call_native, @function
rapgo_call_native:
  .cfi_startproc
  push %rbp
  .cfi_def_cfa_offset 16
  .cfi_offset %rbp, -16
  mov %rsp, %rbp
  .cfi_def_cfa_register %rbp
  push %rbx
  push %r12
  .cfi_offset %rbx, -24
  .cfi_offset %r12, -32
  mov %rdi, %r11
  mov %rsi, %rbx
  mov %rdx, %r12
  test $1, %r8b
  jz 1f
  push $0
1:
  test %r8, %r8
  jz 2f
  push -8(%rcx,%r8,8)
  dec %r8
  jmp 1b
2:
  movsd 0(%r12), %xmm0
  movsd 8(%r12), %xmm1
  movsd 16(%r12), %xmm2
  movsd 24(%r12), %xmm3
  movsd 32(%r12), %xmm4
  movsd 40(%r12), %xmm5
  movsd 48(%r12), %xmm6
  movsd 56(%r12), %xmm7
  mov 0(%rbx), %rdi
  mov 8(%rbx), %rsi
  mov 16(%rbx), %rdx
  mov 24(%rbx), %rcx
  mov 32(%rbx), %r8
  mov 40(%rbx), %r9
  mov $8, %eax
  call *%r11
  mov %rax, 0(%rbx)
  mov %rdx, 8(%rbx)
  movsd %xmm0, 0(%r12)
  movsd %xmm1, 8(%r12)
  lea -16(%rbp), %rsp
  pop %r12
  pop %rbx
  pop %rbp
  .cfi_def_cfa %rsp, 8
  ret
  .cfi_endproc

.macro RAPGO_GENERIC name, target
.hidden \name
.globl \name
.type \name, @function
\name:
  .cfi_startproc
  push %rbp
  .cfi_def_cfa_offset 16
  .cfi_offset %rbp, -16
  mov %rsp, %rbp
  .cfi_def_cfa_register %rbp
  sub $112, %rsp
  mov %rdi, 0(%rsp)
  mov %rsi, 8(%rsp)
  mov %rdx, 16(%rsp)
  mov %rcx, 24(%rsp)
  mov %r8, 32(%rsp)
  mov %r9, 40(%rsp)
  movsd %xmm0, 48(%rsp)
  movsd %xmm1, 56(%rsp)
  movsd %xmm2, 64(%rsp)
  movsd %xmm3, 72(%rsp)
  movsd %xmm4, 80(%rsp)
  movsd %xmm5, 88(%rsp)
  movsd %xmm6, 96(%rsp)
  movsd %xmm7, 104(%rsp)
  mov %rsp, %rdi
  lea 16(%rbp), %rsi
  mov %rax, %rdx
  call \target
  mov 0(%rsp), %rax
  mov 8(%rsp), %rdx
  movsd 48(%rsp), %xmm0
  movsd 56(%rsp), %xmm1
  leave
  .cfi_def_cfa %rsp, 8
  ret
  .cfi_endproc
.endm
RAPGO_GENERIC rapgo_pinvoke_entry, rapgo_pinvoke_generic
RAPGO_GENERIC rapgo_reverse_entry, rapgo_reverse_generic
)");

namespace rapgo::run::calls {

void NativeCall::add_word(uint64_t word) {
  if (int_count_ < 6) ints_[int_count_++] = word;
  else stack_.push_back(word);
}

void NativeCall::add(const abi::ValueShape& shape, const void* value) {
  uint64_t words[2] = {};
  if (shape.is_struct() && shape.memory) {  // by value on the stack
    const size_t at = stack_.size();
    stack_.resize(at + shape.words());
    std::memcpy(&stack_[at], value, shape.size);
    return;
  }
  std::memcpy(words, value, shape.size);
  const int count = static_cast<int>(shape.words());
  int ints = 0, sses = 0;
  for (int i = 0; i < count; i++) (shape.cls[i] == abi::Eightbyte::Sse ? sses : ints)++;
  const bool fits = int_count_ + ints <= 6 && sse_count_ + sses <= 8;
  for (int i = 0; i < count; i++) {
    if (!fits) stack_.push_back(words[i]);
    else if (shape.cls[i] == abi::Eightbyte::Sse) std::memcpy(&sses_[sse_count_++], &words[i], 8);
    else ints_[int_count_++] = words[i];
  }
}

void NativeCall::call(void* function, int* error) {
  threads::NativeScope native;
  errno = 0;
  rapgo_call_native(function, ints_, sses_, stack_.data(), stack_.size());
  if (error) *error = errno;
}

void NativeCall::result(const abi::ValueShape& shape, void* to) const {
  uint64_t words[2] = {};
  int ints = 0, sses = 0;
  for (uint32_t i = 0; i < shape.words() && i < 2; i++) {
    if (shape.cls[i] == abi::Eightbyte::Sse) std::memcpy(&words[i], &sses_[sses++], 8);
    else words[i] = ints_[ints++];
  }
  std::memcpy(to, words, shape.size);
}

}  // namespace rapgo::run::calls
