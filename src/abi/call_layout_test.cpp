#include "abi/call_layout.h"

#include <gtest/gtest.h>

namespace rapgo::abi {
namespace {

using loop::ValueKind;

ValueShape i64() { return ValueShape::scalar(ValueKind::Int64, 8); }
ValueShape f64() { return ValueShape::scalar(ValueKind::Float64, 8); }
ValueShape structure(uint32_t size, Eightbyte a, Eightbyte b = Eightbyte::Integer) {
  ValueShape s;
  s.kind = ValueKind::Struct;
  s.size = size;
  s.cls[0] = a, s.cls[1] = b;
  return s;
}
ValueShape big(uint32_t size) {
  ValueShape s = structure(size, Eightbyte::Integer);
  s.memory = true;
  return s;
}

TEST(CallLayout, RegistersInOrder) {
  const ValueShape args[] = {i64(), f64(), structure(16, Eightbyte::Sse, Eightbyte::Integer), i64()};
  const CallLayout l = make_call_layout(f64(), args);
  EXPECT_EQ(l.args[0].reg[0], 0);
  EXPECT_EQ(l.args[1].reg[0], 0);
  EXPECT_EQ(l.args[2].reg[0], 1);
  EXPECT_EQ(l.args[2].reg[1], 1);
  EXPECT_EQ(l.args[3].reg[0], 2);
  EXPECT_EQ(l.result.cls[0], Eightbyte::Sse);
  EXPECT_EQ(l.stack_words, 0u);
}

TEST(CallLayout, StructThatDoesNotFitGoesToTheStackWholeAndLaterOnesStillGetRegisters) {
  const ValueShape args[] = {i64(), i64(), i64(), i64(), i64(), structure(16, Eightbyte::Integer), i64(), i64()};
  const CallLayout l = make_call_layout(ValueShape::nothing(), args);
  EXPECT_FALSE(l.args[5].in_registers);
  EXPECT_EQ(l.args[5].words, 2u);
  EXPECT_TRUE(l.args[6].in_registers);
  EXPECT_EQ(l.args[6].reg[0], 5);
  EXPECT_EQ(l.args[7].stack_word, 2u);
  EXPECT_EQ(l.stack_words, 3u);
}

TEST(CallLayout, LargeValuesGoByAddress) {
  const ValueShape args[] = {big(40), i64()};
  const CallLayout l = make_call_layout(big(24), args);
  EXPECT_TRUE(l.hidden_result);
  EXPECT_TRUE(l.args[0].by_address);
  EXPECT_EQ(l.args[0].reg[0], 1);
  EXPECT_EQ(l.args[1].reg[0], 2);
}

TEST(CallLayout, MixedResult) {
  const ArgLocation r = result_location(structure(12, Eightbyte::Integer, Eightbyte::Sse));
  EXPECT_EQ(r.pieces, 2);
  EXPECT_EQ(r.cls[1], Eightbyte::Sse);
  EXPECT_EQ(r.reg[1], 0);
}

}  // namespace
}  // namespace rapgo::abi
