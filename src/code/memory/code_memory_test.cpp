#include "code/memory/code_memory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <thread>
#include <vector>

#include "base/error.h"
#include "code/memory/low_memory.h"
#include "code/memory/region.h"

namespace rapgo::code::memory {
namespace {

TEST(LowMemory, TakenAddressesAreAUsersError) {
  // First in this file, and in a child, which has no reservation yet.
  const pid_t pid = fork();
  if (pid == 0) {
    if (low_reserved()) _exit(3);
    mmap(reinterpret_cast<void*>(abi::kCodeBase + 0x5000), 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    try {
      reserve_low();
    } catch (const base::UserError& e) {
      _exit(strstr(e.what(), "0x40000000") ? 0 : 2);
    }
    _exit(1);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

// Where mremap cannot double a mapping, a file backs the code region: everything as usual, a forked child's privacy included.
TEST(LowMemory, ByFileWhereMappingsCannotBeDoubled) {
  const pid_t pid = fork();  // no reservation yet in the child either
  if (pid == 0) {
    if (low_reserved()) _exit(3);
    force_file = true;
    reserve_low();
    const auto returns = [](int32_t value) {
      uint8_t code[8] = {0xB8, 0, 0, 0, 0, 0xC3, 0xCC, 0xCC};
      memcpy(code + 1, &value, 4);
      uint64_t word;
      memcpy(&word, code, 8);
      return word;
    };
    const uintptr_t at = allocate(Area::Baseline, 8);
    patch8(at, returns(1));
    const auto call = [&] { return reinterpret_cast<int (*)()>(at)(); };
    if (call() != 1) _exit(4);
    const pid_t child = fork();
    if (child == 0) {
      if (call() != 1) _exit(5);
      patch8(at, returns(2));
      sync_cores();
      _exit(call() == 2 ? 0 : 6);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) _exit(7);
    if (call() != 1) _exit(8);  // what the child patched stays in the child
    patch8(at, returns(3));
    sync_cores();
    release_alias();
    _exit(call() == 3 ? 0 : 9);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << WEXITSTATUS(status);
}

struct CodeMemory : testing::Test {
  static void SetUpTestSuite() { reserve_low(); }
};

// mov eax, value; ret
uintptr_t emit_return(int32_t value, Area area = Area::Baseline) {
  uint8_t code[6] = {0xB8, 0, 0, 0, 0, 0xC3};
  memcpy(code + 1, &value, 4);
  const uintptr_t at = allocate(area, sizeof code);
  write(at, code);
  return at;
}
int call(uintptr_t at) { return reinterpret_cast<int (*)()>(at)(); }

bool forked_child_succeeds(int (*body)(), bool raw = false) {
  const pid_t pid = raw ? static_cast<pid_t>(syscall(SYS_fork)) : fork();
  if (pid == 0) _exit(body());
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_F(CodeMemory, RunsWhatIsWritten) {
  const uintptr_t at = emit_return(42);
  EXPECT_EQ(at % 16, 0u);
  EXPECT_TRUE(in_code(at));
  EXPECT_EQ(call(at), 42);
}

TEST_F(CodeMemory, NeverWritableAndExecutable) {
  emit_return(1);
  FILE* maps = fopen("/proc/self/maps", "r");
  ASSERT_NE(maps, nullptr);
  char line[512], rights[8];
  unsigned long begin, end;
  int executable_code = 0;
  while (fgets(line, sizeof line, maps)) {
    if (sscanf(line, "%lx-%lx %7s", &begin, &end, rights) != 3) continue;
    EXPECT_FALSE(rights[1] == 'w' && rights[2] == 'x') << line;
    if (begin == abi::kCodeBase) executable_code += rights[1] == '-' && rights[2] == 'x';
  }
  fclose(maps);
  EXPECT_EQ(executable_code, 1);
}

TEST_F(CodeMemory, FreedCodeTrapsAndIsReusedAfterFlush) {
  const uintptr_t at = allocate(Area::Optimized, 64);
  const std::vector<uint8_t> bytes(64, 0x90);
  write(at, bytes);
  const auto before = memory_stats();
  free(at, 64);
  for (int i = 0; i < 64; i += 8) EXPECT_EQ(read8(at + i), 0xCCCCCCCCCCCCCCCCu);
  const uintptr_t other = allocate(Area::Optimized, 64);
  EXPECT_NE(other, at);
  EXPECT_EQ(memory_stats().pending_bytes, before.pending_bytes + 64);
  flush_freed();
  EXPECT_GT(memory_stats().syncs, before.syncs);
  EXPECT_EQ(allocate(Area::Optimized, 64), at);
}

TEST_F(CodeMemory, NeighboursMerge) {
  const uintptr_t a = allocate(Area::Stub, 160), b = allocate(Area::Stub, 160), c = allocate(Area::Stub, 160);
  ASSERT_EQ(b, a + 160);
  free(a, 160), free(c, 160), free(b, 160);
  flush_freed();
  EXPECT_EQ(allocate(Area::Stub, 480), a);
  free(a, 480);
  flush_freed();
}

TEST_F(CodeMemory, FullAreaGivesZero) { EXPECT_EQ(allocate(Area::Stub, size_t{1} << 40), 0u); }

TEST_F(CodeMemory, ReleasedAliasKeepsContent) {
  const uintptr_t at = emit_return(7);
  release_alias();
  EXPECT_EQ(call(at), 7);
  const uintptr_t other = emit_return(8);
  EXPECT_EQ(call(other), 8);
}

// Two threads run through a `jmp rel32` while it is patched to and fro: every call goes to one target or the other.
TEST_F(CodeMemory, PatchingWhileTwoThreadsRunThroughIt) {
  // Far apart, so that the two jumps differ in several bytes.
  const uintptr_t one = emit_return(1);
  const uintptr_t between = allocate(Area::Baseline, 0x123450);
  const uintptr_t two = emit_return(2);
  ASSERT_NE(between, 0u);
  ASSERT_GT(two - one, 0x10000u);
  const uintptr_t site = allocate(Area::Stub, 16);
  auto word = [&](uintptr_t target) {
    const int32_t relative = static_cast<int32_t>(target - (site + 5));
    uint64_t w = 0xCCCCCC0000000000u | 0xE9;
    w |= static_cast<uint64_t>(static_cast<uint32_t>(relative)) << 8;
    return w;
  };
  patch8(site, word(one));
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> wrong{0}, seen[2] = {};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; t++)
    threads.emplace_back([&] {
      while (!stop.load(std::memory_order_relaxed)) {
        const int got = call(site);
        if (got == 1 || got == 2) seen[got - 1].fetch_add(1, std::memory_order_relaxed);
        else wrong.fetch_add(1, std::memory_order_relaxed);
      }
    });
  for (int i = 0; i < 20000 || (i < 50'000'000 && (seen[0] < 20000 || seen[1] < 20000)); i++) {
    patch8(site, word(i % 2 ? one : two));
    if (i % 64 == 0) sync_cores();
  }
  stop = true;
  for (auto& t : threads) t.join();
  EXPECT_EQ(wrong.load(), 0u);
  EXPECT_GE(seen[0].load(), 20000u);
  EXPECT_GE(seen[1].load(), 20000u);
}

TEST_F(CodeMemory, ForkedChildRunsAndCompiles) {
  static uintptr_t old_code;
  old_code = emit_return(11);
  EXPECT_TRUE(forked_child_succeeds([] {
    if (call(old_code) != 11) return 1;
    if (call(emit_return(12)) != 12) return 2;
    uint64_t word = 0xCCCC'C300'0000'0DB8u;  // mov eax, 13; ret
    patch8(old_code, word);
    sync_cores();
    return call(old_code) == 13 ? 0 : 3;
  }));
  EXPECT_EQ(call(old_code), 11);  // the child's patch is the child's
}

// What the parent patches and reuses after fork must not reach the child.
TEST_F(CodeMemory, ParentsLaterChangesDoNotReachTheChild) {
  const uintptr_t at = emit_return(21);
  int to_child[2], to_parent[2];
  ASSERT_EQ(pipe(to_child), 0);
  ASSERT_EQ(pipe(to_parent), 0);
  const pid_t pid = fork();
  if (pid == 0) {
    char c;
    if (read(to_child[0], &c, 1) != 1) _exit(2);
    _exit(call(at) == 21 ? 0 : 1);
  }
  patch8(at, 0xCCCC'C300'0000'16B8u);  // mov eax, 22; ret
  ASSERT_EQ(::write(to_child[1], "x", 1), 1);
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(call(at), 22);
}

TEST_F(CodeMemory, RawForkGetsItsCopyAtTheFirstWrite) {
  static uintptr_t at;
  at = emit_return(31);
  EXPECT_TRUE(forked_child_succeeds(
      [] {
        if (call(at) != 31) return 1;
        patch8(at, 0xCCCC'C300'0000'20B8u);
        return call(at) == 32 ? 0 : 2;
      },
      true));
  EXPECT_EQ(call(at), 31);
}

TEST_F(CodeMemory, ForkWhileOthersInstall) {
  std::atomic<bool> stop{false};
  std::thread worker([&] {
    for (int i = 0; !stop.load(std::memory_order_relaxed); i++) {
      const uintptr_t at = emit_return(i);
      free(at, 6);
      flush_freed();
    }
  });
  for (int i = 0; i < 20; i++) EXPECT_TRUE(forked_child_succeeds([] { return call(emit_return(5)) == 5 ? 0 : 1; }));
  stop = true;
  worker.join();
}

TEST_F(CodeMemory, MetaIsZeroedAlignedLow) {
  auto* a = static_cast<uint8_t*>(meta_alloc(100, 64));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(a) % 64, 0u);
  EXPECT_LT(reinterpret_cast<uintptr_t>(a), abi::kMetaEnd);
  for (int i = 0; i < 100; i++) EXPECT_EQ(a[i], 0);
  std::vector<std::thread> threads;
  std::vector<uint64_t*> got[4];
  for (int t = 0; t < 4; t++)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 1000; i++) {
        auto* p = static_cast<uint64_t*>(meta_alloc(24, 8));
        *p = static_cast<uint64_t>(t) << 32 | i;
        got[t].push_back(p);
      }
    });
  for (auto& t : threads) t.join();
  for (int t = 0; t < 4; t++)
    for (int i = 0; i < 1000; i++) EXPECT_EQ(*got[t][i], static_cast<uint64_t>(t) << 32 | i);
}

TEST_F(CodeMemory, MetaBlocksComeBackZeroed) {
  auto* a = static_cast<uint64_t*>(meta_block_alloc(80));
  a[3] = 9;
  meta_block_free(a, 80);
  auto* b = static_cast<uint64_t*>(meta_block_alloc(80));
  EXPECT_EQ(a, b);
  EXPECT_EQ(b[3], 0u);
}

}  // namespace
}  // namespace rapgo::code::memory
