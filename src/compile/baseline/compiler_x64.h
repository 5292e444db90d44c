// The one pass. Members are implemented by opcode family: frame, stack, variables, arithmetic, conversions, branches, memory, arrays, calls,
// objects, regions, intrinsics.
#pragma once
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "abi/call_layout.h"
#include "compile/baseline/baseline.h"
#include "compile/baseline/entry.h"
#include "compile/stubs/emitter_x64.h"
#include "load/il/method_body.h"

namespace rapgo::compile::baseline {

namespace il = load::il;
namespace types = load::types;
namespace x86 = asmjit::x86;
using abi::Helper;
using asmjit::Label;
using il::Instruction;
using il::Opcode;
using loop::SymbolKind;
using types::Field;
using x86::Gp;
using x86::Mem;
using x86::Xmm;

inline bool fits32(int64_t v) { return v == static_cast<int32_t>(v); }
inline uint32_t bit(const Gp& r) { return 1u << r.id(); }  // in masks of registers
inline Mem sized(Mem m, uint32_t size) {
  m.setSize(size);
  return m;
}

// Guesses that turned out wrong: the pass starts again with better ones.
struct Sizes {
  uint32_t stack_words = 0;
  bool big_frame = false;
};
struct Restart {};

// What landing() wants to know of a place.
struct Snapshot {
  uint32_t il = ~0u;       // wanted
  bool found = false;
  uint32_t pc = 0;
  std::vector<Entry> stack;
  bool fused_branch = false;  // brtrue/brfalse that was compiled together with the comparison in front
  uint32_t taken_il = 0, next_il = 0;  // whose offsets become:
  uint32_t taken_pc = 0, next_pc = 0;
  bool branch_if_true = false;
};

struct BlockState {
  Label label;
  uint32_t pc = 0;
  bool known = false;
  std::vector<Entry> stack;       // kinds and types; all in homes
};
struct Patch {
  uint32_t at;                    // of the 4-byte field
  bool frame;                     // frame size; else outgoing bytes
  int32_t addend;
};
struct Cold {
  Label label;
  Helper helper;
  uint32_t il;
};
struct ColdInit { Label label, back; uint32_t type; uint32_t il; };

// What a compilation fills, kept by the thread for the next one: memory that is warm and need not be asked for.
struct Buffers {
  loop::CompiledCode out;
  std::vector<Var> vars;
  std::vector<abi::ArgLocation> arg_locations, call_locations;
  std::vector<abi::ValueShape> arg_shapes;
  std::vector<Patch> patches;
  std::vector<Entry> stack, call_args;
  std::vector<BlockState> blocks;
  std::vector<Cold> cold;
  std::vector<ColdInit> cold_init;
  void clear();
};
class LentBuffers {
 public:
  LentBuffers();
  ~LentBuffers();
  LentBuffers(const LentBuffers&) = delete;
  Buffers& operator*() const { return *it_; }

 private:
  std::unique_ptr<Buffers> it_;
};

class Compiler {
 public:
  Compiler(const il::MethodBody& body, const Options& options, const Sizes& sizes, Snapshot* snapshot);
  loop::SharedCode run();
  // A method without usable IL.
  loop::SharedCode run_intrinsic();

  Sizes needed;  // after Restart was thrown

 private:
  friend struct ArgMoves;

  // ---- frame_x64.cpp ----
  void lay_out_frame();
  void prologue();
  void finish();
  void finish_cold();
  void finish_tables();
  void ret();
  void lock_object(const Gp& reg);
  void zero_words(int32_t offset, uint32_t words);
  void describe_frame();

