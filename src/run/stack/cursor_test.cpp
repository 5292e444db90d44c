// Unwinding over hand-made code and hand-made stacks.
#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include <sys/ucontext.h>

#include "code/memory/low_memory.h"
#include "code/versions/versions.h"
#include "gc/binding/api.h"
#include "run/stack/cursor.h"
#include "run/stack/walk.h"
#include "run/threads/binding.h"
#include "run/threads/thread.h"

namespace rapgo::run::stack {
namespace {

using loop::CompiledCode;
using loop::MethodId;

struct NoSymbols final : code::versions::Resolver {
  uint64_t resolve(const loop::Symbol&) override { return 0; }
  bool holds(const loop::Assumption&) override { return true; }
};

class CursorTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    static bool once = false;
    if (once) return;
    once = true;
    code::versions::init();
    gc::init({}, &threads::binding());
    threads::attach_current();
  }

  // 64 bytes of code: [0,1) prologue (rsp-based), the rest a frame at rbp that saves rbx at CFA-24 if asked.
  static InstalledCode* make(uint32_t il, bool saves_rbx = false, std::vector<loop::InlinedFrame> inlined = {}) {
    CompiledCode c;
    c.method = MethodId{static_cast<uint32_t>(reinterpret_cast<uintptr_t>(code::memory::meta_alloc(256, 16)))};
    c.bytes.assign(64, 0x90);
    c.code_size = 64;
    c.unwind.push_back({0, 8, false});
    loop::UnwindRow body{1, 16, true};
    body.saved[1] = -16;
    if (saves_rbx) body.saved[0] = -24;
    c.unwind.push_back(body);
    c.inlined.push_back({c.method});
    const bool has_inlined = !inlined.empty();
    for (auto& f : inlined) c.inlined.push_back(f);
    c.il_map.push_back({1, il, has_inlined ? static_cast<uint32_t>(c.inlined.size() - 1) : 0});
    static NoSymbols resolver;
    return code::versions::install(std::move(c), resolver);
  }

  // A stack of our own, inside which the thread believes to be.
  std::array<uint64_t, 256> stack{};
  uint64_t at(int word) { return reinterpret_cast<uint64_t>(&stack[static_cast<size_t>(word)]); }
  threads::Thread& thread() { return *threads::current_thread(); }
  void SetUp() override {
    saved_high_ = thread().state->stack_high;
    thread().state->stack_high = at(0) + sizeof stack;
    abi::stub_entries.invoke_return = 0x47000000;
    abi::stub_entries.filter_return = 0x47000100;
  }
  void TearDown() override { thread().state->stack_high = saved_high_; }
  uint64_t saved_high_ = 0;
};

TEST_F(CursorTest, RestoresRegistersFrameByFrame) {
  InstalledCode *inner = make(5), *middle = make(7, true), *outer = make(9);
  // middle's frame: rbp = at(20), return address at(21), saved rbx at(19)
  stack[20] = at(40);
  stack[21] = outer->start + 30;
  stack[19] = 0x1234;
  stack[40] = 0x5555;
  stack[41] = 0;  // end
  // inner was interrupted in its prologue: return address at rsp
  stack[10] = middle->start + 20;
  Registers r;
  r.pc = inner->start;
  r.sp = at(10);
  r.saved[0] = 0x99;
  r.saved[1] = at(20);
  Cursor c(thread(), r, true);
  ASSERT_EQ(c.kind(), Cursor::Kind::Managed);
  EXPECT_EQ(c.code(), inner);
  IlPosition il;
  EXPECT_FALSE(c.il(il));  // prologue
  ASSERT_TRUE(c.next());
  EXPECT_EQ(c.code(), middle);
  EXPECT_EQ(c.registers().saved[0], 0x99u);
  EXPECT_EQ(c.registers().sp, at(11));
  ASSERT_TRUE(c.il(il));
  EXPECT_EQ(il.il_offset, 7u);
  EXPECT_EQ(c.cfa(), at(22));
  ASSERT_TRUE(c.next());
  EXPECT_EQ(c.code(), outer);
  EXPECT_EQ(c.registers().saved[0], 0x1234u);  // rbx as middle had saved it
  EXPECT_EQ(c.registers().fp(), at(40));
  EXPECT_FALSE(c.next());
  EXPECT_EQ(c.kind(), Cursor::Kind::End);
}

