// Blocks, variables and frame states of one body.
#include "compile/il2hir/frame.h"

#include <algorithm>
#include <cstddef>

#include "abi/abort_flag.h"
#include "abi/type_head.h"
#include "load/types/loader.h"

namespace rapgo::compile::il2hir {

using hir::StateOperand;

hir::Type hir_type(StackKind k) {
  switch (k) {
    case StackKind::Int32: return hir::Type::I32;
    case StackKind::Int64:
    case StackKind::NativeInt: return hir::Type::I64;
    case StackKind::Float32: return hir::Type::F32;
    case StackKind::Float64: return hir::Type::F64;
    case StackKind::Ref: return hir::Type::Ref;
    case StackKind::ByRef:
    case StackKind::Struct: return hir::Type::Ptr;
    case StackKind::Void: break;
  }
  return hir::Type::Void;
}
hir::Type hir_type_of(Type* t) { return hir_type(t->stack_kind()); }

hir::MemKind mem_kind_of(Type* t) {
  t = t->underlying();
  switch (t->kind) {
    case Kind::Boolean:
    case Kind::U1: return hir::MemKind::U8;
    case Kind::I1: return hir::MemKind::I8;
    case Kind::Char:
    case Kind::U2: return hir::MemKind::U16;
    case Kind::I2: return hir::MemKind::I16;
    case Kind::I4:
    case Kind::U4: return hir::MemKind::I32;
    case Kind::R4: return hir::MemKind::F32;
    case Kind::R8: return hir::MemKind::F64;
    case Kind::I8:
    case Kind::U8:
    case Kind::I:
    case Kind::U:
    case Kind::Ptr:
    case Kind::FnPtr: return hir::MemKind::I64;
    case Kind::ByRef: return hir::MemKind::Ptr;
    default: return hir::MemKind::Ref;
  }
}

loop::ValueKind value_kind_of(StackKind k) {
  switch (k) {
    case StackKind::Int32: return loop::ValueKind::Int32;
    case StackKind::Int64: return loop::ValueKind::Int64;
    case StackKind::NativeInt: return loop::ValueKind::NativeInt;
    case StackKind::Float32: return loop::ValueKind::Float32;
    case StackKind::Float64: return loop::ValueKind::Float64;
    case StackKind::Ref: return loop::ValueKind::Ref;
    case StackKind::ByRef: return loop::ValueKind::ByRef;
    default: return loop::ValueKind::Struct;
  }
}

Frame::Frame(Unit& unit, std::unique_ptr<MethodBody> body, uint32_t index, Frame* caller, const hir::FrameState* caller_state, bool covered)
    : u_(unit), b_(unit.b), body_(std::move(body)), typing_(*body_), index_(index), caller_(caller), caller_state_(caller_state),
      covered_(covered), depth_(caller ? caller->depth_ + 1 : 0) {
  typing_.run();
  if (u_.options.profile) profile_ = u_.options.profile->of(method()->id());
  contexts_.push_back({});
  pred_count_.assign(body_->blocks.size(), 0);
  for (const auto& block : body_->blocks.blocks())
    for (uint32_t s : body_->blocks.successors(block)) pred_count_[s]++;
  u_.il_total += static_cast<uint32_t>(body_->code().size());
}

void Frame::unsupported(const std::string& what) const { throw Unsupported(what + " in " + body_->method->display_name()); }

// ---- variables -----------------------------------------------------------------------------------------------------

// Makes slots for what lives in memory. The exposed block is one slot laid out as the baseline frame lays it out, so that a
// transfer hands it over whole.
void Frame::declare_variables() {
  const auto& facts = body_->facts();
  const loop::BaselineFrame* layout = u_.options.baseline_frame ? u_.options.baseline_frame(method()) : nullptr;
  bool any_exposed = false;
  auto declare = [&](Type* t, bool taken, bool pinned) {
    Variable v;
    v.type = t;
    v.exposed = taken;
    v.in_slot = taken || is_struct(t);
    if (pinned) v.pin = b_.slot(8);
    any_exposed |= taken;
    vars_.push_back(v);
  };
  for (size_t i = 0; i < body_->args.size(); i++) declare(body_->args[i], facts.arg_address_taken[i], false);
  for (size_t i = 0; i < body_->locals.size(); i++) declare(body_->locals[i], facts.local_address_taken[i], body_->pinned[i]);
  if (facts.has_localloc && !layout) unsupported("localloc without a baseline layout,");

  if (any_exposed) {
    if (!layout) unsupported("variables whose address is taken, without a baseline layout,");
    if (!caller_ && u_.options.osr) {
      exposed_ = b_.add(Op::OsrExposed, hir::Type::Ptr);
    } else {
      exposed_ = b_.slot(std::max<uint32_t>(layout->exposed_size, 8), 16);
    }
  }
  for (size_t i = 0; i < vars_.size(); i++) {
    Variable& v = vars_[i];
    if (!v.in_slot) continue;
    if (v.exposed) {
      const loop::Home& home = i < body_->args.size() ? layout->args[i] : layout->locals[i - body_->args.size()];
      if (!home.exposed) unsupported("a variable whose layouts disagree");
      v.address = b_.field_addr(exposed_, home.offset);
    } else {
      v.address = b_.slot(words_of(v.type) * 8, 8);
    }
  }
  now_.assign(vars_.size(), nullptr);
  find_live();
}

Node* Frame::narrowed(Type* t, Node* n) {
  switch (t->underlying()->kind) {
    case Kind::I1: return b_.convert(Op::Sext8, hir::Type::I32, n);
    case Kind::Boolean:
    case Kind::U1: return b_.convert(Op::Zext8, hir::Type::I32, n);
    case Kind::I2: return b_.convert(Op::Sext16, hir::Type::I32, n);
    case Kind::Char:
    case Kind::U2: return b_.convert(Op::Zext16, hir::Type::I32, n);
    default: return n;
  }
}

Node* Frame::load_variable(uint32_t index) {
  Variable& v = vars_[index];
  if (!v.in_slot) return now_[index];
  return load_from(v.address, 0, v.type, memory_of(v.type)).node;
}

// Pointers made from a pinned variable are integers to everybody: as long as it holds the object, the object is seen (II.23.2.9).
void Frame::pin(const Variable& v, const Value& value) {
  if (!is_struct(v.type)) b_.add(Op::Pin, hir::Type::Void, {v.pin, as_address(value)});
}

void Frame::store_variable(uint32_t index, const Value& value) {
  Variable& v = vars_[index];
  if (v.pin) pin(v, value);
  if (v.in_slot) {
    store_to(v.address, 0, v.type, value, memory_of(v.type), false);
    return;
  }
  now_[index] = narrowed(v.type, as(value, hir_type_of(v.type)));
}

// ---- the stack -------------------------------------------------------------------------------------------------------

Value Frame::pop() {
  if (stack_.empty()) throw load::il::InvalidProgram(il_, "evaluation stack underflow");
  Value v = stack_.back();
  stack_.pop_back();
  return v;
}

void Frame::push_typed(Type* t, Node* node) { stack_.push_back({t->stack_kind(), t, node}); }

Node* Frame::as(const Value& v, hir::Type t) {
  Node* n = v.node;
  if (n->type == t) return n;
  using hir::Type;
  if (t == Type::I64 && n->type == Type::I32) return b_.convert(Op::Sext32, Type::I64, n);
  if (t == Type::I32 && n->type == Type::I64) return b_.convert(Op::Trunc, Type::I32, n);
  if (t == Type::F64 && n->type == Type::F32) return b_.convert(Op::FExt, Type::F64, n);
  if (t == Type::F32 && n->type == Type::F64) return b_.convert(Op::FTrunc, Type::F32, n);
  if (t == Type::Ptr && n->type == Type::I32) return b_.convert(Op::Bitcast, Type::Ptr, b_.convert(Op::Sext32, Type::I64, n));
  if (t == Type::Ref && n->is_const(0)) return b_.null();
  if ((t == Type::Ptr && (n->type == Type::I64 || n->type == Type::Ref)) || (t == Type::I64 && (n->type == Type::Ptr || n->type == Type::Ref)))
    return b_.convert(Op::Bitcast, t, n);
  if (t == Type::Ref && (n->type == Type::I64 || n->type == Type::Ptr)) unsupported("a reference made of an integer");
  throw load::il::InvalidProgram(il_, "operand of a wrong type");
}

Node* Frame::as_address(const Value& v) { return v.node->type == hir::Type::Ref ? v.node : as(v, hir::Type::Ptr); }

// ---- frame states -----------------------------------------------------------------------------------------------------

static StateOperand operand_of(const Value& v) {
  StateOperand o = hir::state_value(v.node, value_kind_of(v.kind));
  if (v.kind == StackKind::Struct) {
    o.where = StateOperand::Where::Memory;
    o.words = words_of(v.type);
  }
  return o;
}

const hir::FrameState* Frame::state(loop::Resume resume) {
  if (!has_states()) unsupported("a frame state inside a finally handler");
  hir::FrameState* s = u_.graph.new_state();
  s->frame = index_;
  s->il_offset = il_;
  s->resume = resume;
  s->caller = caller_state_;
  s->exposed = exposed_;
  if (!caller_ && abi_hidden_result()) s->result = result_pointer_;
  for (size_t i = 0; i < vars_.size(); i++) {
    const Variable& v = vars_[i];
    StateOperand o;
    if (v.exposed) {
      o.where = StateOperand::Where::Memory;  // travels with the exposed block, unless passes dissolve that
      o.value = v.address;
      o.kind = v.type->value_kind();
      o.words = words_of(v.type);
    } else if (v.in_slot) {
      o = operand_of({StackKind::Struct, v.type, v.address});
    } else if (now_[i] && is_live(i, resume)) {
      o = hir::state_value(now_[i], value_kind_of(v.type->stack_kind()));
    }
    (i < body_->args.size() ? s->args : s->locals).push_back(o);
  }
  if (resume != loop::Resume::Throw)  // dispatching an exception empties the stack
    for (const Value& v : resume == loop::Resume::ReExecute ? stack_before_ : stack_) s->stack.push_back(operand_of(v));
  return s;
}

bool Frame::covered_here() const {
  if (covered_) return true;
  return std::any_of(body_->clauses.begin(), body_->clauses.end(), [&](const load::il::Clause& c) { return c.in_try(il_); });
}

const hir::FrameState* Frame::throw_state() {
  if (!covered_here()) return nullptr;
  // A filter runs before the handlers of inner frames do, in a baseline frame: there is none yet for a call made from here.
  for (const Frame* f = this; f; f = f->caller_)
    for (const load::il::Clause& c : f->body_->clauses)
      if (c.kind == load::il::ClauseKind::Filter && c.in_try(f->il_)) unsupported("a call inside a filter-protected region");
  return state(loop::Resume::Throw);
}

void Frame::check_null(const Value& v) {
  if (v.non_null) return;
  if (v.node->op == Op::NewObject || v.node->op == Op::NewVector || v.node->op == Op::Slot || v.node->op == Op::FieldAddr || v.node->op == Op::ElemAddr) return;
  if (v.node->op == Op::Symbol) return;
  Node* address = as_address(v);
  if (has_states()) b_.check_null(address, state());
  else require(b_.binary(Op::CmpNe, address, b_.add(Op::Const, address->type, {}, 0)), true, loop::ExitReason::NullCheck, abi::Helper::ThrowNullReference);
}

void Frame::uncovered(const char* what) const {
  if (covered_here()) unsupported(std::string(what) + " in a finally handler inside a try block");
}

void Frame::throw_here(const std::function<void()>& call) {
  uncovered("a throw");
  call();
  b_.unreachable();
}

// The condition is 1 where `truth` holds, and must be.
void Frame::require(Node* condition, bool truth, loop::ExitReason reason, abi::Helper thrower) {
  if (has_states()) {
    truth ? b_.guard(condition, reason, state()) : b_.guard_not(condition, reason, state());
    return;
  }
  hir::Block* on = u_.graph.new_block();
  hir::Block* off = u_.graph.new_block();
  b_.branch(condition, truth ? on : off, truth ? off : on);
  b_.set_block(off);
  throw_here([&] { b_.call_helper(thrower, {}); });
  b_.set_block(on);
}

void Frame::exit_here(loop::ExitReason reason) {
  b_.exit(reason, state());
  ended_ = true;
}

// ---- blocks -------------------------------------------------------------------------------------------------------------

Frame::BlockState& Frame::state_of(uint32_t il) {
  const uint32_t index = body_->blocks.index_at(il);
  if (index == load::il::kNoBlock) throw load::il::InvalidProgram(il_, "branch to no instruction");
  BlockState& s = blocks_[{context_, index}];
  if (s.block) return s;
  s.block = u_.graph.new_block();
  // One predecessor: take its values as they are. Otherwise a phi for every variable; useless ones are removed at the end.
  s.joined = pred_count_[index] != 1 || body_->blocks[index].loop_header || context_ != 0;
  hir::Block* const here = b_.block();
  b_.set_block(s.block);
  b_.set_position(index_, il);
  if (s.joined) {
    s.variables.assign(vars_.size(), nullptr);
    for (size_t i = 0; i < vars_.size(); i++)
      if (!vars_[i].in_slot) s.variables[i] = b_.phi(hir_type_of(vars_[i].type));
    if (typing_.reachable(index))
      for (const auto& t : typing_.entry(index)) {
        Value v{t.kind, t.type, nullptr};
        v.node = t.kind == StackKind::Struct ? b_.slot(words_of(t.type) * 8) : b_.phi(hir_type(t.kind));
        s.stack.push_back(v);
      }
  }
  b_.set_block(here);
  b_.set_position(index_, il_);
  return s;
}

// REQUIRES: the current block's terminator was just made, with an edge to to.block as its newest predecessor.
void Frame::add_edge_values(BlockState& to) {
  if (!to.joined) {
    to.variables = now_;
    to.stack = stack_;
    return;
  }
  for (size_t i = 0; i < vars_.size(); i++)
    if (to.variables[i]) to.variables[i]->operands.push_back(now_[i]);
  for (size_t i = 0; i < to.stack.size(); i++)
    if (to.stack[i].kind != StackKind::Struct) to.stack[i].node->operands.push_back(stack_[i].node);
}

// Brings the stack into the form that the target's phis expect; must happen before the terminator. Shared by all targets of one
// terminator: kinds agree at joins by stack typing.
void Frame::flow_to(uint32_t il) {
  BlockState& to = state_of(il);
  if (to.joined) {
    if (to.stack.size() != stack_.size()) throw load::il::InvalidProgram(il_, "stack depths differ at a join");
    for (size_t i = 0; i < stack_.size(); i++) {
      if (to.stack[i].kind == StackKind::Struct) b_.mem_copy(to.stack[i].node, stack_[i].node, words_of(stack_[i].type) * 8, true);
      else stack_[i].node = as(stack_[i], to.stack[i].node->type);
    }
  }
  const BlockKey key{context_, body_->blocks.index_at(il)};
  if (!to.queued) {
    to.queued = true;
    work_.push_back(key);
  }
}

void Frame::run() {
  while (!work_.empty()) {
    // Lowest IL offset first: close to program order, so that forward joins are complete when they are reached.
    auto at = std::min_element(work_.begin(), work_.end(), [](auto& a, auto& b) { return std::tie(a.second, a.first) < std::tie(b.second, b.first); });
    BlockKey key = *at;
    work_.erase(at);
    translate_block(key);
  }
}

bool Frame::in_try_block(uint32_t il) const {
  for (const Frame* f = this; f; il = f->caller_ ? f->caller_->il_ : 0, f = f->caller_)
    if (f->method()->is_synchronized() || f->body_->innermost_try(il) >= 0) return true;
  return false;
}

// abi/abort_flag.h
void Frame::leave_for_abort() {
  load::types::Type* exception = load::types::Loader::get().corlib_type("System.Threading", "ThreadAbortException");
  exception->head();
  hir::Memory m;
  m.kind = hir::MemKind::I32;
  m.is_volatile = true;
  m.poll = true;
  hir::Node* flags = b_.load(b_.symbol({loop::SymbolKind::TypeWord, exception->id().value, 0}), offsetof(abi::TypeHead, flags), m);
  b_.guard_not(b_.binary(hir::Op::And, flags, b_.i32(static_cast<int32_t>(abi::kAbortsWanted))), loop::ExitReason::Stress, state());
}

void Frame::translate_block(BlockKey key) {
  BlockState& s = blocks_[key];
  const auto& block = body_->blocks[key.second];
  context_ = key.first;
  b_.set_block(s.block);
  now_ = s.variables;
  stack_ = s.stack;
  ended_ = false;
  il_ = block.begin;
  b_.set_position(index_, il_);
  stack_before_ = stack_;
  s.block->no_hoist = !has_states();
  // Whatever may turn out to be a loop's header by dominance, IL order notwithstanding.
  prepare_liveness(key.second);
  if (s.joined && has_states()) s.block->entry_state = state();
  if (block.loop_header && has_states() && in_try_block(block.begin)) leave_for_abort();
  size_t number = 0;
  for (const Instruction& i : body_->instructions(block)) {
    if (!instruction_live_.empty()) {
      live_before_ = &instruction_live_[number];
      live_after_ = &instruction_live_[number + 1];
    }
    number++;
    il_ = i.offset;
    b_.set_position(index_, il_);
    stack_before_ = stack_;
    try {
      translate(i);
    } catch (const load::il::InvalidProgram& e) {
      // It may have come from between two halves of a terminator, or of an inlined body: nothing here can be trusted any more.
      unsupported(std::string("IL without meaning (") + e.what() + ")");
    } catch (const load::types::LoadError&) {
      // Baseline code throws what is to be thrown, at this very instruction.
      b_.set_position(index_, il_);
      if (!ended_) exit_here(loop::ExitReason::Unreached);
    }
    if (ended_) return;
  }
  if (block.falls_off_end) {
    exit_here(loop::ExitReason::Unreached);
    return;
  }
  stack_before_ = stack_;
  flow_to(block.end);
  BlockState& next = state_of(block.end);
  b_.jump(next.block);
  add_edge_values(next);
}

void Frame::translate(const Instruction& i) {
  if (translate_simple(i) || translate_arithmetic(i) || translate_conversion(i) || translate_control(i) || translate_memory(i) || translate_array(i) ||
      translate_object(i) || translate_call(i))
    return;
  unsupported(std::string("the instruction ") + load::il::info(i.op).mnemonic);
}

}  // namespace rapgo::compile::il2hir
