// Builder: appends nodes to the current block of a Graph. A thin convenience: no folding (passes/simplify does that).
//
// Every node gets the current IL position; checks and calls take the state explicitly.
#pragma once
#include <bit>

#include "abi/helpers.h"
#include "compile/hir/graph.h"

namespace rapgo::compile::hir {

class Builder {
 public:
  explicit Builder(Graph& g) : graph_(g) {}
  Graph& graph() { return graph_; }
  Block* block() const { return block_; }
  void set_block(Block* b) { block_ = b; }
  void set_position(uint32_t frame, uint32_t il_offset) { frame_ = frame; il_ = il_offset; }
  bool terminated() const { return block_ && !block_->nodes.empty() && block_->nodes.back()->has(effect::Term); }

  // The general form.
  Node* add(Op, Type, std::initializer_list<Node*> operands = {}, int64_t imm = 0);

  // Constants and addresses.
  Node* i32(int32_t v) { return add(Op::Const, Type::I32, {}, v); }
  Node* i64(int64_t v) { return add(Op::Const, Type::I64, {}, v); }
  Node* f32(float v) { return add(Op::Const, Type::F32, {}, std::bit_cast<uint32_t>(v)); }
  Node* f64(double v) { return add(Op::Const, Type::F64, {}, std::bit_cast<int64_t>(v)); }
  Node* null() { return add(Op::Const, Type::Ref, {}, 0); }
  Node* symbol(loop::Symbol, Type = Type::Ptr, int64_t addend = 0);
  Node* param(uint32_t index, Type t) { return add(Op::Param, t, {}, index); }
  Node* osr_home(uint32_t word, Type t) { return add(Op::OsrHome, t, {}, word); }
  Node* slot(uint32_t bytes, uint32_t align = 8);  // goes to the entry block's start wherever the builder stands
  Node* phi(Type);  // operands are pushed later, in the order of block()->preds; goes behind the block's other phis

  // Arithmetic: binary(Op::Add, a, b) has the type of a (i32 for comparisons).
  Node* unary(Op op, Node* a) { return add(op, a->type, {a}); }
  Node* binary(Op, Node* a, Node* b);
  Node* checked(Op op, Node* a, Node* b, const FrameState*);  // *Ovf
  Node* convert(Op op, Type to, Node* a) { return add(op, to, {a}); }
  Node* select(Node* c, Node* t, Node* f) { return add(Op::Select, t->type, {c, t, f}); }

  // Memory.
  Node* load(Node* base, int64_t offset, Memory);
  Node* store(Node* base, int64_t offset, Node* value, Memory);
  Node* store_ref(Node* base, int64_t offset, Node* value, Memory);
  Node* load_elem(Node* array, Node* index, Memory);
  Node* store_elem(Node* array, Node* index, Node* value, Memory);  // StoreRefElem for MemKind::Ref
  Node* elem_addr(Node* array, Node* index, uint32_t element_size);
  Node* field_addr(Node* base, int64_t offset) { return add(Op::FieldAddr, Type::Ptr, {base}, offset); }
  Node* length(Node* array) { return add(Op::Length, Type::I32, {array}); }
  Node* type_word(Node* obj) { return add(Op::TypeWord, Type::I32, {obj}); }
  Node* mem_zero(Node* base, int64_t bytes, int64_t offset = 0);
  Node* mem_copy(Node* dst, Node* src, int64_t bytes, bool has_references);
  Node* copy_struct(Node* dst, Node* src, loop::Symbol type_word, int64_t bytes);

  // Checks.
  Node* check_null(Node* v, const FrameState*);
  Node* check_bounds(Node* index, Node* length, const FrameState*);
  Node* guard(Node* cond, loop::ExitReason, const FrameState*);      // cond must be != 0
  Node* guard_not(Node* cond, loop::ExitReason, const FrameState*);
  Node* guard_type(Node* obj, loop::Symbol type_word, const FrameState*);
  Node* guard_target(Node* address, loop::Symbol, const FrameState*);
  Node* guard_class_init(loop::Symbol type_word, const FrameState*);

  // Calls. `throw_state` (Resume::Throw) may be null: see the Call effect in opcodes.def.
  Node* call(Op, loop::Symbol, CallInfo*, std::vector<Node*> operands, const FrameState* throw_state, int64_t imm = 0);
  // Builds the CallInfo from helpers.def. Leaf and Asm helpers cannot throw, the others may.
  Node* call_helper(abi::Helper, std::vector<Node*> operands, const FrameState* throw_state = nullptr);
  Node* result2(Node* call, Type t) { return add(Op::Result2, t, {call}); }
  Node* new_object(loop::Symbol type_word, uint32_t instance_size, const FrameState* throw_state);
  Node* new_vector(loop::Symbol type_word, Node* length, uint32_t element_size, const FrameState* throw_state);
  Node* is_exact(Node* obj, loop::Symbol type_word);
  Node* is_subclass(Node* obj, loop::Symbol type_word, uint32_t depth);
  Node* is_instance(Node* obj, loop::Symbol type_word);

  // Control. These add the edges; phis of the targets are the caller's business.
  void jump(Block*);
  void branch(Node* cond, Block* if_true, Block* if_false, uint32_t weight_true = 0, uint32_t weight_false = 0);
  void switch_(Node* value, const std::vector<Block*>& targets, Block* otherwise);
  void ret(std::initializer_list<Node*> values = {});
  void exit(loop::ExitReason, const FrameState*);
  void unreachable();

 private:
  Graph& graph_;
  Block* block_ = nullptr;
  uint32_t frame_ = 0, il_ = 0;
};

inline loop::Symbol helper_symbol(abi::Helper h) { return {loop::SymbolKind::Helper, static_cast<uint32_t>(h), 0}; }
inline StateOperand state_value(Node* n, loop::ValueKind kind) {
  StateOperand o;
  o.where = StateOperand::Where::Value;
  o.kind = kind;
  o.value = n;
  return o;
}

}  // namespace rapgo::compile::hir
