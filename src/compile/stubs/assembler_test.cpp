// What Assembler encodes itself is what asmjit would have written.
#include <gtest/gtest.h>

#include "compile/stubs/assembler_x64.h"

namespace rapgo::compile::stubs {
namespace {

using namespace x86;

struct Pair {
  Assembler ours;
  asmjit::CodeHolder holder;
  x86::Assembler theirs;
  Pair() {
    holder.init(asmjit::Environment::host());
    holder.attach(&theirs);
  }
  // The same calls on both; one failure is enough.
  template <class F> void same(const char* what, F f) {
    const size_t a = ours.offset(), b = theirs.offset();
    f(ours);
    f(theirs);
    const size_t n = ours.offset() - a;
    ASSERT_EQ(n, theirs.offset() - b) << what;
    ASSERT_NE(n, 0u) << what;
    if (std::memcmp(ours.bufferData() + a, theirs.bufferData() + b, n) == 0) return;
    const auto text = [&](const uint8_t* p) { return ::testing::PrintToString(std::vector<uint8_t>(p, p + n)); };
    FAIL() << what << ": " << text(ours.bufferData() + a) << ", but asmjit says " << text(theirs.bufferData() + b);
  }
};

std::vector<Mem> places(uint32_t size) {
  std::vector<Mem> all;
  for (uint32_t base = 0; base < 16; ++base)
    for (const int32_t d : {0, 8, -8, 127, -128, 128, -129, 0x12345678}) {
      all.push_back(ptr(gpq(base), d, size));
      for (uint32_t index = 0; index < 16; ++index)
        if (index != 4) all.push_back(ptr(gpq(base), gpq(index), index & 3, d, size));
    }
  Mem absolute = ptr_abs(0x12345678, size);
  absolute.setAddrType(Mem::AddrType::kAbs);
  all.push_back(absolute);
  return all;
}

TEST(Assembler, RegistersAndMemory) {
  Pair p;
  for (uint32_t r = 0; r < 16; ++r)
    for (const uint32_t size : {4u, 8u})
      for (const Mem& m : places(size)) {
        const Gp g = size == 8 ? Gp(gpq(r)) : Gp(gpd(r));
        p.same("mov r, m", [&](auto& a) { a.mov(g, m); });
        p.same("mov m, r", [&](auto& a) { a.mov(m, g); });
        p.same("cmp r, m", [&](auto& a) { a.cmp(g, m); });
        p.same("cmp m, r", [&](auto& a) { a.cmp(m, g); });
        p.same("add r, m", [&](auto& a) { a.emit(Inst::kIdAdd, g, m); });
        if (size == 8 && m.hasBaseReg()) p.same("lea", [&](auto& a) { a.lea(g, m); });
        if (size == 4) p.same("movsxd", [&](auto& a) { a.movsxd(gpq(r), m); });
        const Xmm x = x86::xmm(r);
        if (size == 8) {
          p.same("movsd x, m", [&](auto& a) { a.movsd(x, m); });
          p.same("movsd m, x", [&](auto& a) { a.movsd(m, x); });
          p.same("movq x, m", [&](auto& a) { a.movq(x, m); });
          p.same("movq m, x", [&](auto& a) { a.movq(m, x); });
        } else {
          p.same("movss x, m", [&](auto& a) { a.movss(x, m); });
          p.same("movss m, x", [&](auto& a) { a.movss(m, x); });
          p.same("movd x, m", [&](auto& a) { a.movd(x, m); });
          p.same("movd m, x", [&](auto& a) { a.movd(m, x); });
        }
        if (HasFatalFailure()) return;
      }
  for (uint32_t r = 0; r < 16; ++r)
    for (Mem m : places(1)) {
      for (const uint32_t size : {1u, 2u}) {
        m.setSize(size);
        p.same("movzx", [&](auto& a) { a.movzx(gpd(r), m); });
        p.same("movsx", [&](auto& a) { a.movsx(gpd(r), m); });
        p.same("mov narrow", [&](auto& a) { size == 1 ? a.mov(m, gpb(r)) : a.mov(m, gpw(r)); });
      }
      m.setSize(16);
      p.same("movups x, m", [&](auto& a) { a.movups(x86::xmm(r), m); });
      p.same("movups m, x", [&](auto& a) { a.movups(m, x86::xmm(r)); });
      if (HasFatalFailure()) return;
    }
  for (const Mem& m : places(8)) {
    p.same("call m", [&](auto& a) { a.call(m); });
    p.same("jmp m", [&](auto& a) { a.jmp(m); });
    if (HasFatalFailure()) return;
  }
}

TEST(Assembler, RegistersAndImmediates) {
  Pair p;
  const int64_t values[] = {0, 1, -1, 127, 128, -128, -129, 255, 0x12345678, INT32_MAX, INT32_MIN, UINT32_MAX, 0x123456789AB, INT64_MIN};
  for (uint32_t r = 0; r < 16; ++r) {
    for (const bool w : {false, true}) {
      const Gp g = w ? Gp(gpq(r)) : Gp(gpd(r));
      for (const int64_t v : values) {
        if (w && v == static_cast<uint32_t>(v)) p.same("mov r, i", [&](auto& a) { a.mov(gpd(r), v); });  // ours drops the prefix
        else if (w || v == static_cast<int32_t>(v)) p.same("mov r, i", [&](auto& a) { a.mov(g, v); });
        if (v != static_cast<int32_t>(v)) continue;
        p.same("add", [&](auto& a) { a.add(g, v); });
        p.same("or", [&](auto& a) { a.or_(g, v); });
        p.same("and", [&](auto& a) { a.and_(g, v); });
        p.same("sub", [&](auto& a) { a.sub(g, v); });
        p.same("xor", [&](auto& a) { a.xor_(g, v); });
        p.same("cmp", [&](auto& a) { a.cmp(g, v); });
      }
      for (uint32_t o = 0; o < 16; ++o) {
        const Gp h = w ? Gp(gpq(o)) : Gp(gpd(o));
        p.same("mov", [&](auto& a) { a.mov(g, h); });
        p.same("add", [&](auto& a) { a.add(g, h); });
        p.same("or", [&](auto& a) { a.or_(g, h); });
        p.same("and", [&](auto& a) { a.and_(g, h); });
        p.same("sub", [&](auto& a) { a.sub(g, h); });
        p.same("xor", [&](auto& a) { a.xor_(g, h); });
        p.same("cmp", [&](auto& a) { a.cmp(g, h); });
        p.same("test", [&](auto& a) { a.test(g, h); });
        p.same("movsxd", [&](auto& a) { a.movsxd(gpq(r), gpd(o)); });
        p.same("movzx 8", [&](auto& a) { a.movzx(gpd(r), gpb(o)); });
        p.same("movsx 8", [&](auto& a) { a.movsx(gpd(r), gpb(o)); });
        p.same("movzx 16", [&](auto& a) { a.movzx(gpd(r), gpw(o)); });
        p.same("movsx 16", [&](auto& a) { a.movsx(gpd(r), gpw(o)); });
        p.same("movaps", [&](auto& a) { a.movaps(x86::xmm(r), x86::xmm(o)); });
        p.same("xorps", [&](auto& a) { a.xorps(x86::xmm(r), x86::xmm(o)); });
      }
      if (HasFatalFailure()) return;
    }
    p.same("push", [&](auto& a) { a.push(gpq(r)); });
    p.same("pop", [&](auto& a) { a.pop(gpq(r)); });
    p.same("call", [&](auto& a) { a.call(gpq(r)); });
    p.same("jmp", [&](auto& a) { a.jmp(gpq(r)); });
  }
  p.same("leave", [&](auto& a) { a.leave(); });
  p.same("ret", [&](auto& a) { a.ret(); });
  p.same("nop", [&](auto& a) { a.nop(); });
}

TEST(Assembler, MemoryAndImmediates) {
  Pair p;
  for (const uint32_t size : {1u, 2u, 4u, 8u})
    for (const Mem& m : places(size))
      for (const int64_t v : {int64_t{0}, int64_t{1}, int64_t{-1}, int64_t{127}, int64_t{128}, int64_t{0x12345678}}) {
        if (size < 4 && v != static_cast<int8_t>(v)) continue;
        p.same("mov m, i", [&](auto& a) { a.mov(m, v); });
        p.same("cmp m, i", [&](auto& a) { a.cmp(m, v); });
        p.same("sub m, i", [&](auto& a) { a.sub(m, v); });
        if (size == 4) p.same("test m, i", [&](auto& a) { a.test(m, v); });
        if (HasFatalFailure()) return;
      }
}

TEST(Assembler, Labels) {
  Pair p;
  for (const int gap : {0, 1, 100, 122, 123, 124, 125, 126, 127, 128, 200}) {
    p.same("forward and back", [&](auto& a) {
      asmjit::Label back = a.newLabel(), on = a.newLabel();
      a.bind(back);
      a.jne(on);
      a.jmp(on);
      a.lea(r9, ptr(on));
      for (int i = 0; i < gap; ++i) a.nop();
      a.je(back);
      a.jmp(back);
      a.lea(rax, ptr(back));
      a.bind(on);
      a.ret();
    });
    if (HasFatalFailure()) return;
  }
  EXPECT_TRUE(p.ours.all_bound());
}

TEST(Assembler, BuffersGrowAndAreUsedAgain) {
  Assembler a;
  for (int round = 0; round < 3; ++round) {
    a.clear();
    for (int i = 0; i < 100000; ++i) a.mov(rax, qword_ptr(rbp, i));
    const uint8_t last[4] = {0x9F, 0x86, 0x01, 0x00};
    EXPECT_EQ(std::memcmp(a.bufferData() + a.offset() - 4, last, 4), 0);
    EXPECT_EQ(a.bufferData()[0], 0x48);
  }
}

}  // namespace
}  // namespace rapgo::compile::stubs
