#include "base/pages.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <chrono>
#include <thread>
#include <vector>

namespace rapgo::base {
namespace {

constexpr uintptr_t kPage = 4096, kStep = 16 * kPage;

struct Region {
  explicit Region(uintptr_t bytes) : size(bytes) {
    void* p = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    EXPECT_NE(p, MAP_FAILED);
    madvise(p, size, MADV_NOHUGEPAGE);
    begin = reinterpret_cast<uintptr_t>(p);
  }
  ~Region() { munmap(reinterpret_cast<void*>(begin), size); }
  size_t present() const {
    std::vector<unsigned char> pages(size / kPage);
    EXPECT_EQ(mincore(reinterpret_cast<void*>(begin), size, pages.data()), 0);
    size_t count = 0;
    for (unsigned char p : pages) count += p & 1;
    return count;
  }
  uintptr_t begin, size;
};

bool populates() {  // Linux 5.14
  Region r(kPage);
  make_present(r.begin, r.begin + kPage);
  return r.present() == 1;
}

TEST(GrowingPages, StaysAStepAhead) {
  if (!populates()) GTEST_SKIP() << "MADV_POPULATE_WRITE is not there";
  Region r(64 * kStep);
  GrowingPages pages(kStep);
  pages.reached(r.begin + kStep);  // not started: nothing happens
  EXPECT_EQ(r.present(), 0u);
  pages.start(r.begin, r.begin + r.size);
  EXPECT_EQ(r.present(), 16u);
  pages.reached(r.begin);
  EXPECT_EQ(r.present(), 16u);
  pages.reached(r.begin + 100);
  EXPECT_EQ(r.present(), 32u);
  pages.reached(r.begin + kStep);
  EXPECT_EQ(r.present(), 32u);
  pages.reached(r.begin + kStep + 8);
  EXPECT_EQ(r.present(), 48u);
  pages.reached(r.begin + 20 * kStep);  // much at once: left to whoever touches it
  EXPECT_EQ(r.present(), 48u);
  pages.reached(r.begin + 20 * kStep + 8);  // an eighth of what was asked for, in whole steps
  EXPECT_EQ(r.present(), 80u);
}

TEST(GrowingPages, StopsAtTheEnd) {
  if (!populates()) GTEST_SKIP() << "MADV_POPULATE_WRITE is not there";
  Region r(2 * kStep);
  GrowingPages pages(kStep);
  pages.start(r.begin + 1, r.begin + kStep + 3 * kPage + 7);  // whole pages inside
  EXPECT_EQ(r.present(), 16u);
  pages.reached(r.begin + kStep);
  pages.reached(r.begin + kStep + 3 * kPage);
  pages.reached(r.begin + 4 * kStep);
  EXPECT_EQ(r.present(), 18u);
}

// The one test that serves: it is stopped for good.
TEST(ServedPages, AreMadePresentByAnotherThread) {
  if (!populates()) GTEST_SKIP() << "MADV_POPULATE_WRITE is not there";
  Region r(64 * kStep);
  std::thread server(serve_pages);
  for (uintptr_t step = 0; step < 64; ++step) make_present_soon(r.begin + step * kStep, r.begin + (step + 1) * kStep);
  for (int i = 0; i < 10000 && r.present() < 64 * 16; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(r.present(), 64u * 16);
  stop_serving_pages();
  server.join();
  Region after(kStep);
  make_present_soon(after.begin, after.begin + kStep);  // nobody serves: at once
  EXPECT_EQ(after.present(), 16u);
}

}  // namespace
}  // namespace rapgo::base
