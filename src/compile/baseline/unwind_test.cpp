// Single-stepped: at every instruction of compiled code and stubs, the unwind rows lead from frame to frame up to the entry.
#include <gtest/gtest.h>
#include <signal.h>
#include <ucontext.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>

#include "abi/thread_state.h"
#include "compile/baseline/test_runtime.h"
#include "compile/stubs/test_memory.h"
#include "load/types/loader.h"

namespace rapgo::compile::baseline {
namespace {

using load::types::Method;
using load::types::Type;

uint64_t steps, failures;
std::set<uint64_t> failed_at;

const loop::UnwindRow* row_at(const loop::CompiledCode& code, uint64_t offset) {
  const loop::UnwindRow* found = nullptr;
  for (const auto& r : code.unwind) {
    if (r.pc > offset) break;
    found = &r;
  }
  return found;
}
const loop::UnwindRow* row_for(uint64_t pc) {
  if (const testing::Installed* v = testing::version_at(pc)) return row_at(v->code, pc - v->start);
  if (pc - abi::stub_entries.blob < abi::stub_entries.blob_size) return row_at(stubs::testing::install_core().code, pc - abi::stub_entries.blob);
  return nullptr;
}

bool walks(uint64_t pc, uint64_t rsp, uint64_t rbp) {
  for (int depth = 0; depth < 5000; ++depth) {
    const loop::UnwindRow* row = row_for(depth ? pc - 1 : pc);
    if (!row) return false;
    const uint64_t cfa = (row->cfa_is_rbp ? rbp : rsp) + static_cast<int64_t>(row->cfa_offset);
    if (row->saved[1]) rbp = *reinterpret_cast<uint64_t*>(cfa + static_cast<int64_t>(row->saved[1]));
    pc = *reinterpret_cast<uint64_t*>(cfa - 8);
    rsp = cfa;
    if (pc == abi::stub_entries.invoke_return) return true;
  }
  return false;
}

void on_step(int, siginfo_t*, void* uc) {
  auto& g = static_cast<ucontext_t*>(uc)->uc_mcontext.gregs;
  const auto pc = static_cast<uint64_t>(g[REG_RIP]);
  if (abi::current().mode != abi::Mode::Managed) return;
  const bool version = testing::version_at(pc) != nullptr;
  const uint64_t in_blob = pc - abi::stub_entries.blob;
  if (!version && in_blob >= abi::stub_entries.blob_size) return;
  if (!version) {
    // The entry stubs themselves are the end of the walk, and ways back out of them too.
    const auto& core = stubs::testing::install_core();
    if (in_blob >= core.invoke) return;
  }
  ++steps;
  if (!walks(pc, static_cast<uint64_t>(g[REG_RSP]), static_cast<uint64_t>(g[REG_RBP]))) {
    ++failures;
    if (failed_at.insert(pc).second && failed_at.size() < 10) {
      const testing::Installed* v = testing::version_at(pc);
      const char* name = "";
      for (const auto& n : stubs::testing::install_core().names)
        if (!v && n.offset <= in_blob) name = n.name;
      std::printf("no way up from %s%s+0x%llx\n", v ? Method::from(v->code.method)->display_name().c_str() : "stubs ", name,
                  static_cast<unsigned long long>(v ? pc - v->start : in_blob));
    }
  }
}

TEST(Unwind, AtEveryInstruction) {
  testing::loader();
  if (std::system("command -v mcs >/dev/null") != 0) GTEST_SKIP() << "no mcs";
  Type* tests = testing::test_program(true);
  if (!tests) GTEST_SKIP() << "no test program";
  testing::forget_versions();
  struct sigaction sa {}, old;
  sa.sa_sigaction = on_step;
  sa.sa_flags = SA_SIGINFO;
  sigaction(SIGTRAP, &sa, &old);
  for (const char* name : {"TStructs", "TFinally", "TFilters", "TSync", "TVirtual", "TDelegates", "TPointers"}) {
    Method* m = tests->find_method(name, 0);
    ASSERT_NE(m, nullptr);
    testing::run(m);  // compiled without stepping
    asm volatile("pushfq; orq $0x100, (%%rsp); popfq" ::: "memory", "cc");
    testing::run(m);
    asm volatile("pushfq; andq $~0x100, (%%rsp); popfq" ::: "memory", "cc");
  }
  sigaction(SIGTRAP, &old, nullptr);
  std::printf("%llu instructions\n", static_cast<unsigned long long>(steps));
  EXPECT_GT(steps, 5000u);
  EXPECT_EQ(failures, 0u);
}

}  // namespace
}  // namespace rapgo::compile::baseline
