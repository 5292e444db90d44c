// Every method of the class library that can be compiled as it stands is compiled: no failure, and code that decodes.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "abi/memory_map.h"
#include "base/clock.h"
#include "compile/baseline/baseline.h"
#include "compile/baseline/test_runtime.h"
#include "load/types/loader.h"

namespace rapgo::compile::baseline {
namespace {

using load::types::Assembly;
using load::types::LoadError;
using load::types::Loader;
using load::types::Method;
using load::types::Type;

struct Counts {
  uint32_t methods = 0, failed = 0;
  uint64_t il = 0, code = 0, ns = 0;
  std::map<std::string, uint32_t> reasons;
};

void compile_all(Assembly* assembly, const Options& options, Counts& n) {
  const uint32_t types = assembly->metadata->row_count(load::metadata::Table::TypeDef);
  for (uint32_t row = 1; row <= types; ++row) {
    Type* type = assembly->type_of_row(row);
    if (!type->generic_args.empty()) continue;
    std::span<Method* const> methods;
    try {
      methods = type->methods();
    } catch (const LoadError&) {
      continue;
    }
    for (Method* m : methods) {
      try {
        if (!m->generic_args.empty() || m->contains_vars() || m->is_abstract() || !compilable(m)) continue;
        const uint64_t start = base::thread_cpu_ns();
        const loop::SharedCode made = compile(m, options);
        const loop::CompiledCode& code = *made;
        n.ns += base::thread_cpu_ns() - start;
        ++n.methods;
        n.il += code.il_bytes;
        n.code += code.bytes.size();
        for (const auto& r : code.relocs) ASSERT_LE(r.offset + 4, code.bytes.size());
        for (const auto& p : code.osr_points) ASSERT_LE(p.pc % 8, 3u);
      } catch (const LoadError& e) {
        ++n.failed;
        if (++n.reasons[e.what()] <= 1 && n.reasons.size() < 30) std::printf("  %s: %s\n", m->display_name().c_str(), e.what());
      }
    }
  }
}

void report(const char* name, const Counts& n) {
  std::printf("%s: %u methods, %u failed, %llu IL bytes, %.2f code bytes per IL byte, %.1f ns per IL byte\n", name, n.methods, n.failed,
              static_cast<unsigned long long>(n.il), static_cast<double>(n.code) / static_cast<double>(n.il), static_cast<double>(n.ns) / static_cast<double>(n.il));
}

TEST(Bulk, ClassLibrary) {
  testing::loader();
  for (const char* name : {"mscorlib", "System.Core", "System"}) {
    load::types::AssemblyName n;
    n.name = name;
    Counts counts;
    compile_all(name == std::string("mscorlib") ? Loader::get().corlib() : Loader::get().load_name(n, nullptr), {}, counts);
    report(name, counts);
    EXPECT_EQ(counts.failed, 0u);
    EXPECT_GT(counts.methods, 1000u);
  }
}

TEST(Bulk, ProbedAndStressed) {
  testing::loader();
  Options options;
  options.probes = options.stress_osr = true;
  Counts counts;
  compile_all(Loader::get().corlib(), options, counts);
  report("mscorlib, probed", counts);
  EXPECT_EQ(counts.failed, 0u);
}

}  // namespace
}  // namespace rapgo::compile::baseline
