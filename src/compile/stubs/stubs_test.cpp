// Stubs are run for real, against mock bodies.
#include "compile/stubs/stubs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "abi/field_head.h"
#include "abi/memory_map.h"
#include "abi/sync_word.h"
#include "abi/thread_state.h"
#include "abi/type_checks.h"
#include "abi/type_head.h"
#include "compile/stubs/emitter_x64.h"
#include "compile/stubs/test_memory.h"

namespace rapgo::compile::stubs {
namespace {

using namespace x86;
using abi::Helper;
using abi::InvokeBlock;

abi::ThreadState& t() { return abi::current(); }

uint64_t seen_pc, seen_sp;
abi::Mode seen_mode;
abi::Object* pending_exception;
int pending_calls;
abi::Context raised_context;
abi::Object* raised;

abi::Object* mock_pending(uint32_t at_entry) {
  ++pending_calls;
  t().pending = 0;
  if (at_entry) return nullptr;
  return std::exchange(pending_exception, nullptr);
}
void mock_raise(abi::Context* c, abi::Object* o) {
  raised_context = *c;
  raised = o;
  // "Catch" at the invoke frame: unwinding one baseline-like frame.
  abi::Context out{};
  const auto* frame = reinterpret_cast<uint64_t*>(c->rbp);
  out.rbp = frame[0];
  out.rsp = c->rbp + 16;
  out.pc = abi::stub_entries.invoke_exception;
  out.rax = reinterpret_cast<uint64_t>(o);
  abi::stub_entries.restore_context(&out);
}
double mock_fmod(double a, double b) { return a * 10 + b; }
int64_t mock_checked(double v, int op) {
  seen_pc = t().last_pc;
  seen_sp = t().last_sp;
  seen_mode = t().mode;
  if (op == 99) {
    pending_exception = reinterpret_cast<abi::Object*>(0x1234);
    t().pending = abi::kPendingException;
  }
  return static_cast<int64_t>(v) + op;
}
void mock_throw_index(abi::Context*) {
  pending_exception = reinterpret_cast<abi::Object*>(0x5678);
  t().pending = abi::kPendingException;
}
int slow_calls;
abi::Object* mock_new_slow(abi::TypeHead*) {
  ++slow_calls;
  return reinterpret_cast<abi::Object*>(0x42);
}
uint64_t slow_path(uint64_t first) {  // of helpers that have a fast one
  ++slow_calls;
  return first;
}
bool body_says;     // what mock_is_instance finds out, and remembers
bool body_suspends;  // it finds that somebody wants this thread stopped
abi::Object* mock_is_instance(abi::Object* o, abi::TypeHead* type) {
  ++slow_calls;
  seen_mode = t().mode;
  seen_pc = t().last_pc;
  t().pending = std::exchange(body_suspends, false) ? static_cast<uint32_t>(abi::kPendingSuspend) : 0;
  const uint64_t key = abi::type_check_key(o->head(), type);
  abi::type_checks[abi::type_check_slot(key)] = key | (body_says ? abi::kTypeCheckYes : 0);
  return body_says ? o : nullptr;
}
uint64_t first_call_target;
uint32_t first_call_method;
uint64_t mock_first_call(uint32_t method, abi::ArgRegisters*) {
  first_call_method = method;
  return first_call_target;
}
uint64_t mock_miss(uint32_t method, abi::ArgRegisters* r) {
  first_call_method = method;
  EXPECT_EQ(r->r10, method);
  return first_call_target;
}

struct Stubs : ::testing::Test {
  void SetUp() override {
    abi::helper_body(Helper::FMod) = reinterpret_cast<void*>(&mock_fmod);
    abi::helper_body(Helper::CheckedDoubleToInt64) = reinterpret_cast<void*>(&mock_checked);
    abi::helper_body(Helper::ThrowIndexOutOfRange) = reinterpret_cast<void*>(&mock_throw_index);
    abi::helper_body(Helper::NewObjectSlow) = reinterpret_cast<void*>(&mock_new_slow);
    for (Helper h : {Helper::StoreElement, Helper::CastClass, Helper::ThreadStatic, Helper::MonitorEnter, Helper::MonitorExit})
      abi::helper_body(h) = reinterpret_cast<void*>(&slow_path);
    abi::helper_body(Helper::IsInst) = reinterpret_cast<void*>(&mock_is_instance);
    if (!abi::type_checks) abi::type_checks = reinterpret_cast<uint64_t*>(testing::low_memory(abi::kTypeCheckSlots * 8));
    abi::helper_body(Helper::FirstCall) = reinterpret_cast<void*>(&mock_first_call);
    abi::helper_body(Helper::InterfaceMiss) = reinterpret_cast<void*>(&mock_miss);
    abi::stub_bodies.pending = mock_pending;
    abi::stub_bodies.raise = mock_raise;
    testing::install_core();
    t().mode = abi::Mode::Runtime;
    t().pending = 0;
    pending_calls = 0;
    raised = nullptr;
  }
  // Code of a managed method, emitted by `body` between prologue and epilogue.
  template <class F>
  uint64_t method(F body) {
    loop::CompiledCode code;
    Emitter e(code);
    e.a.push(rbp);
    e.a.mov(rbp, rsp);
    e.a.sub(rsp, 32);
    body(e);
    e.a.leave();
    e.a.ret();
    e.finish();
    return testing::install(code);
  }
  uint64_t straight(auto body) {
    loop::CompiledCode code;
    Emitter e(code);
    body(e);
    e.finish();
    return testing::install(code);
  }
};

TEST_F(Stubs, InvokePassesRegistersAndStack) {
  const uint64_t f = method([](Emitter& e) {
    e.a.lea(rax, ptr(rdi, r9));
    e.a.add(rax, ptr(rbp, 16));
    e.a.add(rax, ptr(rbp, 24));
    e.a.add(rax, ptr(rbp, 32));
    e.a.mov(rdx, rsp);
    e.a.addsd(xmm0, xmm7);
    e.a.mov(rbx, 1);  // a callee that does not keep them
    e.a.mov(r12, 2);
  });
  InvokeBlock b;
  b.ints[0] = 1, b.ints[5] = 10;
  b.sses[0] = 1.5, b.sses[7] = 2;
  const uint64_t stack[] = {100, 1000, 10000};
  b.stack = stack, b.stack_words = 3;
  t().last_pc = 7, t().last_sp = 8, t().last_fp = 9;
  abi::stub_entries.invoke(f, &b);
  EXPECT_EQ(b.result_ints[0], 11111u);
  EXPECT_EQ(b.result_ints[1] % 16, 0u);
  EXPECT_EQ(b.result_sses[0], 3.5);
  EXPECT_EQ(t().mode, abi::Mode::Runtime);
  EXPECT_EQ(t().last_pc, 7u);
  EXPECT_EQ(t().last_fp, 9u);
}

TEST_F(Stubs, SuspendRequestIsSeenOnTheWayIn) {
  const uint64_t f = method([](Emitter& e) { e.a.mov(eax, 5); });
  InvokeBlock b;
  t().pending = abi::kPendingSuspend;
  abi::stub_entries.invoke(f, &b);
  EXPECT_EQ(pending_calls, 1);
  EXPECT_EQ(b.result_ints[0], 5u);
}

TEST_F(Stubs, LeafAndFullHelpers) {
  uint32_t ret = 0;
  const uint64_t f = method([&](Emitter& e) {
    e.call(Helper::FMod);
    e.a.mov(edi, 7);
    e.call(Helper::CheckedDoubleToInt64);
    ret = e.pc();
  });
  InvokeBlock b;
  b.sses[0] = 3, b.sses[1] = 4;
  abi::stub_entries.invoke(f, &b);
  EXPECT_EQ(b.result_ints[0], 41u);
  EXPECT_EQ(seen_mode, abi::Mode::Runtime);
  EXPECT_EQ(seen_pc, f + ret);
  EXPECT_EQ(seen_sp % 16, 0u);
}

TEST_F(Stubs, PendingSuspendKeepsResults) {
  static const auto body = +[](abi::Object*, int) -> double { t().pending = abi::kPendingSuspend; return 2.25; };
  const uint64_t f = testing::install(icall_stub({0x5550}, reinterpret_cast<void*>(body), 0));
  InvokeBlock b;
  abi::stub_entries.invoke(f, &b);
  EXPECT_EQ(b.result_sses[0], 2.25);
  EXPECT_EQ(pending_calls, 1);
  EXPECT_EQ(t().icall_method, 0x5550u);
}

TEST_F(Stubs, ExceptionFromFullHelper) {
  uint32_t ret = 0;
  const uint64_t f = method([&](Emitter& e) {
    e.a.mov(edi, 99);
    e.a.mov(rbx, 0xB0B);
    e.a.mov(r15, 0xF00);
    e.call(Helper::CheckedDoubleToInt64);
    ret = e.pc();
  });
  InvokeBlock b;
  abi::stub_entries.invoke(f, &b);
  EXPECT_EQ(b.exception, reinterpret_cast<abi::Object*>(0x1234));
  EXPECT_EQ(raised_context.pc, f + ret);
  EXPECT_EQ(raised_context.rbx, 0xB0Bu);
  EXPECT_EQ(raised_context.r15, 0xF00u);
  EXPECT_EQ(t().mode, abi::Mode::Runtime);
}

TEST_F(Stubs, ThrowHelper) {
  const uint64_t f = method([&](Emitter& e) { e.call(Helper::ThrowIndexOutOfRange); });
  InvokeBlock b;
  abi::stub_entries.invoke(f, &b);
  EXPECT_EQ(b.exception, reinterpret_cast<abi::Object*>(0x5678));
}

struct Heap {
  abi::TypeHead* head;
  std::vector<uint64_t> memory = std::vector<uint64_t>(1024);
  Heap() {
    head = reinterpret_cast<abi::TypeHead*>(testing::low_memory(sizeof(abi::TypeHead)));
    head->instance_size = 24;
    head->element_size = 12;
    t().alloc_cursor = reinterpret_cast<uint64_t>(memory.data());
    t().alloc_limit = t().alloc_cursor + 1024 * 8;
  }
};

TEST_F(Stubs, AllocationBumpsAndFallsBack) {
  Heap heap;
  const uint64_t f = method([&](Emitter& e) {
    e.a.mov(ecx, 77);
    e.a.mov(r10, 78);
    e.a.mov(rdx, 3);
    e.call(Helper::NewObject);
    e.a.add(ecx, r10d);
    e.a.mov(rdx, rcx);
  });
  InvokeBlock b;
  b.ints[0] = reinterpret_cast<uint64_t>(heap.head);
  abi::stub_entries.invoke(f, &b);
  EXPECT_EQ(b.result_ints[0], reinterpret_cast<uint64_t>(heap.memory.data()));
  EXPECT_EQ(heap.memory[0], b.ints[0]);
  EXPECT_EQ(t().alloc_cursor, b.result_ints[0] + 24);
  EXPECT_EQ(b.result_ints[1], 155u);

  t().alloc_limit = t().alloc_cursor + 16;
  slow_calls = 0;
  abi::stub_entries.invoke(f, &b);
  EXPECT_EQ(slow_calls, 1);
  EXPECT_EQ(b.result_ints[0], 0x42u);
  EXPECT_EQ(b.result_ints[1], 155u);
}

TEST_F(Stubs, VectorLengthAndSize) {
  Heap heap;
  InvokeBlock b;
  b.ints[0] = reinterpret_cast<uint64_t>(heap.head);
  b.ints[1] = 3;
  abi::stub_entries.invoke(abi::helper_entry(Helper::NewVector), &b);
  EXPECT_EQ(b.result_ints[0], reinterpret_cast<uint64_t>(heap.memory.data()));
  EXPECT_EQ(heap.memory[1], 3u);
  EXPECT_EQ(t().alloc_cursor, b.result_ints[0] + 56);  // 16 + 36, rounded up
}

TEST_F(Stubs, StoreRefMarksCard) {
  auto* cards = mmap(reinterpret_cast<void*>(abi::kCardBase), abi::kCardEnd - abi::kCardBase, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  ASSERT_NE(cards, MAP_FAILED);
  uint64_t slot = 0;
  InvokeBlock b;
  b.ints[0] = reinterpret_cast<uint64_t>(&slot);
  b.ints[1] = 0x99;
  abi::stub_entries.invoke(abi::helper_entry(Helper::StoreRef), &b);
  EXPECT_EQ(slot, 0x99u);
  EXPECT_EQ(static_cast<uint8_t*>(cards)[(b.ints[0] >> abi::kCardShift) & abi::kCardMask], 1);
  munmap(cards, abi::kCardEnd - abi::kCardBase);
}

uint32_t word(const void* p) { return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(p)); }
abi::TypeHead* head(uint32_t depth, abi::TypeHead* parent, uint32_t flags = 0) {
  auto* h = reinterpret_cast<abi::TypeHead*>(testing::low_memory(sizeof(abi::TypeHead)));
  for (uint32_t d = 0; parent && d < depth && d < abi::kDisplaySize; d++) h->display[d] = parent->display[d];
  h->depth = depth;
  h->flags = flags;
  if (depth < abi::kDisplaySize) h->display[depth] = word(h);
  return h;
}

TEST_F(Stubs, StoreElementChecksWhatIsCommonAndLeavesTheRest) {
  auto* cards = mmap(reinterpret_cast<void*>(abi::kCardBase), abi::kCardEnd - abi::kCardBase, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  ASSERT_NE(cards, MAP_FAILED);
  abi::TypeHead *object = head(0, nullptr), *base = head(1, object), *derived = head(2, base), *other = head(1, object), *interface = head(0, nullptr);
  abi::TypeHead* deep = head(abi::kDisplaySize, derived);
  abi::TypeHead* array_head = head(1, object);
  uint64_t array[2 + 4] = {word(array_head), 4}, value[2] = {};
  const auto store = [&](abi::TypeHead* element, abi::TypeHead* of, uint64_t index) {
    array_head->element = word(element);
    value[0] = of ? word(of) : 0;
    std::fill(array + 2, array + 6, 7);
    slow_calls = 0;
    std::memset(static_cast<uint8_t*>(cards) + ((reinterpret_cast<uint64_t>(array) >> abi::kCardShift) & abi::kCardMask), 0, 2);
    InvokeBlock b;
    b.ints[0] = reinterpret_cast<uint64_t>(array);
    b.ints[1] = index;
    b.ints[2] = of ? reinterpret_cast<uint64_t>(value) : 0;
    abi::stub_entries.invoke(abi::helper_entry(Helper::StoreElement), &b);
    const bool stored = index < 4 && array[2 + index] == b.ints[2];
    if (stored) {
      EXPECT_EQ(static_cast<uint8_t*>(cards)[(reinterpret_cast<uint64_t>(array + 2 + index) >> abi::kCardShift) & abi::kCardMask], 1);
    }
    EXPECT_NE(stored, slow_calls == 1);
    return stored;
  };
  EXPECT_TRUE(store(base, base, 0));
  EXPECT_TRUE(store(base, derived, 3));
  EXPECT_TRUE(store(object, other, 1));
  EXPECT_TRUE(store(base, nullptr, 2));
  EXPECT_TRUE(store(deep, deep, 0));
  EXPECT_FALSE(store(deep, derived, 0));
  EXPECT_FALSE(store(base, other, 0));
  EXPECT_FALSE(store(derived, base, 0));
  EXPECT_FALSE(store(interface, base, 0));
  EXPECT_FALSE(store(base, base, 4));
  EXPECT_FALSE(store(base, base, ~uint64_t{0}));
  InvokeBlock b;
  b.ints[0] = 0;
  slow_calls = 0;
  abi::stub_entries.invoke(abi::helper_entry(Helper::StoreElement), &b);
  EXPECT_EQ(slow_calls, 1) << "null";
  munmap(cards, abi::kCardEnd - abi::kCardBase);
}

TEST_F(Stubs, TypeTestsAskOnceAndKeepRegisters) {
  abi::TypeHead *object = head(0, nullptr), *base = head(1, object), *derived = head(2, base), *other = head(1, object);
  abi::TypeHead *deep = head(abi::kDisplaySize, derived), *interface = head(0, nullptr, abi::kIsInterface), *array = head(1, object, abi::kIsArray);
  uint32_t ret = 0;
  // The sum of all registers that the helper keeps: as they were, and after it.
  const uint64_t f = method([&](Emitter& e) {
    const Gp kept[] = {rcx, rdx, r8, r9, r10};
    int n = 11;
    for (const Gp& r : kept) e.a.mov(r, n++);
    e.a.mov(rax, 1000);
    e.a.movq(xmm7, rax);
    e.call(Helper::IsInst);
    ret = e.pc();
    for (const Gp& r : {rcx, r8, r9, r10, rdi, rsi}) e.a.add(rdx, r);
    e.a.movq(rcx, xmm7);
    e.a.add(rdx, rcx);
  });
  const auto is = [&](abi::TypeHead* from, abi::TypeHead* to) {
    abi::Object o{word(from), 0};
    InvokeBlock b;
    b.ints[0] = from ? reinterpret_cast<uint64_t>(&o) : 0;
    b.ints[1] = reinterpret_cast<uint64_t>(to);
    slow_calls = 0;
    abi::stub_entries.invoke(f, &b);
    EXPECT_EQ(b.result_ints[1], 11 + 12 + 13 + 14 + 15 + 1000 + b.ints[0] + b.ints[1]);
    const bool yes = b.result_ints[0] != 0;
    if (yes) {
      EXPECT_EQ(b.result_ints[0], b.ints[0]);
    }
    if (slow_calls != 0) return yes;
    abi::stub_entries.invoke(abi::helper_entry(Helper::CastClass), &b);
    EXPECT_EQ(b.result_ints[0], b.ints[0]);
    EXPECT_EQ(std::exchange(slow_calls, 0), yes || !from ? 0 : 1) << "the cast of what is none is the body's";
    return yes;
  };
  std::fill_n(abi::type_checks, abi::kTypeCheckSlots, 0);
  EXPECT_FALSE(is(nullptr, base));
  EXPECT_TRUE(is(base, base));
  EXPECT_TRUE(is(derived, base));
  EXPECT_TRUE(is(interface, interface));
  EXPECT_TRUE(is(array, array));
  EXPECT_FALSE(is(other, base));
  EXPECT_FALSE(is(base, derived));
  EXPECT_EQ(slow_calls, 0);
  for (abi::TypeHead* to : {interface, array, deep})
    for (abi::TypeHead* from : {base, derived, other}) {
      body_says = from != other;
      body_suspends = from == derived;
      const int calls = body_suspends ? 2 : 1;
      EXPECT_EQ(is(from, to), from != other);
      EXPECT_EQ(slow_calls, calls);
      EXPECT_EQ(seen_mode, abi::Mode::Runtime);
      EXPECT_EQ(seen_pc, f + ret);
      EXPECT_EQ(is(from, to), from != other) << "remembered";
      EXPECT_EQ(slow_calls, 0);
    }
}

TEST_F(Stubs, ThinLocksAreTakenAndGivenBackWithoutATransition) {
  t().thread_index = 5;
  abi::Object o{0, 0};
  const auto call = [&](Helper h) {
    InvokeBlock b;
    b.ints[0] = reinterpret_cast<uint64_t>(&o);
    slow_calls = 0;
    abi::stub_entries.invoke(abi::helper_entry(h), &b);
    return slow_calls == 0;
  };
  EXPECT_FALSE(call(Helper::MonitorExit)) << "nobody holds it";
  EXPECT_TRUE(call(Helper::MonitorEnter));
  EXPECT_EQ(o.sync, abi::thin_lock(5, 0));
  EXPECT_TRUE(call(Helper::MonitorEnter));
  EXPECT_EQ(o.sync, abi::thin_lock(5, 1));
  EXPECT_TRUE(call(Helper::MonitorExit));
  EXPECT_EQ(o.sync, abi::thin_lock(5, 0));
  EXPECT_TRUE(call(Helper::MonitorExit));
  EXPECT_EQ(o.sync, 0u);
  for (const uint32_t word : {abi::thin_lock(6, 0), abi::thin_lock(6, 1), uint32_t{abi::kSyncHash} | 5u << 2, uint32_t{abi::kSyncInflated} | 5u << 2}) {
    o.sync = word;
    EXPECT_FALSE(call(Helper::MonitorEnter)) << word;
    EXPECT_FALSE(call(Helper::MonitorExit)) << word;
    EXPECT_EQ(o.sync, word);
  }
  o.sync = abi::thin_lock(5, abi::kMaxThinRecursion);
  EXPECT_FALSE(call(Helper::MonitorEnter)) << "cannot count further";
  o.sync = abi::thin_lock(5, abi::kMaxThinRecursion - 1);
  EXPECT_TRUE(call(Helper::MonitorEnter));
  EXPECT_EQ(o.sync, abi::thin_lock(5, abi::kMaxThinRecursion));

  const uint64_t try_enter = testing::install(icall_stub({0x1230}, reinterpret_cast<const void*>(&slow_path), 0, FastPath::MonitorTryEnter));
  uint8_t taken = 0;
  InvokeBlock b;
  b.ints[0] = reinterpret_cast<uint64_t>(&o);
  b.ints[2] = reinterpret_cast<uint64_t>(&taken);
  o.sync = 0;
  slow_calls = 0;
  abi::stub_entries.invoke(try_enter, &b);
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(o.sync, abi::thin_lock(5, 0));
  EXPECT_EQ(slow_calls, 0);
  abi::stub_entries.invoke(try_enter, &b);
  EXPECT_EQ(slow_calls, 1) << "taken is true already: ArgumentException";
  EXPECT_EQ(o.sync, abi::thin_lock(5, 0));
}

TEST_F(Stubs, ThreadStaticsThatAreInUseAreFoundWithoutATransition) {
  alignas(16) uint8_t field[64] = {};
  uint32_t word = 0;
  const auto address = [&] {
    std::memcpy(field + abi::kFieldThreadWord, &word, 4);
    InvokeBlock b;
    b.ints[0] = reinterpret_cast<uint64_t>(field);
    slow_calls = 0;
    abi::stub_entries.invoke(abi::helper_entry(Helper::ThreadStatic), &b);
    return slow_calls ? 0 : b.result_ints[0];
  };
  t().thread_statics = 0x1000;
  EXPECT_EQ(address(), 0u) << "nobody has asked for the field yet";
  word = 3;
  EXPECT_EQ(address(), 0x1010u);
  t().thread_statics = 0;
  EXPECT_EQ(address(), 0u) << "the thread has no table yet";
}

TEST_F(Stubs, FirstCallAndInterfaceDispatch) {
  const uint64_t target = method([](Emitter& e) {
    e.a.lea(rax, ptr(rdi, r9));
    e.a.addsd(xmm0, xmm7);
  });
  first_call_target = target;
  uint8_t* stub = testing::low_memory(16);
  write_first_call_stub(stub, reinterpret_cast<uint64_t>(stub), {0x1230});
  InvokeBlock b;
  b.ints[0] = 1, b.ints[5] = 2, b.sses[0] = 1, b.sses[7] = 2;
  abi::stub_entries.invoke(reinterpret_cast<uint64_t>(stub), &b);
  EXPECT_EQ(b.result_ints[0], 3u);
  EXPECT_EQ(b.result_sses[0], 3.0);
  EXPECT_EQ(first_call_method, 0x1230u);

  auto* words = reinterpret_cast<uint64_t*>(testing::low_memory(16));
  words[0] = method([](Emitter& e) { e.a.mov(eax, 1000); });
  words[1] = method([](Emitter& e) { e.a.mov(eax, 2000); });
  const auto word = static_cast<uint32_t>(reinterpret_cast<uint64_t>(words));
  const ImtCase cases[] = {{{0x10}, word}, {{0x20}, word + 8}};
  const uint64_t imt = testing::install(imt_stub(cases));
  b.r10 = 0x20;
  abi::stub_entries.invoke(imt, &b);
  EXPECT_EQ(b.result_ints[0], 2000u);
  b.r10 = 0x30;
  abi::stub_entries.invoke(imt, &b);
  EXPECT_EQ(b.result_ints[0], 3u);
}

TEST_F(Stubs, InternalCallWithStackArguments) {
  static const auto body = +[](int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g, int64_t h, int64_t i) {
    return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8 + i * 9;
  };
  InvokeBlock b;
  for (int i = 0; i < 6; ++i) b.ints[i] = 1;
  const uint64_t stack[] = {10, 100, 1000};
  b.stack = stack, b.stack_words = 3;
  for (const auto& code : {icall_stub({0x10}, reinterpret_cast<void*>(body), 3), pinvoke_stub({0x10}, reinterpret_cast<void*>(body), 3, false)}) {
    abi::stub_entries.invoke(testing::install(code), &b);
    EXPECT_EQ(b.result_ints[0], 21u + 70 + 800 + 9000);
  }
}

TEST_F(Stubs, FilterGetsFrameAndException) {
  uint64_t frame[8] = {};
  frame[3] = 40;
  const uint64_t filter = straight([](Emitter& e) {
    e.a.add(rax, ptr(rbp, 24));
    e.a.ret();
  });
  uint64_t sp = 0;
  EXPECT_EQ(abi::stub_entries.call_filter(filter, reinterpret_cast<uint64_t>(frame), reinterpret_cast<abi::Object*>(2), &sp), 42u);
  EXPECT_EQ(sp % 16, 8u);
}

// ---- delegates ----
struct FakeDelegate {
  uint64_t header, method_ptr, invoke_impl, target;
  void* delegates;
};

TEST_F(Stubs, DelegateKinds) {
  using abi::ValueShape;
  using loop::ValueKind;
  const ValueShape i64 = ValueShape::scalar(ValueKind::Int64, 8), f64 = ValueShape::scalar(ValueKind::Float64, 8), ref = ValueShape::scalar(ValueKind::Ref, 8);
  ValueShape big;
  big.kind = ValueKind::Struct, big.size = 24, big.memory = true;
  const std::vector<ValueShape> with = {ref, i64, f64, i64, i64, i64, i64, i64, big};
  const std::vector<ValueShape> without(with.begin() + 1, with.end());
  const abi::CallLayout lw = abi::make_call_layout(i64, with), lo = abi::make_call_layout(i64, without);
  EXPECT_EQ(lw.stack_words, 2u);
  EXPECT_EQ(lo.stack_words, 1u);
  const DelegateStubs s = delegate_stubs({0x10}, lw, lo, {24, 8, 16, 32});
  const uint64_t at = testing::install(s.code);
  // (a, f, b, c, d, e, g) -> a + 10 b + ... + first word of big, which it destroys
  const uint64_t open = method([](Emitter& e) {
    e.a.lea(rax, ptr(rdi, rsi, 1));
    e.a.add(rax, r9);
    e.a.mov(rcx, ptr(rbp, 16));
    e.a.add(rax, ptr(rcx));
    e.a.mov(qword_ptr(rcx), 0);
    e.a.cvttsd2si(rcx, xmm0);
    e.a.add(rax, rcx);
  });
  FakeDelegate d{0, open, at + s.open, 0, nullptr};
  uint64_t big_value[3] = {100000, 0, 0};
  InvokeBlock b;
  b.ints[0] = reinterpret_cast<uint64_t>(&d);
  b.ints[1] = 1, b.ints[2] = 10, b.ints[5] = 7;
  b.sses[0] = 100;
  const uint64_t stack[] = {10000, reinterpret_cast<uint64_t>(big_value)};
  b.stack = stack, b.stack_words = 2;
  abi::stub_entries.invoke(at, &b);
  EXPECT_EQ(b.result_ints[0], 110121u);
  EXPECT_EQ(big_value[0], 0u);

  struct { uint64_t header; int32_t length; uint32_t bounds; FakeDelegate* items[2]; } list{0, 2, 0, {&d, &d}};
  FakeDelegate multi{0, 0, at + s.multicast, 0, &list};
  big_value[0] = 100000;
  b.ints[0] = reinterpret_cast<uint64_t>(&multi);
  abi::stub_entries.invoke(at, &b);
  EXPECT_EQ(b.result_ints[0], 110121u);  // the second call saw its own copy
  EXPECT_EQ(big_value[0], 100000u);
}

}  // namespace
}  // namespace rapgo::compile::stubs
