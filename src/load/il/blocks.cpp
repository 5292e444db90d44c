#include "load/il/blocks.h"

#include <algorithm>
#include <array>
#include <bit>

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

// One-byte opcodes of which the first pass wants to know little: their length (0: all others), whether they call, and by one more than
// its number which argument or local they name: in the opcode, or in the byte behind it, as far as the mask lets it through.
struct Plain {
  uint8_t length = 0, call = 0;
  uint8_t argument = 0, local = 0, argument_mask = 0, local_mask = 0;
};
std::array<Plain, 256> make_plain() {
  std::array<Plain, 256> all;
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
    Plain& p = all[byte];
    p.length = static_cast<uint8_t>(1 + operand);
    p.call = o.flow == Flow::Call;
    if (reads_variable) {
      const bool argument = o.canonical == Opcode::Ldarg;
      (argument ? p.argument : p.local) = static_cast<uint8_t>(1 + (operand ? 0 : o.implied));
      (argument ? p.argument_mask : p.local_mask) = operand ? 0xFF : 0;
    }
  }
  return all;
}
const std::array<Plain, 256> kPlain = make_plain();

}  // namespace

BlockMap find_blocks(const metadata::BodyBytes& body, uint32_t arg_count, uint32_t local_count, bool edges, std::pmr::memory_resource* memory) {
  BlockMap map(memory);
  const auto size = static_cast<uint32_t>(body.code.size());
  if (size == 0) throw InvalidProgram(0, "empty method body");
  map.starts_.assign(size, 0);
  map.facts_.arg_address_taken.resize(arg_count);
  map.facts_.arg_stored.resize(arg_count);
  map.facts_.local_address_taken.resize(local_count);
  map.leaders_.resize((size + 63) / 64);
  auto& starts = map.starts_;
  auto lead = [&](uint32_t il, uint8_t bits) {
    starts[il] |= BlockMap::kLeader | bits;
    map.leaders_[il / 64].bits |= uint64_t{1} << il % 64;
  };

  auto target = [&](const Instruction& from, uint32_t to) {
    if (to >= size) throw InvalidProgram(from.offset, "branch out of the method");
    lead(to, BlockMap::kTarget);
    if (to <= from.offset) {
      starts[to] |= BlockMap::kLoopHeader;
      map.facts_.has_backward_branch = true;
    }
  };

  // Pass 1: instruction starts, leaders, facts.
  lead(0, 0);
  uint32_t instructions = 0, calls = 0;
  uint32_t arguments_named = 0, locals_named = 0;  // one more than the highest
  for (uint32_t at = 0; at < size;) {
    const Plain& plain = kPlain[body.code[at]];
    if (plain.length && plain.length < size - at) {
      const uint32_t operand = body.code[at + 1];
      arguments_named = std::max(arguments_named, plain.argument + (operand & plain.argument_mask));
      locals_named = std::max(locals_named, plain.local + (operand & plain.local_mask));
      starts[at] |= BlockMap::kStart;
      ++instructions;
      calls += plain.call;
      at += plain.length;
      continue;
    }
    const Instruction i = decode(body.code, at);
    at = i.next_offset;
    starts[i.offset] |= BlockMap::kStart;
    const Flow flow = i.info().flow;
    const bool one_target = flow == Flow::Branch || flow == Flow::CondBranch || flow == Flow::Leave;
    if (one_target) ++instructions; else note_facts(map.facts_, i);
    if (flow == Flow::Next || flow == Flow::Call) continue;
    if (i.next_offset < size) lead(i.next_offset, 0);
    if (one_target) target(i, i.target());
    if (flow == Flow::Switch) {
      for (uint32_t n = 0; n < i.switch_count(); ++n) target(i, i.switch_target(n));
    }
  }
  if (arguments_named > arg_count || locals_named > local_count)
    for (const Instruction& i : Instructions(body.code)) note_facts(map.facts_, i);  // throws
  map.facts_.instruction_count += instructions;
  map.facts_.call_count += calls;
  for (const metadata::RawClause& c : body.clauses) {
    lead(c.try_offset, BlockMap::kTry);
    lead(c.handler_offset, BlockMap::kHandler);
    if (c.try_end() < size) lead(c.try_end(), 0);
    if (c.handler_end() < size) lead(c.handler_end(), 0);
    if (c.kind == metadata::ClauseKind::Filter) lead(c.filter_offset, BlockMap::kFilter);
  }

  // Pass 2: the blocks.
  uint32_t count = 0;
  for (auto& l : map.leaders_) {
    l.before = count;
    count += BlockMap::count_bits(l.bits);
  }
  map.blocks_.reserve(count);
  const auto close = [&](uint32_t end) {
    if (map.blocks_.empty()) return;
    Block& b = map.blocks_.back();
    b.end = end;
    for (b.last = end - 1; (starts[b.last] & BlockMap::kStart) == 0;) --b.last;
  };
  for (size_t w = 0; w < map.leaders_.size(); ++w)
    for (uint64_t bits = map.leaders_[w].bits; bits; bits &= bits - 1) {
      const auto il = static_cast<uint32_t>(w * 64) + static_cast<uint32_t>(std::countr_zero(bits));
      const uint8_t is = starts[il];
      if ((is & BlockMap::kStart) == 0) throw InvalidProgram(il, "branch or clause boundary inside an instruction");
      close(il);
      Block& b = map.blocks_.emplace_back();
      b.begin = il;
      b.branch_target = is & BlockMap::kTarget;
      b.loop_header = is & BlockMap::kLoopHeader;
      b.handler_entry = is & BlockMap::kHandler;
      b.filter_entry = is & BlockMap::kFilter;
      b.try_entry = is & BlockMap::kTry;
    }
  close(size);
  if (edges) map.find_edges(body.code);
  return map;
}

void BlockMap::find_edges(Bytes code) const {
  if (has_edges_) return;
  has_edges_ = true;
  const auto size = static_cast<uint32_t>(code.size());
  for (uint32_t n = 0; n < blocks_.size(); ++n) {
    Block& b = blocks_[n];
    const Instruction last = decode(code, b.last);
    b.flow = last.info().flow;
    b.first_successor = static_cast<uint32_t>(successors_.size());
    const bool next = b.flow == Flow::Next || b.flow == Flow::Call || b.flow == Flow::CondBranch || b.flow == Flow::Switch;
    if (next && b.end == size) b.falls_off_end = true;
    if (next && b.end < size) {
      b.falls_through = true;
      successors_.push_back(n + 1);
    }
    if (b.flow == Flow::Branch || b.flow == Flow::CondBranch || b.flow == Flow::Leave) {
      successors_.push_back(index_containing(last.target()));
    } else if (b.flow == Flow::Switch) {
      for (uint32_t k = 0; k < last.switch_count(); ++k) successors_.push_back(index_containing(last.switch_target(k)));
    }
    b.successor_count = static_cast<uint32_t>(successors_.size()) - b.first_successor;
  }
}

}  // namespace rapgo::load::il
