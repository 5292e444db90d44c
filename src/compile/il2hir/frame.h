// One method body being translated: the root of a compilation or something inlined into it. Private to this folder.
#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "compile/hir/builder.h"
#include "compile/il2hir/build.h"
#include "load/il/stack_typing.h"
#include "loop/profile.h"

namespace rapgo::compile::il2hir {

using load::il::Instruction;
using load::il::MethodBody;
using load::il::Opcode;
using load::types::Field;
using load::types::Kind;
using load::types::Method;
using load::types::StackKind;
using load::types::Type;
using hir::Node;
using hir::Op;

// An evaluation-stack entry or a variable's value. Struct: `node` is the address of a slot that holds the value and is not
// written again while this Value lives.
struct Value {
  StackKind kind = StackKind::Int32;
  Type* type = nullptr;   // static type where known (Ref, ByRef: pointee, Struct: exact)
  Node* node = nullptr;
  bool exact = false;     // Ref: the object is exactly of `type`
  bool non_null = false;
};

// An argument or local.
struct Variable {
  Type* type = nullptr;
  bool in_slot = false;    // lives in memory: structs, and whatever has its address taken
  bool exposed = false;    // in the frame's exposed block, whose address other code may hold
  Node* address = nullptr; // in_slot
  Node* pin = nullptr;     // pinned: the frame's word that shows its value to the collector
};

// What one compilation shares over all its frames.
struct Unit {
  Unit(hir::Graph& graph, const Options& options) : graph(graph), b(graph), options(options) {}
  hir::Graph& graph;
  hir::Builder b;
  const Options& options;
  uint32_t il_total = 0;
  uint32_t guards = 0;     // for the deopt stress
  uint32_t inlined = 0;
};

class Frame {
 public:
  // Root: caller == nullptr.
  Frame(Unit& unit, std::unique_ptr<MethodBody> body, uint32_t index, Frame* caller, const hir::FrameState* caller_state, bool covered);

  // Root: emits the whole function. Throws Unsupported.
  void translate_root();
  // Inlined: arguments are given; control goes on in `after` (with phis or a result slot for the result). Returns the result.
  Value translate_inlined(std::vector<Value> args, hir::Block* after);

  Method* method() const { return body_->method; }
  Frame* caller() const { return caller_; }
  uint32_t depth() const { return depth_; }

 private:
  friend class InlineScope;
  // ---- liveness (liveness.cpp) ----
  // Which scalar variables are read again, so that frame states do not keep the others alive. Not for bodies with clauses.
  using Live = std::vector<bool>;   // empty: all
  void find_live();
  void step_back(Live& live, const Instruction& i) const;
  Live live_at_end(uint32_t block) const;
  void prepare_liveness(uint32_t block);           // of each instruction of the block
  bool is_live(size_t variable, loop::Resume resume) const;

  // ---- blocks ----
  struct LeaveContext {       // finally handlers are copied once per way through them
    uint32_t parent = 0;
    std::vector<uint32_t> finallys;  // clauses still to run, next first
    uint32_t target = 0;
    auto key() const { return std::tie(parent, finallys, target); }
  };
  struct BlockState {
    hir::Block* block = nullptr;
    bool queued = false, joined = false;
    std::vector<Node*> variables;   // phis (or values, where there is one predecessor); null for in_slot
    std::vector<Value> stack;
  };
  using BlockKey = std::pair<uint32_t, uint32_t>;  // context, block index

