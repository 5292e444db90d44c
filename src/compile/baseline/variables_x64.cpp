// Arguments and locals: every one has a home, stores write through. Exposed ones live in the block that the word at exposed_base names.
#include "compile/baseline/compiler_x64.h"

namespace rapgo::compile::baseline {

using namespace x86;
using In = Entry::In;

Mem Compiler::var_memory(const Var& v, uint32_t size) {
  if (!v.exposed) return ptr(rbp, v.offset, size);
  a.mov(r11, ptr(rbp, exposed_base_));
  return ptr(r11, v.offset, size);
}

void Compiler::load_var(uint32_t index) {
  if (index >= vars_.size()) invalid("no such argument or local");
  const Var& v = vars_[index];
  if (!v.exposed) {
    Entry& e = push_new(v.kind, v.type);
    e.in = In::Var;
    e.value = index;
    return;
  }
  if (v.kind == StackKind::Struct) {
    push_home(v.kind, v.type, v.words);
    copy_words(home(top().word), var_memory(v), v.words * 8u);
  } else if (v.kind == StackKind::Float32 || v.kind == StackKind::Float64) {
    const Xmm x = take_xmm();
    if (v.kind == StackKind::Float32) a.movss(x, var_memory(v, 4)); else a.movsd(x, var_memory(v, 8));
    push_xmm(x, v.kind);
  } else {
    const Gp r = take_gp();
    // Written through pointers too: the upper part of a narrow one is not ours to trust.
    if (v.narrow) {
      if (v.narrow_signed) a.movsx(r.r32(), var_memory(v, v.narrow)); else a.movzx(r.r32(), var_memory(v, v.narrow));
    } else if (v.kind == StackKind::Int32) {
      a.mov(r.r32(), var_memory(v, 4));
    } else {
      a.mov(r, var_memory(v, 8));
    }
    push_gp(r, v.kind, v.kind == StackKind::Ref ? v.type : nullptr);
  }
}

void Compiler::load_var_address(uint32_t index) {
  if (index >= vars_.size()) invalid("no such argument or local");
  Entry& e = push_new(StackKind::ByRef);
  e.in = In::VarAddress;
  e.value = index;
}

void Compiler::spill_aliases_of(uint32_t index) {
  for (Entry& e : stack_)
    if (e.in == In::Var && e.value == index) copy_to_home(e);
}

void Compiler::store_var(uint32_t index) {
  if (index >= vars_.size()) invalid("no such argument or local");
  const Var& v = vars_[index];
  Entry e = pop();
  if (e.in == In::Var && e.value == index) return;
  spill_aliases_of(index);
  coerce(e, v.kind);
  if (v.kind == StackKind::Struct) {
    if (e.in == In::Symbol || e.in == In::Const) copy_to_home(e);
    copy_words(var_memory(v), memory_of(e), v.words * 8u);
  } else if (e.is_float()) {
    const Xmm x = to_xmm(e);
    if (v.kind == StackKind::Float32) a.movss(var_memory(v, 4), x); else a.movsd(var_memory(v, 8), x);
  } else if (e.in == In::Const && !v.exposed && e.value == static_cast<int32_t>(e.value)) {
    int32_t value = static_cast<int32_t>(e.value);
    if (v.narrow == 1) value = v.narrow_signed ? static_cast<int8_t>(value) : static_cast<uint8_t>(value);
    if (v.narrow == 2) value = v.narrow_signed ? static_cast<int16_t>(value) : static_cast<uint16_t>(value);
    a.mov(var_memory(v, v.kind == StackKind::Int32 ? 4 : 8), value);
  } else {
    const Gp r = to_gp(e);
    if (v.narrow == 1) {
      if (v.narrow_signed) a.movsx(r.r32(), r.r8()); else a.movzx(r.r32(), r.r8());
    } else if (v.narrow == 2) {
      if (v.narrow_signed) a.movsx(r.r32(), r.r16()); else a.movzx(r.r32(), r.r16());
    }
    const uint32_t size = v.kind == StackKind::Int32 ? 4 : 8;
    if (!v.exposed) e_.store_frame(v.offset, r, size);
    else if (size == 4) a.mov(var_memory(v, 4), r.r32());
    else a.mov(var_memory(v, 8), r.r64());
  }
  release(e);
}

}  // namespace rapgo::compile::baseline
