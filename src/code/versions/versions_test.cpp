#include "code/versions/versions.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "abi/helpers.h"
#include "abi/method_head.h"
#include "abi/thread_state.h"
#include "code/maps/maps.h"
#include "code/memory/low_memory.h"
#include "loop/event_log.h"

namespace rapgo::code::versions {
namespace {

using loop::AssumptionKind;
using loop::CompiledCode;
using loop::MethodId;
using loop::SymbolKind;
using loop::Tier;

struct TestResolver : Resolver {
  uint64_t resolve(const loop::Symbol& s) override { return 0x20000000u + s.id + s.extra; }
  bool holds(const loop::Assumption& a) override {
    if (on_holds) on_holds();
    return a.id != broken_id;
  }
  uint32_t broken_id = 0;
  std::function<void()> on_holds;
};

int called_transfer_up = 0;
extern "C" void test_transfer_up() { called_transfer_up++; }

struct Versions : testing::Test {
  TestResolver resolver;

  static void SetUpTestSuite() {
    init();
    // The real stub is compile/stubs' business: here a `jmp` to a C function below 4 GiB.
    CompiledCode stub;
    stub.bytes = {0x48, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xE0};  // mov rax, imm64; jmp rax
    const auto target = reinterpret_cast<uint64_t>(&test_transfer_up);
    memcpy(stub.bytes.data() + 2, &target, 8);
    abi::helper_entry(abi::Helper::TransferUp) = install_stub(std::move(stub), "test TransferUp")->entry();
  }
  void SetUp() override {
    loop::keep_events();
    reclaim_with({});
    loop::drain_events([](const loop::Event&) {});
    set_retained_limit(0);
  }