  // ---- stack_x64.cpp: registers ----
  Gp take_gp(uint32_t avoid = 0);
  Gp claim(const Gp& reg);           // that very register: an entry in it goes elsewhere
  Xmm take_xmm();
  void free_gp(const Gp& r) { used_gp_ &= ~(1u << r.id()); }
  void free_xmm(const Xmm& r) { used_xmm_ &= ~(1u << r.id()); }
  void release(const Entry& e) {
    if (e.in == Entry::In::Gp) used_gp_ &= ~(1u << e.reg);
    if (e.in == Entry::In::Xmm) used_xmm_ &= ~(1u << e.reg);
  }
  static Gp gp(uint8_t id, bool is64) { return is64 ? Gp(x86::gpq(id)) : Gp(x86::gpd(id)); }
  static Gp gp(const Entry& e) { return gp(e.reg, e.is64()); }
  static Xmm xmm(const Entry& e) { return x86::xmm(e.reg); }
  // ---- stack_x64.cpp: values ----
  Entry pop();
  Entry& top(uint32_t depth = 0);
  void push(const Entry& e);         // word index is set here
  Entry& push_new(StackKind kind, Type* type = nullptr);  // the same, made in place: in its home, for the caller to say otherwise
  void push_gp(const Gp& r, StackKind kind, Type* type = nullptr);
  void push_xmm(const Xmm& r, StackKind kind);
  void push_const(StackKind kind, int64_t value);
  void push_symbol(StackKind kind, SymbolKind symbol, uint32_t id, uint32_t extra = 0, Type* type = nullptr);
  void push_home(StackKind kind, Type* type, uint32_t words);  // the value is in its home already
  Mem home(uint32_t word, uint32_t size = 8) const { return x86::ptr(x86::rbp, stack_base_ + static_cast<int32_t>(8 * word), size); }
  Mem home(const Entry& e) const { return home(e.word, e.is64() && e.kind != StackKind::Float32 ? 8 : 4); }
  void need_words(uint32_t words) {
    if (words > sizes_.stack_words) {
      needed = sizes_;
      needed.stack_words = words + words / 2 + 4;
      throw Restart{};
    }
  }
  void load_to(const Gp& reg, const Entry& e);    // keeps e; full width; a smaller int32 is zero-extended
  void load_to(const Xmm& reg, const Entry& e);
  Gp to_gp(Entry& e, uint32_t avoid = 0);         // into a register of its own
  Xmm to_xmm(Entry& e);
  Mem memory_of(const Entry& e) const;            // REQUIRES: Home or Var
  int32_t home_offset(uint32_t word) const { return stack_base_ + static_cast<int32_t>(8 * word); }
  void spill(Entry& e);                           // to its home
  void spill_all(uint32_t but_top = 0);           // registers and addresses; constants and aliases stay
  void spill_registers(uint32_t but_top = 0);     // registers only
  void flush();                                   // everything into its home: block boundaries
  void copy_to_home(Entry& e);                    // even if constant or alias
  Entry pop_value(StackKind want);                // popped and coerced
  void coerce(Entry& e, StackKind want);
  void copy_words(const Mem& to, const Mem& from, uint32_t bytes);  // not overlapping, stack or unbarriered memory
  [[noreturn]] void invalid(const char* reason);

  // ---- variables_x64.cpp ----
  Mem var_memory(const Var& v, uint32_t size = 8);           // loads the block's base into r11 for exposed ones
  void load_var(uint32_t index);
  void load_var_address(uint32_t index);
  void store_var(uint32_t index);
  void spill_aliases_of(uint32_t index);
  uint32_t arg_index(const Instruction& i) const { return i.index(); }
  uint32_t local_index(const Instruction& i) const { return static_cast<uint32_t>(body_.args.size()) + i.index(); }

  // ---- arithmetic_x64.cpp ----
  void binary(const Instruction& i);
  void float_binary(Opcode op, Entry& left, Entry& right);
  void divide(Opcode op, Entry& left, Entry& right, StackKind kind);
  void shift(Opcode op);
  void unary(Opcode op);
  void checked_binary(Opcode op);
  asmjit::Operand operand(Entry& e, bool is64);              // immediate, memory or register
  StackKind arithmetic_kind(Entry& left, Entry& right);      // makes both of one kind
  // ---- conversions_x64.cpp ----
  void convert(Opcode op);
  void convert_checked(Opcode op);
  void convert_float(Entry& e, StackKind want);
  // ---- branches_x64.cpp ----
  struct Condition {
    x86::CondCode cc;
    bool also_parity = false;    // float equality: false if unordered
    bool or_parity = false;      // float: true if unordered
  };
  Condition compare(Opcode op, Entry& left, Entry& right);   // emits the comparison
  void compare_value(const Instruction& i, const Instruction* next);
  void branch(uint32_t target);
  void conditional(const Condition& c, uint32_t target, uint32_t next);
  void branch_on_top(bool if_true, uint32_t target, uint32_t next);
  void branch_compare(const Instruction& i);
  void switch_on_top(const Instruction& i);
  void jump_to(uint32_t target);                             // unconditional, stack flushed
  void back_edge(uint32_t target);
  void flow_to(uint32_t target);                             // checks and records the entry stack
  bool is_back(uint32_t target) const { return target <= il_; }
  Label& label_at(uint32_t target);
  void set_flags(bool value_first);

