// Memory of what is known of one body while it is compiled: taken from a block that is warm from the body before, given back as a whole.
// Thread safety: one owner; block and owner may change threads together. Errors: std::bad_alloc.
#pragma once
#include <cstddef>
#include <memory>
#include <memory_resource>
#include <vector>

namespace rapgo::load::il {

class BodyMemory {
 public:
  BodyMemory();
  ~BodyMemory();
  BodyMemory(const BodyMemory&) = delete;
  BodyMemory& operator=(const BodyMemory&) = delete;
  std::pmr::memory_resource* get() const { return &resource_; }

 private:
  static constexpr size_t kBytes = 8 << 10;  // more comes from the heap
  using Block = std::unique_ptr<std::byte[]>;
  static std::vector<Block>& idle();
  static Block take();
  Block block_;
  mutable std::pmr::monotonic_buffer_resource resource_;
};

}  // namespace rapgo::load::il
