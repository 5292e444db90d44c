// One graph on its way into one LLVM module. Internal to this folder; split by opcode family into lower_*.cpp.
//
// References and byrefs are LLVM `ptr`: conservative stack scanning pins what they name. What keeps that true (DESIGN 4.3):
// references in memory are accessed `unordered` atomic, and bases of addresses used in a loop are kept alive at its exits.
#pragma once
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "abi/helpers.h"
#include "compile/hir/analysis.h"
#include "compile/hir/graph.h"
#include "loop/compiled_code.h"

namespace rapgo::compile::hir2llvm {

struct Unsupported { std::string what; };

// Names of external symbols carry the loop::Symbol: "rg.<kind>.<id>.<extra>" in decimal.
std::string symbol_name(const loop::Symbol&);
bool parse_symbol_name(llvm::StringRef, loop::Symbol*);  // also maps memcpy & co. to helpers

// Line n of the debug information stands for positions[n - 1].
struct Position { uint32_t frame, il_offset; };

class Lowering {
 public:
  Lowering(const hir::Graph&, llvm::LLVMContext&, loop::CompiledCode* out);
  void run();  // throws Unsupported
  std::unique_ptr<llvm::Module> module;
  std::vector<Position> positions;

 private:
  using V = llvm::Value*;
  // lowering.cpp: function, blocks, debug positions.
  void make_function();
  llvm::Type* type(hir::Type);
  llvm::Type* result_type(const hir::Type results[2]);
  void lower_block(const hir::Block*);
  void lower(const hir::Node*);
  void set_location(const hir::Node*);
  V local_alloc(const hir::Node*);
  V value(const hir::Node*);
  void define(const hir::Node* n, V v) { values_[n] = v; }
  llvm::BasicBlock* new_bb(const char* name);
  llvm::Constant* symbol_address(const loop::Symbol&);
  void fill_phis();

  // lower_arith.cpp
  bool lower_arith(const hir::Node*);
  V lower_compare(const hir::Node*);
  V constant(const hir::Node*);
  void lower_checked(const hir::Node*);
  V bool_to_i32(V v) { return b_.CreateZExt(v, b_.getInt32Ty()); }
  V condition(const hir::Node* n);  // node's value as i1, without the detour through i32 where possible

  // lower_memory.cpp
  bool lower_memory(const hir::Node*);
  V address(V base, int64_t offset);
  V element_address(const hir::Node* array, const hir::Node* index, uint32_t size);
  V load(V address, const hir::Memory&);
  void store(V address, V v, const hir::Memory&);
  void tag(llvm::Instruction*, const hir::Memory&);
  void copy_words(V dst, V src, int64_t bytes);
  V type_word(V object);
  void mark_invariant(llvm::Instruction*);

  // lower_calls.cpp
  bool lower_call(const hir::Node*);
  V emit_call(const hir::Node* n, llvm::FunctionType*, V callee, std::vector<V> args, llvm::AttributeList, unsigned cc, bool may_throw);
  V call_helper(abi::Helper, std::vector<V> args, const hir::Node* n);  // n: position and state of the call
  V as_argument(V, llvm::Type*);
  V lower_type_test(const hir::Node*);
  void lower_virtual(const hir::Node*);

  // lower_exits.cpp
  bool lower_check(const hir::Node*);
  void guard(V ok, const hir::Node* n);  // continues in a new block if ok
  void exit_to(const hir::Node* n, V exception);  // fills the current block with the transfer
  V exit_buffer();
  uint32_t state_symbol(const loop::Symbol&);  // index in CompiledCode::symbols
  struct ExitBuilder;

  // lower_control.cpp
  bool lower_control(const hir::Node*);
  llvm::BasicBlock* edge_target(const hir::Block* from, size_t succ);
  void keep_alive(V);
  void find_loop_bases();
  static bool has_way_out(const hir::Loop&);

  const hir::Graph& g_;
  llvm::LLVMContext& c_;
  loop::CompiledCode* out_;
  llvm::IRBuilder<> b_;
  llvm::Function* f_ = nullptr;
  llvm::AllocaInst* buffer_ = nullptr;  // of all exits
  uint32_t buffer_words_ = 0;
  hir::Dominators dom_;
  hir::Loops loops_;
  std::unordered_map<const hir::Node*, V> values_;
  std::unordered_map<const hir::Node*, V> conditions_;  // i1 form of comparisons
  std::unordered_map<const hir::Block*, llvm::BasicBlock*> starts_;
  // The LLVM block from which the nth edge between two HIR blocks arrives, for phis.
  std::map<std::tuple<const hir::Block*, const hir::Block*, size_t>, llvm::BasicBlock*> edge_from_;
  std::unordered_map<const hir::Node*, V> pairs_;  // calls with two results: the whole
  std::unordered_map<const hir::Loop*, std::vector<const hir::Node*>> loop_bases_;
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> position_index_;
  std::unordered_map<uint32_t, llvm::MDNode*> tbaa_;
  llvm::DISubprogram* subprogram_ = nullptr;
  llvm::MDNode* likely_ = nullptr;
};

}  // namespace rapgo::compile::hir2llvm
