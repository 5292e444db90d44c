// III.3: comparisons, branches, switch; entry stacks of blocks; back-edges.
#include "compile/baseline/compiler_x64.h"

namespace rapgo::compile::baseline {

using namespace x86;
using In = Entry::In;

Label& Compiler::label_at(uint32_t target) {
  const uint32_t index = body_.blocks.index_at(target);
  if (index == il::kNoBlock) invalid("branch target is no instruction");
  return blocks_[index].label;
}

// Records the stack as the target's entry stack, or makes it agree with what was recorded. The stack must be flushed.
void Compiler::flow_to(uint32_t target) {
  const uint32_t index = body_.blocks.index_at(target);
  if (index == il::kNoBlock) invalid("branch target is no instruction");
  BlockState& b = blocks_[index];
  if (!b.known) {
    b.known = true;
    if (!stack_.empty()) b.stack = stack_;
    for (Entry& e : b.stack)
      if (e.kind == StackKind::Ref) e.type = nullptr;
    return;
  }
  if (b.stack.size() != stack_.size()) invalid("stack depth differs where paths join");
  for (size_t i = 0; i < stack_.size(); ++i) {
    Entry &have = stack_[i], &want = b.stack[i];
    if (have.kind == want.kind) {
      if (have.words != want.words) invalid("stack types differ where paths join");
      continue;
    }
    coerce(have, want.kind);
    spill(have);
  }
}

Compiler::Condition Compiler::compare(Opcode op, Entry& l, Entry& r) {
  if (l.kind == StackKind::Struct || r.kind == StackKind::Struct) {
    if (l.words != 1 || r.words != 1) invalid("comparison of value types");
  }
  const StackKind kind = arithmetic_kind(l, r);
  bool is_unsigned = false;
  Condition c{};
  enum { Eq, Ne, Lt, Le, Gt, Ge } rel = Eq;
  bool unordered_true = false;
  switch (op) {
    case Opcode::Ceq: case Opcode::Beq: rel = Eq; break;
    case Opcode::BneUn: rel = Ne, unordered_true = true; break;
    case Opcode::Clt: case Opcode::Blt: rel = Lt; break;
    case Opcode::CltUn: case Opcode::BltUn: rel = Lt, is_unsigned = unordered_true = true; break;
    case Opcode::Ble: rel = Le; break;
    case Opcode::BleUn: rel = Le, is_unsigned = unordered_true = true; break;
    case Opcode::Cgt: case Opcode::Bgt: rel = Gt; break;
    case Opcode::CgtUn: case Opcode::BgtUn: rel = Gt, is_unsigned = unordered_true = true; break;
    case Opcode::Bge: rel = Ge; break;
    default: rel = Ge, is_unsigned = unordered_true = true; break;
  }
  if (kind == StackKind::Float32 || kind == StackKind::Float64) {
    // ucomis sets CF/ZF/PF; unordered sets all three. Ordered < is written as > with the operands exchanged, so that unordered is false.
    bool swap = false;
    switch (rel) {
      case Eq: c = {CondCode::kE, true, false}; break;
      case Ne: c = {CondCode::kNE, false, true}; break;
      case Gt: c = {unordered_true ? CondCode::kB : CondCode::kA}; swap = unordered_true; break;
      case Ge: c = {unordered_true ? CondCode::kBE : CondCode::kAE}; swap = unordered_true; break;
      case Lt: c = {unordered_true ? CondCode::kB : CondCode::kA}; swap = !unordered_true; break;
      case Le: c = {unordered_true ? CondCode::kBE : CondCode::kAE}; swap = !unordered_true; break;
    }
    Entry& x = swap ? r : l;
    Entry& y = swap ? l : r;
    const Xmm first = to_xmm(x);
    asmjit::Operand second;
    if (y.in == In::Home || y.in == In::Var) second = memory_of(y); else second = to_xmm(y);
    a.emit(kind == StackKind::Float32 ? Inst::kIdUcomiss : Inst::kIdUcomisd, first, second);
    release(l);
    release(r);
    return c;
  }
  const bool is64 = kind != StackKind::Int32;
  bool swapped = false;
  if (l.in == In::Const && r.in != In::Const) {
    std::swap(l, r);
    swapped = true;
  }
  if (r.is_const(0) && l.in != In::Home && l.in != In::Var) {
    const Gp d = gp(to_gp(l).id(), is64);
    a.test(d, d);
  } else {
    asmjit::Operand first;
    if ((l.in == In::Home || l.in == In::Var) && r.in != In::Home && r.in != In::Var && !(r.in == In::VarAddress || r.in == In::Symbol)) first = memory_of(l);
    else first = gp(to_gp(l).id(), is64);
    const asmjit::Operand second = operand(r, is64);
    a.emit(Inst::kIdCmp, first, second);
  }
  release(l);
  release(r);
  if (swapped) {
    switch (rel) {
      case Lt: rel = Gt; break;
      case Le: rel = Ge; break;
      case Gt: rel = Lt; break;
      case Ge: rel = Le; break;
      default: break;
    }
  }
  switch (rel) {
    case Eq: c.cc = CondCode::kE; break;
    case Ne: c.cc = CondCode::kNE; break;
    case Lt: c.cc = is_unsigned ? CondCode::kB : CondCode::kL; break;
    case Le: c.cc = is_unsigned ? CondCode::kBE : CondCode::kLE; break;
    case Gt: c.cc = is_unsigned ? CondCode::kA : CondCode::kG; break;
    case Ge: c.cc = is_unsigned ? CondCode::kAE : CondCode::kGE; break;
  }
  return c;
}

void Compiler::compare_value(const Instruction& i, const Instruction* next) {
  if (next && (next->op == Opcode::Brtrue || next->op == Opcode::Brfalse)) {
    // Compiled as one; a landing at the branch itself tests the value in its home.
    const bool if_true = next->op == Opcode::Brtrue;
    Entry r = pop(), l = pop();
    if (snapshot_ && snapshot_->il == next->offset) {
      Entry result = entry(StackKind::Int32);
      push(result);
      take_snapshot();
      pop();
      snapshot_->fused_branch = true;
      snapshot_->branch_if_true = if_true;
      snapshot_->taken_il = next->target();
      snapshot_->next_il = next->next_offset;
    }
    flush();  // moves only: but before the comparison, since they may need scratch registers
    Condition c = compare(i.op, l, r);
    if (!if_true) {
      c.cc = negateCond(c.cc);
      if (c.also_parity) c = {c.cc, false, true};       // not (equal and ordered)
      else if (c.or_parity) c = {c.cc, true, false};
    }
    absorbed_ = true;
    conditional(c, next->target(), next->next_offset);
    return;
  }
  Entry r = pop(), l = pop();
  const Condition c = compare(i.op, l, r);
  const Gp d = take_gp();
  a.mov(d.r32(), 0);  // keeps the flags
  a.emit(Inst::setccFromCond(c.cc), d.r8());
  if (c.also_parity) {
    a.mov(r11d, 0);
    a.cmovp(d.r32(), r11d);
  } else if (c.or_parity) {
    a.mov(r11d, 1);
    a.cmovp(d.r32(), r11d);
  }
  push_gp(d, StackKind::Int32);
}

void Compiler::back_edge(uint32_t target) {
  if (options_.stress_osr) {
    // The same place in the word, so that disarming works as everywhere.
    const uint32_t in_word = e_.pc() & 7;
    if (in_word > 3) e_.nops(8 - in_word);
    out_.osr_points.push_back({target, e_.pc()});
    e_.call(Helper::TransferUp);
    return;
  }
  out_.osr_points.push_back({target, e_.patchable_nop()});
}

// Unconditional transfer of control to an IL offset; the stack is in its homes.
void Compiler::jump_to(uint32_t target) {
  flow_to(target);
  if (options_.probes) count(counter(loop::ProbeKind::Edge, il_, target));
  if (is_back(target)) back_edge(target);
  a.jmp(label_at(target));
}

void Compiler::branch(uint32_t target) {
  flush();
  flow_to(target);
  if (options_.probes) count(counter(loop::ProbeKind::Edge, il_, target));
  if (is_back(target)) {
    back_edge(target);
    a.jmp(label_at(target));
  } else if (target != body_.blocks[block_index_].end) {
    a.jmp(label_at(target));
  }
  live_ = false;
}

// Flags are set, the stack is in its homes (moves keep flags; flow_to might convert, which is why it comes first for joins that need it).
void Compiler::conditional(const Condition& c, uint32_t target, uint32_t next) {
  flow_to(target);
  const bool out_of_line = is_back(target) || options_.probes;
  if (!out_of_line) {
    Label& t = label_at(target);
    if (c.also_parity) {
      Label skip = a.newLabel();
      a.jp(skip);
      a.jcc(c.cc, t);
      a.bind(skip);
    } else {
      if (c.or_parity) a.jp(t);
      a.jcc(c.cc, t);
    }
    return;
  }
  Label skip = a.newLabel();
  if (c.also_parity) {
    a.jp(skip);
    a.jcc(negateCond(c.cc), skip);
  } else if (c.or_parity) {
    Label take = a.newLabel();
    a.jp(take);
    a.jcc(negateCond(c.cc), skip);
    a.bind(take);
  } else {
    a.jcc(negateCond(c.cc), skip);
  }
  if (options_.probes) count(counter(loop::ProbeKind::Edge, il_, target));
  if (is_back(target)) back_edge(target);
  a.jmp(label_at(target));
  a.bind(skip);
}

void Compiler::branch_on_top(bool if_true, uint32_t target, uint32_t next) {
  Entry e = pop();
  flush();
  if (e.is_float()) {
    Entry zero = entry(e.kind);
    zero.in = In::Const;
    Condition c = compare(if_true ? Opcode::BneUn : Opcode::Beq, e, zero);
    return conditional(c, target, next);
  }
  if (e.in == In::Home || e.in == In::Var) {
    a.cmp(memory_of(e), 0);
  } else {
    const Gp r = to_gp(e);
    a.test(r, r);
  }
  release(e);
  conditional({if_true ? CondCode::kNE : CondCode::kE}, target, next);
}

void Compiler::branch_compare(const Instruction& i) {
  Entry r = pop(), l = pop();
  flush();
  const Condition c = compare(i.op, l, r);
  conditional(c, i.target(), i.next_offset);
}

void Compiler::switch_on_top(const Instruction& i) {
  Entry e = pop();
  flush();
  const Gp index = to_gp(e).r32();
  const uint32_t n = i.switch_count();
  bool backward = options_.probes;
  for (uint32_t k = 0; k < n; ++k) {
    flow_to(i.switch_target(k));
    backward |= is_back(i.switch_target(k));
  }
  if (n == 0) {
    release(e);
    return;
  }
  Label next = a.newLabel();
  a.cmp(index, n);
  a.jae(next);
  Table table{a.newLabel(), {}};
  a.lea(r11, ptr(table.label));
  a.movsxd(index.r64(), dword_ptr(r11, index.r64(), 2));
  a.add(r11, index.r64());
  a.jmp(r11);
  for (uint32_t k = 0; k < n; ++k) table.targets.push_back(i.switch_target(k));
  if (backward) {
    // Targets that need code on the edge get a landing here.
    for (uint32_t& t : table.targets) {
      if (!is_back(t) && !options_.probes) continue;
      edge_labels_.push_back({a.newLabel(), t});
      a.bind(edge_labels_.back().label);
      if (options_.probes) count(counter(loop::ProbeKind::Edge, il_, t));
      if (is_back(t)) back_edge(t);
      a.jmp(label_at(t));
      t = kEdge | static_cast<uint32_t>(edge_labels_.size() - 1);
    }
  }
  tables_.push_back(std::move(table));
  release(e);
  a.bind(next);
}

}  // namespace rapgo::compile::baseline