  BlockState& state_of(uint32_t il);
  void flow_to(uint32_t il);                       // jump from the current block
  void add_edge_values(BlockState& to);            // after the edge was added
  void run();                                      // the work list
  void translate_block(BlockKey key);
  void translate(const Instruction& i);
  bool translate_simple(const Instruction& i);     // constants, variables, stack shuffling
  bool translate_arithmetic(const Instruction& i);
  bool translate_conversion(const Instruction& i);
  bool translate_checked_conversion(const Instruction& i);
  bool translate_control(const Instruction& i);
  void branch(Node* condition, uint32_t if_true, uint32_t if_false);
  void translate_leave(const Instruction& i);
  void translate_endfinally();
  void go_on(uint32_t parent, std::vector<uint32_t> finallys, uint32_t target);
  void translate_return();
  void return_struct(const Value& v);
  bool translate_memory(const Instruction& i);     // fields, statics, indirect
  Node* static_base(Field* f);
  void push_static(Field* f, bool address, bool is_volatile);
  Node* checked_index(const Value& array, const Value& index);
  void check_bounds(Node* index, Node* length);
  void store_element(const Value& array, Node* index, const Value& v, Type* element, Type* static_element);
  bool translate_multi_array(Method* m);
  Node* no_wrap(Op op, Node* a, Node* b);
  bool translate_array(const Instruction& i);
  bool translate_object(const Instruction& i);     // new, box, cast, tokens
  bool translate_call(const Instruction& i);

  // ---- stack ----
  void push(StackKind kind, Node* node, Type* type = nullptr) { stack_.push_back({kind, type, node}); }
  void push(const Value& v) { stack_.push_back(v); }
  void push_typed(Type* type, Node* node);          // widened value of a place of this type
  Value pop();
  const Value& top(uint32_t depth = 0) const { return stack_[stack_.size() - 1 - depth]; }
  Node* as(const Value& v, hir::Type t);            // coerces between native int, byref, int32
  Node* as_int32(const Value& v) { return as(v, hir::Type::I32); }
  Node* as_i64(const Value& v) { return as(v, hir::Type::I64); }
  Node* as_address(const Value& v);

  // ---- variables ----
  Node* load_variable(uint32_t index);
  void store_variable(uint32_t index, const Value& v);
  void pin(const Variable& v, const Value& value);
  void declare_variables();
  uint32_t arg_var(uint32_t i) const { return i; }
  uint32_t local_var(uint32_t i) const { return static_cast<uint32_t>(body_->args.size()) + i; }

  // ---- memory ----
  hir::Memory memory_of(Type* t, hir::AliasKind alias = hir::AliasKind::Any, uint32_t id = 0);
  hir::Memory field_memory(Field* f, bool of_object);
  void store_to(Node* base, int64_t offset, Type* t, const Value& v, hir::Memory m, bool maybe_heap);
  Value load_from(Node* base, int64_t offset, Type* t, hir::Memory m);
  Node* struct_slot(Type* t);
  void copy_struct(Node* to, Node* from, Type* t, bool maybe_heap);
  Node* narrowed(Type* t, Node* n);                 // truncation on storing into a narrow variable

  // ---- states and checks ----
  // ReExecute: with the stack as the instruction found it. ContinueAfter: with the stack as it is now (arguments popped).
  const hir::FrameState* state(loop::Resume resume = loop::Resume::ReExecute);
  const hir::FrameState* throw_state();             // null if no handler covers this place
  bool covered_here() const;
  // Finally handlers that are copied into a path have no frame states: which way they were entered cannot be told. What fails there
  // throws on the spot, where no handler of this compilation could catch it; else Unsupported.
  bool in_try_block(uint32_t il) const;   // of this body or of one that it is inlined into; a synchronized method is one as a whole
  void leave_for_abort();
  bool has_states() const { return context_ == 0 && (!caller_ || caller_state_); }
  void require(Node* condition, bool truth, loop::ExitReason reason, abi::Helper thrower);
  void throw_here(const std::function<void()>& call);   // ends the block
  void uncovered(const char* what) const;
  Node* compare_values(Op op, const Value& left, const Value& right);
  void check_null(const Value& v);
  void guard_hit(loop::ExitReason reason);
  void exit_here(loop::ExitReason reason);          // ends the block
  [[noreturn]] void unsupported(const std::string& what) const;

  // ---- entry (build.cpp) ----
  void init_locals();
  void enter(uint32_t il);
  void receive_arguments();
  void receive_homes();
  bool abi_hidden_result() const;
  Node* lock_object();                              // of a synchronized method

  // ---- objects (object.cpp) ----
  Node* is_instance_of(Node* object, Type* t);
  Value boxed(const Value& v, Type* t);
  void cast(const Instruction& i, Type* t);

