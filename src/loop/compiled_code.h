// CompiledCode: what a compiler returns, the store writes, `versions` installs and tests disassemble.
//
// A pure value: bytes, symbolic relocations, unwind rows, maps. No live pointers; ids (loop/ids.h) only in
// `symbols`, `frames`, `assumptions`, `inlined` and `handlers`, which the store translates to names and back.
// Offsets are bytes from the start of `bytes` unless said otherwise.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "loop/ids.h"
#include "loop/rows.h"

namespace rapgo::loop {

// ---- relocations ---------------------------------------------------------------------------------------------
enum class SymbolKind : uint8_t {
  Helper,         // id = abi::Helper: address of the runtime helper's entry
  EntrySlot,      // id = MethodId: address of the method's entry slot (an 8-byte word holding the code address)
  Method,         // id = MethodId: the method's own address (hidden argument of interface dispatch, ldtoken handle)
  MethodStub,     // id = MethodId: permanent `jmp [slot]` stub, for ldftn and delegates
  MethodDirect,   // id = MethodId: the method's one aligned patchable `jmp rel32` (optimized -> optimized calls)
  TypeWord,       // id = TypeId: address of its abi::TypeHead, as found in object headers
  Type,           // id = TypeId: the loader's type address (RuntimeTypeHandle)
  Field,          // id = FieldId: the loader's field address (RuntimeFieldHandle)
  StaticsBase,    // id = TypeId: address of the type's statics block
  TypeObject,     // id = TypeId: the immovable System.RuntimeType object
  StringLiteral,  // id = AssemblyId, extra = user-string token: the immovable interned string
  Self,           // this code's own start; addend is the offset (jump tables, constants behind the code)
  TlsOffset,      // fs-relative offset of the thread's abi::ThreadState; addend = field offset
  CardBias,       // constant B of the write barrier: card byte address = ((address >> abi::kCardShift) & abi::kCardMask) + B
  ImtOffset,      // id = MethodId of an interface method: abi::kImtOffset + 8 * abi::imt_slot(method), a displacement
  ProbeCounters,  // this version's counter block (probe_words words below 4 GiB, allocated at installation)
};

enum class RelocKind : uint8_t {
  Abs32,  // 32-bit absolute (zero/sign-extended alike: everything lies below 0x7fff8000)
  Abs64,
  Rel32,  // 32-bit, relative to the end of the 4-byte field (x86-64 call/jmp/rip operand; addend included)
};

struct Symbol {
  SymbolKind kind;
  uint32_t id = 0;
  uint32_t extra = 0;
  friend bool operator==(const Symbol&, const Symbol&) = default;
};

struct Reloc {
  uint32_t offset;  // of the 4- or 8-byte field
  RelocKind kind;
  uint32_t symbol;  // index into CompiledCode::symbols
  int32_t addend = 0;
};

// ---- unwinding -----------------------------------------------------------------------------------------------
// Callee-saved registers in the order rbx, rbp, r12, r13, r14, r15.
inline constexpr int kCalleeSaved = 6;
// From `pc` up to the next row: CFA = (cfa_is_rbp ? rbp : rsp) + cfa_offset; return address at CFA-8;
// saved[i] = offset from the CFA where callee-saved register i lies, 0 = still in the register.
struct UnwindRow {
  uint32_t pc;
  int32_t cfa_offset;
  bool cfa_is_rbp;
  int16_t saved[kCalleeSaved] = {};
};

// ---- pc -> IL ------------------------------------------------------------------------------------------------
// One row covers [pc, next row's pc). `frame` indexes CompiledCode::inlined: 0 is the method itself.
// For a return address look up pc-1.
struct IlMapRow {
  uint32_t pc;
  uint32_t il_offset;
  uint32_t frame = 0;
};

// One entry per method body present in this code: [0] is the method itself, others were inlined.
struct InlinedFrame {
  MethodId method;
  uint32_t caller = 0;            // index of the frame that inlined it (0 for entry 0)
  uint32_t caller_il_offset = 0;  // of the call instruction there
};

// ---- frames and frame states -----------------------------------------------------------------------------------
enum class ValueKind : uint8_t { Int32, Int64, Float32, Float64, Ref, ByRef, NativeInt, Struct };

// Where a baseline frame keeps one IL value: `size` bytes at rbp+offset (whole eightbytes; a float sits in the low
// 4 bytes). Exposed values (address taken) live at [frame base pointer]+offset instead: exposed = true.
struct Home {
  int32_t offset = 0;
  uint32_t size = 8;
  ValueKind kind = ValueKind::Int64;
  bool exposed = false;
  TypeId type;  // Struct only (and exact type where known)
};

// The homes of a baseline or probed frame. Evaluation stack homes depend on the IL offset: see StackShape.
struct BaselineFrame {
  uint32_t frame_size = 0;  // bytes below the saved rbp, a multiple of 16
  Rows<Home> args;
  Rows<Home> locals;
  int32_t stack_base = 0;       // evaluation-stack slot j (8-byte words, bottom first) lies at rbp + stack_base + 8*j
  int32_t exposed_base = 0;    // rbp offset of the word that holds the address of the exposed block; 0 = no exposed block
  uint32_t exposed_size = 0;   // bytes of the exposed block
  int32_t exposed_block = 0;   // rbp offset of the frame's own exposed block (where the word at exposed_base points at first)
  bool has_localloc = false;
  int32_t localloc_sp = 0;      // has_localloc: rbp offset of the word that holds the present rsp; 0: rsp = rbp - frame_size
  int32_t result_base = 0;      // rbp offset of the word that holds the hidden result address; 0 = the method has none
};

// One value of a frame state inside optimized code.
struct StateValue {
  enum class Where : uint8_t {
    Buffer,         // 8-byte words [index, index+words) of the exit's state buffer
    Constant,       // `constant`
    Dead,           // never read again: zero it
    VirtualObject,  // index = number of a VirtualObject of this exit: allocate it, then use the reference
    ExposedAddress, // address = exposed block of this frame + constant
    Symbol,         // address of CompiledCode::symbols[index] (type objects, literals)
  };
  Where where = Where::Dead;
  ValueKind kind = ValueKind::Int64;
  uint32_t index = 0;
  uint32_t words = 1;
  int64_t constant = 0;
};

// An object that escape analysis removed; rebuilt on transfer down.
struct VirtualObject {
  TypeId type;
  uint32_t array_length = 0;
  struct Slot {
    uint32_t offset;  // from the object's start
    uint32_t size;
    StateValue value;
  };
  std::vector<Slot> slots;
};

enum class Resume : uint8_t {
  ReExecute,      // continue by executing the instruction at il_offset
  ContinueAfter,  // il_offset is a call that has been made: continue after it (inlined callers; diverted returns)
  Throw,          // an exception is pending: dispatch it as if thrown at il_offset
};

// The IL-level picture of one (possibly inlined) frame.
struct FrameState {
  uint32_t frame = 0;  // index into CompiledCode::inlined
  uint32_t il_offset = 0;
  Resume resume = Resume::ReExecute;
  std::vector<StateValue> args, locals, stack;  // the instruction's own operands are still on `stack` when re-executing;
                                                // a call's arguments are already popped when continuing after it
  int32_t caller = -1;  // index into Exit::states of the caller's state, -1 for the outermost
  // Address of the frame's exposed block: inside the optimized frame (which then stays beneath) or inside a baseline frame kept
  // by an OSR entry; its exposed homes are up to date there and Dead above. Dead: exposed homes, if any, are filled from
  // args/locals like all others, in a block of the built frame's own.
  StateValue exposed;
  // Hidden result address of this frame. Outermost states of methods that have one, only; inlined ones: their caller's stack home.
  StateValue result;
};

// One place where optimized code leaves for baseline code. The code calls Helper::TransferDown(exit id, buffer).
enum class ExitReason : uint8_t {
  GuardType, GuardTarget, GuardClassInit, NullCheck, BoundsCheck, DivideByZero, Overflow, CastFailure, Unreached,
  Assumption, ExceptionFromCallee, ExplicitThrow, Stress, Unsupported,
};
// Exits of landing pads (innermost state Resume::Throw) keep the exception object in buffer word 0. The same states serve a
// diverted return: nothing is pending then and the innermost frame continues after the call with its result pushed.
struct Exit {
  ExitReason reason = ExitReason::Unreached;
  std::vector<FrameState> states;  // [0] innermost
  std::vector<VirtualObject> objects;
  uint32_t buffer_words = 0;
};

// ---- other maps ------------------------------------------------------------------------------------------------
// Exception regions of baseline code in ECMA order (innermost first). Offsets are IL offsets; native handler entry
// by pc. For optimized code: `landing_pads` instead.
enum class ClauseKind : uint8_t { Catch, Filter, Finally, Fault };
struct HandlerRow {
  ClauseKind kind;
  uint32_t try_begin, try_end;          // IL, half open
  uint32_t handler_begin, handler_end;  // IL
  uint32_t filter_begin = 0;            // IL
  uint32_t handler_pc = 0;              // entry
  uint32_t filter_pc = 0;
  TypeId catch_type;
  int32_t continuation = 0;  // Finally, Fault: rbp offset of the word that holds where endfinally goes on
  int32_t exception = 0;     // Catch, Filter: rbp offset of the word that keeps the exception for rethrow
};

// Optimized code: a call that returns to `pc` (the return address offset) and has an exceptional way out.
struct LandingPad {
  uint32_t pc;          // return address
  uint32_t landing_pc;  // where to go: code there stores the frame state and transfers down
};

// A back-edge or entry nop of baseline code (5 bytes, inside one aligned 8-byte word), or an OSR entry of optimized code.
struct OsrPoint {
  uint32_t il_offset;  // of the loop header (the back-edge's target)
  uint32_t pc;
};

// Return addresses of calls, for building caller frames: (IL offset of the call, return pc).
struct CallSite {
  uint32_t il_offset;
  uint32_t pc;  // return address
  MethodId target;  // 0 where unknown
};

// ---- assumptions -----------------------------------------------------------------------------------------------
enum class AssumptionKind : uint8_t {
  NotSubclassed,        // type: no loaded subclass
  NotOverridden,        // method: no loaded override of this virtual method
  UniqueImplementor,    // type (interface or abstract class) has exactly this one instantiable class: extra = TypeId
  StaticReadonlyValue,  // field: the type is initialised and the value's bits were `value` (primitives and null-ness only on disk)
  ClassInitialized,     // type
  MethodBody,           // method: its IL has this structural hash = value (inlined bodies)
  TypeLayout,           // type: its layout hash = value
};
struct Assumption {
  AssumptionKind kind;
  uint32_t id = 0;  // MethodId, TypeId or FieldId by kind
  uint32_t extra = 0;
  uint64_t value = 0;
  friend bool operator==(const Assumption&, const Assumption&) = default;
};

// ---- probes ----------------------------------------------------------------------------------------------------
// Words in a version's counter block. Block, Edge, TripCount: one count. ReceiverType and CallTarget: kReceiverRows pairs (type word
// or method address; count), first come first served, then one count for all others. Increments need not be atomic: lost ones are noise.
inline constexpr uint32_t kReceiverRows = 4, kReceiverWords = 2 * kReceiverRows + 1;
enum class ProbeKind : uint8_t { Block, Edge, ReceiverType, CallTarget, TripCount };
struct ProbeSite {
  ProbeKind kind;
  uint32_t il_offset;
  uint32_t target_il = 0;   // Edge: where to
  uint32_t counter;         // index into the version's counter block
};

// ---- the whole -------------------------------------------------------------------------------------------------
// What a compiler says once of a version.
struct CodeFacts {
  MethodId method;
  Tier tier = Tier::Baseline;
  bool is_osr = false;           // entry is for a transfer up at osr_il_offset, not for calls
  uint32_t osr_il_offset = 0;
  uint32_t code_size = 0;        // of `bytes`, the instructions
  uint32_t entry = 0;            // offset of the normal entry
  BaselineFrame frame;           // baseline and probed tiers
  std::vector<Exit> exits;       // optimized tier
  uint32_t probe_words = 0;
  // What it cost and what it did, for the policy and the explanation.
  uint64_t compile_ns = 0;
  uint32_t il_bytes = 0;
  bool process_local = false;      // bakes in process-local numbers (recorded load errors): not for the store
  std::vector<std::string> notes;  // "inlined Foo.Bar", "removed 3 bounds checks"
};

struct CompiledCode : CodeFacts {
  // The source: what is installed and stored. Gone from versions that need not be stored any more (drop_source).
  Rows<uint8_t> bytes;        // code, then constants; aligned to 16 at installation
  Rows<Symbol> symbols;
  Rows<Reloc> relocs;
  // The maps: what stack walks, transfers and explanations look at.
  Rows<UnwindRow> unwind;      // sorted by pc
  Rows<IlMapRow> il_map;       // sorted by pc
  Rows<InlinedFrame> inlined;  // [0] = {method}
  Rows<HandlerRow> handlers;   // baseline and probed tiers
  Rows<OsrPoint> osr_points;   // baseline: patchable back-edge nops
  Rows<CallSite> call_sites;
  Rows<LandingPad> landing_pads;  // sorted by pc
  Rows<Assumption> assumptions;
  Rows<ProbeSite> probes;
};

// What is installed, stored and looked at; never changed.
using SharedCode = std::shared_ptr<const CompiledCode>;

// Call sites and OSR points by IL offset, as readers want them.
void sort_rows(CompiledCode& code);
bool rows_sorted(const CompiledCode& code);

// A copy in two pieces, source and maps, sorted and no larger than it needs to be. `from` keeps the memory of its rows, to be cleared and filled again;
// its exits and notes move.
SharedCode pack(CompiledCode& from);
// Gives the source of packed code back: it is installed, and stored or never to be. REQUIRES: `code` is what pack returned, symbols are not
// looked at later (baseline code has no exits), and nobody else reads or drops the source meanwhile.
void drop_source(const SharedCode& code);
// The same code under more assumptions; its rows lie where those of `code` lie.
SharedCode with_assumptions(SharedCode code, std::span<const Assumption> more);
// Takes every row away, and what else was said; the rows' memory stays.
void clear(CompiledCode& code);

}  // namespace rapgo::loop