  // ---- memory_x64.cpp ----
  static Access access_of(Type* type);
  Access access_of_indirect(Opcode op);
  void load_from(const Mem& from, const Access& a, Type* type);   // pushes; `from` must not use a register that is free to take... it may
  void store_plain(const Mem& to, const Access& a, Entry& value); // no references inside the heap
  void store_through(Entry& address, int32_t offset, const Access& a, Type* type, Entry& value);  // with barrier where needed
  void load_indirect(const Access& a, Type* type);
  void store_indirect(const Access& a, Type* type);
  void load_field(const Instruction& i);
  void load_field_address(const Instruction& i);
  void store_field(const Instruction& i);
  void store_instance_value(Field* f, Entry& object, Entry& v);
  void load_static(const Instruction& i);
  void load_static_address(const Instruction& i);
  void store_static(const Instruction& i);
  void store_static_value(Field* f, Entry v);
  void init_object(const Instruction& i);
  void copy_object(const Instruction& i);
  void copy_block();
  void zero_extend(Entry& int32);  // in a register, as a native integer
  void init_block();
  void local_alloc();
  void class_check(Type* type);
  void static_base(Field* field);                            // thread statics: rax = address
  void null_check(const Gp& r, uint32_t offset);
  void fault_null(const Gp& r);                              // touches [r]
  Gp address_of(Entry& e, uint32_t avoid = 0) { return to_gp(e, avoid); }
  void store_struct(const Gp& to, int32_t offset, Type* type, Entry& value, bool in_heap);

  // ---- arrays_x64.cpp ----
  void load_length();
  Mem element(Entry& array, Entry& index, uint32_t size);    // bounds-checked; registers of both stay owned by them
  void load_element(const Access& a, Type* type);
  void store_element(const Access& a, Type* type);
  void store_reference_element();
  void element_address(const Instruction& i);
  void new_array(Type* element_type);
  void allocate_with_length(Type* type, Helper helper);
  void array_method(Method* m);
  Gp multi_address(Method* m, uint32_t rank);                // pops the indexes and the array; result: the array, flat_index_ = register of the index
  uint8_t flat_index_ = 0;

  // ---- calls_x64.cpp ----
  struct Target {
    enum Kind : uint8_t { Slot, Virtual, Interface, Pointer, HelperCall } kind = Slot;
    Method* method = nullptr;
    Helper helper{};
    bool null_check = false;
    bool tail = false;           // tail. prefix, honoured
    Entry pointer;               // Pointer
  };
  void call(const Instruction& i, const Instruction* next);
  void call_indirect(const Instruction& i, const Instruction* next);
  void call_native(const types::Signature& s);
  // The extra arguments become a block above the fixed ones, which must be on top afterwards.
  void pass_variable_arguments(const types::Signature& site, size_t fixed);
  void pass_list();
  void enter_tail(const Target& target, uint32_t stack_words, const Gp& receiver);
  void jump_to_method(const Instruction& i);
  // The arguments are on the stack. `this_kind`: Void if there is no receiver.
  void emit_call(const Target& target, const types::Signature& s, StackKind this_kind);
  void emit_call_with_receiver(Method* m, uint32_t word);
  void narrow_argument(Entry& e, Type* param, const abi::ValueShape& shape);
  void helper_call(Helper h, std::initializer_list<Entry> args, StackKind result, Type* type = nullptr);
  void call_helper(Helper h);
  void after_call(Method* target);
  void push_result(const abi::ValueShape& shape, Type* type, uint32_t buffer_word);
  void constrain(const Instruction& i, Method*& m, bool& is_virtual);
  void call_method(Method* m, bool is_virtual, bool tail = false);
  void probe_receiver();

  // ---- objects_x64.cpp ----
  void new_object(const Instruction& i);
  void construct_class(Method* ctor);
  static bool is_object_constructor(Method* m);
  bool call_accessor(Method* m, bool is_virtual);  // false: it is none, nothing was done
  bool does_nothing(Method* ctor);
  void construct_struct(Method* ctor);
  void construct_delegate(Method* ctor);
  void allocate(Type* type);                                 // rax = new object; every other register kept
  void box(Type* type);
  void unbox(Type* type);
  void unbox_any(Type* type);
  void cast(Type* type, bool throwing);
  void load_token(const Instruction& i, const Instruction* next);
  void load_function(const Instruction& i);
  void load_virtual_function(const Instruction& i);
  void make_typed_reference(Type* type);
  void typed_reference_value(Type* type);
  void typed_reference_type();
  // ---- regions_x64.cpp ----
  void enter_regions(const il::Block& block);
  void leave(const Instruction& i);
  void end_finally();
  void end_filter();
  void throw_top();
  void rethrow();
  void finish_leaves();
  void describe_handlers();

  // ---- intrinsics_x64.cpp ----
  bool intrinsic(Method* m);
  bool string_intrinsic(Method* m);
  bool memory_intrinsic(Method* m);
  bool interlocked(Method* m);
  bool math(Method* m);

