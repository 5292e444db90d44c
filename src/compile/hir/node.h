// Nodes, blocks and frame states of the optimizer's intermediate representation (HIR): typed SSA over a control-flow graph.
//
// The manual of operations is opcodes.def. Symbols are loop::Symbol, never live pointers, so a graph prints, parses and
// compiles to the same bytes in any process. Thread safety: a graph belongs to one thread. Errors: broken invariants are
// found by verify(), not here. Memory: everything belongs to the Graph and dies with it.
#pragma once
#include <cstdint>
#include <vector>

#include "loop/compiled_code.h"
#include "loop/ids.h"

namespace rapgo::compile::hir {

enum class Op : uint8_t {
#define HIR_OP(name, mnemonic, result, operands, effects, doc) name,
#include "compile/hir/opcodes.def"
#undef HIR_OP
  Count_
};

namespace effect {
enum Bits : uint8_t { Pure = 0, Read = 1, Write = 2, Exit = 4, Call = 8, Alloc = 16, Term = 32, Pinned = 64 };
}

struct OpInfo {
  const char* name;
  const char* mnemonic;
  char result;
  const char* operands;
  uint8_t effects;  // effect::Bits
  const char* doc;
};
const OpInfo& op_info(Op);

// Stack kinds. Ptr is a byref or a native pointer. Structs live in Slots and are named by their address.
enum class Type : uint8_t { Void, I32, I64, F32, F64, Ref, Ptr };
const char* type_name(Type);
inline bool is_int(Type t) { return t == Type::I32 || t == Type::I64; }
inline bool is_float(Type t) { return t == Type::F32 || t == Type::F64; }
inline bool is_address(Type t) { return t == Type::Ref || t == Type::Ptr; }
inline uint32_t size_of(Type t) { return t == Type::I32 || t == Type::F32 ? 4 : 8; }

// What lies in memory. I8..U16 extend to i32 on loading.
enum class MemKind : uint8_t { I8, U8, I16, U16, I32, I64, F32, F64, Ref, Ptr };
const char* mem_kind_name(MemKind);
uint32_t mem_size(MemKind);
Type mem_type(MemKind);  // the stack kind it loads as

// Which memory an access can touch, for load forwarding: different kinds never overlap, except Any, which overlaps all
// but Slot; within Field and Static different ids never overlap (id 0 = unknown); within Element different MemKinds never
// overlap (id 1: only different sizes, the address may have been reinterpreted); within Slot different slots never overlap. Raw pointers and byrefs of unknown origin are Any.
enum class AliasKind : uint8_t { Any, Field, Static, Element, Slot };
struct Memory {
  MemKind kind = MemKind::I32;
  AliasKind alias = AliasKind::Any;
  uint32_t alias_id = 0;    // FieldId::value for Field and Static
  bool is_volatile = false;  // acquire/release, neither merged nor moved
  bool poll = false;         // of a volatile load: read anew each time, but it orders nothing
  bool unaligned = false;   // alignment 1; otherwise natural
  bool immutable = false;   // never written again once this code can see it (readonly after construction, folded tables)
  friend bool operator==(const Memory&, const Memory&) = default;
};

struct Node;
struct Block;
struct FrameState;

// ---- frame states --------------------------------------------------------------------------------------------------
// One IL value of a frame state.
struct StateOperand {
  enum class Where : uint8_t {
    Dead,     // never read again
    Value,    // `value`
    Memory,   // a struct: the `words` 8-byte words at address `value` (a Slot, or a Ptr derived from it)
    Pieces,   // a struct whose slot was dissolved: `words` words made of virtual object number `index`'s pieces
    Virtual,  // a reference to Graph::virtuals[index], an object that was never allocated
    Exposed,  // the address `imm` bytes into this frame's exposed block
  };
  Where where = Where::Dead;
  loop::ValueKind kind = loop::ValueKind::Int64;
  Node* value = nullptr;
  uint32_t words = 1;
  uint32_t index = 0;
  int64_t imm = 0;
};

// The IL-level picture of one frame at one point; becomes loop::FrameState at code generation. Immutable once shared;
// make another to change something. See loop::FrameState for what `stack` holds under which Resume.
struct FrameState {
  uint32_t id = 0;     // for the text form
  uint32_t frame = 0;  // index into Graph::frames
  uint32_t il_offset = 0;
  loop::Resume resume = loop::Resume::ReExecute;
  std::vector<StateOperand> args, locals, stack;  // IL order; structs take one entry with words > 1
  // Address of the frame's exposed block (Slot or OsrExposed), which is handed over whole; null: it has none. Its variables are
  // Memory operands based on it all the same: should passes dissolve the block, those are what remains.
  Node* exposed = nullptr;
  // Hidden result address; outermost states of methods that have one, only.
  Node* result = nullptr;
  const FrameState* caller = nullptr;  // of the frame that inlined this one (Resume::ContinueAfter)
};
// The state of a Call or Alloc is what to transfer with when it throws (Resume::Throw) or when its return is diverted
// (an assumption broke meanwhile): `stack` holds what lies below the call's arguments, the result is not in it.

// An object or struct that exists only in frame states: rebuilt when the exit is taken.
struct VirtualObject {
  loop::TypeId type;           // TypeId as in SymbolKind::TypeWord; 0 for the pieces of a struct
  uint32_t array_length = 0;
  struct Piece {
    uint32_t offset;           // from the object's start (header included), or the struct's start
    MemKind kind;
    StateOperand value;
  };
  std::vector<Piece> pieces;   // what is not listed is zero
};

// ---- calls -----------------------------------------------------------------------------------------------------------
// How one ABI value of a call or of the graph itself is passed (conventions.md section 1, abi/call_layout.h). Small structs
// are taken apart by the builder: one value per eightbyte (i64 or f64).
struct ArgPass {
  Type type = Type::I64;
  uint32_t stack_bytes = 0;  // != 0: the operand is the address of a value whose bytes travel on the stack (multiple of 8)
};
struct CallInfo {
  std::vector<ArgPass> args;      // one per ABI operand (without CallIndirect's address)
  Type results[2] = {Type::Void, Type::Void};  // results[0] is the node's type; results[1] is read by Result2
  uint32_t this_index = 0;        // ABI operand that is `this` (1 behind a hidden result pointer)
  bool no_throw = false;          // never throws (leaf helpers, proven methods)
  bool pure_helper = false;       // reads memory at most; may be removed if unused
};

// ---- nodes -----------------------------------------------------------------------------------------------------------
struct Node {
  Op op;
  Type type = Type::Void;
  uint32_t id = 0;
  Block* block = nullptr;
  std::vector<Node*> operands;
  int64_t imm = 0;
  int64_t imm2 = 0;
  loop::Symbol symbol{};
  Memory mem;
  loop::ExitReason reason = loop::ExitReason::Unreached;
  const FrameState* state = nullptr;
  CallInfo* call = nullptr;
  uint32_t frame = 0, il_offset = 0;  // where it comes from (il map)
  std::vector<uint32_t> weights;      // Branch, Switch: one per successor; empty = unknown

