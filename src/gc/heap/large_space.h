#pragma once
// Large objects: page-granular, never moved, old from birth. Best fit over coalesced free runs.
// Thread safety: under the heap's mutex, or by the collector.
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "base/pages.h"
#include "gc/heap/layout.h"

namespace rapgo::gc::heap {

class LargeSpace {
 public:
  // Zeroed memory at a page's start, or null if the address space is used up. The caller checks limits and writes the header.
  Object* allocate(size_t bytes);
  // The large object that contains `p` or ends at it, or null.
  Object* find(const void* p) const;
  // Frees every object that is not marked, clears the marks of the others.
  void sweep(bool poison);
  // Gives free pages back to the system beyond `keep` bytes.
  void trim(size_t keep);

  template <class F> void for_each(F&& f) const {
    for (uint32_t page : heads_) f(reinterpret_cast<Object*>(page_address(page)));
  }
  // Those that contain references; the collector's view of the others costs nothing.
  template <class F> void for_each_with_references(F&& f) {
    for (; classified_ < heads_.size(); classified_++)
      if (has_references(heads_[classified_])) with_references_.push_back(heads_[classified_]);
    for (uint32_t page : with_references_) f(reinterpret_cast<Object*>(page_address(page)));
  }
  size_t used_bytes() const { return used_pages_ << kPageShift; }
  static size_t footprint(size_t bytes) { return pages_for(bytes) << kPageShift; }
  // Pages of the object that starts at `o`, in bytes.
  static size_t extent(const Object* o);

 private:
  // One byte more than the object, so that its end is an address of its own.
  static size_t pages_for(size_t bytes) { return (bytes + kPageSize) >> kPageShift; }
  static uintptr_t page_address(uint32_t page) { return kLargeBase + (uintptr_t{page} << kPageShift); }
  static bool has_references(uint32_t page) {
    return reinterpret_cast<Object*>(page_address(page))->head()->flags & abi::kHasReferences;
  }
  void add_free(uint32_t page, uint32_t count);
  void take_free(uint32_t page, uint32_t count);

  std::vector<uint32_t> heads_;            // first pages
  std::vector<uint32_t> with_references_;  // of heads_[0, classified_): headers are written after allocate
  size_t classified_ = 0;
  std::map<uint32_t, uint32_t> free_by_page_;                // first page -> pages
  std::set<std::pair<uint32_t, uint32_t>> free_by_length_;  // (pages, first page)
  uint32_t frontier_ = 0;                                    // pages above were never used: they are zero
  base::GrowingPages pages_{64 << 10};
  size_t used_pages_ = 0;
};

}  // namespace rapgo::gc::heap
