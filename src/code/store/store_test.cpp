#include "code/store/store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/error.h"
#include "code/store/codec.h"
#include "code/store/directory.h"
#include "code/store/segment.h"
#include "code/store/test_names.h"
#include "code/store/tools.h"

namespace rapgo::code::store {
namespace {

namespace fs = std::filesystem;
using loop::CompiledCode;
using loop::Tier;

struct LocalNames : NameLookup {
  const std::vector<const Name*>& names;
  TestNames& source;
  LocalNames(const std::vector<const Name*>& n, TestNames& s) : names(n), source(s) {}
  uint32_t id(uint32_t local, NameKind kind) override {
    if (local > names.size() || names[local - 1]->text[0] != static_cast<char>(kind)) return 0;
    return resolve_name(source, names[local - 1]->text);
  }
};

// What outlives its cache: for comparisons.
struct Plain {
  std::vector<std::string> names;
  std::vector<uint8_t> body;
};
std::optional<Plain> plain(const CompiledCode& code, TestNames& names) {
  NameCache cache;
  auto e = encode(code, names, cache);
  if (!e) return std::nullopt;
  Plain p;
  for (auto* n : e->names) p.names.push_back(n->text);
  p.body = e->body;
  return p;
}

TEST(Codec, RoundTripIntoAnotherProcess) {
  TestNames here, there;
  here.offset = 1000, there.offset = 90000;
  NameCache cache;
  const auto encoded = encode(full_value(1, here.offset), here, cache);
  ASSERT_TRUE(encoded);
  LocalNames names(encoded->names, there);
  Reject why{};
  const auto decoded = decode(encoded->body.data(), encoded->body.size(), names, why);
  ASSERT_TRUE(decoded) << reject_name(why);
  EXPECT_EQ(decoded->method.value, 90001u);
  EXPECT_EQ(decoded->exits[0].objects[0].type.value, 90006u);
  EXPECT_EQ(decoded->frame.locals[0].type.value, 90006u);
  EXPECT_EQ(decoded->unwind[1].saved[2], -32);
  EXPECT_EQ(decoded->assumptions[1].value, 0xDEADBEEFCAFEF00D);
  // The same value as that process would make itself.
  const auto first = plain(full_value(1, here.offset), here), again = plain(*decoded, there), own = plain(full_value(1, there.offset), there);
  EXPECT_EQ(again->body, first->body);
  EXPECT_EQ(again->names, first->names);
  EXPECT_EQ(own->body, first->body);
}

TEST(Codec, ProcessLocalCodeHasNoEncoding) {
  TestNames names;
  auto code = full_value(1, 0);
  code.process_local = true;
  EXPECT_FALSE(plain(code, names));
}

TEST(Codec, EveryTruncationIsRefused) {
  TestNames names;
  NameCache cache;
  const auto encoded = encode(full_value(1, 0), names, cache);
  LocalNames local(encoded->names, names);
  for (size_t n = 0; n < encoded->body.size(); n++) {
    const std::vector<uint8_t> cut(encoded->body.begin(), encoded->body.begin() + static_cast<ptrdiff_t>(n));
    Reject why{};
    EXPECT_FALSE(decode(cut.data(), cut.size(), local, why)) << n;
  }
}

// Without the checksum's protection: nothing may go wrong in the decoder (run with sanitizers), whatever it makes of it.
TEST(Codec, FlippedBytesNeverCrash) {
  TestNames names;
  NameCache cache;
  const auto encoded = encode(full_value(1, 0), names, cache);
  LocalNames local(encoded->names, names);
  int accepted = 0;
  for (size_t i = 0; i < encoded->body.size(); i++)
    for (int bit : {0x01, 0x80, 0xFF}) {
      auto bytes = encoded->body;
      bytes[i] ^= static_cast<uint8_t>(bit);
      Reject why{};
      accepted += decode(bytes.data(), bytes.size(), local, why).has_value();
    }
  EXPECT_GT(accepted, 0);
}

struct StoreTest : testing::Test {
  TestNames names;
  Config config;
  fs::path dir;

