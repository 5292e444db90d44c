#include "load/il/blocks.h"

#include <algorithm>

namespace rapgo::load::il {

namespace {

void note_facts(BodyFacts& f, const Instruction& i) {
  ++f.instruction_count;
  switch (i.op) {
    case Opcode::Ldarg: case Opcode::Ldarga: case Opcode::Starg:
      if (i.index() >= f.arg_stored.size()) throw InvalidProgram(i.offset, "no argument " + std::to_string(i.index()));
      if (i.op == Opcode::Ldarga) f.arg_address_taken[i.index()] = true;
      if (i.op == Opcode::Starg) f.arg_stored[i.index()] = true;
      break;
    case Opcode::Ldloc: case Opcode::Ldloca: case Opcode::Stloc:
      if (i.index() >= f.local_address_taken.size()) throw InvalidProgram(i.offset, "no local variable " + std::to_string(i.index()));
      if (i.op == Opcode::Ldloca) f.local_address_taken[i.index()] = true;
      break;
    case Opcode::Localloc: f.has_localloc = true; break;
    case Opcode::Switch: f.has_switch = true; break;
    default:
      if (i.info().flow == Flow::Call) ++f.call_count;
  }
}

}  // namespace

uint32_t BlockMap::index_containing(uint32_t il) const {
  const auto it = std::upper_bound(blocks_.begin(), blocks_.end(), il, [](uint32_t at, const Block& b) { return at < b.begin; });
  return static_cast<uint32_t>(it - blocks_.begin()) - 1;
}

BlockMap find_blocks(const metadata::BodyBytes& body, uint32_t arg_count, uint32_t local_count) {
  BlockMap map;
  const auto size = static_cast<uint32_t>(body.code.size());
  if (size == 0) throw InvalidProgram(0, "empty method body");
  map.starts_.assign(size, 0);
  map.facts_.arg_address_taken.resize(arg_count);
  map.facts_.arg_stored.resize(arg_count);
  map.facts_.local_address_taken.resize(local_count);
  auto& starts = map.starts_;

  auto target = [&](const Instruction& from, uint32_t to) {
    if (to >= size) throw InvalidProgram(from.offset, "branch out of the method");
    starts[to] |= BlockMap::kLeader | BlockMap::kTarget;
    if (to <= from.offset) {
      starts[to] |= BlockMap::kLoopHeader;
      map.facts_.has_backward_branch = true;
    }
  };

  // Pass 1: instruction starts, leaders, facts.
  starts[0] |= BlockMap::kLeader;
  for (const Instruction& i : Instructions(body.code)) {
    starts[i.offset] |= BlockMap::kStart;
    note_facts(map.facts_, i);
    const Flow flow = i.info().flow;
    if (flow == Flow::Next || flow == Flow::Call) continue;
    if (i.next_offset < size) starts[i.next_offset] |= BlockMap::kLeader;
    if (flow == Flow::Branch || flow == Flow::CondBranch || flow == Flow::Leave) target(i, i.target());
    if (flow == Flow::Switch) {
      for (uint32_t n = 0; n < i.switch_count(); ++n) target(i, i.switch_target(n));
    }
  }
  for (const metadata::RawClause& c : body.clauses) {
    starts[c.try_offset] |= BlockMap::kLeader | BlockMap::kTry;
    starts[c.handler_offset] |= BlockMap::kLeader | BlockMap::kHandler;
    if (c.try_end() < size) starts[c.try_end()] |= BlockMap::kLeader;
    if (c.handler_end() < size) starts[c.handler_end()] |= BlockMap::kLeader;
    if (c.kind == metadata::ClauseKind::Filter) starts[c.filter_offset] |= BlockMap::kLeader | BlockMap::kFilter;
  }
  size_t count = 0;
  for (uint32_t il = 0; il < size; ++il) {
    if ((starts[il] & BlockMap::kLeader) == 0) continue;
    if ((starts[il] & BlockMap::kStart) == 0) throw InvalidProgram(il, "branch or clause boundary inside an instruction");
    ++count;
  }

  // Pass 2: the blocks.
  map.blocks_.reserve(count);
  for (uint32_t il = 0; il < size; ++il) {
    const uint8_t bits = starts[il];
    if (bits & BlockMap::kLeader) {
      if (!map.blocks_.empty()) map.blocks_.back().end = il;
      Block b;
      b.begin = il;
      b.branch_target = bits & BlockMap::kTarget;
      b.loop_header = bits & BlockMap::kLoopHeader;
      b.handler_entry = bits & BlockMap::kHandler;
      b.filter_entry = bits & BlockMap::kFilter;
      b.try_entry = bits & BlockMap::kTry;
      map.blocks_.push_back(b);
    }
    if (bits & BlockMap::kStart) map.blocks_.back().last = il;
  }
  map.blocks_.back().end = size;

  // Pass 3: edges.
  for (uint32_t n = 0; n < map.blocks_.size(); ++n) {
    Block& b = map.blocks_[n];
    const Instruction last = decode(body.code, b.last);
    b.flow = last.info().flow;
    b.first_successor = static_cast<uint32_t>(map.successors_.size());
    const bool next = b.flow == Flow::Next || b.flow == Flow::Call || b.flow == Flow::CondBranch || b.flow == Flow::Switch;
    if (next && b.end == size) b.falls_off_end = true;
    if (next && b.end < size) {
      b.falls_through = true;
      map.successors_.push_back(n + 1);
    }
    if (b.flow == Flow::Branch || b.flow == Flow::CondBranch || b.flow == Flow::Leave) {
      map.successors_.push_back(map.index_containing(last.target()));
    } else if (b.flow == Flow::Switch) {
      for (uint32_t k = 0; k < last.switch_count(); ++k) map.successors_.push_back(map.index_containing(last.switch_target(k)));
    }
    b.successor_count = static_cast<uint32_t>(map.successors_.size()) - b.first_successor;
  }
  return map;
}

}  // namespace rapgo::load::il
