// The abstract evaluation stack and its registers: caller-saved ones only, r11, xmm14 and xmm15 are scratch.
#include <bit>

#include "compile/baseline/compiler_x64.h"

namespace rapgo::compile::baseline {

using namespace x86;
using In = Entry::In;

namespace {
constexpr uint32_t kGpPool = 1u << 0 | 1u << 1 | 1u << 2 | 1u << 6 | 1u << 7 | 1u << 8 | 1u << 9 | 1u << 10;
constexpr uint32_t kXmmPool = (1u << 14) - 1;
}  // namespace

void Compiler::invalid(const char* reason) { throw il::InvalidProgram(il_, reason); }

Gp Compiler::take_gp(uint32_t avoid) {
  uint32_t free = kGpPool & ~used_gp_ & ~avoid;
  if (!free) {
    for (Entry& e : stack_)
      if (e.in == In::Gp && !(avoid >> e.reg & 1)) {
        spill(e);
        break;
      }
    free = kGpPool & ~used_gp_ & ~avoid;
    if (!free) invalid("out of registers");  // cannot happen: instructions hold few operands
  }
  const int id = std::countr_zero(free);
  used_gp_ |= 1u << id;
  return gpq(static_cast<uint32_t>(id));
}

Gp Compiler::claim(const Gp& reg) {
  if (used_gp_ >> reg.id() & 1)
    for (Entry& e : stack_)
      if (e.in == In::Gp && e.reg == reg.id()) {
        const uint32_t free = kGpPool & ~used_gp_;
        if (free) {
          const int id = std::countr_zero(free);
          a.mov(gpq(static_cast<uint32_t>(id)), gpq(e.reg));
          used_gp_ |= 1u << id;
          e.reg = static_cast<uint8_t>(id);
        } else {
          spill(e);
        }
        break;
      }
  used_gp_ |= 1u << reg.id();
  return reg.r64();
}

Xmm Compiler::take_xmm() {
  uint32_t free = kXmmPool & ~used_xmm_;
  if (!free) {
    for (Entry& e : stack_)
      if (e.in == In::Xmm) {
        spill(e);
        break;
      }
    free = kXmmPool & ~used_xmm_;
  }
  const int id = std::countr_zero(free);
  used_xmm_ |= 1u << id;
  return x86::xmm(static_cast<uint32_t>(id));
}

Entry Compiler::pop() {
  if (stack_.empty()) invalid("evaluation stack underflow");
  const Entry e = stack_.back();
  stack_.pop_back();
  depth_words_ -= e.words;
  return e;
}

Entry& Compiler::top(uint32_t depth) {
  if (stack_.size() <= depth) invalid("evaluation stack underflow");
  return stack_[stack_.size() - 1 - depth];
}

void Compiler::push(const Entry& e) {
  Entry& pushed = stack_.emplace_back(e);
  pushed.word = depth_words_;
  depth_words_ += pushed.words;
  need_words(depth_words_);
}

Entry& Compiler::push_new(StackKind kind, Type* type) {
  uint32_t words = 1;
  if (kind == StackKind::Struct) {
    if (!type) invalid("value type where a number or reference is wanted");
    words = (type->value_size() + 7) / 8;
  }
  push_home(kind, type, words);
  return stack_.back();
}

void Compiler::push_gp(const Gp& r, StackKind kind, Type* type) {
  Entry& e = push_new(kind, type);
  e.in = In::Gp;
  e.reg = static_cast<uint8_t>(r.id());
}

void Compiler::push_xmm(const Xmm& r, StackKind kind) {
  Entry& e = push_new(kind);
  e.in = In::Xmm;
  e.reg = static_cast<uint8_t>(r.id());
}

void Compiler::push_const(StackKind kind, int64_t value) {
  Entry& e = push_new(kind);
  e.in = In::Const;
  e.value = value;
}

void Compiler::push_symbol(StackKind kind, SymbolKind symbol, uint32_t id, uint32_t extra, Type* type) {
  const uint32_t number = e_.symbol(symbol, id, extra);
  Entry& e = push_new(kind, type);
  e.in = In::Symbol;
  e.value = number;
}

void Compiler::push_home(StackKind kind, Type* type, uint32_t words) {
  Entry& e = stack_.emplace_back();
  e.kind = kind;
  e.type = type;
  e.words = words;
  e.word = depth_words_;
  depth_words_ += words;
  need_words(depth_words_);
}

Mem Compiler::memory_of(const Entry& e) const {
  const uint32_t size = e.is64() && e.kind != StackKind::Float32 ? 8 : 4;
  if (e.in == In::Var) return ptr(rbp, vars_[static_cast<size_t>(e.value)].offset, size);
  return home(e.word, size);
}

void Compiler::load_to(const Gp& reg, const Entry& e) {
  const Gp r = e.is64() ? Gp(reg.r64()) : Gp(reg.r32());
  switch (e.in) {
    case In::Const:
      if (e.value == 0) a.xor_(reg.r32(), reg.r32());
      else if (!e.is64()) a.mov(reg.r32(), static_cast<int32_t>(e.value));
      else if (e.value == static_cast<int64_t>(static_cast<uint32_t>(e.value))) a.mov(reg.r32(), static_cast<uint32_t>(e.value));
      else a.mov(reg.r64(), e.value);
      break;
    case In::Symbol:
      a.mov(reg.r32(), asmjit::imm(stubs::Emitter::kPlaceholder));
      e_.reloc(e_.pc() - 4, loop::RelocKind::Abs32, static_cast<uint32_t>(e.value));
      break;
    case In::VarAddress: {
      a.mov(reg.r64(), ptr(rbp, exposed_base_));
      const int32_t offset = vars_[static_cast<size_t>(e.value)].offset;
      if (offset) a.add(reg.r64(), offset);
      break;
    }
    case In::Gp:
      if (e.reg != reg.id()) a.mov(r, gp(e.reg, e.is64()));
      break;
    case In::Xmm:
      if (e.kind == StackKind::Float32) a.movd(reg.r32(), xmm(e)); else a.movq(reg.r64(), xmm(e));
      break;
    case In::Home:
    case In::Var:
      e_.load_frame(reg, e.in == In::Var ? vars_[static_cast<size_t>(e.value)].offset : home_offset(e.word),
                    e.is64() && e.kind != StackKind::Float32 ? 8 : 4);
      break;
  }
}

void Compiler::load_to(const Xmm& reg, const Entry& e) {
  switch (e.in) {
    case In::Const:
      if (e.value == 0) {
        a.xorps(reg, reg);
      } else if (e.kind == StackKind::Float32) {
        a.mov(r11d, static_cast<uint32_t>(e.value));
        a.movd(reg, r11d);
      } else {
        a.mov(r11, e.value);
        a.movq(reg, r11);
      }
      break;
    case In::Xmm:
      if (e.reg != reg.id()) a.movaps(reg, xmm(e));
      break;
    case In::Gp:
      if (e.kind == StackKind::Float32) a.movd(reg, gpd(e.reg)); else a.movq(reg, gpq(e.reg));
      break;
    default:
      if (e.kind == StackKind::Float32) a.movss(reg, memory_of(e)); else a.movsd(reg, memory_of(e));
  }
}

Gp Compiler::to_gp(Entry& e, uint32_t avoid) {
  if (e.in == In::Gp && !(avoid >> e.reg & 1)) return gp(e);
  if (e.words != 1) invalid("value type where a number or reference is wanted");
  const Gp r = take_gp(avoid);
  load_to(r, e);
  release(e);
  e.in = In::Gp;
  e.reg = static_cast<uint8_t>(r.id());
  return gp(e);
}

Xmm Compiler::to_xmm(Entry& e) {
  if (e.in == In::Xmm) return xmm(e);
  if (!e.is_float()) invalid("a floating-point value is wanted");
  const Xmm r = take_xmm();
  load_to(r, e);
  release(e);
  e.in = In::Xmm;
  e.reg = static_cast<uint8_t>(r.id());
  return r;
}

void Compiler::copy_words(const Mem& to, const Mem& from, uint32_t bytes) {
  Mem d = to, s = from;
  const auto step = [&](uint32_t n) {
    d.addOffset(n);
    s.addOffset(n);
    bytes -= n;
  };
  // Big values: a loop would need registers that may be live; sizes beyond this are rare and the code is only long.
  while (bytes >= 16) {
    d.setSize(16), s.setSize(16);
    a.movups(xmm15, s);
    a.movups(d, xmm15);
    step(16);
  }
  static constexpr uint32_t kSteps[] = {8, 4, 2, 1};
  for (const uint32_t n : kSteps)
    while (bytes >= n) {
      d.setSize(n), s.setSize(n);
      if (n == 8) {
        a.movq(xmm15, s);
        a.movq(d, xmm15);
      } else if (n == 4) {
        a.movd(xmm15, s);
        a.movd(d, xmm15);
      } else {
        // r11 may be the base of either side: go through a register that is kept.
        const Gp r = take_gp();
        if (n == 2) {
          a.movzx(r.r32(), s);
          a.mov(d, r.r16());
        } else {
          a.movzx(r.r32(), s);
          a.mov(d, r.r8());
        }
        free_gp(r);
      }
      step(n);
    }
}

void Compiler::copy_to_home(Entry& e) {
  if (e.kind == StackKind::Struct) {
    if (e.in == In::Var) {
      copy_words(home(e.word), ptr(rbp, vars_[static_cast<size_t>(e.value)].offset), e.words * 8u);
    } else if (e.in == In::Symbol || e.in == In::Const) {
      // One-word handles.
      Entry word = e;
      word.kind = StackKind::NativeInt;
      copy_to_home(word);
    }
    e.in = In::Home;
    return;
  }
  switch (e.in) {
    case In::Home: return;
    case In::Gp:
      e_.store_frame(home_offset(e.word), gp(e), e.is64() && e.kind != StackKind::Float32 ? 8 : 4);
      break;
    case In::Xmm:
      if (e.kind == StackKind::Float32) a.movss(home(e), xmm(e)); else a.movsd(home(e), xmm(e));
      break;
    case In::Const:
      if (!e.is64() || e.kind == StackKind::Float32) {
        a.mov(home(e.word, 4), static_cast<int32_t>(e.value));
      } else if (fits32(e.value)) {
        a.mov(home(e.word, 8), static_cast<int32_t>(e.value));
      } else {
        a.mov(r11, e.value);
        a.mov(home(e.word, 8), r11);
      }
      break;
    case In::Symbol:
      a.mov(home(e.word, 8), asmjit::imm(stubs::Emitter::kPlaceholder));
      e_.reloc(e_.pc() - 4, loop::RelocKind::Abs32, static_cast<uint32_t>(e.value));
      break;
    case In::Var:
    case In::VarAddress:
      load_to(r11, e);
      e_.store_frame(home_offset(e.word), r11, e.is64() && e.kind != StackKind::Float32 ? 8 : 4);
      break;
  }
  release(e);
  e.in = In::Home;
}

void Compiler::spill(Entry& e) {
  if (e.in_register()) copy_to_home(e);
}

void Compiler::spill_registers(uint32_t but_top) {
  if (!(used_gp_ | used_xmm_)) return;
  for (size_t i = 0; i + but_top < stack_.size(); ++i) spill(stack_[i]);
}

void Compiler::spill_all(uint32_t but_top) { spill_registers(but_top); }

void Compiler::flush() {
  for (Entry& e : stack_) copy_to_home(e);
}

void Compiler::coerce(Entry& e, StackKind want) {
  if (e.kind == want) return;
  const bool wide = want == StackKind::Int64 || want == StackKind::NativeInt || want == StackKind::ByRef || want == StackKind::Ref;
  if (e.kind == StackKind::Int32 && wide) {
    if (e.in == In::Const) {
      e.value = static_cast<int32_t>(e.value);
    } else if (e.in == In::Gp) {
      a.movsxd(gpq(e.reg), gpd(e.reg));
    } else {
      const Gp r = take_gp();
      a.movsxd(r, memory_of(e));
      e.in = In::Gp;
      e.reg = static_cast<uint8_t>(r.id());
    }
    e.kind = want;
  } else if (e.is_float() && (want == StackKind::Float32 || want == StackKind::Float64)) {
    convert_float(e, want);
  } else if (want == StackKind::Int32 && e.is64() && !e.is_float() && e.kind != StackKind::Struct) {
    if (e.in == In::VarAddress || e.in == In::Symbol) to_gp(e);
    if (e.in == In::Const) e.value = static_cast<int32_t>(e.value);
    e.kind = want;
  } else if (e.is_float() || want == StackKind::Float32 || want == StackKind::Float64) {
    invalid("integer and floating-point operands mixed");
  } else if ((e.kind == StackKind::Struct) != (want == StackKind::Struct)) {
    // One-word structs and native ints are told apart by class libraries less strictly than by the standard.
    if (e.words != 1) invalid("value type where another kind is wanted");
    e.kind = want;
  } else {
    e.kind = want;
  }
}

Entry Compiler::pop_value(StackKind want) {
  Entry e = pop();
  coerce(e, want);
  return e;
}

}  // namespace rapgo::compile::baseline