  void SetUp() override {
    char path[] = "/tmp/rapgo-store-XXXXXX";
    dir = mkdtemp(path);
    config.dir = dir / "cache";
    config.names = &names;
    config.environment = {1, 2};
    config.check = [](loop::Assumption&) { return true; };
  }
  void TearDown() override {
    std::error_code ignored;
    fs::remove_all(dir, ignored);
  }
  std::unique_ptr<Store> open() { return Store::open(config); }
  static std::shared_ptr<const CompiledCode> value(uint32_t method, uint32_t offset = 0, Tier tier = Tier::Optimized) {
    return std::make_shared<const CompiledCode>(full_value(method, offset, tier));
  }
  void fill(int first, int last) {
    auto s = open();
    for (int i = first; i < last; i++) s->put(value(static_cast<uint32_t>(i)));
    s->close();
  }
  std::vector<fs::path> segments() {
    std::vector<fs::path> all;
    for (auto& e : fs::recursive_directory_iterator(config.dir))
      if (e.path().extension() == kSegmentSuffix) all.push_back(e.path());
    return all;
  }
  bool same(const CompiledCode& code, uint32_t method) {
    return plain(code, names)->body == plain(full_value(method, names.offset, code.tier), names)->body;
  }
};

TEST_F(StoreTest, WhatOneRunPutsTheNextOneFinds) {
  {
    auto s = open();
    ASSERT_EQ(s->mode(), Mode::Write) << s->why_off();
    EXPECT_FALSE(s->find({1}, Tier::Optimized));
    s->put(value(1));
    s->put(value(1, 0, Tier::Baseline));
    auto osr = full_value(2, 0);
    osr.is_osr = true, osr.osr_il_offset = 7;
    s->put(std::make_shared<const CompiledCode>(osr));
    s->close();
    EXPECT_EQ(s->stats().written_entries, 3u);
  }
  names.offset = 500000;  // another process
  auto s = open();
  auto found = s->find({500001}, Tier::Optimized);
  ASSERT_TRUE(found);
  EXPECT_TRUE(same(found->code, 1));
  EXPECT_TRUE(s->find({500001}, Tier::Baseline));
  EXPECT_TRUE(s->has({500001}, Tier::Baseline));
  EXPECT_FALSE(s->has({500001}, Tier::Probed));
  EXPECT_FALSE(s->find({500002}, Tier::Optimized));
  EXPECT_TRUE(s->find_osr({500002}, 7));
  EXPECT_FALSE(s->find_osr({500002}, 8));
  EXPECT_EQ(s->stats().hits, 3u);
  EXPECT_EQ(s->stats().rejected, 0u);
}

TEST_F(StoreTest, OtherIlOtherBuildOtherProcessorAreNotFound) {
  fill(1, 2);
  names.il_salt = 9;
  EXPECT_FALSE(open()->find({1}, Tier::Optimized));
  names.il_salt = 0;
  config.environment = {1, 3};
  EXPECT_FALSE(open()->find({1}, Tier::Optimized));
  config.environment = {2, 2};
  EXPECT_FALSE(open()->find({1}, Tier::Optimized));
  config.environment = {1, 2};
  EXPECT_TRUE(open()->find({1}, Tier::Optimized));
}

TEST_F(StoreTest, OneStaleEntryCostsOneEntry) {
  fill(1, 4);
  config.check = [](loop::Assumption& a) { return a.kind != loop::AssumptionKind::MethodBody || a.value != 12345; };
  {
    auto s = open();
    EXPECT_FALSE(s->find({1}, Tier::Optimized));
    EXPECT_EQ(s->stats().rejects[static_cast<int>(Reject::Assumption)], 1u);
    // The new code takes its place.
    auto fresh = full_value(1, 0);
    fresh.assumptions.pop_back();
    s->put(std::make_shared<const CompiledCode>(fresh));
    s->close();
  }
  auto s = open();
  EXPECT_TRUE(s->find({1}, Tier::Optimized));
  EXPECT_FALSE(s->find({2}, Tier::Optimized));
  config.check = nullptr;
  EXPECT_FALSE(open()->find({3}, Tier::Optimized));
}

TEST_F(StoreTest, MissingNamesAreRejected) {
  fill(1, 2);
  names.missing.insert("t#6");
  auto s = open();
  EXPECT_FALSE(s->find({1}, Tier::Optimized));
  EXPECT_EQ(s->stats().rejects[static_cast<int>(Reject::Name)], 1u);
  s->put(value(1));  // has no persistent name now: not stored, no harm
  s->close();
  EXPECT_EQ(s->stats().written_entries, 0u);
}

TEST_F(StoreTest, DroppedEntriesStayDropped) {
  fill(1, 3);
  {
    auto s = open();
    s->drop({1}, Tier::Optimized);
    EXPECT_FALSE(s->find({1}, Tier::Optimized));
  }
  auto s = open();
  EXPECT_FALSE(s->find({1}, Tier::Optimized));
  EXPECT_TRUE(s->find({2}, Tier::Optimized));
  s->put(value(1));
  s->close();
  EXPECT_TRUE(open()->find({1}, Tier::Optimized));
}

// Optimized code is compiled where there is some already only because that one was not good enough.
TEST_F(StoreTest, BaselineCodeIsNotWrittenTwiceOptimizedCodeIsReplaced) {
  auto put = [&](Tier tier) {
    auto s = open();
    for (uint32_t i = 1; i < 10; i++) s->put(value(i, 0, tier));
    s->close();
    return s->stats().written_entries;
  };
  EXPECT_EQ(put(Tier::Baseline), 9u);
  EXPECT_EQ(put(Tier::Baseline), 0u);
  EXPECT_EQ(put(Tier::Optimized), 9u);
  EXPECT_EQ(put(Tier::Optimized), 9u);
}

// Every byte of a segment flipped, and every length: what is found is right, what is not found costs a compile, nothing crashes.
TEST_F(StoreTest, DamagedSegments) {
  fill(1, 3);
  const auto file = segments().at(0);
  std::string good;
  {
    std::ifstream in(file, std::ios::binary);
    good.assign(std::istreambuf_iterator<char>(in), {});
  }
  config.mode = Mode::Read;
  auto put_file = [&](const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  };
  auto check = [&](size_t where) {
    auto s = open();
    int found = 0;
    for (uint32_t m : {1u, 2u})
      if (auto f = s->find({m}, Tier::Optimized)) {
        EXPECT_TRUE(same(f->code, m)) << where;
        found++;
      }
    EXPECT_TRUE(found == 2 || s->stats().rejected > 0) << where;
    return found;
  };
  int one_left = 0;
  const int fd = ::open(file.c_str(), O_WRONLY);
  for (size_t i = 0; i < good.size(); i++) {
    const char bad = static_cast<char>(good[i] ^ (i % 3 == 0 ? 0xFF : 1 << i % 8));
    ASSERT_EQ(pwrite(fd, &bad, 1, static_cast<off_t>(i)), 1);
    const int found = check(i);
    ASSERT_EQ(pwrite(fd, &good[i], 1, static_cast<off_t>(i)), 1);
    EXPECT_LT(found, 2) << i;  // every byte is under some checksum
    one_left += found == 1;
  }
  ::close(fd);
  EXPECT_GT(one_left, 100);  // an entry's damage is that entry's
  for (size_t n = 0; n < good.size(); n += n < 200 ? 1 : 17) {
    put_file(good.substr(0, n));
    EXPECT_EQ(check(n), 0) << n;
  }
  put_file(good + "x");
  EXPECT_EQ(check(0), 0);
  put_file(good);
  EXPECT_EQ(check(0), 2);
}

TEST_F(StoreTest, TruncatedWhileOpen) {
  fill(1, 3);
  auto s = open();
  ASSERT_EQ(truncate(segments().at(0).c_str(), 200), 0);
  EXPECT_FALSE(s->find({1}, Tier::Optimized));
  EXPECT_GT(s->stats().rejected, 0u);
}

TEST_F(StoreTest, ManySmallSegmentsBecomeOne) {
  fill(1, 2);
  {
    // While another process merges, the writers that fill do not.
    const int root = ::open(config.dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const DirectoryLock merging(root);
    ASSERT_TRUE(merging);
    close(root);
    for (int i = 2; i <= 12; i++) fill(i, i + 1);
  }
  EXPECT_EQ(segments().size(), 12u);
  {
    auto s = open();
    s->drop({3}, Tier::Optimized);
    s->put(value(50));
    s->flush();  // the writer merges in the background, before this run's own segment or behind it
    s->put(value(51));
    s->flush();
  }
  EXPECT_LE(segments().size(), 3u);
  auto s = open();
  for (uint32_t i : {1u, 2u, 4u, 12u, 50u, 51u}) {
    auto f = s->find({i}, Tier::Optimized);
    ASSERT_TRUE(f) << i;
    EXPECT_TRUE(same(f->code, i));
  }
  EXPECT_FALSE(s->find({3}, Tier::Optimized));
  EXPECT_EQ(s->stats().rejected, 0u);
}

TEST_F(StoreTest, SizeIsBounded) {
  fill(1, 200);
  const auto before = fs::file_size(segments().at(0));
  auto old = segments().at(0);
  timespec past[2] = {{1000, 0}, {1000, 0}};
  utimensat(AT_FDCWD, old.c_str(), past, 0);
  config.size_limit = before + before / 2;
  config.environment = {7, 7};  // another build's run evicts what was used longest ago
  fill(1, 200);
  ASSERT_EQ(segments().size(), 1u);
  EXPECT_NE(segments().at(0), old);
  EXPECT_TRUE(open()->find({5}, Tier::Optimized));
}

TEST_F(StoreTest, UseIsRemembered) {
  fill(1, 2);
  timespec past[2] = {{1000, 0}, {1000, 0}};
  utimensat(AT_FDCWD, segments().at(0).c_str(), past, 0);
  { EXPECT_FALSE(open()->find({9}, Tier::Optimized)); }
  struct stat st;
  stat(segments().at(0).c_str(), &st);
  EXPECT_EQ(st.st_mtim.tv_sec, 1000);
  { EXPECT_TRUE(open()->find({1}, Tier::Optimized)); }
  stat(segments().at(0).c_str(), &st);
  EXPECT_GT(st.st_mtim.tv_sec, 1000);
}

TEST_F(StoreTest, ManyProcessesWriteAtOnce) {
  std::vector<pid_t> children;
  for (int c = 0; c < 4; c++) {
    const pid_t pid = fork();
    if (pid == 0) {
      for (int round = 0; round < 4; round++) fill(1 + c * 10, 11 + c * 10 + round);
      _exit(0);
    }
    children.push_back(pid);
  }
  for (pid_t pid : children) {
    int status = 0;
    waitpid(pid, &status, 0);
    EXPECT_EQ(status, 0);
  }
  auto s = open();
  for (uint32_t i = 1; i <= 40; i++) EXPECT_TRUE(s->find({i}, Tier::Optimized)) << i;
  EXPECT_EQ(s->stats().rejected, 0u);
}

TEST_F(StoreTest, ManyThreadsFindAndPut) {
  fill(1, 100);
  auto s = open();
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (uint32_t t = 0; t < 3; t++)
    threads.emplace_back([&, t] {
      for (uint32_t i = 1; i < 150; i++) {
        auto f = s->find({i}, Tier::Optimized);
        if (f.has_value() != (i < 100) || (f && f->code.method.value != i)) wrong++;
        if (i >= 100) s->put(value(i + t * 1000));
      }
    });
  for (auto& t : threads) t.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(StoreTest, ForkedChildFindsAndCloses) {
  fill(1, 20);
  auto s = open();
  s->put(value(30));  // the writer thread lives
  const pid_t pid = fork();
  if (pid == 0) {
    if (!s->find({1}, Tier::Optimized)) _exit(1);
    s->put(value(31));
    s->flush();
    s->close();
    s.reset();
    _exit(0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0);
  s.reset();
  EXPECT_TRUE(open()->find({30}, Tier::Optimized));
  EXPECT_FALSE(open()->find({31}, Tier::Optimized));
}

TEST_F(StoreTest, OtherPeoplesDirectoriesAreRefused) {
  fill(1, 2);
  chmod(config.dir.c_str(), 0777);
  {
    auto s = open();
    EXPECT_EQ(s->mode(), Mode::Off);
    EXPECT_NE(s->why_off().find("can be written by other users"), std::string::npos);
    EXPECT_FALSE(s->find({1}, Tier::Optimized));
    s->put(value(2));
  }
  chmod(config.dir.c_str(), 0700);
  chmod(segments().at(0).c_str(), 0666);
  {
    auto s = open();
    EXPECT_FALSE(s->find({1}, Tier::Optimized));
    EXPECT_EQ(s->stats().rejects[static_cast<int>(Reject::Permission)], 1u);
  }
  if (geteuid() != 0) return;
  // As root: a directory of an ordinary user is neither used nor added to.
  ASSERT_EQ(chown(dir.c_str(), 1234, 1234), 0);
  ASSERT_EQ(chown(config.dir.c_str(), 1234, 1234), 0);
  EXPECT_EQ(open()->mode(), Mode::Off);
  config.dir = dir / "new";
  EXPECT_EQ(open()->mode(), Mode::Off);
  EXPECT_FALSE(fs::exists(dir / "new"));
  // As another user: root's is read, not written.
  config.dir = dir / "cache";
  ASSERT_EQ(chown(dir.c_str(), 0, 0), 0);
  ASSERT_EQ(chown(config.dir.c_str(), 0, 0), 0);
  chmod(dir.c_str(), 0755), chmod(config.dir.c_str(), 0755);
  for (auto& e : fs::recursive_directory_iterator(config.dir)) chmod(e.path().c_str(), e.is_directory() ? 0755 : 0644);
  const pid_t pid = fork();
  if (pid == 0) {
    if (setresgid(1234, 1234, 1234) != 0 || setresuid(1234, 1234, 1234) != 0) _exit(9);
    auto s = open();
    if (s->mode() != Mode::Read) _exit(1);
    _exit(s->find({1}, Tier::Optimized) ? 0 : 2);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST_F(StoreTest, OffWithoutAHome) {
  const std::string old_home = getenv("HOME") ? getenv("HOME") : "";
  unsetenv("XDG_CACHE_HOME"), unsetenv("HOME");
  EXPECT_EQ(default_dir(), "");
  config.dir.clear();
  auto s = open();
  EXPECT_EQ(s->mode(), Mode::Off);
  EXPECT_FALSE(s->find({1}, Tier::Optimized));
  setenv("HOME", dir.c_str(), 1);
  EXPECT_EQ(default_dir(), dir / ".cache/rapgo");
  setenv("XDG_CACHE_HOME", (dir / "xdg").c_str(), 1);
  EXPECT_EQ(default_dir(), dir / "xdg/rapgo");
  EXPECT_EQ(open()->mode(), Mode::Write);
  unsetenv("XDG_CACHE_HOME");
  setenv("HOME", old_home.c_str(), 1);
}

TEST_F(StoreTest, WithoutAThread) {
  config.background = false;
  fill(1, 5);
  EXPECT_TRUE(open()->find({4}, Tier::Optimized));
}

TEST_F(StoreTest, EnvironmentIsStable) {
  const Environment a = Environment::current(), b = Environment::current();
  EXPECT_NE(a.build, 0u);
  EXPECT_EQ(a.build, b.build);
  EXPECT_EQ(a.cpu, b.cpu);
}

TEST_F(StoreTest, ListVerifyExportImportClear) {
  fill(1, 6);
  auto listed = cache_list(config.dir);
  ASSERT_EQ(listed.size(), 5u);
  EXPECT_EQ(listed[0].method.substr(0, 2), "m#");
  EXPECT_EQ(listed[0].shown.substr(0, 16), "Some.Type.Method");
  EXPECT_EQ(listed[0].assumptions, 4u);
  auto v = cache_verify(config.dir);
  EXPECT_EQ(v.entries, 5u);
  EXPECT_TRUE(v.problems.empty());
  const std::string file = dir / "exported";
  EXPECT_EQ(cache_export(config.dir, file), 1u);
  const std::string original = config.dir;
  config.dir = dir / "other";
  EXPECT_EQ(cache_import(config.dir, file), 1u);
  EXPECT_TRUE(open()->find({3}, Tier::Optimized));
  EXPECT_GT(cache_clear(config.dir), 0u);
  EXPECT_FALSE(open()->find({3}, Tier::Optimized));
  // Damaged files are not taken.
  std::string bytes;
  {
    std::ifstream in(file, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  for (size_t at : {size_t{3}, bytes.size() / 2, bytes.size() - 1}) {
    std::string bad = bytes;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    std::ofstream(file, std::ios::binary | std::ios::trunc).write(bad.data(), static_cast<std::streamsize>(bad.size()));
    EXPECT_THROW(cache_import(config.dir, file), base::UserError);
  }
  config.dir = original;
  const auto segment = segments().at(0);
  {
    std::fstream f(segment, std::ios::in | std::ios::out | std::ios::binary);
    f.seekp(300);
    f.put('\x55');
  }
  v = cache_verify(config.dir);
  EXPECT_EQ(v.damaged_entries, 1u);
  EXPECT_EQ(v.problems.size(), 1u);
  EXPECT_THROW(cache_list(dir / "nowhere"), base::UserError);
}

}  // namespace
}  // namespace rapgo::code::store
