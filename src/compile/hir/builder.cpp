#include "compile/hir/builder.h"

#include <algorithm>

namespace rapgo::compile::hir {

Node* Builder::add(Op op, Type type, std::initializer_list<Node*> operands, int64_t imm) {
  Node* n = graph_.append(block_, op, type, operands);
  n->imm = imm;
  n->frame = frame_;
  n->il_offset = il_;
  return n;
}

Node* Builder::symbol(loop::Symbol s, Type t, int64_t addend) {
  Node* n = add(Op::Symbol, t, {}, addend);
  n->symbol = s;
  return n;
}

Node* Builder::slot(uint32_t bytes, uint32_t align) {
  Node* n = graph_.new_node(Op::Slot, Type::Ptr);
  n->imm = bytes;
  n->imm2 = align;
  n->block = graph_.entry();
  auto& nodes = graph_.entry()->nodes;
  nodes.insert(nodes.begin(), n);
  return n;
}

Node* Builder::phi(Type t) {
  Node* n = graph_.new_node(Op::Phi, t);
  n->block = block_;
  n->frame = frame_;
  n->il_offset = il_;
  auto at = std::find_if(block_->nodes.begin(), block_->nodes.end(), [](Node* x) { return x->op != Op::Phi; });
  block_->nodes.insert(at, n);
  return n;
}

Node* Builder::binary(Op op, Node* a, Node* b) {
  bool compare = op >= Op::CmpEq && op <= Op::CmpGeUn;
  return add(op, compare ? Type::I32 : a->type, {a, b});
}

Node* Builder::checked(Op op, Node* a, Node* b, const FrameState* s) {
  Node* n = binary(op, a, b);
  n->state = s;
  n->reason = loop::ExitReason::Overflow;
  return n;
}

Node* Builder::load(Node* base, int64_t offset, Memory m) {
  Node* n = add(Op::Load, mem_type(m.kind), {base}, offset);
  n->mem = m;
  return n;
}

Node* Builder::store(Node* base, int64_t offset, Node* value, Memory m) {
  Node* n = add(Op::Store, Type::Void, {base, value}, offset);
  n->mem = m;
  return n;
}

Node* Builder::store_ref(Node* base, int64_t offset, Node* value, Memory m) {
  Node* n = add(Op::StoreRef, Type::Void, {base, value}, offset);
  n->mem = m;
  n->mem.kind = MemKind::Ref;
  return n;
}

Node* Builder::load_elem(Node* array, Node* index, Memory m) {
  Node* n = add(Op::LoadElem, mem_type(m.kind), {array, index});
  n->mem = m;
  n->mem.alias = AliasKind::Element;
  return n;
}

Node* Builder::store_elem(Node* array, Node* index, Node* value, Memory m) {
  Node* n = add(m.kind == MemKind::Ref ? Op::StoreRefElem : Op::StoreElem, Type::Void, {array, index, value});
  n->mem = m;
  n->mem.alias = AliasKind::Element;
  return n;
}

Node* Builder::elem_addr(Node* array, Node* index, uint32_t element_size) {
  return add(Op::ElemAddr, Type::Ptr, {array, index}, element_size);
}

Node* Builder::mem_zero(Node* base, int64_t bytes, int64_t offset) {
  Node* n = add(Op::MemZero, Type::Void, {base}, bytes);
  n->imm2 = offset;
  return n;
}

Node* Builder::mem_copy(Node* dst, Node* src, int64_t bytes, bool has_references) {
  Node* n = add(Op::MemCopy, Type::Void, {dst, src}, bytes);
  n->mem.kind = has_references ? MemKind::Ref : MemKind::I8;
  return n;
}

Node* Builder::copy_struct(Node* dst, Node* src, loop::Symbol type_word, int64_t bytes) {
  Node* n = add(Op::CopyStruct, Type::Void, {dst, src}, bytes);
  n->symbol = type_word;
  n->mem.kind = MemKind::Ref;
  return n;
}

static Node* with_state(Node* n, loop::ExitReason reason, const FrameState* s) {
  n->reason = reason;
  n->state = s;
  return n;
}

Node* Builder::check_null(Node* v, const FrameState* s) {
  return with_state(add(Op::CheckNull, Type::Void, {v}), loop::ExitReason::NullCheck, s);
}

Node* Builder::check_bounds(Node* index, Node* length, const FrameState* s) {
  return with_state(add(Op::CheckBounds, Type::Void, {index, length}), loop::ExitReason::BoundsCheck, s);
}

Node* Builder::guard(Node* cond, loop::ExitReason reason, const FrameState* s) {
  return with_state(add(Op::Guard, Type::Void, {cond}), reason, s);
}

Node* Builder::guard_not(Node* cond, loop::ExitReason reason, const FrameState* s) {
  return with_state(add(Op::GuardNot, Type::Void, {cond}), reason, s);
}

Node* Builder::guard_type(Node* obj, loop::Symbol type_word, const FrameState* s) {
  Node* n = with_state(add(Op::GuardType, Type::Void, {obj}), loop::ExitReason::GuardType, s);
  n->symbol = type_word;
  return n;
}

Node* Builder::guard_target(Node* address, loop::Symbol target, const FrameState* s) {
  Node* n = with_state(add(Op::GuardTarget, Type::Void, {address}), loop::ExitReason::GuardTarget, s);
  n->symbol = target;
  return n;
}

Node* Builder::guard_class_init(loop::Symbol type_word, const FrameState* s) {
  Node* n = with_state(add(Op::GuardClassInit, Type::Void), loop::ExitReason::GuardClassInit, s);
  n->symbol = type_word;
  return n;
}

Node* Builder::call(Op op, loop::Symbol symbol, CallInfo* info, std::vector<Node*> operands, const FrameState* throw_state,
                    int64_t imm) {
  Node* n = add(op, info->results[0], {}, imm);
  n->symbol = symbol;
  n->operands = std::move(operands);
  n->call = info;
  return with_state(n, loop::ExitReason::ExceptionFromCallee, throw_state);
}

static Type helper_type(char c) {
  switch (c) {
    case 'i': return Type::I32;
    case 'l': return Type::I64;
    case 'f': return Type::F32;
    case 'd': return Type::F64;
    case 'r': return Type::Ref;
    case 'v': return Type::Void;
    default: return Type::Ptr;  // p b t m
  }
}

Node* Builder::call_helper(abi::Helper h, std::vector<Node*> operands, const FrameState* throw_state) {
  const abi::HelperInfo& info = abi::helper_info(h);
  CallInfo* ci = graph_.new_call_info();
  for (const char* a = info.args; *a; a++) ci->args.push_back({helper_type(*a)});
  ci->results[0] = helper_type(info.result);
  ci->no_throw = info.cls == abi::HelperClass::Leaf;
  return call(Op::CallHelper, helper_symbol(h), ci, std::move(operands), throw_state);
}

Node* Builder::new_object(loop::Symbol type_word, uint32_t instance_size, const FrameState* s) {
  Node* n = with_state(add(Op::NewObject, Type::Ref, {}, instance_size), loop::ExitReason::ExceptionFromCallee, s);
  n->symbol = type_word;
  return n;
}

Node* Builder::new_vector(loop::Symbol type_word, Node* length, uint32_t element_size, const FrameState* s) {
  Node* n = with_state(add(Op::NewVector, Type::Ref, {length}, element_size), loop::ExitReason::ExceptionFromCallee, s);
  n->symbol = type_word;
  return n;
}

static Node* with_symbol(Node* n, loop::Symbol s) {
  n->symbol = s;
  return n;
}

Node* Builder::is_exact(Node* o, loop::Symbol t) { return with_symbol(add(Op::IsExact, Type::I32, {o}), t); }
Node* Builder::is_subclass(Node* o, loop::Symbol t, uint32_t depth) {
  return with_symbol(add(Op::IsSubclass, Type::I32, {o}, depth), t);
}
Node* Builder::is_instance(Node* o, loop::Symbol t) { return with_symbol(add(Op::IsInstance, Type::I32, {o}), t); }

void Builder::jump(Block* to) {
  add(Op::Jump, Type::Void);
  graph_.add_edge(block_, to);
}

void Builder::branch(Node* cond, Block* if_true, Block* if_false, uint32_t weight_true, uint32_t weight_false) {
  Node* n = add(Op::Branch, Type::Void, {cond});
  if (weight_true || weight_false) n->weights = {weight_true, weight_false};
  graph_.add_edge(block_, if_true);
  graph_.add_edge(block_, if_false);
}

void Builder::switch_(Node* value, const std::vector<Block*>& targets, Block* otherwise) {
  add(Op::Switch, Type::Void, {value});
  for (Block* t : targets) graph_.add_edge(block_, t);
  graph_.add_edge(block_, otherwise);
}

void Builder::ret(std::initializer_list<Node*> values) { add(Op::Return, Type::Void, values); }
void Builder::exit(loop::ExitReason reason, const FrameState* s) { with_state(add(Op::Exit, Type::Void), reason, s); }
void Builder::unreachable() { add(Op::Unreachable, Type::Void); }

}  // namespace rapgo::compile::hir