  const OpInfo& info() const { return op_info(op); }
  bool has(effect::Bits e) const { return (info().effects & e) != 0; }
  bool is_pure() const { return info().effects == effect::Pure; }
  bool is_const() const { return op == Op::Const; }
  bool is_const(int64_t v) const { return op == Op::Const && imm == v; }
  Node* operand(size_t i) const { return operands[i]; }
  // From now on this node is a mere name for `other`; Graph::clean() redirects all uses.
  void replace_by(Node* other);
  // The node that a chain of copies stands for.
  Node* resolve() { Node* n = this; while (n->op == Op::Copy) n = n->operands[0]; return n; }
};

struct Block {
  uint32_t id = 0;
  std::vector<Node*> nodes;    // phis first, terminator last
  std::vector<Block*> preds;   // order matters to phis
  std::vector<Block*> succs;   // order given by the terminator
  // Loop headers (required) and others (optional): the frame state at the block's start in terms of its phis, from which
  // a transfer down can re-execute. Hoisted checks use it with the phis' entry values.
  const FrameState* entry_state = nullptr;
  bool no_hoist = false;       // checks hoisted out of this loop failed before: leave them in
  double frequency = 1;        // relative to the entry; set by passes/block_frequency
  Node* terminator() const { return nodes.back(); }
};

}  // namespace rapgo::compile::hir
