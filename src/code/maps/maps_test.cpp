#include "code/maps/maps.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <unistd.h>

#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>

#include "abi/memory_map.h"
#include "code/maps/gdb.h"
#include "code/maps/perf.h"

extern "C" struct {
  uint32_t version, action;
  void* relevant;
  void** first;  // entry: next, previous, file, size
} __jit_debug_descriptor;

namespace rapgo::code::maps {
namespace {

struct Maps : testing::Test {
  static void SetUpTestSuite() {
    void* at = reinterpret_cast<void*>(abi::kCodeBase);
    ASSERT_EQ(mmap(at, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0), at);
  }
  std::unique_ptr<InstalledCode> put(uintptr_t start, uint32_t size, loop::CompiledCode value = {}) {
    auto code = std::make_unique<InstalledCode>(std::make_shared<const loop::CompiledCode>(std::move(value)));
    code->start = start;
    code->size = size;
    code->tier = code->code.tier;
    const CodeHeader header{code.get(), kHeaderMagic};
    memcpy(reinterpret_cast<void*>(start - kHeaderBytes), &header, sizeof header);
    add(code.get());
    return code;
  }
};

TEST_F(Maps, FindsExactlyTheBytesOfAVersion) {
  const uintptr_t base = abi::kCodeBase + 0x10000;
  auto a = put(base, 40), b = put(base + 64, 4096 * 5), c = put(base + 64 + 4096 * 5 + 16, 1);
  EXPECT_EQ(lookup(base - 1), nullptr);
  EXPECT_EQ(lookup(base), a.get());
  EXPECT_EQ(lookup(base + 39), a.get());
  EXPECT_EQ(lookup(base + 40), nullptr);
  EXPECT_EQ(lookup_return(base + 40), a.get());
  EXPECT_EQ(lookup(base + 64), b.get());
  EXPECT_EQ(lookup(base + 64 + 4096 * 5 - 1), b.get());
  EXPECT_EQ(lookup(c->start), c.get());
  EXPECT_EQ(lookup(c->start + 1), nullptr);
  // Far behind: the search backwards crosses the summary.
  EXPECT_EQ(lookup(base + (50 << 20)), nullptr);
  remove(b.get());
  EXPECT_EQ(lookup(b->start + 100), nullptr);
  EXPECT_EQ(lookup(base + 3), a.get());
  remove(a.get()), remove(c.get());
  EXPECT_EQ(lookup(base), nullptr);
}

TEST_F(Maps, AnyWordMayBeAsked) {
  for (uint64_t w : {uint64_t{0}, ~uint64_t{0}, uint64_t{abi::kCodeBase}, uint64_t{abi::kCodeEnd}, uint64_t{abi::kCodeEnd - 1},
                     uint64_t{abi::kCodeBase - 1}, uint64_t{0x8000000040000000}})
    EXPECT_EQ(lookup(w), nullptr) << w;
}

TEST_F(Maps, LargeVersionIsFoundFromItsLastByte) {
  const uintptr_t base = abi::kCodeBase + (8 << 20);
  auto big = put(base, 30 << 20);
  EXPECT_EQ(lookup(base + (30 << 20) - 1), big.get());
  remove(big.get());
}

TEST_F(Maps, RowsByPc) {
  loop::CompiledCode value;
  value.unwind = {{.pc = 0, .cfa_offset = 8, .cfa_is_rbp = false}, {.pc = 1, .cfa_offset = 16, .cfa_is_rbp = false},
                  {.pc = 4, .cfa_offset = 16, .cfa_is_rbp = true}};
  value.il_map = {{.pc = 8, .il_offset = 0, .frame = 0}, {.pc = 20, .il_offset = 5, .frame = 1}, {.pc = 30, .il_offset = 7, .frame = 0}};
  value.landing_pads = {{.pc = 12, .landing_pc = 50}, {.pc = 25, .landing_pc = 60}};
  value.call_sites = {{.il_offset = 5, .pc = 22, .target = {}}, {.il_offset = 5, .pc = 25, .target = {}}, {.il_offset = 9, .pc = 33, .target = {}}};
  value.osr_points = {{.il_offset = 2, .pc = 40}, {.il_offset = 2, .pc = 48}, {.il_offset = 6, .pc = 56}};
  const uintptr_t base = abi::kCodeBase + 0x4000;
  auto code = put(base, 64, std::move(value));
  EXPECT_EQ(code->unwind_row(base)->cfa_offset, 8);
  EXPECT_EQ(code->unwind_row(base + 3)->cfa_offset, 16);
  EXPECT_TRUE(code->unwind_row(base + 63)->cfa_is_rbp);
  IlPosition at{};
  EXPECT_FALSE(code->il_at(base + 7, at));
  ASSERT_TRUE(code->il_at(base + 8, at));
  EXPECT_EQ(at.il_offset, 0u);
  ASSERT_TRUE(code->il_at(base + 29, at));
  EXPECT_EQ(at.frame, 1u);
  EXPECT_EQ(code->landing_pad(base + 12), base + 50);
  EXPECT_EQ(code->landing_pad(base + 13), 0u);
  EXPECT_EQ(code->landing_pad(base + 11), 0u);
  EXPECT_EQ(code->call_return(5), base + 25);
  EXPECT_EQ(code->call_return(6), 0u);
  EXPECT_EQ(code->call_return(0), 0u);
  EXPECT_EQ(code->call_site_at(base + 33)->il_offset, 9u);
  EXPECT_EQ(code->osr_points(2).size(), 2u);
  EXPECT_EQ(code->osr_points(3).size(), 0u);
  EXPECT_EQ(code->osr_point_at(base + 53)->il_offset, 2u);
  EXPECT_EQ(code->osr_point_at(base + 54), nullptr);
  remove(code.get());
}

TEST_F(Maps, DebuggerIsTold) {
  loop::CompiledCode value;
  value.unwind = {{.pc = 0, .cfa_offset = 8, .cfa_is_rbp = false}, {.pc = 4, .cfa_offset = 16, .cfa_is_rbp = true, .saved = {-24, -16}}};
  auto a = put(abi::kCodeBase + 0xA000, 32, loop::CompiledCode(value)), b = put(abi::kCodeBase + 0xB000, 32, std::move(value));
  gdb_register(*a, "Foo.A");
  gdb_register(*b, "Foo.B");
  ASSERT_NE(__jit_debug_descriptor.first, nullptr);
  void** first = __jit_debug_descriptor.first;
  EXPECT_EQ(memcmp(first[2], "\177ELF", 4), 0);
  EXPECT_NE(std::string_view(static_cast<char*>(first[2]), reinterpret_cast<size_t>(first[3])).find("Foo.B"), std::string_view::npos);
  EXPECT_NE(first[0], nullptr);
  gdb_unregister(*b);
  EXPECT_EQ(__jit_debug_descriptor.action, 2u);
  gdb_unregister(*b);
  gdb_unregister(*a);
  EXPECT_EQ(__jit_debug_descriptor.first, nullptr);
  remove(a.get()), remove(b.get());
}

std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream s;
  s << in.rdbuf();
  return s.str();
}

TEST_F(Maps, PerfMapAndJitDump) {
  char dir[] = "/tmp/rapgo-perf-XXXXXX";
  ASSERT_NE(mkdtemp(dir), nullptr);
  loop::CompiledCode value;
  value.tier = loop::Tier::Optimized;
  value.il_map = {{.pc = 0, .il_offset = 7, .frame = 0}};
  const uintptr_t base = abi::kCodeBase + 0x8000;
  auto code = put(base, 32, std::move(value));
  memset(reinterpret_cast<void*>(base), 0x90, 32);
  const std::string map_path = std::string(dir) + "/perf.map";
  PerfMap::open(map_path)->add(*code, "Foo.Bar");
  EXPECT_EQ(file_text(map_path), "40008000 20 Foo.Bar [optimized]\n");
  auto dump = JitDump::open(dir);
  ASSERT_NE(dump, nullptr);
  dump->add(*code, "Foo.Bar");
  const std::string text = file_text(dump->path());
  uint32_t words[4];
  memcpy(words, text.data(), sizeof words);
  EXPECT_EQ(words[0], 0x4A695444u);
  // Header, debug info (16 + 16 + 16 + name), load (16 + 40 + name + code).
  const size_t name = strlen("Foo.Bar [optimized]") + 1;
  EXPECT_EQ(text.size(), 40 + 48 + name + 56 + name + 32);
  memcpy(words, text.data() + 40, 8);
  EXPECT_EQ(words[0], 2u);
  EXPECT_EQ(words[1], 48 + name);
  memcpy(words, text.data() + 40 + 48 + name, 8);
  EXPECT_EQ(words[0], 0u);
  EXPECT_EQ(words[1], 56 + name + 32);
  std::string why;
  EXPECT_EQ(JitDump::open("/nowhere/at/all", &why), nullptr);
  EXPECT_NE(why.find("/nowhere"), std::string::npos);
  unlink(dump->path().c_str()), unlink(map_path.c_str()), rmdir(dir);
  remove(code.get());
}

}  // namespace
}  // namespace rapgo::code::maps
