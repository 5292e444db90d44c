#include <gtest/gtest.h>

#include "compile/hir/builder.h"

using namespace rapgo::compile::hir;
using namespace rapgo;

static const char* const kSum = R"(graph method=16 params(ref, i32) returns(i64)
b0:
  v0:ref = param #0
  v1:i32 = param #1
  v2:i32 = const #0
  v3:i64 = const #0
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
  v10:i32 = loadelem v0, v5 mem=i32/elem
  v11:i64 = sext32 v10
  v8:i64 = add v6, v11
  v12:i32 = const #1
  v9:i32 = add v5, v12
  jump -> b1
b3: preds b1
  v13:f64 = const #1.5
  v14:f64 = const #0x7ff8000000000000
  return v6
s0 = frame 0 il 1 reexecute args [v0:ref, v1:i32] locals [dead, dead] stack [v0:ref]
s1 = frame 0 il 4 reexecute args [v0:ref, v1:i32] locals [v5:i32, v6:i64] stack []
s2 = frame 0 il 7 reexecute args [v0:ref, v1:i32] locals [v5:i32, v6:i64] stack [v6:i64, v0:ref, v5:i32]
)";

TEST(HirText, RoundTrip) {
  std::string error;
  auto g = parse(kSum, &error);
  ASSERT_TRUE(g) << error;
  EXPECT_EQ(verify(*g), "");
  std::string once = print(*g);
  auto again = parse(once, &error);
  ASSERT_TRUE(again) << error;
  EXPECT_EQ(print(*again), once);
}

TEST(HirText, BuilderMakesWhatTheTextSays) {
  Graph g;
  g.method.value = 32;
  g.frames.push_back({g.method});
  g.params = {{Type::I32}, {Type::I32}};
  g.results[0] = Type::I32;
  Builder b(g);
  b.set_block(g.new_block());
  Node* x = b.param(0, Type::I32);
  Node* y = b.param(1, Type::I32);
  FrameState* s = g.new_state();
  s->args = {state_value(x, loop::ValueKind::Int32), state_value(y, loop::ValueKind::Int32)};
  b.set_position(0, 3);
  Node* sum = b.checked(Op::AddOvf, x, y, s);
  b.ret({sum});
  EXPECT_EQ(verify(g), "");
  EXPECT_EQ(print(g), R"(graph method=32 params(i32, i32) returns(i32)
b0:
  v0:i32 = param #0
  v1:i32 = param #1
  v2:i32 = add.ovf v0, v1 reason=overflow state=s0 @0:3
  return v2 @0:3
s0 = frame 0 il 0 reexecute args [v0:i32, v1:i32] locals [] stack []
)");
}

TEST(HirText, ParserNamesTheLine) {
  std::string error;
  EXPECT_FALSE(parse("graph method=1 params() returns()\nb0:\n  frobnicate v1\n", &error));
  EXPECT_EQ(error, "line 3: unknown operation");
  EXPECT_FALSE(parse("graph method=1 params() returns()\nb0:\n  return v1\n", &error));
  EXPECT_NE(error.find("v1 is not defined"), std::string::npos) << error;
}

TEST(HirText, VerifierFindsBrokenGraphs) {
  auto broken = [](const char* body) {
    std::string error;
    auto g = parse(std::string("graph method=1 params(i32) returns(i32)\n") + body, &error);
    return g ? verify(*g) : error;
  };
  EXPECT_NE(broken("b0:\n  v1:i32 = add v2, v2\n  v2:i32 = param #0\n  return v1\n").find("does not dominate"), std::string::npos);
  EXPECT_NE(broken("b0:\n  v1:i64 = const #0\n  v2:i32 = neg v1\n  return v2\n").find("wrong type"), std::string::npos);
  EXPECT_NE(broken("b0:\n  v1:i32 = param #0\n  guard v1\n  return v1\n").find("no frame state"), std::string::npos);
  EXPECT_NE(broken("b0:\n  v1:i32 = param #0\n  jump -> b1\nb1:\n  return v1\n").find("do not match"), std::string::npos);
}

TEST(HirGraph, CleanDropsUnreachableAndTrivialPhis) {
  std::string error;
  auto g = parse(R"(graph method=1 params(i32) returns(i32)
b0:
  v0:i32 = param #0
  branch v0 -> b1 b2
b1: preds b0
  jump -> b3
b2: preds b0
  jump -> b3
b3: preds b1 b2
  v1:i32 = phi v0, v0
  return v1
)", &error);
  ASSERT_TRUE(g) << error;
  Block* b0 = g->entry();
  g->remove_edge(b0, 1);
  b0->terminator()->op = Op::Jump;
  b0->terminator()->operands.clear();
  g->clean();
  EXPECT_EQ(verify(*g), "");
  EXPECT_EQ(g->blocks.size(), 3u);
  EXPECT_EQ(g->blocks.back()->nodes.back()->operands[0]->op, Op::Param);
}
