#include "load/il/regions.h"

#include <algorithm>

namespace rapgo::load::il {

namespace {

RegionKind handler_kind(metadata::ClauseKind kind) {
  switch (kind) {
    case metadata::ClauseKind::Catch: return RegionKind::Catch;
    case metadata::ClauseKind::Filter: return RegionKind::FilterHandler;
    case metadata::ClauseKind::Finally: return RegionKind::Finally;
    case metadata::ClauseKind::Fault: return RegionKind::Fault;
  }
  return RegionKind::Fault;
}

}  // namespace

RegionTree::RegionTree(const metadata::BodyBytes& body, const BlockMap& blocks) {
  const auto size = static_cast<uint32_t>(body.code.size());
  std::vector<Region> flat;
  flat.reserve(body.clauses.size() * 2);
  for (size_t n = 0; n < body.clauses.size(); ++n) {
    const metadata::RawClause& c = body.clauses[n];
    const auto clause = static_cast<int32_t>(n);
    flat.push_back({RegionKind::Try, c.try_offset, c.try_end(), clause});
    flat.push_back({handler_kind(c.kind), c.handler_offset, c.handler_end(), clause});
    if (c.kind == metadata::ClauseKind::Filter) flat.push_back({RegionKind::Filter, c.filter_offset, c.handler_offset, clause});
  }
  // Outer before inner; the file lists inner clauses first, so among equals the later clause is the outer one.
  std::stable_sort(flat.begin(), flat.end(), [](const Region& a, const Region& b) {
    if (a.begin != b.begin) return a.begin < b.begin;
    if (a.end != b.end) return a.end > b.end;
    return false;
  });
  regions_.push_back({RegionKind::Body, 0, size, -1});
  uint32_t current = 0;
  for (Region& r : flat) {
    while (current != 0 && regions_[current].end <= r.begin) current = regions_[current].parent;
    const Region& outer = regions_[current];
    if (r.end > outer.end) throw InvalidProgram(r.begin, "exception regions overlap");
    if (current != 0 && outer.begin == r.begin && outer.end == r.end) {
      if (outer.kind == RegionKind::Try && r.kind == RegionKind::Try) continue;  // several clauses for one try block
      // A handler that is wholly a protected block of its own nests either way; the handler is the outer one.
      if (outer.kind == RegionKind::Try && r.kind != RegionKind::Try) {
        std::swap(regions_[current].kind, r.kind);
        std::swap(regions_[current].clause, r.clause);
      } else if (r.kind != RegionKind::Try) {
        throw InvalidProgram(r.begin, "one block of code handles two exception clauses");
      }
    }
    r.parent = current;
    r.depth = regions_[current].depth + 1;
    current = static_cast<uint32_t>(regions_.size());
    regions_.push_back(r);
  }

  of_block_.resize(blocks.size());
  uint32_t next = 1;
  current = 0;
  for (uint32_t n = 0; n < blocks.size(); ++n) {  // every region boundary is a block boundary
    while (current != 0 && regions_[current].end <= blocks[n].begin) current = regions_[current].parent;
    while (next < regions_.size() && regions_[next].begin == blocks[n].begin) current = next++;
    of_block_[n] = current;
  }
}

bool RegionTree::inside(uint32_t region, RegionKind a, RegionKind b) const {
  for (; region != 0; region = regions_[region].parent) {
    if (regions_[region].kind == a || regions_[region].kind == b) return true;
    if (regions_[region].kind != RegionKind::Try) return false;  // another handler in between
  }
  return false;
}

void RegionTree::check_edge(const BlockMap& blocks, const Block& from, uint32_t from_region, uint32_t to) const {
  const uint32_t to_region = of_block_[to];
  if (from_region == to_region && !(blocks[to].begin == regions_[to_region].begin && to_region != 0 &&
                                    regions_[to_region].kind != RegionKind::Try)) {
    return;
  }
  const bool leave = from.flow == Flow::Leave;
  uint32_t a = from_region, b = to_region;
  while (a != b) {
    const bool step_a = regions_[a].depth >= regions_[b].depth;
    if (step_a) {
      const RegionKind kind = regions_[a].kind;
      if (!leave || kind == RegionKind::Finally || kind == RegionKind::Fault || kind == RegionKind::Filter) {
        throw InvalidProgram(from.last, "exception region left by other means than leave or endfinally");
      }
      a = regions_[a].parent;
    } else {
      if (regions_[b].kind != RegionKind::Try) throw InvalidProgram(from.last, "branch or fall-through into a handler");
      if (blocks[to].begin != regions_[b].begin) {
        // Visual Basic's `On Error Resume` leaves a catch handler into the middle of its own protected block.
        bool own = false;
        for (uint32_t h = from_region; leave && h != 0 && !own; h = regions_[h].parent) {
          own = (regions_[h].kind == RegionKind::Catch || regions_[h].kind == RegionKind::FilterHandler) &&
                regions_[h].parent == regions_[b].parent;
        }
        if (!own) throw InvalidProgram(from.last, "branch into the middle of a protected block");
      }
      b = regions_[b].parent;
    }
  }
  // Inside one handler, its first instruction expects the exception object: nothing may go back there.
  if (from_region == to_region && regions_[to_region].kind != RegionKind::Finally && regions_[to_region].kind != RegionKind::Fault) {
    throw InvalidProgram(from.last, "branch to the start of a handler");
  }
}

void RegionTree::check(const metadata::BodyBytes& body, const BlockMap& blocks) const {
  for (uint32_t n = 0; n < blocks.size(); ++n) {
    const Block& b = blocks[n];
    const uint32_t region = of_block_[n];
    if (blocks.facts().has_localloc && regions_[region].kind > RegionKind::Try) {
      for (const Instruction& i : Instructions(body.code, b.begin, b.end)) {
        if (i.op == Opcode::Localloc) throw InvalidProgram(i.offset, "localloc inside of a handler");
      }
    }
    const Opcode last = decode(body.code, b.last).op;
    for (uint32_t to : blocks.successors(b)) check_edge(blocks, b, region, to);
    if (region != 0 && (last == Opcode::Ret || last == Opcode::Jmp)) throw InvalidProgram(b.last, "return inside of an exception region");
    if (last == Opcode::Rethrow && !inside(region, RegionKind::Catch, RegionKind::FilterHandler)) {
      throw InvalidProgram(b.last, "rethrow outside of a catch handler");
    }
    if (last == Opcode::Endfinally && !(regions_[region].kind == RegionKind::Finally || regions_[region].kind == RegionKind::Fault)) {
      throw InvalidProgram(b.last, "endfinally outside of a finally or fault handler");
    }
    if (last == Opcode::Endfilter && regions_[region].kind != RegionKind::Filter) {
      throw InvalidProgram(b.last, "endfilter outside of a filter");
    }
  }
}

}  // namespace rapgo::load::il
