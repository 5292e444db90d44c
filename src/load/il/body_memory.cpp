#include "load/il/body_memory.h"

namespace rapgo::load::il {

// An inlining compilation has a few bodies at once.
static constexpr size_t kKept = 8;

std::vector<BodyMemory::Block>& BodyMemory::idle() {
  static thread_local std::vector<Block> blocks;
  return blocks;
}

BodyMemory::Block BodyMemory::take() {
  auto& blocks = idle();
  if (blocks.empty()) return std::make_unique_for_overwrite<std::byte[]>(kBytes);
  Block block = std::move(blocks.back());
  blocks.pop_back();
  return block;
}

BodyMemory::BodyMemory() : block_(take()), resource_(block_.get(), kBytes) {}

BodyMemory::~BodyMemory() {
  if (auto& blocks = idle(); blocks.size() < kKept) blocks.push_back(std::move(block_));
}

}  // namespace rapgo::load::il
