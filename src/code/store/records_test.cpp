#include "code/store/records.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "code/store/test_names.h"

namespace rapgo::code::store {
namespace {

struct RecordsTest : testing::Test {
  TestNames names;
  std::filesystem::path dir;
  void SetUp() override {
    char path[] = "/tmp/rapgo-records-XXXXXX";
    dir = mkdtemp(path);
  }
  void TearDown() override { std::filesystem::remove_all(dir); }
  std::unique_ptr<Records> open(bool writable = true) { return Records::make(dir, &names, writable); }
  loop::Profile profile(double samples) {
    loop::Profile p;
    loop::MethodProfile& m = p.methods[{1 + names.offset}];
    m.samples = samples;
    m.hot_il[4] = samples;
    m.edges[{1, 2}] = 1000;
    m.blocks[1] = 500;
    m.exits[9] = 3;
    m.receivers[5] = {{{7 + names.offset, 100}, {8 + names.offset, 50}}, 10};
    m.targets[6] = {{{2 + names.offset, 40}}, 0};
    m.probed = true;
    return p;
  }
};

TEST_F(RecordsTest, ProfilesMergeAndAge) {
  ASSERT_TRUE(open()->save_profiles("prog", profile(10)));
  struct stat st;
  ASSERT_EQ(stat((dir / "rapgo.db").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 077, 0u);
  names.offset = 7000;  // another process
  loop::Profile p;
  ASSERT_TRUE(open()->load_profiles("prog", p));
  const loop::MethodProfile* m = p.of({7001});
  ASSERT_NE(m, nullptr);
  EXPECT_DOUBLE_EQ(m->samples, 10);
  EXPECT_EQ(m->edges.at({1, 2}), 1000u);
  EXPECT_EQ(m->receivers.at(5).rows[0].id, 7007u);
  EXPECT_EQ(m->receivers.at(5).other, 10u);
  EXPECT_EQ(m->targets.at(6).rows[0].id, 7002u);
  EXPECT_TRUE(m->probed);
  // Second run.
  ASSERT_TRUE(open()->save_profiles("prog", profile(1)));
  loop::Profile q;
  ASSERT_TRUE(open()->load_profiles("prog", q));
  EXPECT_NEAR(q.of({7001})->samples, 10 * kProfileDecay + 1, 1e-9);
  EXPECT_EQ(q.of({7001})->receivers.at(5).rows[0].count, 170u);
  // Runs without it age it, and forget it at last.
  for (int i = 0; i < 3; i++) open()->save_profiles("prog", {});
  loop::Profile r;
  open()->load_profiles("prog", r);
  EXPECT_NEAR(r.of({7001})->samples, 8 * kProfileDecay * kProfileDecay * kProfileDecay, 1e-9);
  for (int i = 0; i < 30; i++) open()->save_profiles("prog", {});
  loop::Profile gone;
  open()->load_profiles("prog", gone);
  EXPECT_TRUE(gone.methods.empty());
  loop::Profile other;
  open()->load_profiles("other", other);
  EXPECT_TRUE(other.methods.empty());
}

TEST_F(RecordsTest, ChangedIlAndUnknownNames) {
  open()->save_profiles("prog", profile(10));
  names.missing.insert("t#7");
  loop::Profile p;
  open()->load_profiles("prog", p);
  EXPECT_EQ(p.of({1})->receivers.at(5).rows.size(), 1u);
  EXPECT_EQ(p.of({1})->receivers.at(5).other, 110u);
  names.il_salt = 5;
  loop::Profile q;
  open()->load_profiles("prog", q);
  EXPECT_TRUE(q.methods.empty());
}

TEST_F(RecordsTest, VerdictsAndRuns) {
  ASSERT_TRUE(open()->save_verdicts("prog", {{{1}, "rolled-back", 1.5, "slower", 0}, {{2}, "gain", 0.5, "", 0}}));
  ASSERT_TRUE(open()->save_verdicts("prog", {{{2}, "gain", 0.25, "", 0}}));
  auto v = open()->load_verdicts("prog");
  ASSERT_EQ(v.size(), 2u);
  for (auto& x : v) EXPECT_EQ(x.value, x.what == "gain" ? 0.25 : 1.5);
  auto r = open();
  for (uint64_t i = 1; i <= 70; i++) ASSERT_TRUE(r->save_run("prog", {i, 2 * i, 3, 4, 0}));
  auto runs = open()->load_runs("prog", 100);
  ASSERT_EQ(runs.size(), 64u);
  EXPECT_EQ(runs[0].cpu_ns, 70u);
  EXPECT_GT(runs[0].time, 0);
  EXPECT_EQ(open()->load_runs("prog", 2).size(), 2u);
}

TEST_F(RecordsTest, ReadOnlyWritesNothing) {
  EXPECT_FALSE(open(false)->save_run("prog", {}));
  EXPECT_TRUE(open(false)->load_runs("prog").empty());
  EXPECT_FALSE(std::filesystem::exists(dir / "rapgo.db"));
}

TEST_F(RecordsTest, DamageCostsTheRecordsNotTheProcess) {
  for (int i = 0; i < 40; i++) {
    auto p = profile(10);
    for (uint32_t k = 2; k < 40; k++) p.methods[{k}] = p.methods[{1}];
    open()->save_profiles("prog", p);
    const auto file = dir / "rapgo.db";
    if (!std::filesystem::exists(file)) continue;  // the damage was noticed while saving
    const auto size = std::filesystem::file_size(file);
    if (i % 4 == 3) {
      std::filesystem::resize_file(file, size * static_cast<unsigned>(i) / 41);
    } else {
      std::fstream f(file, std::ios::in | std::ios::out | std::ios::binary);
      for (int k = 0; k < 30; k++) {
        f.seekp(static_cast<long>((static_cast<uint64_t>(i) * 7919 + static_cast<uint64_t>(k) * 104729) % size));
        f.put(static_cast<char>(0xA5 + k));
      }
    }
    loop::Profile q;
    open()->load_profiles("prog", q);
    open()->load_verdicts("prog");
  }
  auto r = open();
  r->save_profiles("prog", profile(3));
  ASSERT_TRUE(r->save_profiles("prog", profile(3)));  // at the latest now it is whole again
  loop::Profile q;
  EXPECT_TRUE(open()->load_profiles("prog", q));
  EXPECT_NE(q.of({1}), nullptr);
}

TEST_F(RecordsTest, ManyProcesses) {
  std::vector<pid_t> children;
  for (int c = 0; c < 4; c++) {
    const pid_t pid = fork();
    if (pid == 0) {
      bool good = true;
      for (int i = 0; i < 5; i++) good &= open()->save_run("prog", {1, 1, 1, 1, 0});
      _exit(good ? 0 : 1);
    }
    children.push_back(pid);
  }
  for (pid_t pid : children) {
    int status = 0;
    waitpid(pid, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(open()->load_runs("prog", 100).size(), 20u);
}

}  // namespace
}  // namespace rapgo::code::store
