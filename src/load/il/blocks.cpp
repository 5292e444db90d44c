#include "load/il/blocks.h"

#include <algorithm>
#include <array>

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
    case Opcode::Jmp: f.has_jmp = true; break;
    default:
      if (i.info().flow == Flow::Call) ++f.call_count;
  }
}

// One-byte opcodes of which the first pass wants to know little: their length (0: all others), whether they call, which
// argument or local they name.
struct Plain {
  enum Names : uint8_t { Nothing, Argument, Local };
  std::array<uint8_t, 256> length{}, call{}, index{};
  std::array<Names, 256> names{};
};
Plain make_plain() {
  Plain p;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const Opcode op = one_byte_opcode(static_cast<uint8_t>(byte));
    if (op == Opcode::Count) continue;
    const OpcodeInfo& o = info(op);
    if (o.flow != Flow::Next && o.flow != Flow::Call) continue;
    const bool reads_variable = o.canonical == Opcode::Ldarg || o.canonical == Opcode::Ldloc || o.canonical == Opcode::Stloc;
    if (o.canonical == Opcode::Ldarga || o.canonical == Opcode::Starg || o.canonical == Opcode::Ldloca || o.canonical == Opcode::Jmp) continue;
    uint8_t operand = 0;
    switch (o.operand) {
      case OperandKind::None: break;
      case OperandKind::I1: case OperandKind::U1: operand = 1; break;
      case OperandKind::U2: operand = 2; break;
      case OperandKind::I8: case OperandKind::R8: operand = 8; break;
      case OperandKind::Branch1: case OperandKind::Branch4: case OperandKind::Switch: continue;
      default: operand = 4;
    }
    if (reads_variable && operand > 1) continue;
    p.length[byte] = static_cast<uint8_t>(1 + operand);
    p.call[byte] = o.flow == Flow::Call;
    if (reads_variable) {
      p.names[byte] = o.canonical == Opcode::Ldarg ? Plain::Argument : Plain::Local;
      p.index[byte] = static_cast<uint8_t>(o.implied);
    }
  }
  return p;
}
const Plain kPlain = make_plain();

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
  for (uint32_t at = 0; at < size;) {
    const uint8_t byte = body.code[at];
    if (const uint8_t length = kPlain.length[byte]; length && length <= size - at) {
      const Plain::Names names = kPlain.names[byte];
      const uint32_t index = length == 2 ? body.code[at + 1] : kPlain.index[byte];
      if (names == Plain::Nothing || index < (names == Plain::Argument ? arg_count : local_count)) {
        starts[at] |= BlockMap::kStart;
        ++map.facts_.instruction_count;
        map.facts_.call_count += kPlain.call[byte];
        at += length;
        continue;
      }
    }
    const Instruction i = decode(body.code, at);
    at = i.next_offset;
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
