// Compiled C# runs in the small test runtime; each result must be the one that Mono prints. Skipped where there is no mcs or mono.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>

#include "compile/baseline/test_runtime.h"
#include "compile/baseline/testdata_cs.h"
#include "load/metadata/metadata.h"

namespace rapgo::compile::baseline {
namespace {

using load::types::Method;
using load::types::Type;

struct Program {
  std::map<std::string, long> expected;
  Type* tests = nullptr;
};

// Compiled once without and once with mcs's optimizer.
Program* program(bool optimized) {
  static Program programs[2];
  static bool made[2];
  Program& p = programs[optimized];
  if (made[optimized]) return p.tests ? &p : nullptr;
  made[optimized] = true;
  if (std::system("command -v mcs >/dev/null && command -v mono >/dev/null") != 0) return nullptr;
  char dir[] = "/tmp/rapgo-baseline-XXXXXX";
  if (!mkdtemp(dir)) return nullptr;
  const std::string base = std::string(dir) + "/e" + (optimized ? "o" : "d");
  std::ofstream(base + ".cs") << kExecuteSource;
  const std::string compile = "timeout 100 mcs -langversion:latest -unsafe -warn:0 -optimize" + std::string(optimized ? "+" : "-") + " -out:" + base + ".exe " + base + ".cs";
  if (std::system(compile.c_str()) != 0 || std::system(("timeout 60 mono " + base + ".exe > " + base + ".out").c_str()) != 0) {
    ADD_FAILURE() << "mcs or mono failed on " << base;
    return nullptr;
  }
  std::ifstream out(base + ".out");
  std::string name;
  long value;
  while (out >> name >> value) p.expected[name] = value;
  p.tests = testing::loader().load_file(base + ".exe")->find_type("", "Tests");
  std::system(("rm -rf " + std::string(dir)).c_str());
  return &p;
}

void check_all(bool optimized, const Options& options) {
  testing::loader();
  Program* p = program(optimized);
  if (!p) GTEST_SKIP() << "no mcs or mono";
  ASSERT_NE(p->tests, nullptr);
  testing::options = options;
  const char* only = std::getenv("ONLY");
  for (const auto& [name, value] : p->expected) {
    if (only && name != only) continue;
    if (std::getenv("TRACE")) std::fprintf(stderr, "%s\n", name.c_str());
    Method* m = p->tests->find_method(name, 0);
    ASSERT_NE(m, nullptr) << name;
    const testing::Outcome o = testing::run(m);
    EXPECT_EQ(testing::exception_name(o.exception), "none") << name;
    EXPECT_EQ(static_cast<long>(o.value), value) << name;
  }
  EXPECT_GT(p->expected.size(), 40u);
}

TEST(Execute, LikeMono) { check_all(false, {}); }
TEST(Execute, LikeMonoOptimizedIl) { check_all(true, {}); }

}  // namespace
}  // namespace rapgo::compile::baseline
