// Protected blocks, handlers and filters of a body as a tree, and the check that control moves between them only as
// ECMA-335 III.1.7 and II.19 allow. Compilers rely on it: a finally entered by falling into it would have nowhere to return to.
// Thread safety: immutable after construction. Errors: InvalidProgram.
#pragma once

#include <cstdint>
#include <vector>

#include "load/il/blocks.h"
#include "load/metadata/method_body.h"

namespace rapgo::load::il {

enum class RegionKind : uint8_t { Body, Try, Catch, FilterHandler, Finally, Fault, Filter };

struct Region {
  RegionKind kind = RegionKind::Body;
  uint32_t begin = 0, end = 0;  // IL offsets, half open
  int32_t clause = -1;          // Body: -1; a try block shared by several clauses: the first of them
  uint32_t parent = 0;          // index; [0] is the body and its own parent
  uint32_t depth = 0;
};

class RegionTree {
 public:
  // Throws if regions overlap without nesting.
  RegionTree(const metadata::BodyBytes& body, const BlockMap& blocks);
  const std::vector<Region>& regions() const { return regions_; }
  const Region& region_of(uint32_t block) const { return regions_[of_block_[block]]; }
  uint32_t index_of(uint32_t block) const { return of_block_[block]; }
  // Throws if some branch, fall-through, leave, ret, rethrow, endfinally or endfilter is not allowed where it stands.
  void check(const metadata::BodyBytes& body, const BlockMap& blocks) const;

 private:
  void check_edge(const BlockMap& blocks, const Block& from, uint32_t from_region, uint32_t to) const;
  bool inside(uint32_t region, RegionKind a, RegionKind b) const;
  std::vector<Region> regions_;
  std::vector<uint32_t> of_block_;
};

}  // namespace rapgo::load::il
