// Calls: the convention, devirtualization by exact type or profile, constructors, constrained calls.
#include <algorithm>
#include <optional>

#include "abi/call_layout.h"
#include "compile/il2hir/frame.h"
#include "load/il/tail_call.h"
#include "load/types/classify.h"

namespace rapgo::compile::il2hir {

using hir::ArgPass;
using hir::MemKind;
using hir::Memory;

static Memory word_of(abi::Eightbyte cls) {
  Memory m;
  m.kind = cls == abi::Eightbyte::Sse ? MemKind::F64 : MemKind::I64;
  return m;
}

// Lays arguments out in ABI order and reads results back. One per call.
struct CallEmitter {
  Frame& f;
  hir::CallInfo* info;
  std::vector<Node*> operands;
  abi::ArgAssigner assigner;
  Node* hidden = nullptr;
  abi::ValueShape result_shape;

  CallEmitter(Frame& frame, Type* result) : f(frame), info(f.u_.graph.new_call_info()), assigner(false) {
    result_shape = load::types::shape_of(result);
    if (abi::returns_hidden(result_shape)) {
      assigner = abi::ArgAssigner(true);
      hidden = f.struct_slot(result);
      add({hir::Type::Ptr, 0}, hidden);
      info->this_index = 1;
    }
  }
  void add(ArgPass pass, Node* n) {
    info->args.push_back(pass);
    operands.push_back(n);
  }
  void argument(const Value& v, Type* t) {
    const abi::ValueShape shape = load::types::shape_of(t);
    const abi::ArgLocation at = assigner.next(shape);
    if (!shape.is_struct()) {
      Node* n = f.narrowed(t, f.as(v, hir_type_of(t)));
      add({n->type, 0}, n);
      return;
    }
    if (at.by_address) {
      Node* copy = f.struct_slot(t);
      f.b_.mem_copy(copy, v.node, words_of(t) * 8, t->has_references());
      add({hir::Type::Ptr, 0}, copy);
    } else if (!at.in_registers) {
      add({hir::Type::Ptr, words_of(t) * 8}, v.node);
    } else {
      for (uint32_t k = 0; k < at.pieces; k++) {
        Node* piece = f.b_.load(v.node, 8 * k, word_of(at.cls[k]));
        add({piece->type, 0}, piece);
      }
    }
  }
  // Makes the call and returns the result as a value (kind Void for none).
  Value emit(Op op, loop::Symbol symbol, int64_t imm, Type* result, const hir::FrameState* throw_state) {
    abi::ArgLocation at;
    if (!result->is_void() && !hidden) {
      at = abi::result_location(result_shape);
      if (!result_shape.is_struct()) {
        info->results[0] = hir_type_of(result);
      } else {
        for (uint32_t k = 0; k < at.pieces; k++) info->results[k] = at.cls[k] == abi::Eightbyte::Sse ? hir::Type::F64 : hir::Type::I64;
      }
    } else if (hidden) {
      info->results[0] = hir::Type::Ptr;  // returned in rax; nobody needs it
    }
    Node* call = f.b_.call(op, symbol, info, operands, throw_state, imm);
    if (result->is_void()) return {StackKind::Void, result, nullptr};
    if (hidden) return {StackKind::Struct, result, hidden};
    if (!result_shape.is_struct()) return {result->stack_kind(), result, f.narrowed(result, call)};
    Node* second = at.pieces > 1 ? f.b_.result2(call, info->results[1]) : nullptr;
    Node* slot = f.struct_slot(result);
    f.b_.store(slot, 0, call, word_of(at.cls[0]));
    if (second) f.b_.store(slot, 8, second, word_of(at.cls[1]));
    return {StackKind::Struct, result, slot};
  }
};

void Frame::return_struct(const Value& v) {
  const abi::ValueShape shape = load::types::shape_of(body_->return_type);
  if (abi::returns_hidden(shape)) {
    b_.mem_copy(result_pointer_, v.node, body_->return_type->value_size(), body_->return_type->has_references());
    b_.ret({result_pointer_});
    return;
  }
  const abi::ArgLocation at = abi::result_location(shape);
  Node* first = b_.load(v.node, 0, word_of(at.cls[0]));
  if (at.pieces == 1) {
    b_.ret({first});
    return;
  }
  Node* second = b_.load(v.node, 8, word_of(at.cls[1]));
  b_.ret({first, second});
}

// The root's ABI values into its variables; sets Graph::params and results.
void Frame::receive_arguments() {
  hir::Graph& g = u_.graph;
  const abi::ValueShape result = load::types::shape_of(body_->return_type);
  const bool hidden = abi::returns_hidden(result);
  if (hidden) {
    g.results[0] = hir::Type::Ptr;
  } else if (!result.is_void) {
    const abi::ArgLocation at = abi::result_location(result);
    if (!result.is_struct()) g.results[0] = hir_type_of(body_->return_type);
    else
      for (uint32_t k = 0; k < at.pieces; k++) g.results[k] = at.cls[k] == abi::Eightbyte::Sse ? hir::Type::F64 : hir::Type::I64;
  }
  if (g.is_osr) return;
  abi::ArgAssigner assigner(hidden);
  auto param = [&](hir::Type t, uint32_t stack_bytes = 0) {
    g.params.push_back({t, stack_bytes});
    return b_.param(static_cast<uint32_t>(g.params.size() - 1), t);
  };
  if (hidden) result_pointer_ = param(hir::Type::Ptr);
  for (size_t i = 0; i < body_->args.size(); i++) {
    Type* t = body_->args[i];
    const abi::ValueShape shape = load::types::shape_of(t);
    const abi::ArgLocation at = assigner.next(shape);
    Variable& v = vars_[i];
    if (!shape.is_struct()) {
      Node* n = param(hir_type_of(t));
      if (v.in_slot) b_.store(v.address, 0, n, memory_of(t));
      else now_[i] = n;
    } else if (at.by_address) {
      b_.mem_copy(v.address, param(hir::Type::Ptr), t->value_size(), t->has_references());
    } else if (!at.in_registers) {
      b_.mem_copy(v.address, param(hir::Type::Ptr, words_of(t) * 8), words_of(t) * 8, t->has_references());
    } else {
      for (uint32_t k = 0; k < at.pieces; k++)
        b_.store(v.address, 8 * k, param(at.cls[k] == abi::Eightbyte::Sse ? hir::Type::F64 : hir::Type::I64), word_of(at.cls[k]));
    }
  }
}

// ---- choosing the target ------------------------------------------------------------------------------------------------

static constexpr double kDominant = 0.97;   // this share of receivers: the rest may exit
static constexpr double kLikely = 0.20;     // a receiver type worth a test of its own
static constexpr size_t kMaxTests = 3;

Value Frame::call_exact(Method* target, std::vector<Value> args, bool through_slot) {
  Value result;
  if (!through_slot && try_inline(target, args, &result)) return result;
  CallEmitter call(*this, target->signature().ret);
  for (size_t k = 0; k < args.size(); k++) call.argument(args[k], target->arg_type(static_cast<uint32_t>(k)));
  const bool direct = target->body == load::types::Body::Il;
  return call.emit(direct ? Op::CallDirect : Op::CallSlot, {direct ? loop::SymbolKind::MethodDirect : loop::SymbolKind::EntrySlot, target->id().value, 0}, 0,
                   target->signature().ret, throw_state());
}

Value Frame::call_dispatched(Method* declared, std::vector<Value> args) {
  CallEmitter call(*this, declared->signature().ret);
  Node* address = nullptr;
  if (!declared->generic_args.empty())  // depends on receiver and arguments: asked for at every call
    address = b_.call_helper(abi::Helper::ResolveVirtual, {args[0].node, b_.symbol({loop::SymbolKind::Method, declared->id().value, 0})}, throw_state());
  for (size_t k = 0; k < args.size(); k++) call.argument(args[k], declared->arg_type(static_cast<uint32_t>(k)));
  if (address) {
    call.operands.insert(call.operands.begin(), address->type == hir::Type::I64 ? address : b_.convert(Op::Bitcast, hir::Type::I64, address));
    return call.emit(Op::CallIndirect, {}, 0, declared->signature().ret, throw_state());
  }
  if (declared->declaring->is_interface())
    return call.emit(Op::CallInterface, {loop::SymbolKind::Method, declared->id().value, 0}, 0, declared->signature().ret, throw_state());
  declared->declaring->head();
  return call.emit(Op::CallVirtual, {loop::SymbolKind::Method, declared->id().value, 0}, declared->slot, declared->signature().ret, throw_state());
}

// Virtual and interface calls. The receiver is known not to be null.
Value Frame::call_virtual(Method* declared, std::vector<Value> args) {
  Value& receiver = args[0];
  auto implementation = [&](Type* t) -> Method* {
    // A boxed value's own methods take the address inside the box: left to the unboxing stub.
    if (!t->is_assignable_to(declared->declaring) || t->is_interface() || t->is_abstract() || t->contains_vars() || t->is_value_type()) return nullptr;
    return t->find_virtual(declared);
  };
  auto as_exact = [&](Type* t) {
    std::vector<Value> a = args;
    a[0].type = t;
    a[0].exact = a[0].non_null = true;
    return a;
  };
  if (!declared->is_virtual()) return call_exact(declared, args, false);
  if (receiver.type && receiver.type->is_reference() && (receiver.exact || (receiver.type->is_sealed() && !receiver.type->is_array())))
    if (Method* m = implementation(receiver.type)) return call_exact(m, receiver.exact ? args : as_exact(receiver.type), false);
  if (declared->is_final() && !declared->declaring->is_interface()) return call_exact(declared, args, false);

  // By profile: test for the types seen, most frequent first; types that share an implementation share nothing but the code's size.
  struct Seen { Type* type; Method* target; uint64_t count; };
  std::vector<Seen> seen;
  uint64_t total = 0;
  if (profile_ && u_.options.speculate) {
    // Calls on the same object meet the same types: the site that was seen most often speaks for all.
    const loop::TypeHistogram*& histogram = receivers_[receiver.node];
    if (auto at = profile_->receivers.find(il_); at != profile_->receivers.end() && (!histogram || at->second.total() > histogram->total())) histogram = &at->second;
    if (histogram) {
      total = histogram->total();
      for (const auto& row : histogram->rows) {
        if (seen.size() == kMaxTests || static_cast<double>(row.count) < kLikely * static_cast<double>(total) * (seen.empty() ? 1 : 0.25)) break;
        Type* t = Type::from({row.id});
        if (Method* m = implementation(t)) seen.push_back({t, m, row.count});
      }
    }
  }
  if (seen.empty() && u_.options.speculate && receiver.type && receiver.type->is_reference() && !receiver.type->is_interface() && !receiver.type->is_abstract() &&
      !receiver.type->is_array() && receiver.type->subclass_count == 0 && receiver.type != load::types::Loader::get().types().object)
    if (Method* m = implementation(receiver.type)) {  // nothing derives from it so far
      seen.push_back({receiver.type, m, 1});
      total = 1;
    }
  if (seen.empty()) return call_dispatched(declared, args);

  uint64_t covered = 0;
  for (const Seen& s : seen) covered += s.count;
  uint64_t failures = 0;
  if (profile_)
    if (auto e = profile_->exits.find(il_); e != profile_->exits.end()) failures = e->second;
  const bool rest_exits = has_states() && static_cast<double>(covered) >= kDominant * static_cast<double>(total) && failures < 20;

  if (seen.size() == 1 && rest_exits) {
    b_.guard_type(receiver.node, type_word(seen[0].type), state());
    guard_hit(loop::ExitReason::GuardType);
    return call_exact(seen[0].target, as_exact(seen[0].type), false);
  }

  // A chain of tests that meets again behind the call.
  hir::Block* after = u_.graph.new_block();
  std::vector<std::pair<hir::Block*, Value>> results;
  Type* ret = declared->signature().ret;
  Node* result_slot = is_struct(ret) ? struct_slot(ret) : nullptr;
  auto done = [&](Value v) {
    if (result_slot) b_.mem_copy(result_slot, v.node, words_of(ret) * 8, ret->has_references());
    results.push_back({b_.block(), v});
    b_.jump(after);
  };
  uint64_t left = total;
  for (size_t k = 0; k < seen.size(); k++) {
    const bool last = k + 1 == seen.size();
    if (last && rest_exits) {
      b_.guard_type(receiver.node, type_word(seen[k].type), state());
      done(call_exact(seen[k].target, as_exact(seen[k].type), false));
      break;
    }
    hir::Block* yes = u_.graph.new_block();
    hir::Block* no = u_.graph.new_block();
    const uint64_t scale = std::max<uint64_t>(1, total >> 30);
    b_.branch(b_.is_exact(receiver.node, type_word(seen[k].type)), yes, no, static_cast<uint32_t>(seen[k].count / scale) + 1, static_cast<uint32_t>((left - seen[k].count) / scale) + 1);
    left -= seen[k].count;
    b_.set_block(yes);
    done(call_exact(seen[k].target, as_exact(seen[k].type), false));
    b_.set_block(no);
    if (last) done(call_dispatched(declared, args));
  }
  b_.set_block(after);
  if (ret->is_void()) return {StackKind::Void, ret, nullptr};
  if (result_slot) return {StackKind::Struct, ret, result_slot};
  Node* phi = b_.phi(hir_type_of(ret));
  for (auto& [block, v] : results) phi->operands.push_back(v.node);
  return {ret->stack_kind(), ret, phi};
}

void Frame::guard_hit(loop::ExitReason) { u_.guards++; }

// ---- instructions ---------------------------------------------------------------------------------------------------------

std::vector<Value> Frame::pop_arguments(uint32_t count) {
  std::vector<Value> args(count);
  for (uint32_t k = count; k-- > 0;) args[k] = pop();
  return args;
}

void Frame::push_call_result(Value v) {
  if (v.kind != StackKind::Void) push(v);
}

bool Frame::translate_call(const Instruction& i) {
  switch (i.op) {
    case Opcode::Call:
    case Opcode::Callvirt: break;
    case Opcode::Newobj: translate_newobj(i); return true;
    case Opcode::Calli: translate_calli(i); return true;
    default: return false;
  }
  Method* target = body_->method_at(i.token());
  const auto& signature = target->signature();
  if (signature.vararg) unsupported("a call with a variable argument list");
  if (translate_intrinsic(target)) return true;
  if (target->body == load::types::Body::ArrayMethod && target->name != ".ctor") return translate_multi_array(target);

  std::vector<Value> args = pop_arguments(target->arg_count());
  if (i.has(load::il::prefix::kConstrained)) {
    Type* t = body_->type(i.constrained);
    push_call_result(call_constrained(target, t, std::move(args)));
    return true;
  }
  if (i.op == Opcode::Callvirt && signature.has_this) {
    check_null(args[0]);
    args[0].non_null = true;
    if (tail_of_itself(il_)) {
      translate_tail_of_itself(std::move(args));
      return true;
    }
    push_call_result(call_virtual(target, std::move(args)));
    return true;
  }
  if (target->is_abstract()) unsupported("a direct call of an abstract method");
  if (tail_of_itself(il_)) {
    translate_tail_of_itself(std::move(args));
    return true;
  }
  // A reference type's instance method called directly: `this` may be null as far as IL goes; the callee faults where it uses it.
  push_call_result(call_exact(target, std::move(args), false));
  return true;
}

void Frame::find_tail_calls() {
  std::optional<Instruction> call;
  for (const Instruction& i : body_->instructions()) {
    if (call && i.op == Opcode::Ret) {
      try {
        Method* target = call->op == Opcode::Calli ? nullptr : body_->method_at(call->token());
        const auto& signature = target ? target->signature() : body_->signature(call->token());
        const StackKind this_kind = !signature.has_this ? StackKind::Void : target && target->declaring->is_value_type() ? StackKind::ByRef : StackKind::Ref;
        if (load::il::leaves_frame(*body_, *call, &i, signature, this_kind)) {
          if (target != method() || (call->op == Opcode::Callvirt && target->is_virtual())) unsupported("a tail call");
          tail_calls_.push_back(call->offset);
        }
      } catch (const load::types::LoadError&) {
        // An exit, when it is translated.
      }
    }
    call.reset();
    if (i.has(load::il::prefix::kTail)) call = i;
  }
  pred_count_[0] += static_cast<uint32_t>(tail_calls_.size());
}

void Frame::translate_tail_of_itself(std::vector<Value> args) {
  if (!stack_.empty()) unsupported("a tail call with more than its arguments on the evaluation stack");
  for (size_t k = 0; k < args.size(); k++) store_variable(arg_var(static_cast<uint32_t>(k)), args[k]);
  init_locals();
  enter(0);
  ended_ = true;
}

// III.2.1: on a value type that implements the method itself no box is made.
Value Frame::call_constrained(Method* target, Type* t, std::vector<Value> args) {
  check_null(args[0]);
  if (!t->is_value_type()) {
    Memory m;
    m.kind = MemKind::Ref;
    args[0] = {StackKind::Ref, t, b_.load(as(args[0], hir::Type::Ptr), 0, m)};
    check_null(args[0]);
    args[0].non_null = true;
    return call_virtual(target, std::move(args));
  }
  Method* m = t->find_virtual(target);
  if (m && m->declaring == t) {
    args[0].type = t;
    return call_exact(m, std::move(args), false);
  }
  Value box = boxed(load_from(as(args[0], hir::Type::Ptr), 0, t, memory_of(t)), t);
  if (!box.non_null) unsupported("a constrained call on a nullable");
  args[0] = box;
  return m ? call_exact(m, std::move(args), false) : call_virtual(target, std::move(args));
}

void Frame::translate_newobj(const Instruction& i) {
  Method* constructor = body_->method_at(i.token());
  Type* t = constructor->declaring;
  if (constructor->signature().vararg) unsupported("newobj with a variable argument list");
  if (t->is_array()) {  // lengths, or lower bounds and lengths
    std::vector<Value> sizes = pop_arguments(static_cast<uint32_t>(constructor->signature().params.size()));
    Node* list = b_.slot(8 * static_cast<int64_t>(sizes.size()));
    Memory m;
    m.kind = MemKind::I64;
    for (size_t k = 0; k < sizes.size(); k++) b_.store(list, 8 * static_cast<int64_t>(k), as_i64(sizes[k]), m);
    Node* made = b_.call_helper(abi::Helper::NewMultiArray, {b_.symbol(type_word(t)), b_.i32(static_cast<int32_t>(sizes.size())), list}, throw_state());
    Value v{StackKind::Ref, t, made};
    v.exact = v.non_null = true;
    push(v);
    return;
  }
  if (t == load::types::Loader::get().types().string) {
    std::vector<Type*> params(constructor->signature().params.begin(), constructor->signature().params.end());
    Method* create = t->find_method("CreateString", params);
    if (!create) unsupported("a string constructor without CreateString");
    std::vector<Value> args = pop_arguments(static_cast<uint32_t>(params.size()));
    args.insert(args.begin(), Value{StackKind::Ref, t, b_.null()});
    push(call_exact(create, std::move(args), false));
    return;
  }
  std::vector<Value> args = pop_arguments(static_cast<uint32_t>(constructor->signature().params.size()));
  if (t->is_delegate()) {
    if (args.size() != 2) unsupported("a delegate constructor of an unusual form");
    Node* object = b_.new_object(type_word(t), t->head()->instance_size, throw_state());
    b_.call_helper(abi::Helper::DelegateInit, {object, as(args[0], hir::Type::Ref), as(args[1], hir::Type::Ptr)}, throw_state());
    push({StackKind::Ref, t, object, true, true});
    return;
  }
  if (is_struct(t) || t->is_value_type()) {
    Node* slot = b_.slot(std::max<uint32_t>(words_of(t), 1) * 8, 8);
    b_.mem_zero(slot, std::max<uint32_t>(words_of(t), 1) * 8);
    Value self{StackKind::ByRef, t, slot};
    self.non_null = true;
    args.insert(args.begin(), self);
    call_exact(constructor, std::move(args), false);
    push(load_from(slot, 0, t, memory_of(t)));
    return;
  }
  if (t->is_abstract() || t->is_interface()) {
    exit_here(loop::ExitReason::Unreached);
    return;
  }
  // An object with a finalizer is never a mere value: the collector must know it.
  Node* object = t->head()->flags & abi::kHasFinalizer ? b_.call_helper(abi::Helper::NewObjectSlow, {b_.symbol(type_word(t))}, throw_state())
                                                       : b_.new_object(type_word(t), t->head()->instance_size, throw_state());
  Value self{StackKind::Ref, t, object, true, true};
  args.insert(args.begin(), self);
  push(self);  // a caller frame that continues behind the constructor finds the object where its result goes
  call_exact(constructor, std::move(args), false);
}

void Frame::translate_calli(const Instruction& i) {
  const auto& signature = body_->signature(i.token());
  if (signature.call_conv != 0 || signature.vararg) unsupported("calli of native code");
  Value address = pop();
  std::vector<Value> args = pop_arguments(static_cast<uint32_t>(signature.params.size()) + (signature.has_this ? 1 : 0));
  CallEmitter call(*this, signature.ret);
  size_t k = 0;
  if (signature.has_this) call.argument(args[k++], load::types::Loader::get().types().object);
  for (Type* t : signature.params) call.argument(args[k++], t);
  call.operands.insert(call.operands.begin(), as(address, hir::Type::I64));
  push_call_result(call.emit(Op::CallIndirect, {}, 0, signature.ret, throw_state()));
}

}  // namespace rapgo::compile::il2hir
