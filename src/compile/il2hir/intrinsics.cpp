// Methods that the compiler knows better than their bodies say.
#include <string_view>

#include "abi/object.h"
#include "compile/il2hir/frame.h"

namespace rapgo::compile::il2hir {

using hir::MemKind;
using hir::Memory;
using load::types::Intrinsic;

static Memory plain(MemKind kind) {
  Memory m;
  m.kind = kind;
  return m;
}

bool Frame::math_intrinsic(Method* target) {
  struct Row { std::string_view name; Op op; };
  static const Row rows[] = {{"Sqrt", Op::Sqrt}, {"Abs", Op::FAbs}, {"Floor", Op::Floor}, {"Ceiling", Op::Ceil}, {"Round", Op::Round}};
  const auto& params = target->signature().params;
  if (params.size() != 1 || (params[0]->kind != Kind::R8 && params[0]->kind != Kind::R4) || target->signature().ret != params[0]) return false;
  for (const Row& row : rows)
    if (row.name == target->name) {
      Value v = pop();
      push_typed(params[0], b_.unary(row.op, as(v, hir_type_of(params[0]))));
      return true;
    }
  return false;
}

bool Frame::interlocked_intrinsic(Method* target) {
  const auto& params = target->signature().params;
  Type* t = target->signature().ret;
  if (params.empty() || !params[0]->is_byref() || (t->kind != Kind::I4 && t->kind != Kind::I8) || params[0]->element != t) return false;
  const hir::Type ht = hir_type_of(t);
  auto atomic = [&](Op op, Node* address, std::initializer_list<Node*> more) {
    std::vector<Node*> all{address};
    all.insert(all.end(), more);
    Node* n = b_.add(op, ht, {});
    n->operands = all;
    n->mem = plain(mem_kind_of(t));
    return n;
  };
  auto address_of = [&](const Value& v) {
    check_null(v);
    return as(v, hir::Type::Ptr);
  };
  if (target->name == "CompareExchange" && params.size() == 3) {
    Value comparand = pop(), value = pop(), address = pop();
    Node* a = address_of(address);
    push_typed(t, atomic(Op::AtomicCas, a, {as(value, ht), as(comparand, ht)}));
    return true;
  }
  if (target->name == "Exchange" && params.size() == 2) {
    Value value = pop(), address = pop();
    Node* a = address_of(address);
    push_typed(t, atomic(Op::AtomicXchg, a, {as(value, ht)}));
    return true;
  }
  const bool add = target->name == "Add" && params.size() == 2;
  if (add || target->name == "Increment" || target->name == "Decrement") {
    Node* delta = nullptr;
    if (add) delta = as(pop(), ht);
    Value address = pop();
    Node* a = address_of(address);
    if (!delta) delta = b_.add(Op::Const, ht, {}, target->name == "Increment" ? 1 : -1);
    push_typed(t, b_.binary(Op::Add, atomic(Op::AtomicAdd, a, {delta}), delta));
    return true;
  }
  return false;
}

// What a string is made of: its length never changes, its characters only while it is being made.
bool Frame::string_intrinsic(Method* target) {
  const auto& params = target->signature().params;
  if (target->name == "get_Length" && params.empty()) {
    Value self = pop();
    check_null(self);
    push(StackKind::Int32, b_.length(self.node));
    return true;
  }
  if (target->name == "get_Chars" && params.size() == 1) {
    Value index = pop(), self = pop();
    check_null(self);
    Node* n = as_int32(index);
    check_bounds(n, b_.length(self.node));
    Memory m = plain(MemKind::U16);
    m.alias = hir::AliasKind::Element;
    Node* at = b_.binary(Op::Shl, b_.convert(Op::Zext32, hir::Type::I64, n), b_.i32(1));
    push(StackKind::Int32, b_.load(b_.add(Op::PtrAdd, hir::Type::Ptr, {self.node, at}), abi::kStringCharsOffset, m));
    return true;
  }
  if (target->name == "FastAllocateString" && params.size() == 1) {
    Node* length = b_.convert(Op::Sext32, hir::Type::I64, as_int32(pop()));
    push({StackKind::Ref, target->declaring, b_.call_helper(abi::Helper::NewString, {b_.symbol(type_word(target->declaring)), length}, throw_state()), true, true});
    return true;
  }
  return false;
}

// Memory without references, which may overlap. What faults there is thrown where the helper was called: a handler of this compilation
// would not see it.
bool Frame::memory_intrinsic(Method* target) {
  const auto& params = target->signature().params;
  if (params.size() != 3 || params[0]->kind != Kind::Ptr || params[1]->kind != Kind::Ptr || covered_here()) return false;
  const bool move = target->name == "Memmove" && params[2]->kind == Kind::U4;
  if (!move && !(target->name == "Memcpy" && params[2]->kind == Kind::I4)) return false;
  Value count = pop(), from = pop(), to = pop();
  Node* bytes = b_.convert(move ? Op::Zext32 : Op::Sext32, hir::Type::I64, as_int32(count));
  b_.call_helper(abi::Helper::MemCopy, {as(to, hir::Type::Ptr), as(from, hir::Type::Ptr), bytes});
  return true;
}

// true: done, arguments popped and the result pushed.
bool Frame::translate_intrinsic(Method* target) {
  switch (target->intrinsic) {
    case Intrinsic::ByReferenceCtor: {
      Value reference = pop(), self = pop();
      b_.store(as(self, hir::Type::Ptr), 0, as(reference, hir::Type::Ptr), plain(MemKind::Ptr));
      return true;
    }
    case Intrinsic::ByReferenceValue: {
      Value self = pop();
      Type* pointee = target->declaring->generic_args.empty() ? nullptr : target->declaring->generic_args[0];
      push({StackKind::ByRef, pointee, b_.load(as(self, hir::Type::Ptr), 0, plain(MemKind::Ptr))});
      return true;
    }
    case Intrinsic::OffsetToStringData: push(StackKind::Int32, b_.i32(abi::kStringCharsOffset)); return true;
    case Intrinsic::VectorIsHardwareAccelerated: push(StackKind::Int32, b_.i32(0)); return true;
    case Intrinsic::IsReferenceOrContainsReferences: {
      Type* t = target->generic_args[0];
      push(StackKind::Int32, b_.i32(t->is_reference() || t->has_references()));
      return true;
    }
    case Intrinsic::UnsafeMov: {
      Value v = pop();
      Type* to = target->signature().ret;
      if (v.kind != to->stack_kind() && (v.kind == StackKind::Struct || is_struct(to))) unsupported("a reinterpreting move of a struct");
      Value r = v;
      r.type = to;
      r.kind = to->stack_kind();
      if (r.kind != StackKind::Struct) r.node = narrowed(to, as(v, hir_type_of(to)));
      push(r);
      return true;
    }
    case Intrinsic::None: break;
    default: return false;  // called through its entry
  }
  Type* t = target->declaring;
  if (!t->assembly || !t->assembly->is_corlib) return false;
  if (t->kind == Kind::String) return string_intrinsic(target);
  if (t->name_space == "System") {
    if (t->name == "Buffer") return memory_intrinsic(target);
    if (t->name == "Math" || t->name == "MathF") return math_intrinsic(target);
    if (t->name == "Array" && (target->name == "GetLength" || target->name == "GetUpperBound") && top().node->is_const() && top(1).type && top(1).type->is_array()) {
      const Type* array_type = top(1).type;
      const int64_t dimension = top().node->imm, rank = array_type->kind == Kind::SzArray ? 1 : array_type->rank;
      if (dimension < 0 || dimension >= rank) return false;
      pop();
      Value array = pop();
      check_null(array);
      const bool vector = array_type->kind == Kind::SzArray, upper = target->name == "GetUpperBound";
      Node* n = vector ? b_.length(array.node) : b_.add(Op::Bound, hir::Type::I32, {array.node}, dimension);
      if (upper) n = b_.binary(Op::Sub, vector ? n : b_.binary(Op::Add, n, b_.add(Op::LowerBound, hir::Type::I32, {array.node}, dimension)), b_.i32(1));
      push(StackKind::Int32, n);
      return true;
    }
    if (t->name == "Array" && target->name == "get_Length" && top().type && top().type->is_array()) {
      Value array = pop();
      check_null(array);
      push(StackKind::Int32, b_.length(array.node));
      return true;
    }
    if (t->name == "Type" && target->name == "GetTypeFromHandle") {
      auto it = token_types_.find(top().node);
      if (it == token_types_.end()) return false;
      pop();
      push({StackKind::Ref, load::types::Loader::get().types().runtime_type, b_.symbol({loop::SymbolKind::TypeObject, it->second->id().value, 0}, hir::Type::Ref), true, true});
      return true;
    }
  }
  if (t->name_space == "System.Threading") {
    if (t->name == "Interlocked") return interlocked_intrinsic(target);
    if (target->name == "MemoryBarrier" && (t->name == "Thread" || t->name == "Interlocked")) {
      b_.add(Op::Fence, hir::Type::Void);
      return true;
    }
  }
  return false;
}

}  // namespace rapgo::compile::il2hir
