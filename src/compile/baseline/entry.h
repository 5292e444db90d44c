// One value of the abstract evaluation stack.
#pragma once
#include <cstdint>

#include "load/types/type.h"

namespace rapgo::compile::baseline {

using load::types::StackKind;
using load::types::Type;

struct Entry {
  enum class In : uint8_t {
    Home,        // its words of the evaluation stack's homes
    Const,       // value
    Symbol,      // address: symbol `value` (below 4 GiB)
    Var,         // same as argument/local `value`, which is not exposed
    VarAddress,  // address of exposed argument/local `value`
    Gp, Xmm,     // register `reg`, owned by this entry
  };
  StackKind kind = StackKind::Int32;
  In in = In::Home;
  uint8_t reg = 0;
  uint32_t words = 1;
  uint32_t word = 0;    // index of its first home word
  int64_t value = 0;
  Type* type = nullptr; // Struct: exact type. Ref: static type where known, else null

  bool is64() const { return kind != StackKind::Int32; }
  bool is_float() const { return kind == StackKind::Float32 || kind == StackKind::Float64; }
  bool is_const(int64_t v) const { return in == In::Const && value == v; }
  bool in_register() const { return in == In::Gp || in == In::Xmm; }
};

// A value of one word.
inline Entry entry(StackKind kind) {
  Entry e;
  e.kind = kind;
  return e;
}

// Argument or local variable.
struct Var {
  Type* type = nullptr;
  StackKind kind = StackKind::Int32;
  bool exposed = false;
  uint8_t narrow = 0;      // 1 or 2: bytes of a narrow integer
  bool narrow_signed = false;
  uint32_t words = 1;
  int32_t offset = 0;      // from rbp, or from the exposed block
};

// How a value of a type lies in memory.
struct Access {
  StackKind kind = StackKind::Int32;
  uint32_t size = 4;
  bool is_signed = true;
  Type* type = nullptr;    // Struct
};

}  // namespace rapgo::compile::baseline
