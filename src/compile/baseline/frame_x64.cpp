// Frame layout, prologue, return, and what lies behind the code (docs/conventions.md 2).
#include "abi/type_head.h"
#include "compile/baseline/compiler_x64.h"
#include "load/types/classify.h"

namespace rapgo::compile::baseline {

using namespace x86;
using In = Entry::In;
using types::Kind;

void Compiler::lay_out_frame() {
  uint32_t low = 0;
  const auto room = [&](uint32_t words) {
    low += 8 * words;
    return -static_cast<int32_t>(low);
  };
  result_shape_ = types::shape_of(body_.return_type);
  const bool hidden = abi::returns_hidden(result_shape_);
  if (hidden) result_home_ = room(1);
  if (body_.facts().has_localloc) saved_sp_ = room(1);

  const size_t args = body_.args.size(), locals = body_.locals.size();
  vars_.resize(args + locals);
  arg_locations_.reserve(args);
  arg_shapes_.reserve(args);
  abi::ArgAssigner assign(hidden);
  bool any_exposed = false;
  for (size_t i = 0; i < args + locals; ++i) {
    Var& v = vars_[i];
    v.type = i < args ? body_.args[i] : body_.locals[i - args];
    const abi::ValueShape shape = types::shape_of(v.type);
    if (shape.is_void) invalid("argument or local of type void");
    v.kind = v.type->stack_kind();
    v.words = shape.words() ? shape.words() : 1;
    v.exposed = i < args ? body_.facts().arg_address_taken[i] : body_.facts().local_address_taken[i - args];
    any_exposed |= v.exposed;
    if (v.kind == StackKind::Int32 && shape.size < 4) {
      v.narrow = static_cast<uint8_t>(shape.size);
      v.narrow_signed = access_of(v.type).is_signed;
    }
    if (i < args) {
      arg_shapes_.push_back(shape);
      arg_locations_.push_back(assign.next(shape));
    }
  }
  if (any_exposed) exposed_base_ = room(1);
  if (method_->signature().vararg) vararg_home_ = room(1);
  if (body_.facts().has_jmp) {
    copy_home_.resize(args);
    for (size_t i = 0; i < args; ++i)
      if (arg_locations_[i].by_address && arg_locations_[i].in_registers) copy_home_[i] = room(1);
  }
  clause_home_.resize(body_.clauses.size() + (synchronized_ ? 1 : 0));
  for (int32_t& h : clause_home_) h = room(1);
  for (size_t i = 0; i < args; ++i) {
    Var& v = vars_[i];
    if (v.exposed) continue;
    const abi::ArgLocation& loc = arg_locations_[i];
    // What came on the stack stays there; copies that came by address are taken into the frame.
    v.offset = !loc.in_registers && !loc.by_address ? 16 + 8 * static_cast<int32_t>(loc.stack_word) : room(v.words);
  }
  const uint32_t before = low;
  for (size_t i = args; i < args + locals; ++i)
    if (!vars_[i].exposed) vars_[i].offset = room(vars_[i].words);
  zero_words_ = (low - before) / 8;
  zero_low_ = -static_cast<int32_t>(low);
  for (Var& v : vars_)
    if (v.exposed) {
      v.offset = static_cast<int32_t>(8 * exposed_words_);
      exposed_words_ += v.words;
    }
  if (exposed_words_) {
    exposed_block_ = room(exposed_words_);
    zero_words_ += exposed_words_;
    zero_low_ = exposed_block_;
  }
  fixed_ = low;
  stack_base_ = -static_cast<int32_t>(fixed_ + 8 * sizes_.stack_words);
}

// Keeps all argument registers; clobbers rax, r11, xmm15.
void Compiler::zero_words(int32_t offset, uint32_t words) {
  if (!words) return;
  if (words == 1) {
    a.mov(qword_ptr(rbp, offset), 0);
    return;
  }
  a.xorps(xmm15, xmm15);
  if (words > 24) {
    Label again = a.newLabel();
    a.lea(r11, ptr(rbp, offset));
    a.mov(eax, words / 2);
    a.bind(again);
    a.movups(ptr(r11), xmm15);
    a.add(r11, 16);
    a.dec(eax);
    a.jnz(again);
    offset += static_cast<int32_t>(words / 2 * 16);
    words &= 1;
  }
  for (; words >= 2; words -= 2, offset += 16) a.movups(ptr(rbp, offset), xmm15);
  if (words) a.movq(qword_ptr(rbp, offset), xmm15);
}

void Compiler::prologue() {
  e_.frame_at_rsp(8);
  e_.patchable_nop();
  a.push(rbp);
  e_.frame_pushed();
  a.mov(rbp, rsp);
  e_.frame_at_rbp();
  if (sizes_.big_frame) {  // touches each page on the way down
    Label again = a.newLabel(), last = a.newLabel();
    a.mov(eax, asmjit::imm(stubs::Emitter::kPlaceholder));
    patches_.push_back({e_.pc() - 4, true, 0});
    a.bind(again);
    a.cmp(eax, 4096);
    a.jbe(last);
    a.sub(rsp, 4096);
    a.or_(dword_ptr(rsp), 0);
    a.sub(eax, 4096);
    a.jmp(again);
    a.bind(last);
    a.sub(rsp, rax);
  } else {
    a.sub(rsp, asmjit::imm(stubs::Emitter::kPlaceholder));
    patches_.push_back({e_.pc() - 4, true, 0});
  }
  if (saved_sp_) a.mov(ptr(rbp, saved_sp_), rsp);
  zero_words(zero_low_, zero_words_);
  if (exposed_base_) {
    a.lea(rax, ptr(rbp, exposed_block_));
    a.mov(ptr(rbp, exposed_base_), rax);
  }
  if (result_home_) a.mov(ptr(rbp, result_home_), rdi);
  if (vararg_home_) a.mov(ptr(rbp, vararg_home_), r10);
  used_gp_ = 0;
  for (size_t i = 0; i < body_.args.size(); ++i) {
    const Var& v = vars_[i];
    const abi::ArgLocation& loc = arg_locations_[i];
    const int32_t at = v.exposed ? exposed_block_ + v.offset : v.offset;
    const auto to = [&](int p) { return qword_ptr(rbp, at + 8 * p); };
    if (loc.by_address) continue;
    if (loc.in_registers) {
      for (int p = 0; p < loc.pieces; ++p) {
        if (loc.cls[p] == abi::Eightbyte::Sse) a.movsd(to(p), x86::xmm(loc.reg[p]));
        else a.mov(to(p), stubs::kIntArg[loc.reg[p]]);
      }
    } else if (v.exposed) {
      for (uint32_t w = 0; w < loc.words; ++w) {
        a.mov(rax, qword_ptr(rbp, 16 + 8 * static_cast<int32_t>(loc.stack_word + w)));
        a.mov(to(static_cast<int>(w)), rax);
      }
    }
  }
  // Every register that held an argument by value is stored now; addresses of copies are still in theirs.
  for (size_t i = 0; i < body_.args.size(); ++i) {
    const abi::ArgLocation& loc = arg_locations_[i];
    if (!loc.by_address) continue;
    const Var& v = vars_[i];
    const int32_t at = v.exposed ? exposed_block_ + v.offset : v.offset;
    for (size_t k = i; k < body_.args.size(); ++k)
      if (arg_locations_[k].by_address && arg_locations_[k].in_registers) used_gp_ |= 1u << stubs::kIntArg[arg_locations_[k].reg[0]].id();
    Gp from = r11;
    if (loc.in_registers) from = stubs::kIntArg[loc.reg[0]];
    if (!copy_home_.empty() && copy_home_[i]) a.mov(ptr(rbp, copy_home_[i]), from);
    else a.mov(r11, qword_ptr(rbp, 16 + 8 * static_cast<int32_t>(loc.stack_word)));
    copy_words(ptr(rbp, at), ptr(from), v.type->value_size());
  }
  used_gp_ = 0;
  // A static method or constructor of a type that asks for precise initialisation starts it.
  Type* type = method_->declaring;
  if ((method_->is_static() || method_->is_constructor()) && !method_->is_class_constructor() && !type->before_field_init() && type->static_constructor()) {
    ColdInit c{a.newLabel(), a.newLabel(), type->id().value, ~0u};
    a.test(stubs::Emitter::abs(4), asmjit::imm(static_cast<uint32_t>(abi::kIsInitialized)));
    e_.abs_done(SymbolKind::TypeWord, type_word(type), offsetof(abi::TypeHead, flags), 4);
    a.jz(c.label);
    a.bind(c.back);
    cold_init_.push_back(c);
  }
  if (synchronized_) {
    lock_object(rdi);
    call_helper(Helper::MonitorEnter);
  }
}

void Compiler::lock_object(const Gp& reg) {
  if (method_->is_static()) e_.mov(reg, SymbolKind::TypeObject, method_->declaring->id().value);
  else a.mov(reg, var_memory(vars_[0]));
}

void Compiler::ret() {
  Entry v;
  const bool value = !result_shape_.is_void;
  if (value) {
    Type* type = body_.return_type;
    v = pop_value(type->stack_kind());
    if (synchronized_) copy_to_home(v);
  }
  while (!stack_.empty()) release(pop());
  if (synchronized_) {
    lock_object(rdi);
    call_helper(Helper::MonitorExit);
  }
  if (value) {
    if (result_shape_.is_struct()) {
      if (v.in != In::Home && v.in != In::Var) copy_to_home(v);
      if (result_shape_.memory) {
        used_gp_ |= 1;
        a.mov(rax, ptr(rbp, result_home_));
        copy_words(ptr(rax), memory_of(v), result_shape_.size);
        used_gp_ = 0;
      } else {
        const abi::ArgLocation loc = abi::result_location(result_shape_);
        Mem from = memory_of(v);
        from.setSize(8);
        for (int p = 0; p < loc.pieces; ++p) {
          if (loc.cls[p] == abi::Eightbyte::Sse) a.movsd(x86::xmm(loc.reg[p]), from); else a.mov(loc.reg[p] ? rdx : rax, from);
          from.addOffset(8);
        }
      }
    } else if (v.is_float()) {
      load_to(xmm0, v);
    } else {
      load_to(rax, v);
      if (v.kind == StackKind::Int32 && result_shape_.size < 4) {
        const bool is_signed = access_of(body_.return_type).is_signed;
        if (result_shape_.size == 1) {
          if (is_signed) a.movsx(eax, al); else a.movzx(eax, al);
        } else {
          if (is_signed) a.movsx(eax, ax); else a.movzx(eax, ax);
        }
      }
    }
    release(v);
  }
  a.leave();
  e_.frame_at_rsp(8);
  a.ret();
  e_.frame_at_rbp();
  live_ = false;
}

void Compiler::finish_cold() {
  for (const Cold& c : cold_) {
    il_ = c.il;
    record_il();
    a.bind(c.label);
    e_.call(c.helper);
  }
  const auto il_size = static_cast<uint32_t>(body_.code().size());
  for (const ColdInit& c : cold_init_) {
    if (c.il == ~0u) continue;
    il_ = c.il;
    record_il();
    a.bind(c.label);
    e_.mov(rdi, SymbolKind::TypeWord, c.type);
    e_.call(Helper::InitClass);
    a.jmp(c.back);
  }
  finish_leaves();
  if (synchronized_) {
    // A fault clause around the whole body.
    il_ = il_size;
    record_il();
    loop::HandlerRow row{};
    row.kind = loop::ClauseKind::Fault;
    row.try_end = il_size;
    row.handler_begin = il_size;
    row.handler_end = il_size + 1;
    row.handler_pc = e_.pc();
    row.continuation = clause_home_.back();
    lock_object(rdi);
    call_helper(Helper::MonitorExit);
    const uint8_t lea_rax_here[7] = {0x48, 0x8D, 0x05, 0xF9, 0xFF, 0xFF, 0xFF};
    e_.raw(lea_rax_here, 7);
    a.jmp(qword_ptr(rbp, clause_home_.back()));
    lock_row_ = row;
  }
  // The initialiser of the entry belongs to no instruction, and no handler here sees what it throws.
  for (const ColdInit& c : cold_init_) {
    if (c.il != ~0u) continue;
    out_.il_map.push_back({e_.pc(), il_size + 1});
    a.bind(c.label);
    e_.mov(rdi, SymbolKind::TypeWord, c.type);
    e_.call(Helper::InitClass);
    a.jmp(c.back);
  }
}

void Compiler::finish_tables() {
  out_.code_size = e_.pc();
  for (const Table& t : tables_) {
    a.align(asmjit::AlignMode::kZero, 4);
    a.bind(t.label);
    for (const uint32_t target : t.targets) {
      const uint32_t to = e_.label_offset(target & kEdge ? edge_labels_[target & ~kEdge].label : label_at(target));
      const auto delta = static_cast<int32_t>(to - e_.label_offset(t.label));
      e_.raw(&delta, 4);
    }
  }
  for (const Text& t : texts_) {
    a.bind(t.label);
    e_.raw(t.text.c_str(), t.text.size() + 1);
  }
}

void Compiler::finish() {
  finish_cold();
  finish_tables();
  describe_handlers();
  if (synchronized_) out_.handlers.push_back(lock_row_);
  const uint32_t outgoing = (8 * out_words_ + 15) & ~15u;
  const uint32_t frame = (fixed_ + 8 * sizes_.stack_words + outgoing + 15) & ~15u;
  if (frame > 4096 && !sizes_.big_frame) {
    needed = sizes_;
    needed.big_frame = true;
    throw Restart{};
  }
  if (snapshot_) {
    const auto at = [&](uint32_t il) {
      const uint32_t b = body_.blocks.index_at(il);
      return b == il::kNoBlock ? 0 : blocks_[b].pc;
    };
    if (snapshot_->fused_branch) snapshot_->taken_pc = at(snapshot_->taken_il), snapshot_->next_pc = at(snapshot_->next_il);
  }
  e_.finish();
  for (const Patch& p : patches_) {
    const uint32_t value = (p.frame ? frame : outgoing) + static_cast<uint32_t>(p.addend);
    std::memcpy(out_.bytes.data() + p.at, &value, 4);
  }
  out_.frame.frame_size = frame;
  describe_frame();
}

void Compiler::describe_frame() {
  loop::BaselineFrame& f = out_.frame;
  const size_t args = body_.args.size();
  f.args.reserve(args);
  f.locals.reserve(vars_.size() - args);
  for (size_t i = 0; i < vars_.size(); ++i) {
    const Var& v = vars_[i];
    loop::Home h;
    h.offset = v.offset;
    h.size = v.words * 8u;
    h.kind = v.type->value_kind();
    h.exposed = v.exposed;
    if (v.kind == StackKind::Struct) h.type = v.type->id();
    (i < args ? f.args : f.locals).push_back(h);
  }
  f.stack_base = stack_base_;
  f.exposed_base = exposed_base_;
  f.exposed_size = 8 * exposed_words_;
  f.exposed_block = exposed_block_;
  f.has_localloc = saved_sp_ != 0;
  f.localloc_sp = saved_sp_;
  f.result_base = result_home_;
}

}  // namespace rapgo::compile::baseline