TEST_F(CursorTest, CrossesEntryFrames) {
  InstalledCode *callee = make(1), *caller = make(2);
  // callee returns to invoke; its saved rbp is the entry frame's rbp word.
  stack[20] = at(60);
  stack[21] = abi::stub_entries.invoke_return;
  auto* entry = abi::invoke_frame(at(60));
  ASSERT_GE(reinterpret_cast<uint64_t>(entry), at(22));
  entry->saved_last_pc = caller->start + 10;
  entry->saved_last_sp = at(100);
  entry->saved_last_fp = at(110);
  stack[110] = 0;
  stack[111] = 0;
  Registers r;
  r.pc = callee->start + 10;
  r.sp = at(15);
  r.saved[1] = at(20);
  Cursor c(thread(), r, false);
  ASSERT_TRUE(c.next());
  EXPECT_EQ(c.kind(), Cursor::Kind::Entry);
  EXPECT_EQ(c.entry(), entry);
  ASSERT_TRUE(c.next());
  EXPECT_EQ(c.kind(), Cursor::Kind::Managed);
  EXPECT_EQ(c.code(), caller);
  EXPECT_FALSE(c.next());
}

TEST_F(CursorTest, WildPointersEndTheWalk) {
  InstalledCode* code = make(1);
  for (uint64_t bad : {uint64_t{8}, at(0) - 4096, at(0) + sizeof stack + 64, at(30) + 1}) {
    Registers r;
    r.pc = code->start + 10;
    r.sp = at(10);
    r.saved[1] = bad;
    Cursor c(thread(), r, false);
    EXPECT_FALSE(c.next());
    EXPECT_EQ(c.kind(), Cursor::Kind::Lost);
  }
  Registers r;
  r.pc = 0x1234;
  r.sp = at(10);
  EXPECT_EQ(Cursor(thread(), r, true).kind(), Cursor::Kind::Lost);
}

TEST_F(CursorTest, SamplesShowInlinedMethods) {
  const MethodId guest{0x10000010};
  InstalledCode* code = make(3, false, {{guest, 0, 17}});
  stack[20] = 0;
  stack[21] = 0;
  ucontext_t uc{};
  uc.uc_mcontext.gregs[REG_RIP] = static_cast<greg_t>(code->start + 10);
  uc.uc_mcontext.gregs[REG_RSP] = static_cast<greg_t>(at(12));
  uc.uc_mcontext.gregs[REG_RBP] = static_cast<greg_t>(at(20));
  thread().state->mode.store(abi::Mode::Managed);
  loop::Sample sample{};
  const bool good = capture_sample(&uc, sample);
  thread().state->mode.store(abi::Mode::Runtime);
  EXPECT_TRUE(good);
  ASSERT_EQ(sample.frame_count, 2);
  EXPECT_EQ(sample.frames[0].method, guest.value);
  EXPECT_EQ(sample.frames[0].il_offset, 3u);
  EXPECT_EQ(sample.frames[1].method, code->method.value);
  EXPECT_EQ(sample.frames[1].il_offset, 17u);
  EXPECT_EQ(sample.frames[1].version, code->id.value);
}

TEST_F(CursorTest, LeafHelperIsLeftByItsReturnAddress) {
  InstalledCode* code = make(4);
  stack[12] = code->start + 12;  // return address of a leaf that has pushed nothing
  Registers r;
  r.pc = reinterpret_cast<uint64_t>(&memcpy);
  r.sp = at(12);
  r.saved[1] = at(20);
  ASSERT_TRUE(leave_leaf(*thread().state, r));
  EXPECT_EQ(r.pc, code->start + 12);
  EXPECT_EQ(r.sp, at(13));
  EXPECT_EQ(r.fp(), at(20));
  // With a frame of its own.
  stack[12] = 0;
  stack[14] = at(20);
  stack[15] = code->start + 13;
  r.sp = at(12);
  r.saved[1] = at(14);
  ASSERT_TRUE(leave_leaf(*thread().state, r));
  EXPECT_EQ(r.pc, code->start + 13);
  EXPECT_EQ(r.fp(), at(20));
}

}  // namespace
}  // namespace rapgo::run::stack
