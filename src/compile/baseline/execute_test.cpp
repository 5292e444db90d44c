// Compiled C# runs in the small test runtime; each result must be the one that Mono prints. Skipped where there is no mcs or mono.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>

#include "compile/baseline/test_runtime.h"
#include "compile/baseline/testdata_cs.h"
#include "abi/stub_protocol.h"
#include "abi/thread_state.h"
#include "load/il/stack_typing.h"
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

// ---- landings ----

int hop_mode;       // 1: continue after the call by a landing; 2: re-execute the call first, then return; 3: both
uint64_t hops;
bool re_executed;
std::map<std::pair<uint64_t, uint64_t>, uint64_t> landings;

uint64_t landing_at(const testing::Installed& v, uint32_t il, loop::Resume resume) {
  uint64_t& at = landings[{v.start, (static_cast<uint64_t>(il) << 2) | static_cast<uint64_t>(resume)}];
  if (!at) at = testing::install_landing(landing(Method::from(v.code.method), testing::options, il, resume, v.start));
  return at;
}

// The value below which the operands of the call at `il` lie: in words of the evaluation stack.
uint32_t words_below_call(Method* m, uint32_t il) {
  const auto body = load::il::MethodBody::load(m);
  load::il::StackTyping typing(*body);
  for (uint32_t b = 0; b < body->blocks.size(); ++b) {
    if (typing.enter(b))
      for (const auto& i : body->instructions(body->blocks[b])) {
        if (i.offset == il) {
          uint32_t words = 0;
          for (const auto& t : typing.stack()) words += t.words();
          return words - 1;
        }
        typing.step(i);
      }
    typing.leave();
  }
  ADD_FAILURE() << "no such instruction";
  return 0;
}

int32_t hop_body(int32_t value) {
  auto& t = abi::current();
  const testing::Installed* v = testing::version_at(t.last_pc - 1);
  if (!v || hop_mode == 0) return value;
  ++hops;
  uint32_t il = ~0u;
  for (const auto& s : v->code.call_sites)
    if (v->start + s.pc == t.last_pc) il = s.il_offset;
  EXPECT_NE(il, ~0u);
  const uint64_t rbp = t.last_fp;
  const uint32_t word = words_below_call(Method::from(v->code.method), il);
  auto* home = reinterpret_cast<uint64_t*>(rbp + static_cast<int64_t>(v->code.frame.stack_base) + 8 * word);
  *home = 0xDEAD00000000 | static_cast<uint32_t>(value);  // as argument, and as result
  abi::Context c{};
  c.rbp = rbp;
  c.rsp = v->code.frame.localloc_sp ? *reinterpret_cast<uint64_t*>(rbp + static_cast<int64_t>(v->code.frame.localloc_sp)) : rbp - v->code.frame.frame_size;
  if (hop_mode & 2) {
    re_executed = !re_executed;
    if (re_executed) {
      c.pc = landing_at(*v, il, loop::Resume::ReExecute);
      abi::stub_entries.restore_context(&c);
    }
  }
  if (hop_mode & 1) {
    c.pc = landing_at(*v, il, loop::Resume::ContinueAfter);
    abi::stub_entries.restore_context(&c);
  }
  return value;
}

// At every back-edge the frame is left and entered again by a landing at the loop's header.
uint64_t flips;
abi::TransferUpTarget* flip(uint64_t pc, uint64_t rbp) {
  const testing::Installed* v = testing::version_at(pc - 1);
  for (const auto& p : v->code.osr_points)
    if (v->start + p.pc + 5 == pc) {
      ++flips;
      abi::Context c{};
      c.rbp = rbp;
      c.rsp = v->code.frame.localloc_sp ? *reinterpret_cast<uint64_t*>(rbp + static_cast<int64_t>(v->code.frame.localloc_sp)) : rbp - v->code.frame.frame_size;
      c.pc = landing_at(*v, p.il_offset, loop::Resume::ReExecute);
      abi::stub_entries.restore_context(&c);
    }
  ADD_FAILURE() << "TransferUp from an unknown place";
  return nullptr;
}

void fresh() {
  testing::loader();
  testing::forget_versions();
  landings.clear();
  hops = flips = 0;
}

TEST(Landing, AtEveryCall) {
  for (const bool optimized : {false, true})
    for (const int mode : {1, 2, 3}) {
      fresh();
      testing::hop = reinterpret_cast<const void*>(&hop_body);
      hop_mode = mode;
      check_all(optimized, {});
      EXPECT_GT(hops, 100u);
    }
  testing::hop = nullptr;
}

TEST(Landing, AtEveryBackEdge) {
  for (const bool optimized : {false, true}) {
    fresh();
    testing::on_transfer_up = flip;
    Options o;
    o.stress_osr = true;
    check_all(optimized, o);
    EXPECT_GT(flips, 1000u);
  }
  testing::on_transfer_up = nullptr;
}

TEST(Probes, SameResults) {
  fresh();
  Options o;
  o.probes = true;
  check_all(true, o);
}

TEST(Execute, LikeMono) { check_all(false, {}); }
TEST(Execute, LikeMonoOptimizedIl) { check_all(true, {}); }

}  // namespace

load::types::Type* testing::test_program(bool optimized) {
  Program* p = program(optimized);
  return p ? p->tests : nullptr;
}

}  // namespace rapgo::compile::baseline