  // ---- calls (call.cpp, inline.cpp, intrinsics.cpp) ----
  std::vector<Value> pop_arguments(uint32_t count);
  void push_call_result(Value v);
  Value call_exact(Method* target, std::vector<Value> args, bool through_slot);
  Value call_virtual(Method* declared, std::vector<Value> args);     // receiver not null
  Value call_dispatched(Method* declared, std::vector<Value> args);
  Value call_constrained(Method* target, Type* t, std::vector<Value> args);
  void translate_newobj(const Instruction& i);
  void translate_calli(const Instruction& i);
  bool worth_inlining(Method* target) const;
  bool try_inline(Method* target, std::vector<Value>& args, Value* result);
  bool translate_intrinsic(Method* target);
  bool math_intrinsic(Method* target);
  bool interlocked_intrinsic(Method* target);
  // Calls that leave the frame first (load/il/tail_call.h), of the root: one of the method itself is a jump to its beginning, which
  // makes that a join; others are Unsupported. Those of inlined bodies are plain calls: the root's frame is beneath them in baseline code, too.
  void find_tail_calls();
  bool tail_of_itself(uint32_t il) const { return std::find(tail_calls_.begin(), tail_calls_.end(), il) != tail_calls_.end(); }
  void translate_tail_of_itself(std::vector<Value> args);
  bool string_intrinsic(Method* target);
  bool memory_intrinsic(Method* target);
  static bool starts_class(Method* m);              // its entry runs the class initialiser
  void class_ready(Type* t);                        // initialised, or guarded to be
  void start_class();

  Unit& u_;
  hir::Builder& b_;
  std::unique_ptr<MethodBody> body_;
  load::il::StackTyping typing_;
  const uint32_t index_;       // into graph.frames
  Frame* const caller_;
  const hir::FrameState* caller_state_;
  const bool covered_;         // a handler of a caller covers the call that was inlined
  const uint32_t depth_;
  const loop::MethodProfile* profile_ = nullptr;

  std::vector<Variable> vars_;       // args, then locals
  Node* exposed_ = nullptr;          // address of the exposed block
  std::vector<Node*> now_;           // current values of SSA variables
  std::vector<Value> stack_;
  std::vector<Value> stack_before_;  // as the current instruction found it
  uint32_t il_ = 0;                  // current instruction
  std::vector<Live> block_live_;     // at each block's start
  const Live* live_before_ = nullptr;  // of the current instruction; null: all
  const Live* live_after_ = nullptr;
  std::vector<Live> instruction_live_;  // of the current block: before each instruction, then after the last
  std::vector<uint32_t> tail_calls_;    // of the method itself, by IL offset
  uint32_t context_ = 0;
  bool ended_ = false;               // the current block has its terminator
  std::vector<LeaveContext> contexts_;
  std::map<BlockKey, BlockState> blocks_;
  std::vector<BlockKey> work_;
  std::vector<uint32_t> pred_count_;

  std::unordered_map<const Node*, const loop::TypeHistogram*> receivers_;  // by receiver: the richest histogram of a call on it
  // Inlined: where `ret` goes.
  hir::Block* after_ = nullptr;
  std::vector<std::pair<hir::Block*, Value>> returns_;
  Node* result_pointer_ = nullptr;   // root: hidden result pointer; inlined: slot of a struct result
  std::unordered_map<Node*, Type*> token_types_;  // slots that hold the handle of a type
  friend struct CallEmitter;
};

hir::Type hir_type(StackKind k);
hir::Type hir_type_of(Type* t);          // of a value of this type on the stack; Ptr for structs (their address)
hir::MemKind mem_kind_of(Type* t);       // scalars only
loop::ValueKind value_kind_of(StackKind k);
inline bool is_struct(Type* t) { return t->stack_kind() == StackKind::Struct; }
inline uint32_t words_of(Type* t) { return (t->value_size() + 7) / 8; }
// A class that cannot be laid out fails here, where the instruction becomes an exit, not when the code is installed.
inline loop::Symbol type_word(Type* t) {
  t->head();
  return {loop::SymbolKind::TypeWord, t->id().value, 0};
}

}  // namespace rapgo::compile::il2hir
