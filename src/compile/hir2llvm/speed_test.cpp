// Numeric loops after the whole pipeline: nothing of the checks is left in them, and LLVM vectorizes what it may.
#include <chrono>

#include "compile/hir2llvm/harness.h"
#include "compile/passes/optimization.h"

using namespace rapgo;
using namespace rapgo::compile;
using namespace rapgo::compile::hir2llvm::test;

class Speed : public Harness {
 protected:
  static void all(hir::Graph& g) {
    std::string error;
    passes::PipelineOptions o;
    o.verify = true;
    EXPECT_TRUE(passes::optimize(g, o, &error)) << error;
  }
  static double seconds(const std::function<void()>& f) {
    double best = 1e9;
    for (int i = 0; i < 5; i++) {
      auto start = std::chrono::steady_clock::now();
      f();
      best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return best;
  }
};

// c[i] = a[i] * 3 + b[i] for i < n, every access checked.
static const char* const kTriad = R"(
graph method=16 params(ref, ref, ref, i32) returns()
b0:
  v0:ref = param #0
  v1:ref = param #1
  v2:ref = param #2
  v3:i32 = param #3
  v4:i32 = const #0
  v5:i32 = const #1
  v6:i32 = const #3
  jump -> b1
b1: preds b0 b2 entry=s1
  v7:i32 = phi v4, v20
  v8:i32 = cmp.lt v7, v3
  branch v8 -> b2 b3
b2: preds b1
  check.null v0 reason=null state=s2
  v9:i32 = length v0
  check.bounds v7, v9 reason=bounds state=s2
  v10:i32 = loadelem v0, v7 mem=i32/elem
  v11:i32 = mul v10, v6
  check.null v1 reason=null state=s2
  v12:i32 = length v1
  check.bounds v7, v12 reason=bounds state=s2
  v13:i32 = loadelem v1, v7 mem=i32/elem
  v14:i32 = add v11, v13
  check.null v2 reason=null state=s2
  v15:i32 = length v2
  check.bounds v7, v15 reason=bounds state=s2
  storeelem v2, v7, v14 mem=i32/elem
  v20:i32 = add v7, v5
  jump -> b1
b3: preds b1
  return
s1 = frame 0 il 4 reexecute args [v0:ref, v1:ref, v2:ref, v3:i32] locals [v7:i32] stack []
s2 = frame 0 il 9 reexecute args [v0:ref, v1:ref, v2:ref, v3:i32] locals [v7:i32] stack []
)";

__attribute__((noinline, optimize("O3"))) static void triad(const int* a, const int* b, int* c, int n) {
  for (int i = 0; i < n; i++) c[i] = a[i] * 3 + b[i];
}

TEST_F(Speed, CheckedLoopsVectorize) {
  options.dump_ir = &ir;
  auto* f = reinterpret_cast<void (*)(void*, void*, void*, int)>(build(kTriad, all));
  ASSERT_TRUE(f);
  EXPECT_NE(ir.find(" x i32>"), std::string::npos);
  static Vector<int> a, b, c;
  for (int i = 0; i < 1024; i++) a.data[i] = i, b.data[i] = -i;
  f(&a, &b, &c, 1024);
  for (int i = 0; i < 1024; i++) ASSERT_EQ(c.data[i], 2 * i);
  EXPECT_TRUE(transferred([&] { f(&a, &b, &c, 1025); }));  // leaves before the loop
  EXPECT_EQ(exit_taken().states[0].il_offset, 4u);
  EXPECT_TRUE(transferred([&] { f(&a, nullptr, &c, 10); }));
  double ours = seconds([&] { for (int i = 0; i < 20000; i++) f(&a, &b, &c, 1024); });
  double theirs = seconds([&] { for (int i = 0; i < 20000; i++) triad(a.data, b.data, c.data, 1024); });
  printf("triad: %.2f ms, g++ -O3 %.2f ms\n", ours * 1e3, theirs * 1e3);
}