  static MethodId new_method(int first_value = -1) {
    auto* head = static_cast<abi::MethodHead*>(memory::meta_alloc(sizeof(abi::MethodHead), 16));
    CompiledCode stub = returning({}, first_value);
    head->entry = install_stub(std::move(stub), "first call")->entry();
    return {static_cast<uint32_t>(reinterpret_cast<uintptr_t>(head))};
  }
  static CompiledCode returning(MethodId method, int32_t value, Tier tier = Tier::Baseline) {
    CompiledCode c;
    c.method = method;
    c.tier = tier;
    c.bytes = {0xB8, 0, 0, 0, 0, 0xC3};
    memcpy(c.bytes.data() + 1, &value, 4);
    c.code_size = 6;
    return c;
  }
  InstalledCode* put(MethodId m, int32_t value, Tier tier = Tier::Baseline) {
    InstalledCode* v = install(returning(m, value, tier), resolver);
    EXPECT_NE(v, nullptr);
    return v;
  }
  static uint64_t& slot(MethodId m) { return *reinterpret_cast<uint64_t*>(static_cast<uintptr_t>(m.value)); }
  static int run(uint64_t address) { return reinterpret_cast<int (*)()>(address)(); }
  static int call(MethodId m) { return run(slot(m)); }
  static ReclaimResult reclaim_with(std::vector<uint64_t> words) {
    return reclaim([&](WordSink& sink) { sink.words(words.data(), words.data() + words.size()); });
  }
};

TEST_F(Versions, PublishReachesEverybody) {
  const MethodId m = new_method();
  auto* vtable_word = static_cast<uint64_t*>(memory::meta_alloc(16));
  register_cell(m, &vtable_word[0]);
  const uintptr_t stub = method_stub(m), jump = direct_jump(m);
  EXPECT_EQ(stub, method_stub(m));
  EXPECT_EQ(method_of_stub(stub), m);
  EXPECT_EQ(method_of_stub(jump), MethodId{});
  EXPECT_EQ(method_of_stub(12345), MethodId{});
  for (uint64_t way : {slot(m), vtable_word[0], uint64_t{stub}, uint64_t{jump}}) EXPECT_EQ(run(way), -1);
  for (int value : {1, 2}) {
    InstalledCode* previous = nullptr;
    InstalledCode* v = put(m, value, value == 2 ? Tier::Optimized : Tier::Baseline);
    ASSERT_TRUE(publish(m, v, &previous));
    EXPECT_EQ(previous != nullptr, value == 2);
    EXPECT_EQ(active(m), v);
    EXPECT_EQ(v->state.load(), State::Active);
    for (uint64_t way : {slot(m), vtable_word[0], uint64_t{stub}, uint64_t{jump}}) EXPECT_EQ(run(way), value);
    EXPECT_EQ(reinterpret_cast<abi::MethodHead*>(static_cast<uintptr_t>(m.value))->active_version, v->id.value);
  }
  register_cells(std::vector<Cell>{{m, &vtable_word[1]}});
  EXPECT_EQ(run(vtable_word[1]), 2);
  unregister_cell(m, &vtable_word[0]);
  ASSERT_TRUE(publish(m, put(m, 3)));
  EXPECT_EQ(run(vtable_word[0]), 2);
  EXPECT_EQ(run(vtable_word[1]), 3);
}

TEST_F(Versions, ManyCellsOfManyMethods) {
  std::vector<MethodId> methods;
  auto* words = static_cast<uint64_t*>(memory::meta_alloc(8 * 9000));
  for (int i = 0; i < 3000; i++) {
    methods.push_back({static_cast<uint32_t>(reinterpret_cast<uintptr_t>(memory::meta_alloc(sizeof(abi::MethodHead), alignof(abi::MethodHead))))});
    slot(methods[i]) = 1000 + i;
    for (int k = 0; k < 3; k++) register_cell(methods[i], &words[k * 3000 + i]);
  }
  InstalledCode* v = put(methods[1234], 5);
  publish(methods[1234], v);
  for (int i = 0; i < 3000; i++)
    for (int k = 0; k < 3; k++) EXPECT_EQ(words[k * 3000 + i], i == 1234 ? v->entry() : 1000u + i);
}

TEST_F(Versions, Relocations) {
  const MethodId m = new_method();
  CompiledCode c = returning(m, 0);
  c.bytes.resize(64, 0x90);
  c.symbols = {{SymbolKind::Self, 0, 0},      {SymbolKind::TypeWord, 0x10, 0}, {SymbolKind::EntrySlot, m.value, 0},
               {SymbolKind::TlsOffset, 0, 0}, {SymbolKind::Helper, static_cast<uint32_t>(abi::Helper::TransferUp), 0},
               {SymbolKind::ProbeCounters, 0, 0}};
  c.probe_words = 4;
  c.relocs = {{8, loop::RelocKind::Abs64, 0, 5}, {16, loop::RelocKind::Abs32, 1, 0}, {20, loop::RelocKind::Abs32, 2, 8},
              {24, loop::RelocKind::Abs32, 3, 16}, {28, loop::RelocKind::Rel32, 4, 0}, {32, loop::RelocKind::Abs32, 5, 8}};
  InstalledCode* v = install(std::move(c), resolver);
  auto u32 = [&](int at) { uint32_t x; memcpy(&x, reinterpret_cast<void*>(v->start + at), 4); return x; };
  EXPECT_EQ(memory::read8(v->start + 8), v->start + 5);
  EXPECT_EQ(u32(16), 0x20000010u);
  EXPECT_EQ(u32(20), m.value + 8);
  EXPECT_EQ(static_cast<int32_t>(u32(24)), abi::tls_offset() + 16);
  EXPECT_EQ(v->start + 32 + static_cast<int32_t>(u32(28)), abi::helper_entry(abi::Helper::TransferUp));
  EXPECT_EQ(u32(32), reinterpret_cast<uintptr_t>(v->counters) + 8);
  EXPECT_EQ(v->counters[3], 0u);
}

TEST_F(Versions, RetiringTheActiveVersionFallsBack) {
  const MethodId m = new_method();
  InstalledCode *base = put(m, 1), *optimized = put(m, 2, Tier::Optimized);
  publish(m, base);
  publish(m, optimized);
  retire(optimized, RetireReason::RolledBack);
  EXPECT_EQ(call(m), 1);
  EXPECT_EQ(base->state.load(), State::Active);
  EXPECT_FALSE(publish(m, optimized));
  retire(base, RetireReason::Replaced);
  EXPECT_EQ(call(m), -1);  // the first-call stub again
  EXPECT_EQ(active(m), nullptr);
  EXPECT_TRUE(publish(m, put(m, 3)));
  EXPECT_EQ(call(m), 3);
}

TEST_F(Versions, ReclaimKeepsWhatAnyWordPointsInto) {
  const MethodId m = new_method();
  reclaim_with({});
  InstalledCode *a = put(m, 1, Tier::Optimized), *b = put(m, 2, Tier::Optimized), *c = put(m, 3, Tier::Optimized);
  const uintptr_t a_start = a->start, b_start = b->start;
  const auto b_id = b->id;
  for (auto* v : {a, b, c}) publish(m, v), retire(v, RetireReason::Replaced);
  ReclaimResult r = reclaim_with({1, 2, a->start + 3, c->start + c->size});  // mid, and the return address of a last call
  EXPECT_EQ(r.freed, 1u);
  EXPECT_EQ(r.kept, 2u);
  EXPECT_EQ(maps::lookup(b_start), nullptr);
  EXPECT_EQ(memory::read8(b_start), 0xCCCCCCCCCCCCCCCCu);
  EXPECT_EQ(by_id(b_id), nullptr);
  EXPECT_EQ(run(a_start), 1);
  r = reclaim_with({});
  EXPECT_EQ(r.freed, 2u);
  EXPECT_EQ(reclaim_with({}).freed, 0u);
  EXPECT_TRUE(versions_of(m).empty());
}

TEST_F(Versions, AttachedStubsLiveAndDieWithTheirVersion) {
  const MethodId m = new_method();
  InstalledCode* v = put(m, 1);
  InstalledCode* landing = install_stub(returning({}, 9), "landing");
  attach(landing, v);
  retire(v, RetireReason::Replaced);
  EXPECT_EQ(landing->state.load(), State::Retired);
  EXPECT_EQ(reclaim_with({landing->start}).freed, 0u);
  EXPECT_EQ(reclaim_with({v->start}).freed, 0u);
  EXPECT_EQ(reclaim_with({}).freed, 2u);
}

TEST_F(Versions, Assumptions) {
  const MethodId m = new_method();
  const uint32_t type = 77;
  publish(m, put(m, 1));
  CompiledCode c = returning(m, 2, Tier::Optimized);
  c.assumptions = {{AssumptionKind::NotSubclassed, type, 0, 0}, {AssumptionKind::TypeLayout, type, 0, 5}};
  InstalledCode* v = install(CompiledCode(c), resolver);
  publish(m, v);
  EXPECT_EQ(dependents(AssumptionKind::NotSubclassed, type), std::vector<InstalledCode*>{v});
  EXPECT_TRUE(dependents(AssumptionKind::NotOverridden, type).empty());
  EXPECT_EQ(call(m), 2);
  EXPECT_EQ(invalidate(AssumptionKind::NotSubclassed, type), std::vector<InstalledCode*>{v});
  EXPECT_EQ(call(m), 1);
  EXPECT_TRUE(dependents(AssumptionKind::TypeLayout, type).empty());
  EXPECT_TRUE(invalidate(AssumptionKind::NotSubclassed, type).empty());
  // Broken before installation.
  resolver.broken_id = type;
  loop::Assumption broken{};
  EXPECT_EQ(install(CompiledCode(c), resolver, &broken), nullptr);
  EXPECT_EQ(broken.id, type);
  // Broken while the installation is asking.
  resolver.broken_id = 0;
  resolver.on_holds = [&] { invalidate(AssumptionKind::NotSubclassed, type); };
  EXPECT_EQ(install(CompiledCode(c), resolver, &broken), nullptr);
  EXPECT_EQ(call(m), 1);
  resolver.on_holds = nullptr;
  reclaim_with({});
}

CompiledCode looping(MethodId m, bool early) {
  CompiledCode c;
  c.method = m;
  c.bytes = early ? std::vector<uint8_t>{0x50} : std::vector<uint8_t>{0x50, 0x90, 0x90};  // push rax (aligns the stack)
  const auto at = static_cast<uint32_t>(c.bytes.size());
  for (uint8_t b : {0x0f, 0x1f, 0x44, 0x00, 0x00, 0x58, 0xC3}) c.bytes.push_back(b);  // nop; pop rax; ret
  c.osr_points = {{.il_offset = 12, .pc = at}};
  return c;
}

TEST_F(Versions, BackEdgesAreArmedAndDisarmed) {
  const MethodId m = new_method();
  InstalledCode* base = install(looping(m, true), resolver);
  publish(m, base);
  called_transfer_up = 0;
  call(m);
  EXPECT_EQ(called_transfer_up, 0);
  CompiledCode osr_code = returning(m, 5, Tier::Optimized);
  osr_code.is_osr = true;
  osr_code.osr_il_offset = 12;
  InstalledCode* osr = install(std::move(osr_code), resolver);
  ASSERT_TRUE(publish_osr(m, 12, osr));
  call(m);
  EXPECT_EQ(called_transfer_up, 1);
  EXPECT_EQ(find_osr(m, 12), osr);
  EXPECT_EQ(find_osr(m, 13), nullptr);
  // Later versions are armed from the start.
  InstalledCode* later = install(looping(m, false), resolver);
  run(later->entry());
  EXPECT_EQ(called_transfer_up, 2);
  EXPECT_EQ(disarm(m, 12), 2u);
  run(later->entry()), call(m);
  EXPECT_EQ(called_transfer_up, 2);
  EXPECT_EQ(arm(m, 12), 2u);
  EXPECT_EQ(arm(m, 12), 0u);
  call(m);
  EXPECT_EQ(called_transfer_up, 3);
  retire(osr, RetireReason::RolledBack);
  call(m), run(later->entry());
  EXPECT_EQ(called_transfer_up, 3);
  EXPECT_EQ(find_osr(m, 12), nullptr);
}

TEST_F(Versions, RetentionIsBoundedAndShown) {
  const MethodId m = new_method();
  EXPECT_FALSE(reclaim_due());
  set_retained_limit(1);
  EXPECT_FALSE(reclaim_due());
  InstalledCode* v = put(m, 1, Tier::Optimized);
  const uint64_t before = figures().tier[2].versions;
  retire(v, RetireReason::Replaced);
  EXPECT_TRUE(reclaim_due());
  EXPECT_EQ(figures().tier[2].versions, before - 1);
  EXPECT_GE(figures().tier[2].retired_bytes, 6u);
  reclaim_with({});
  EXPECT_FALSE(reclaim_due());
  EXPECT_EQ(figures().tier[2].retired_bytes, 0u);
}

TEST_F(Versions, ListenersHearOfEveryInstallation) {
  static std::vector<const InstalledCode*> heard;
  on_install([](const InstalledCode& c) { if (heard.size() < 2) heard.push_back(&c); });
  const MethodId m = new_method();
  const InstalledCode* v = put(m, 1);
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_STREQ(heard[0]->name, "first call");
  EXPECT_EQ(heard[1], v);
}

TEST_F(Versions, EventsTellTheStory) {
  const MethodId m = new_method();
  loop::drain_events([](const loop::Event&) {});
  InstalledCode* v = put(m, 1, Tier::Optimized);
  publish(m, v);
  retire(v, RetireReason::RolledBack);
  reclaim_with({});
  std::vector<loop::EventKind> kinds;
  loop::drain_events([&](const loop::Event& e) { kinds.push_back(e.kind); });
  using K = loop::EventKind;
  EXPECT_EQ(kinds, (std::vector<K>{K::Installed, K::Published, K::Retired, K::Reclaimed}));
}

// Two threads call through slot, stub and direct jump and ask the maps, while versions come and go under them. The callers never
// stand in a version while it is reclaimed: a gate plays the stopping of threads.
TEST_F(Versions, LookupAndCallsWhileInstallingAndReclaiming) {
  const MethodId m = new_method(1);
  publish(m, put(m, 1));
  const uintptr_t stub = method_stub(m), jump = direct_jump(m);
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::atomic<uint64_t> rounds{0};
  std::mutex gate[2];
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; t++)
    threads.emplace_back([&, t] {
      for (uint64_t i = 0; !stop.load(); i++) {
        {
          std::lock_guard inside(gate[t]);
          for (uint64_t way : {__atomic_load_n(&slot(m), __ATOMIC_ACQUIRE), uint64_t{stub}, uint64_t{jump}})
            if (const int got = run(way); got < 1 || got > 1000) wrong++;
        }
        // Outside the gate: any word at any time.
        const uintptr_t pc = abi::kCodeBase + (i * 7919 % (8 << 20)) + (i & 1 ? (256u << 20) : 0);
        if (const InstalledCode* c = maps::lookup(pc); c && !c->contains(pc)) wrong++;
        rounds++;
      }
    });
  for (int i = 0; i < 2000 || (rounds < 4000 && i < 2'000'000); i++) {
    InstalledCode* previous = nullptr;
    InstalledCode* v = put(m, 1 + i % 1000, i % 3 ? Tier::Optimized : Tier::Baseline);
    publish(m, v, &previous);
    if (previous) retire(previous, RetireReason::Replaced);
    if (i % 16 == 0) {
      std::scoped_lock world(gate[0], gate[1]);
      reclaim_with({});
    }
    if (i % 1024 == 0) loop::drain_events([](const loop::Event&) {});
  }
  stop = true;
  for (auto& t : threads) t.join();
  EXPECT_EQ(wrong.load(), 0);
  reclaim_with({});
  EXPECT_LT(versions_of(m).size(), 3u);
}

TEST_F(Versions, ForkedChildGoesOnCompiling) {
  const MethodId m = new_method();
  publish(m, put(m, 1));
  const uintptr_t jump = direct_jump(m);
  std::atomic<bool> stop{false};
  std::thread worker([&] {  // holds and releases the lock all the time
    while (!stop.load()) retire(put(new_method(), 2), RetireReason::Replaced);
  });
  for (int i = 0; i < 10; i++) {
    const pid_t pid = fork();
    if (pid == 0) {
      InstalledCode* v = install(returning(m, 50 + i), resolver);
      if (!v || !publish(m, v) || call(m) != 50 + i || run(jump) != 50 + i) _exit(1);
      retire(v, RetireReason::RolledBack);
      if (call(m) != 1) _exit(2);
      reclaim_with({});
      _exit(0);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    EXPECT_EQ(run(jump), 1);
  }
  stop = true;
  worker.join();
}

}  // namespace
}  // namespace rapgo::code::versions
