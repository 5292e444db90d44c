#include "abi/call_layout.h"

#include <array>

namespace rapgo::abi {

namespace {
// Of one eightbyte in a register: first those of integers, then SSE ones.
constexpr auto kInRegister = [] {
  std::array<ArgLocation, kIntArgRegisters + kSseArgRegisters> all{};
  for (size_t i = 0; i < all.size(); ++i) {
    ArgLocation& loc = all[i];
    const bool sse = i >= kIntArgRegisters;
    loc.in_registers = true;
    loc.pieces = 1;
    loc.words = 1;
    loc.cls[0] = sse ? Eightbyte::Sse : Eightbyte::Integer;
    loc.reg[0] = static_cast<uint8_t>(sse ? i - kIntArgRegisters : i);
  }
  return all;
}();
}  // namespace

ArgLocation ArgAssigner::next(const ValueShape& shape) {
  if (!shape.is_struct()) {
    const bool sse = shape.cls[0] == Eightbyte::Sse;
    if (!sse && ints_ < kIntArgRegisters) return kInRegister[ints_++];
    if (sse && sses_ < kSseArgRegisters) return kInRegister[kIntArgRegisters + sses_++];
  }
  ArgLocation loc;
  loc.by_address = shape.is_struct() && shape.memory;
  loc.pieces = loc.by_address || !shape.is_struct() ? 1 : static_cast<uint8_t>(shape.words());
  loc.words = loc.pieces;
  if (!loc.by_address) loc.cls[0] = shape.cls[0], loc.cls[1] = shape.cls[1];
  int need_int = 0, need_sse = 0;
  for (int i = 0; i < loc.pieces; ++i) ++(loc.cls[i] == Eightbyte::Sse ? need_sse : need_int);
  if (ints_ + need_int <= kIntArgRegisters && sses_ + need_sse <= kSseArgRegisters) {
    loc.in_registers = true;
    for (int i = 0; i < loc.pieces; ++i) loc.reg[i] = loc.cls[i] == Eightbyte::Sse ? sses_++ : ints_++;
  } else {
    loc.stack_word = stack_;
    stack_ += loc.words;
  }
  return loc;
}

ArgLocation result_location(const ValueShape& result) {
  ArgLocation loc;
  if (result.is_void) return loc;
  loc.in_registers = true;
  loc.pieces = result.is_struct() ? static_cast<uint8_t>(result.words()) : 1;
  loc.words = loc.pieces;
  uint8_t ints = 0, sses = 0;
  for (int i = 0; i < loc.pieces; ++i) {
    loc.cls[i] = result.cls[i];
    loc.reg[i] = loc.cls[i] == Eightbyte::Sse ? sses++ : ints++;
  }
  return loc;
}

CallLayout make_call_layout(const ValueShape& result, std::span<const ValueShape> args) {
  CallLayout layout;
  layout.result_shape = result;
  layout.hidden_result = returns_hidden(result);
  if (!layout.hidden_result) layout.result = result_location(result);
  ArgAssigner assign(layout.hidden_result);
  layout.args.reserve(args.size());
  for (const ValueShape& shape : args) layout.args.push_back(assign.next(shape));
  layout.shapes.assign(args.begin(), args.end());
  layout.stack_words = assign.stack_words();
  layout.int_registers = assign.ints();
  layout.sse_registers = assign.sses();
  return layout;
}

}  // namespace rapgo::abi