  // ---- throws ----
  Label throw_label(Helper h);                               // cold code that throws at this IL offset
  void throw_load_error(const types::LoadError& e);
  void throw_not_implemented(const std::string& feature);
  void throw_invalid_program(const std::string& reason);

  // ---- compiler_x64.cpp ----
  void block(uint32_t index);
  void instruction(const Instruction& i, const Instruction* next);
  void record_il() {
    if (mapped_ && mapped_il_ == il_) return;
    const uint32_t at = e_.pc();
    if (mapped_ && mapped_pc_ == at) out_.il_map.back().il_offset = il_;
    else out_.il_map.push_back({at, il_});
    mapped_ = true;
    mapped_il_ = il_;
    mapped_pc_ = at;
  }
  Type* type_at(load::metadata::Token token);      // closed ones only
  // The id for SymbolKind::TypeWord. A class that cannot be laid out is the instruction's failure, not that of the whole method when it is installed.
  static uint32_t type_word(Type* type) {
    type->head();
    return type->id().value;
  }
  Method* method_at(load::metadata::Token token);
  void take_snapshot();
  void duplicate();
  void check_finite();
  uint32_t counter(loop::ProbeKind kind, uint32_t il, uint32_t target = 0, uint32_t words = 1);
  void count(uint32_t counter);

  const il::MethodBody& body_;
  Method* const method_;
  const Options options_;
  const Sizes sizes_;
  Snapshot* const snapshot_;
  LentBuffers buffers_;
  loop::CompiledCode& out_ = (*buffers_).out;
  stubs::Emitter e_;
  stubs::Assembler& a;

  // frame
  std::vector<Var>& vars_ = (*buffers_).vars;  // arguments, then locals
  std::vector<abi::ArgLocation>& arg_locations_ = (*buffers_).arg_locations;
  std::vector<abi::ValueShape>& arg_shapes_ = (*buffers_).arg_shapes;
  abi::ValueShape result_shape_;
  int32_t stack_base_ = 0, result_home_ = 0, exposed_base_ = 0, exposed_block_ = 0, saved_sp_ = 0;
  int32_t zero_low_ = 0;
  uint32_t zero_words_ = 0;
  uint32_t exposed_words_ = 0;
  uint32_t fixed_ = 0;              // bytes of everything but evaluation stack and outgoing words
  uint32_t out_words_ = 0;          // outgoing stack arguments
  std::vector<int32_t> clause_home_;
  int32_t vararg_home_ = 0;         // address of the caller's abi::VariableArguments
  std::vector<int32_t> copy_home_;  // methods with jmp: per argument, the address of the caller's copy if it came in a register
  bool synchronized_ = false;
  loop::HandlerRow lock_row_{};
  std::vector<Patch>& patches_ = (*buffers_).patches;

  // state
  std::vector<Entry>& stack_ = (*buffers_).stack;
  uint32_t depth_words_ = 0;
  uint32_t used_gp_ = 0, used_xmm_ = 0;
  uint32_t il_ = 0;                 // of the current instruction
  bool mapped_ = false;             // the last row of the IL map:
  uint32_t mapped_il_ = 0, mapped_pc_ = 0;
  uint32_t block_index_ = 0;
  bool live_ = true;                // control reaches the current place
  bool absorbed_ = false;           // the next instruction has been compiled with this one
  bool presumed_ = false;           // entry stack of the current block is a guess

  std::vector<BlockState>& blocks_ = (*buffers_).blocks;
  std::vector<Cold>& cold_ = (*buffers_).cold;
  std::vector<ColdInit>& cold_init_ = (*buffers_).cold_init;
  struct Trampoline {               // continuation behind a finally: go on to the next one, or to the target
    Label label;
    uint32_t il, target;
    std::vector<uint32_t> clauses;  // still to run
  };
  std::vector<Trampoline> trampolines_;
  std::vector<Label> handler_labels_, filter_labels_;
  struct Text { Label label; std::string text; };
  std::vector<Text> texts_;
  struct Table { Label label; std::vector<uint32_t> targets; };
  std::vector<Table> tables_;
  static constexpr uint32_t kEdge = 1u << 31;   // a table's target is a number of edge_labels_
  struct Edge { Label label; uint32_t target; };
  std::vector<Edge> edge_labels_;
  std::vector<abi::ArgLocation>& call_locations_ = (*buffers_).call_locations;  // of the call being compiled
  std::vector<Entry>& call_args_ = (*buffers_).call_args;
  uint32_t reserved_words_ = 0;     // above the arguments of the call being compiled: its variable arguments
  int32_t cookie_word_ = -1;        // their block
  bool forwards_list_ = false;      // the call being compiled passes this method's own variable arguments on
};

}  // namespace rapgo::compile::baseline
