// Types of the evaluation stack (ECMA-335 III.1.1, III.1.5, III.1.7.5, III.1.8.1.3).
//
// Not a verifier: it rejects what has no meaning (underflow, different kinds or depths at a join, operands that an
// instruction cannot take) and accepts unverifiable code such as the class library's.
//
// Two ways to use it:
//   StackTyping typing(body); typing.run();         entry(block) of every block, exact reachability, joined to a fixpoint
//   one pass, blocks in offset order:               for each block: if (typing.enter(n)) { for each instruction:
//                                                   look at typing.stack(), typing.step(i) } typing.leave() }
// In one pass a block that only later branches reach is taken to start with an empty stack (III.1.7.5), and Ref types
// (not kinds) of a loop header may still widen by its back-edges: take them as hints.
// Thread safety: none; belongs to one compilation. Errors: InvalidProgram; LoadError from resolving tokens.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "load/il/method_body.h"

namespace rapgo::load::il {

using types::StackKind;

// One value on the evaluation stack.
struct StackType {
  StackKind kind = StackKind::Int32;
  // Ref: static type, nullptr for ldnull's; a value type here means a boxed one. ByRef: the pointee's type, nullptr if
  // unknown. Struct: exact type. Otherwise nullptr.
  Type* type = nullptr;

  uint32_t words() const;  // 8-byte words of its home
  friend bool operator==(const StackType&, const StackType&) = default;
};

StackType stack_type_of(Type* type);      // of a value loaded from a place of this type (narrow integers widen to Int32)
std::string to_string(const StackType& type);

// III.1.5. Throw InvalidProgram where the standard's tables have no entry that makes sense on this machine.
StackKind binary_result(const Instruction& i, StackKind left, StackKind right);  // add ... xor, their .ovf forms, shifts

// Whether a stack value may go into a local, argument, field or result of type `to`, by kinds only (III.1.6). Compilers convert
// where the kinds differ: Int32 -> NativeInt is sign-extended, NativeInt -> Int32 cut off, Float32 <-> Float64 rounded or widened.
bool can_store(const StackType& from, Type* to);

class StackTyping {
 public:
  explicit StackTyping(const MethodBody& body);

  void run();
  // run() for its errors alone, before code is made of the body. What is missing (a type, a member, an assembly) is no error
  // of the IL: the path ends there, since such an instruction throws.
  void check();

  bool enter(uint32_t block);           // false: not reachable so far, skip it. Then stack() is its entry stack
  void step(const Instruction& i);      // applies one instruction to stack()
  void leave();                         // hands stack() on to the successors of the entered block

  const std::vector<StackType>& stack() const { return stack_; }
  // A value from the top: top(0) is the topmost. Throws InvalidProgram on underflow.
  const StackType& top(uint32_t depth = 0) const;

  bool reachable(uint32_t block) const { return entries_[block].known; }
  std::span<const StackType> entry(uint32_t block) const { return entries_[block].stack; }  // REQUIRES: reachable
  uint32_t max_depth() const { return max_depth_; }    // values, of all steps so far
  uint32_t max_words() const { return max_words_; }    // 8-byte words

 private:
  struct Entry {
    bool known = false;
    bool queued = false;
    std::vector<StackType> stack;
  };
  void pop(uint32_t count);
  void push(StackType t);
  void push(StackKind kind) { push(StackType{kind, nullptr}); }
  void push_value(Type* type) { push(stack_type_of(type)); }
  void flow_to(uint32_t block, const std::vector<StackType>& stack);
  void enter_clauses_of(uint32_t block);
  void check_comparable(const Instruction& i) const;
  void check_store(uint32_t depth, Type* to) const;
  void check_holder(const Instruction& i, uint32_t depth) const;
  void check_static(const Instruction& i) const;
  void check_arguments(const types::Signature& s) const;
  void check_memory_value(const Instruction& i, uint32_t depth) const;
  void check_jump(const Instruction& i) const;
  bool apply_arithmetic(const Instruction& i);
  bool apply_memory(const Instruction& i);
  bool apply_object(const Instruction& i);
  void apply_call(const Instruction& i);
  void replace(uint32_t count, StackType t) { pop(count); push(t); }
  void replace(uint32_t count, StackKind kind) { replace(count, StackType{kind, nullptr}); }
  [[noreturn]] void invalid(const std::string& reason) const;

  const MethodBody& body_;
  std::vector<Entry> entries_;
  std::vector<StackType> stack_;
  uint32_t block_ = kNoBlock;
  uint32_t il_ = 0;
  uint32_t words_ = 0;
  uint32_t max_depth_ = 0, max_words_ = 0;
  bool run_ = false, seeded_ = false, checking_ = false;
  uint32_t joins_ = 0;
};

// Join of two static types of references: nullptr is null's type. Never fails; System.Object at worst.
Type* join_reference_types(Type* a, Type* b);

}  // namespace rapgo::load::il
