// Where arguments and results of a managed signature travel (docs/conventions.md 1): System V, except that value types which do
// not fit two registers' classes go by the address of a copy that the callee owns.
// Thread safety: values. Errors: none. May collect: never.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "loop/compiled_code.h"

namespace rapgo::abi {

enum class Eightbyte : uint8_t { Integer, Sse };

// What the convention needs to know of one value. load::types::shape_of makes it from a loaded type.
struct ValueShape {
  loop::ValueKind kind = loop::ValueKind::Int32;
  uint32_t size = 8;        // bytes of the value (1 and 2 for narrow integers)
  bool is_void = false;
  bool memory = false;      // Struct: more than 16 bytes or with unaligned fields
  Eightbyte cls[2] = {Eightbyte::Integer, Eightbyte::Integer};  // per eightbyte, unless memory
  uint32_t words() const { return is_void ? 0 : (size + 7) / 8; }
  bool is_struct() const { return kind == loop::ValueKind::Struct; }

  static constexpr ValueShape scalar(loop::ValueKind kind, uint32_t size) {
    ValueShape s;
    s.kind = kind;
    s.size = size;
    if (kind == loop::ValueKind::Float32 || kind == loop::ValueKind::Float64) s.cls[0] = Eightbyte::Sse;
    return s;
  }
  static ValueShape nothing() {
    ValueShape s;
    s.is_void = true;
    s.size = 0;
    return s;
  }
};

inline constexpr int kIntArgRegisters = 6, kSseArgRegisters = 8;

// One argument (or the result). Registers are numbered in argument order: integer 0..5 = rdi, rsi, rdx, rcx, r8, r9; SSE n = xmm n.
// For the result: integer 0 = rax, 1 = rdx; SSE n = xmm n.
struct ArgLocation {
  bool in_registers = false;
  bool by_address = false;      // an integer argument that holds the address of the value
  uint8_t pieces = 0;           // eightbytes travelling: 1 or 2 in registers; by_address: 1
  Eightbyte cls[2] = {Eightbyte::Integer, Eightbyte::Integer};
  uint8_t reg[2] = {0, 0};
  uint32_t stack_word = 0;      // else: 8-byte words [stack_word, stack_word + words) of the stack arguments
  uint32_t words = 0;           // 8-byte words of the travelling form (1 if by_address)
};

// Assigns locations one by one, without allocating: hidden result, then `this`, then the parameters.
class ArgAssigner {
 public:
  explicit ArgAssigner(bool hidden_result = false) : ints_(hidden_result ? 1 : 0) {}
  ArgLocation next(const ValueShape& shape);
  uint32_t stack_words() const { return stack_; }
  uint8_t ints() const { return ints_; }
  uint8_t sses() const { return sses_; }

 private:
  uint8_t ints_ = 0, sses_ = 0;
  uint32_t stack_ = 0;
};

inline bool returns_hidden(const ValueShape& result) { return !result.is_void && result.is_struct() && result.memory; }
// REQUIRES: !returns_hidden(result). pieces = 0 for void.
ArgLocation result_location(const ValueShape& result);

struct CallLayout {
  std::vector<ArgLocation> args;    // `this` first
  std::vector<ValueShape> shapes;   // of the same
  ValueShape result_shape;
  ArgLocation result;
  bool hidden_result = false;       // address of the result buffer in integer register 0; returned in rax
  uint32_t stack_words = 0;
  uint8_t int_registers = 0, sse_registers = 0;  // used, hidden result included
};
CallLayout make_call_layout(const ValueShape& result, std::span<const ValueShape> args);

}  // namespace rapgo::abi