// Matrix product over flat vectors: sum += a[i*n+k] * b[k*n+j], the inner loop over k.
static const char* const kProduct = R"(
graph method=16 params(ref, ref, i32, i32, i32) returns(f64)
b0:
  v0:ref = param #0
  v1:ref = param #1
  v2:i32 = param #2
  v3:i32 = param #3
  v4:i32 = param #4
  v5:i32 = const #0
  v6:i32 = const #1
  v7:f64 = const #0.0
  jump -> b1
b1: preds b0 b2 entry=s1
  v8:i32 = phi v5, v30
  v9:f64 = phi v7, v20
  v10:i32 = cmp.lt v8, v4
  branch v10 -> b2 b3
b2: preds b1
  v11:i32 = mul v2, v4
  v12:i32 = add v11, v8
  check.null v0 reason=null state=s2
  v13:i32 = length v0
  check.bounds v12, v13 reason=bounds state=s2
  v14:f64 = loadelem v0, v12 mem=f64/elem
  v15:i32 = mul v8, v6
  v16:i32 = add v15, v3
  check.null v1 reason=null state=s2
  v17:i32 = length v1
  check.bounds v16, v17 reason=bounds state=s2
  v18:f64 = loadelem v1, v16 mem=f64/elem
  v19:f64 = mul v14, v18
  v20:f64 = add v9, v19
  v30:i32 = add v8, v6
  jump -> b1
b3: preds b1
  return v9
s1 = frame 0 il 4 reexecute args [v0:ref, v1:ref, v2:i32, v3:i32, v4:i32] locals [v8:i32, v9:f64] stack []
s2 = frame 0 il 9 reexecute args [v0:ref, v1:ref, v2:i32, v3:i32, v4:i32] locals [v8:i32, v9:f64] stack []
)";

TEST_F(Speed, OffsetsAreGuardedOnce) {
  auto* f = reinterpret_cast<double (*)(void*, void*, int, int, int)>(build(kProduct, all));
  ASSERT_TRUE(f);
  size_t checks = 0;
  for (auto* b : graph->blocks)
    for (auto* n : b->nodes) checks += n->op == hir::Op::CheckBounds;
  EXPECT_EQ(checks, 0u);
  static Vector<double> a, b;
  for (int i = 0; i < 1024; i++) a.data[i] = i, b.data[i] = 2;
  EXPECT_EQ(f(&a, &b, 3, 5, 100), 2.0 * (300 * 100 + 99 * 50));
  EXPECT_TRUE(transferred([&] { f(&a, &b, 11, 5, 100); }));
  EXPECT_EQ(f(&a, &b, 1 << 30, 5, 4), 2.0 * (0 + 1 + 2 + 3));  // i*n wraps to 0, as in IL
  EXPECT_TRUE(transferred([&] { f(&a, &b, INT32_MAX, 5, 3); }));
}

// RAPGO_HIR=file (from --dump-hir) DUMP_OBJECT=file: what LLVM makes of a graph, for objdump.
TEST_F(Speed, GraphFromFile) {
  const char* file = getenv("RAPGO_HIR");
  if (!file) GTEST_SKIP() << "no RAPGO_HIR";
  std::string text(1 << 22, 0), error;
  FILE* in = fopen(file, "r");
  ASSERT_TRUE(in);
  text.resize(fread(text.data(), 1, text.size(), in));
  fclose(in);
  graph = hir::parse(text, &error);
  ASSERT_TRUE(graph) << error;
  options.dump_object = &object;
  options.dump_ir = &ir;
  ASSERT_TRUE(compile_function()(graph.get(), &options, &code, &error)) << error;
  if (getenv("DUMP_IR")) printf("%s\n", ir.c_str());
  if (const char* to = getenv("DUMP_OBJECT")) {
    FILE* out = fopen(to, "wb");
    fwrite(object.data(), 1, object.size(), out);
    fclose(out);
  }
}
