// Runs tests/hir/*.hir. A file names its passes, holds a graph, a line of dashes, and the expected graph:
//   ; passes: simplify gvn        ("all" = the whole pipeline)
//   graph ...
//   ----
//   graph ...
// RAPGO_BLESS=1 compile_passes_test rewrites what is expected.
#include <dirent.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "compile/passes/optimization.h"

using namespace rapgo::compile;

static std::vector<std::string> files() {
  std::vector<std::string> names;
  if (DIR* d = opendir(RAPGO_HIR_TESTS)) {
    while (dirent* e = readdir(d)) {
      std::string n = e->d_name;
      if (n.ends_with(".hir")) names.push_back(n.substr(0, n.size() - 4));
    }
    closedir(d);
  }
  std::sort(names.begin(), names.end());
  return names;
}

class PassFile : public ::testing::TestWithParam<std::string> {};

TEST_P(PassFile, GivesWhatIsExpected) {
  std::string path = std::string(RAPGO_HIR_TESTS) + "/" + GetParam() + ".hir";
  std::ifstream in(path);
  std::stringstream all;
  all << in.rdbuf();
  std::string text = all.str();
  size_t cut = text.find("\n----\n");
  std::string input = text.substr(0, cut == std::string::npos ? cut : cut + 1);
  std::string expected = cut == std::string::npos ? "" : text.substr(cut + 6);
  std::string error;
  auto g = hir::parse(input, &error);
  ASSERT_TRUE(g) << error;
  ASSERT_EQ(hir::verify(*g), "");
  size_t at = input.find("passes:");
  ASSERT_NE(at, std::string::npos);
  std::istringstream list(input.substr(at + 7, input.find('\n', at) - at - 7));
  for (std::string name; list >> name;) {
    if (name == "all") {
      passes::PipelineOptions o;
      o.verify = true;
      ASSERT_TRUE(passes::optimize(*g, o, &error)) << error;
      continue;
    }
    auto* o = passes::find_optimization(name);
    ASSERT_TRUE(o) << name;
    o->apply(*g);
    ASSERT_EQ(hir::verify(*g), "") << "after " << name << "\n" << hir::print(*g);
  }
  g->renumber();
  std::string got = hir::print(*g);
  ASSERT_EQ(hir::verify(*g), "");
  if (getenv("RAPGO_BLESS")) {
    std::ofstream(path) << input << "----\n" << got;
    return;
  }
  EXPECT_EQ(got, expected);
}

INSTANTIATE_TEST_SUITE_P(Hir, PassFile, ::testing::ValuesIn(files()), [](auto& info) {
  std::string n = info.param;
  std::replace_if(n.begin(), n.end(), [](char c) { return !isalnum(static_cast<unsigned char>(c)); }, '_');
  return n;
});

TEST(Registry, NamesAreUnique) {
  auto& all = passes::all_optimizations();
  for (auto* o : all) EXPECT_EQ(passes::find_optimization(o->name()), o);
}
