// Basic blocks of a method body, and facts gathered in the same pass over its code.
// A block begins at offset 0, at every branch target, behind every instruction that does not (only) fall through, and at
// every boundary of a protected block, handler or filter: so a block lies wholly inside or outside of each of them.
// Thread safety: immutable after find_blocks; find_edges, once, before others look. Errors: InvalidProgram (branch out of the code or into the middle of an
// instruction, clause boundary inside an instruction, unknown or truncated instruction).
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "load/il/instruction.h"
#include "load/metadata/method_body.h"

namespace rapgo::load::il {

inline constexpr uint32_t kNoBlock = ~0u;

struct Block {
  uint32_t begin = 0, end = 0;     // IL offsets, half open
  uint32_t last = 0;               // offset of the last instruction
  Flow flow = Flow::Next;          // of the last instruction; Next and Call: falls through to the block at `end` (edges)
  bool branch_target = false;      // of some branch, switch or leave
  bool loop_header = false;        // target of a backward branch, switch or leave (one to itself included)
  bool handler_entry = false;      // first block of a catch, filter, finally or fault handler
  bool filter_entry = false;       // first block of a filter expression
  bool try_entry = false;          // first block of a protected block
  bool falls_through = false;      // may go on to the next block (edges)
  bool falls_off_end = false;      // would go on behind the code: InvalidProgram if ever reached (edges)
  uint32_t first_successor = 0, successor_count = 0;  // see BlockMap::successors
};

struct BodyFacts {
  explicit BodyFacts(std::pmr::memory_resource* memory) : arg_address_taken(memory), local_address_taken(memory), arg_stored(memory) {}
  uint32_t instruction_count = 0;
  uint32_t call_count = 0;           // call, callvirt, calli, newobj
  bool has_backward_branch = false;
  bool has_localloc = false;
  bool has_switch = false;
  bool has_jmp = false;
  std::pmr::vector<bool> arg_address_taken, local_address_taken;  // ldarga, ldloca
  std::pmr::vector<bool> arg_stored;                              // starg
};

class BlockMap {
 public:
  explicit BlockMap(std::pmr::memory_resource* memory) : starts_(memory), leaders_(memory), blocks_(memory), successors_(memory), facts_(memory) {}
  std::span<const Block> blocks() const { return blocks_; }
  const Block& operator[](uint32_t index) const { return blocks_[index]; }
  uint32_t size() const { return static_cast<uint32_t>(blocks_.size()); }
  // Block that begins at `il`; kNoBlock if none does.
  uint32_t index_at(uint32_t il) const { return il < starts_.size() && (starts_[il] & kLeader) ? index_containing(il) : kNoBlock; }
  uint32_t index_containing(uint32_t il) const {  // REQUIRES: il < code size
    const Leaders& l = leaders_[il / 64];
    return l.before + count_bits(l.bits & (~uint64_t{0} >> (63 - il % 64))) - 1;
  }
  bool is_instruction(uint32_t il) const { return il < starts_.size() && (starts_[il] & kStart); }
  // Fills in what is marked (edges), and successors: not every reader wants them. `code` is what find_blocks was given.
  void find_edges(Bytes code) const;
  bool has_edges() const { return has_edges_; }
  // Blocks reached by branches and fall-through (fall-through first; leave: its target). Exceptional edges are not listed.
  // REQUIRES: has_edges().
  std::span<const uint32_t> successors(const Block& b) const { return {successors_.data() + b.first_successor, b.successor_count}; }
  const BodyFacts& facts() const { return facts_; }

 private:
  friend BlockMap find_blocks(const metadata::BodyBytes&, uint32_t, uint32_t, bool, std::pmr::memory_resource*);
  static uint32_t count_bits(uint64_t x) {  // std::popcount calls a function where the processor need not have the instruction
    x -= x >> 1 & 0x5555555555555555;
    x = (x & 0x3333333333333333) + (x >> 2 & 0x3333333333333333);
    return static_cast<uint32_t>(((x + (x >> 4)) & 0x0F0F0F0F0F0F0F0F) * 0x0101010101010101 >> 56);
  }
  struct Leaders {     // of 64 code bytes
    uint64_t bits = 0;
    uint32_t before = 0;  // leaders in front of these
  };
  static constexpr uint8_t kStart = 1, kLeader = 2, kTarget = 4, kLoopHeader = 8, kHandler = 16, kFilter = 32, kTry = 64;
  std::pmr::vector<uint8_t> starts_;  // per code byte
  std::pmr::vector<Leaders> leaders_;
  mutable std::pmr::vector<Block> blocks_;
  mutable std::pmr::vector<uint32_t> successors_;
  BodyFacts facts_;
  mutable bool has_edges_ = false;
};

// arg_count includes `this`. Throws InvalidProgram, also for arguments and locals that do not exist. `memory` must outlive the map.
BlockMap find_blocks(const metadata::BodyBytes& body, uint32_t arg_count, uint32_t local_count, bool edges = true,
                     std::pmr::memory_resource* memory = std::pmr::get_default_resource());

}  // namespace rapgo::load::il
