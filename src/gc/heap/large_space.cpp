#include "gc/heap/large_space.h"

#include <sys/mman.h>

#include <cstring>

namespace rapgo::gc::heap {

static uint32_t* page_heads() { return reinterpret_cast<uint32_t*>(kPageHeadTable); }     // head page + 1, 0 = none
static uint32_t* page_lengths() { return reinterpret_cast<uint32_t*>(kPageLengthTable); }  // of head pages

size_t LargeSpace::extent(const Object* o) {
  return size_t{page_lengths()[(address(o) - kLargeBase) >> kPageShift]} << kPageShift;
}

Object* LargeSpace::allocate(size_t bytes) {
  size_t wanted = pages_for(bytes);
  if (wanted > kPageCount) return nullptr;
  auto count = static_cast<uint32_t>(wanted);
  uint32_t page;
  if (auto fit = free_by_length_.lower_bound({count, 0}); fit != free_by_length_.end()) {
    page = fit->second;
    uint32_t length = fit->first;
    take_free(page, length);
    if (length > count) add_free(page + count, length - count);
    std::memset(reinterpret_cast<void*>(page_address(page)), 0, size_t{count} << kPageShift);
  } else {
    if (count > kPageCount - frontier_) return nullptr;
    page = frontier_;
    if (page == 0) pages_.start(kLargeBase, kLargeBase + kLargeSize);
    frontier_ += count;
    pages_.reached(page_address(frontier_));
  }
  for (uint32_t i = 0; i < count; i++) page_heads()[page + i] = page + 1;
  page_lengths()[page] = count;
  heads_.push_back(page);
  used_pages_ += count;
  return reinterpret_cast<Object*>(page_address(page));
}

Object* LargeSpace::find(const void* p) const {
  uint32_t head = page_heads()[(address(p) - kLargeBase) >> kPageShift];
  if (!head) return nullptr;
  auto* o = reinterpret_cast<Object*>(page_address(head - 1));
  return address(p) <= address(o) + size_of(o) ? o : nullptr;
}

void LargeSpace::sweep(bool poison) {
  size_t kept = 0;
  for (uint32_t page : heads_) {
    auto* o = reinterpret_cast<Object*>(page_address(page));
    uint32_t count = page_lengths()[page];
    uint64_t& marks = mark_words()[heap_offset(o) >> 9];  // a page has eight words; only the first bit is ever used
    if (marks) {
      marks = 0;
      heads_[kept++] = page;
      continue;
    }
    std::memset(page_heads() + page, 0, size_t{count} * 4);
    page_lengths()[page] = 0;
    used_pages_ -= count;
    if (poison) std::memset(static_cast<void*>(o), 0xEF, size_t{count} << kPageShift);
    add_free(page, count);
  }
  heads_.resize(kept);
  with_references_.clear();
  classified_ = 0;
}

void LargeSpace::trim(size_t keep) {
  size_t total = 0;
  for (auto [page, count] : free_by_page_) total += size_t{count} << kPageShift;
  // Longest runs first; the memory is zeroed again on allocation, so nothing needs to be remembered.
  for (auto run = free_by_length_.rbegin(); run != free_by_length_.rend() && total > keep; ++run) {
    size_t bytes = size_t{run->first} << kPageShift;
    madvise(reinterpret_cast<void*>(page_address(run->second)), bytes, MADV_DONTNEED);
    total -= bytes;
  }
}

void LargeSpace::add_free(uint32_t page, uint32_t count) {
  auto next = free_by_page_.lower_bound(page);
  if (next != free_by_page_.end() && next->first == page + count) {
    uint32_t length = next->second, start = next->first;
    take_free(start, length);
    count += length;
  }
  if (auto previous = free_by_page_.lower_bound(page); previous != free_by_page_.begin()) {
    --previous;
    auto [start, length] = *previous;
    if (start + length == page) {
      take_free(start, length);
      page = start;
      count += length;
    }
  }
  free_by_page_[page] = count;
  free_by_length_.insert({count, page});
}

void LargeSpace::take_free(uint32_t page, uint32_t count) {
  free_by_page_.erase(page);
  free_by_length_.erase({count, page});
}

}  // namespace rapgo::gc::heap
