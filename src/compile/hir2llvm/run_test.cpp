#include "compile/hir2llvm/harness.h"

using namespace rapgo;
using namespace rapgo::compile::hir2llvm::test;

class Run : public Harness {};

TEST_F(Run, Arithmetic) {
  auto* f = reinterpret_cast<int (*)(int, int)>(build(R"(
graph method=16 params(i32, i32) returns(i32)
b0:
  v0:i32 = param #0
  v1:i32 = param #1
  v2:i32 = const #3
  v3:i32 = mul v0, v2
  v4:i32 = add v3, v1
  v5:i32 = const #33
  v6:i32 = shl v4, v5
  return v6
)"));
  ASSERT_TRUE(f);
  EXPECT_EQ(f(5, 7), 44);
}

TEST_F(Run, FloatToIntIsTheMachines) {
  auto* f = reinterpret_cast<int (*)(double)>(build(R"(
graph method=16 params(f64) returns(i32)
b0:
  v0:f64 = param #0
  v1:i32 = ftoi v0
  return v1
)"));
  ASSERT_TRUE(f);
  EXPECT_EQ(f(-2.9), -2);
  EXPECT_EQ(f(1e30), INT32_MIN);
  EXPECT_EQ(f(__builtin_nan("")), INT32_MIN);
}

static const char* const kSum = R"(
graph method=16 params(ref, i32) returns(i64)
b0:
  v0:ref = param #0
  v1:i32 = param #1
  v2:i32 = const #0
  v3:i64 = const #0
  v12:i32 = const #1
  check.null v0 reason=null state=s0 @0:1
  v4:i32 = length v0
  jump -> b1
b1: preds b0 b2 entry=s1
  v5:i32 = phi v2, v9
  v6:i64 = phi v3, v8
  v7:i32 = cmp.lt v5, v1
  branch v7 -> b2 b3 weights=99:1
b2: preds b1
  check.bounds v5, v4 reason=bounds state=s2 @0:7
  v10:i32 = loadelem v0, v5 mem=i32/elem @0:7
  v11:i64 = sext32 v10
  v8:i64 = add v6, v11
  v9:i32 = add v5, v12
  jump -> b1
b3: preds b1
  return v6
s0 = frame 0 il 1 reexecute args [v0:ref, v1:i32] locals [dead, dead] stack [v0:ref]
s1 = frame 0 il 4 reexecute args [v0:ref, v1:i32] locals [v5:i32, v6:i64] stack []
s2 = frame 0 il 7 reexecute args [v0:ref, v1:i32] locals [v5:i32, v6:i64] stack [v6:i64, v0:ref, v5:i32]
)";

TEST_F(Run, LoopWithExits) {
  auto* f = reinterpret_cast<int64_t (*)(void*, int)>(build(kSum));
  ASSERT_TRUE(f);
  Vector<int> a;
  int64_t want = 0;
  for (int i = 0; i < 1024; i++) want += a.data[i] = i * 7 - 300;
  EXPECT_EQ(f(&a, 1024), want);
  // Null: exits at once, with nothing but the arguments alive.
  ASSERT_TRUE(transferred([&] { f(nullptr, 3); }));
  EXPECT_EQ(exit_taken().reason, loop::ExitReason::NullCheck);
  EXPECT_EQ(exit_taken().states[0].il_offset, 1u);
  EXPECT_EQ(exit_taken().states[0].locals[0].where, loop::StateValue::Where::Dead);
  EXPECT_EQ(read(exit_taken().states[0].args[0]), 0u);
  EXPECT_EQ(static_cast<int>(read(exit_taken().states[0].args[1])), 3);
  // Out of bounds: the loop's values come along.
  ASSERT_TRUE(transferred([&] { f(&a, 1025); }));
  const auto& s = exit_taken().states[0];
  EXPECT_EQ(exit_taken().reason, loop::ExitReason::BoundsCheck);
  EXPECT_EQ(s.il_offset, 7u);
  EXPECT_EQ(static_cast<int>(read(s.locals[0])), 1024);
  EXPECT_EQ(static_cast<int64_t>(read(s.locals[1])), want);
  EXPECT_EQ(read(s.stack[1]), reinterpret_cast<uint64_t>(&a));
  // Equal values share a word.
  EXPECT_EQ(s.stack[2].index, s.locals[0].index);
}

TEST_F(Run, TablesCoverTheCode) {
  ASSERT_TRUE(build(kSum));
  ASSERT_FALSE(code.unwind.empty());
  EXPECT_EQ(code.unwind[0].pc, 0u);
  EXPECT_FALSE(code.unwind[0].cfa_is_rbp);
  EXPECT_EQ(code.unwind[0].cfa_offset, 8);
  bool rbp = false;
  for (auto& r : code.unwind) rbp |= r.cfa_is_rbp && r.cfa_offset == 16 && r.saved[1] == -16;
  EXPECT_TRUE(rbp);
  bool at7 = false;
  for (auto& r : code.il_map) at7 |= r.il_offset == 7;
  EXPECT_TRUE(at7);
  EXPECT_EQ(code.exits.size(), 2u);
  EXPECT_TRUE(code.landing_pads.empty());
}

TEST_F(Run, OverflowCheck) {
  auto* f = reinterpret_cast<int (*)(int, int)>(build(R"(
graph method=16 params(i32, i32) returns(i32)
b0:
  v0:i32 = param #0
  v1:i32 = param #1
  v2:i32 = add.ovf v0, v1 reason=overflow state=s0
  return v2
s0 = frame 0 il 2 reexecute args [v0:i32, v1:i32] locals [] stack [v0:i32, v1:i32]
)"));
  ASSERT_TRUE(f);
  EXPECT_EQ(f(2, 3), 5);
  EXPECT_TRUE(transferred([&] { f(INT32_MAX, 1); }));
  EXPECT_EQ(exit_taken().reason, loop::ExitReason::Overflow);
}

TEST_F(Run, OsrEntry) {
  auto* f = reinterpret_cast<int (*)(uint64_t*, void*, void*)>(build(R"(
graph method=16 osr=9 params(i32) returns(i32)
b0:
  v0:i32 = osrhome #0
  v1:i32 = osrhome #1
  v2:f64 = osrhome #2
  v4:i32 = const #1
  jump -> b1
b1: preds b0 b2 entry=s1
  v5:i32 = phi v1, v6
  v7:i32 = cmp.lt v5, v0
  branch v7 -> b2 b3
b2: preds b1
  v6:i32 = add v5, v4
  jump -> b1
b3: preds b1
  v8:i32 = ftoi v2
  v9:i32 = add v5, v8
  return v9
s1 = frame 0 il 9 reexecute args [v0:i32] locals [v5:i32, v2:f64] stack []
)"));
  ASSERT_TRUE(f);
  double d = 100.5;
  uint64_t homes[3] = {40, 3, 0};
  memcpy(&homes[2], &d, 8);
  EXPECT_TRUE(code.is_osr);
  EXPECT_EQ(f(homes, nullptr, nullptr), 140);
}

TEST_F(Run, StructResultsAndStackArguments) {
  struct Two { long a; double b; };
  auto* f = reinterpret_cast<Two (*)(long, double)>(build(R"(
graph method=16 params(i64, f64) returns(i64, f64)
b0:
  v0:i64 = param #0
  v1:f64 = param #1
  v2:f64 = add v1, v1
  return v0, v2
)"));
  ASSERT_TRUE(f);
  Two t = f(5, 1.25);
  EXPECT_EQ(t.a, 5);
  EXPECT_EQ(t.b, 2.5);
}

TEST_F(Run, TypeGuardsCompareImmediates) {
  static uint32_t object[4];
  uint8_t* head = low.take(256);
  symbol(loop::SymbolKind::TypeWord, 77, head);
  object[0] = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(head));
  auto* f = reinterpret_cast<int (*)(void*)>(build(R"(
graph method=16 params(ref) returns(i32)
b0:
  v0:ref = param #0
  guard.type v0 sym=type:77 reason=type state=s0
  v1:i32 = const #1
  return v1
s0 = frame 0 il 2 reexecute args [v0:ref] locals [] stack []
)"));
  ASSERT_TRUE(f);
  EXPECT_EQ(f(object), 1);
  object[0]++;
  EXPECT_TRUE(transferred([&] { f(object); }));
  // cmp dword [rdi], imm32
  bool direct = false;
  for (size_t i = 0; i + 2 < code.code_size; i++) direct |= code.bytes[i] == 0x81 && code.bytes[i + 1] == 0x3f;
  EXPECT_TRUE(direct);
}
