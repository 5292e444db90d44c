// Fields, statics, indirect access, vectors.
#include "abi/object.h"
#include "compile/il2hir/frame.h"

namespace rapgo::compile::il2hir {

using hir::AliasKind;
using hir::MemKind;
using hir::Memory;

// A string's first character is read as an element, too (get_Chars), and what has an address may be anything.
Memory Frame::field_memory(Field* f, bool of_object) {
  if (!of_object || f->declaring->kind == Kind::String) return memory_of(f->type());
  return memory_of(f->type(), AliasKind::Field, f->id().value);
}

Memory Frame::memory_of(Type* t, AliasKind alias, uint32_t id) {
  Memory m;
  m.kind = is_struct(t) ? MemKind::I64 : mem_kind_of(t);
  m.alias = alias;
  m.alias_id = id;
  return m;
}

Node* Frame::struct_slot(Type* t) { return b_.slot(words_of(t) * 8, 8); }

// Struct values are copied in whole bytes of their type; slots are rounded up to words and hold them at their start.
void Frame::copy_struct(Node* to, Node* from, Type* t, bool maybe_heap) {
  if (maybe_heap && t->has_references()) b_.copy_struct(to, from, type_word(t), t->value_size());
  else b_.mem_copy(to, from, t->value_size(), t->has_references());
}

Value Frame::load_from(Node* base, int64_t offset, Type* t, Memory m) {
  if (!is_struct(t)) return {t->stack_kind(), t, b_.load(base, offset, m)};
  Node* slot = struct_slot(t);
  if (t->value_size() % 8) b_.mem_zero(slot, words_of(t) * 8);
  copy_struct(slot, offset ? b_.field_addr(base, offset) : base, t, false);
  return {StackKind::Struct, t, slot};
}

void Frame::store_to(Node* base, int64_t offset, Type* t, const Value& v, Memory m, bool maybe_heap) {
  if (is_struct(t)) {
    if (v.kind != StackKind::Struct) throw load::il::InvalidProgram(il_, "a struct was expected");
    copy_struct(offset ? b_.field_addr(base, offset) : base, v.node, t, maybe_heap);
    return;
  }
  Node* n = as(v, hir_type_of(t));
  if (m.kind == MemKind::Ref && maybe_heap) b_.store_ref(base, offset, n, m);
  else b_.store(base, offset, n, m);
}

static bool is_stack_address(const Node* n) {
  while (n->op == Op::FieldAddr || n->op == Op::Copy) n = n->operands[0];
  return n->op == Op::Slot;
}

// The same rules as in baseline code (compile/baseline): static methods and constructors of types with precise initialisation check at their
// entry, so within them and behind a constructor nothing is left to check.
bool Frame::starts_class(Method* m) {
  return (m->is_static() || m->is_constructor()) && !m->is_class_constructor() && !m->declaring->before_field_init() && m->declaring->static_constructor();
}

void Frame::class_ready(Type* t) {
  if (!t->static_constructor()) return;
  if (t->is_initialized()) {
    u_.graph.assumptions.push_back({loop::AssumptionKind::ClassInitialized, t->id().value, 0, 0});
    return;
  }
  Method* m = method();
  if (t == m->declaring) {
    if (m->is_class_constructor()) return;
    if (!t->before_field_init() && (m->is_static() || m->is_constructor() || !t->is_value_type())) return;
  }
  // Baseline code runs the initialiser, and knows who may pass while it runs (II.10.5.3.3).
  if (has_states()) b_.guard_class_init(type_word(t), state());
  else b_.call_helper(abi::Helper::InitClass, {b_.symbol(type_word(t))}, throw_state());
}

// At the root's entry: here an exit would come too late, since a transfer to the first instruction skips baseline code's own check.
void Frame::start_class() {
  Type* t = method()->declaring;
  if (!starts_class(method())) return;
  if (t->is_initialized()) u_.graph.assumptions.push_back({loop::AssumptionKind::ClassInitialized, t->id().value, 0, 0});
  else b_.call_helper(abi::Helper::InitClass, {b_.symbol(type_word(t))});
}

bool Frame::translate_memory(const Instruction& i) {
  Memory flags;
  flags.is_volatile = i.has(load::il::prefix::kVolatile);
  flags.unaligned = i.has(load::il::prefix::kUnaligned);
  auto with = [&](Memory m) {
    m.is_volatile = flags.is_volatile;
    m.unaligned = flags.unaligned;
    return m;
  };
  auto load_indirect = [&](Type* t) {
    Value address = pop();
    check_null(address);
    Node* base = as(address, hir::Type::Ptr);
    push(load_from(base, 0, t, with(memory_of(t))));
  };
  auto store_indirect = [&](Type* t) {
    Value v = pop(), address = pop();
    check_null(address);
    Node* base = as(address, hir::Type::Ptr);
    store_to(base, 0, t, v, with(memory_of(t)), !is_stack_address(base));
  };
  const auto& known = load::types::Loader::get().types();
  switch (i.op) {
    case Opcode::Ldfld:
    case Opcode::Ldflda: {
      Field* f = body_->field(i.token());
      Value object = pop();
      if (f->is_static()) {
        push_static(f, i.op == Opcode::Ldflda, flags.is_volatile);
        return true;
      }
      Node* base;
      if (object.kind == StackKind::Struct) {
        base = object.node;
      } else {
        check_null(object);
        base = as_address(object);
      }
      if (i.op == Opcode::Ldflda) {
        Value v{StackKind::ByRef, f->type(), b_.field_addr(base, f->offset())};
        v.non_null = true;
        push(v);
        return true;
      }
      if (f->declaring->kind == Kind::String && object.kind == StackKind::Ref && f->offset() == abi::kStringLengthOffset) {
        push(StackKind::Int32, b_.length(object.node));  // never changes
        return true;
      }
      Memory m = with(field_memory(f, object.kind == StackKind::Ref));
      m.is_volatile |= f->is_volatile;
      push(load_from(base, f->offset(), f->type(), m));
      return true;
    }
    case Opcode::Stfld: {
      Field* f = body_->field(i.token());
      Value v = pop(), object = pop();
      if (f->is_static()) unsupported("stfld of a static field");
      check_null(object);
      Node* base = as_address(object);
      Memory m = with(field_memory(f, object.kind == StackKind::Ref));
      m.is_volatile |= f->is_volatile;
      store_to(base, f->offset(), f->type(), v, m, !is_stack_address(base));
      return true;
    }
    case Opcode::Ldsfld:
    case Opcode::Ldsflda: push_static(body_->field(i.token()), i.op == Opcode::Ldsflda, flags.is_volatile); return true;
    case Opcode::Stsfld: {
      Field* f = body_->field(i.token());
      Node* base = static_base(f);
      Value v = pop();
      Memory m = with(memory_of(f->type(), AliasKind::Static, f->id().value));
      m.is_volatile |= f->is_volatile;
      store_to(base, f->is_thread_static ? 0 : f->offset(), f->type(), v, m, false);
      return true;
    }
    case Opcode::LdindI1: load_indirect(known.i1); return true;
    case Opcode::LdindU1: load_indirect(known.u1); return true;
    case Opcode::LdindI2: load_indirect(known.i2); return true;
    case Opcode::LdindU2: load_indirect(known.u2); return true;
    case Opcode::LdindI4:
    case Opcode::LdindU4: load_indirect(known.i4); return true;
    case Opcode::LdindI8: load_indirect(known.i8); return true;
    case Opcode::LdindI: load_indirect(known.i); return true;
    case Opcode::LdindR4: load_indirect(known.r4); return true;
    case Opcode::LdindR8: load_indirect(known.r8); return true;
    case Opcode::LdindRef: {
      Type* t = top().kind == StackKind::ByRef && top().type && top().type->is_reference() ? top().type : known.object;
      load_indirect(t);
      return true;
    }
    case Opcode::Ldobj: load_indirect(body_->type(i.token())); return true;
    case Opcode::StindI1: store_indirect(known.i1); return true;
    case Opcode::StindI2: store_indirect(known.i2); return true;
    case Opcode::StindI4: store_indirect(known.i4); return true;
    case Opcode::StindI8: store_indirect(known.i8); return true;
    case Opcode::StindI: store_indirect(known.i); return true;
    case Opcode::StindR4: store_indirect(known.r4); return true;
    case Opcode::StindR8: store_indirect(known.r8); return true;
    case Opcode::StindRef: store_indirect(known.object); return true;
    case Opcode::Stobj: store_indirect(body_->type(i.token())); return true;
    case Opcode::Cpobj: {
      Type* t = body_->type(i.token());
      Value from = pop(), to = pop();
      check_null(from);
      check_null(to);
      Value v = load_from(as(from, hir::Type::Ptr), 0, t, memory_of(t));
      Node* base = as(to, hir::Type::Ptr);
      store_to(base, 0, t, v, memory_of(t), !is_stack_address(base));
      return true;
    }
    case Opcode::Initobj: {
      Type* t = body_->type(i.token());
      Value address = pop();
      check_null(address);
      Node* base = as(address, hir::Type::Ptr);
      if (is_struct(t)) {
        b_.mem_zero(base, t->value_size());
      } else {
        Memory m = memory_of(t);
        b_.store(base, 0, b_.add(Op::Const, hir_type_of(t), {}, 0), m);  // zero needs no barrier
      }
      return true;
    }
    case Opcode::Sizeof: push(StackKind::Int32, b_.i32(static_cast<int32_t>(body_->type(i.token())->value_size()))); return true;
    default: return false;
  }
}

Node* Frame::static_base(Field* f) {
  f->declaring->statics();  // what cannot be laid out fails here
  class_ready(f->declaring);
  if (f->is_thread_static) return b_.call_helper(abi::Helper::ThreadStatic, {b_.symbol({loop::SymbolKind::Field, f->id().value, 0})}, throw_state());
  return b_.symbol({loop::SymbolKind::StaticsBase, f->declaring->id().value, 0});
}

void Frame::push_static(Field* f, bool address, bool is_volatile) {
  if (!f->rva_data().empty() && address) unsupported("the address of a field with initial data");
  Type* t = f->type();
  // A static readonly primitive of an initialised class is a constant, as long as the assumption that it was initialised to this very value holds.
  if (!address && f->is_init_only() && !f->is_thread_static && !is_struct(t) && !t->is_reference() && f->declaring->is_initialized() && u_.options.speculate) {
    const uint8_t* at = f->declaring->statics() + f->offset();
    uint64_t bits = 0;
    const MemKind kind = mem_kind_of(t);
    std::memcpy(&bits, at, hir::mem_size(kind));
    u_.graph.assumptions.push_back({loop::AssumptionKind::StaticReadonlyValue, f->id().value, 0, bits});
    int64_t value = static_cast<int64_t>(bits);
    if (kind == MemKind::I8) value = static_cast<int8_t>(bits);
    if (kind == MemKind::I16) value = static_cast<int16_t>(bits);
    if (kind == MemKind::I32) value = static_cast<int32_t>(bits);
    push_typed(t, b_.add(Op::Const, hir_type_of(t), {}, value));
    return;
  }
  Node* base = static_base(f);
  const int64_t offset = f->is_thread_static ? 0 : f->offset();
  if (address) {
    Value v{StackKind::ByRef, t, offset ? b_.field_addr(base, offset) : base};
    v.non_null = true;
    push(v);
    return;
  }
  Memory m = memory_of(t, AliasKind::Static, f->id().value);
  m.is_volatile = is_volatile || f->is_volatile;
  push(load_from(base, offset, t, m));
}

// ---- vectors ---------------------------------------------------------------------------------------------------------

// Null and bounds checks; the index as int32 (a native index is compared in full width).
Node* Frame::checked_index(const Value& array, const Value& index) {
  check_null(array);
  Node* n = index.node;
  if (n->type != hir::Type::I32) {
    Node* wide = as_i64(index);
    Node* narrow = b_.convert(Op::Trunc, hir::Type::I32, wide);
    require(b_.binary(Op::CmpEq, wide, b_.convert(Op::Zext32, hir::Type::I64, narrow)), true, loop::ExitReason::BoundsCheck, abi::Helper::ThrowIndexOutOfRange);
    n = narrow;
  }
  check_bounds(n, b_.length(array.node));
  return n;
}

void Frame::check_bounds(Node* index, Node* length) {
  if (has_states()) b_.check_bounds(index, length, state());
  else require(b_.binary(Op::CmpLtUn, index, length), true, loop::ExitReason::BoundsCheck, abi::Helper::ThrowIndexOutOfRange);
}

// III.1.1.2, II.14.2: elements lie row by row. Lower bounds are nearly always 0: taken for granted unless that failed here before.
bool Frame::translate_multi_array(Method* m) {
  Type* t = m->declaring;
  Type* element = t->element;
  if (t->kind != Kind::Array) unsupported("an array method of a vector");
  const bool set = m->name == "Set", address = m->name == "Address";
  if (!set && !address && m->name != "Get") unsupported("an unknown array method");
  uint64_t failures = 0;
  if (profile_)
    if (auto e = profile_->exits.find(il_); e != profile_->exits.end()) failures = e->second;
  Value v;
  if (set) v = pop();
  std::vector<Node*> index(t->rank);
  for (uint32_t d = t->rank; d-- > 0;) index[d] = as_int32(pop());
  Value array = pop();
  check_null(array);
  if (address && element->is_reference() && !element->is_sealed())
    b_.call_helper(abi::Helper::ElementAddressCheck, {array.node, b_.symbol(type_word(element))}, throw_state());
  Node* flat = nullptr;
  for (uint32_t d = 0; d < t->rank; d++) {
    Node* length = b_.add(Op::Bound, hir::Type::I32, {array.node}, d);
    Node* lower = b_.add(Op::LowerBound, hir::Type::I32, {array.node}, d);
    Node* i = index[d];
    if (has_states() && u_.options.speculate && failures < 20) b_.guard_not(lower, loop::ExitReason::BoundsCheck, state());
    else i = b_.binary(Op::Sub, i, lower);
    check_bounds(i, length);
    flat = flat ? no_wrap(Op::Add, no_wrap(Op::Mul, flat, length), i) : i;
  }
  if (address) {
    Value r{StackKind::ByRef, element, b_.elem_addr(array.node, flat, element->value_size())};
    r.non_null = true;
    push(r);
    return true;
  }
  Memory memory = memory_of(element, AliasKind::Element);
  if (!set) {
    if (is_struct(element)) push(load_from(b_.elem_addr(array.node, flat, element->value_size()), 0, element, memory_of(element)));
    else push_typed(element, b_.load_elem(array.node, flat, memory));
    return true;
  }
  store_element(array, flat, v, element, t->element);
  return true;
}

// What was checked to be below a length does not wrap when it is multiplied by the next.
Node* Frame::no_wrap(Op op, Node* a, Node* b) {
  Node* n = b_.binary(op, a, b);
  n->imm2 = 1;
  return n;
}

void Frame::store_element(const Value& array, Node* n, const Value& v, Type* element, Type* static_element) {
  Memory m = memory_of(element, AliasKind::Element);
  if (element->is_reference()) {
    // Covariance: no check for null, and for what fits into element types that nothing derives from or into an array just made. What is known
    // of the array may be more than what its reference said when the value was converted: the value must fit, too.
    const bool exact = static_element && (array.exact || (static_element->is_sealed() && !static_element->is_array()));
    if (!v.node->is_const(0) && !(exact && v.type && v.type->is_reference() && v.type->is_assignable_to(static_element))) {
      b_.call_helper(abi::Helper::StoreElement, {array.node, b_.convert(Op::Zext32, hir::Type::I64, n), as(v, hir::Type::Ref)}, throw_state());
      return;
    }
    b_.store_elem(array.node, n, as(v, hir::Type::Ref), m);
    return;
  }
  if (is_struct(element)) store_to(b_.elem_addr(array.node, n, element->value_size()), 0, element, v, memory_of(element), true);
  else b_.store_elem(array.node, n, as(v, hir_type_of(element)), m);
}

bool Frame::translate_array(const Instruction& i) {
  const auto& known = load::types::Loader::get().types();
  Type* element = nullptr;
  bool load = true;
  switch (i.op) {
    case Opcode::Ldlen: {
      Value array = pop();
      check_null(array);
      push(StackKind::NativeInt, b_.convert(Op::Zext32, hir::Type::I64, b_.length(array.node)));
      return true;
    }
    case Opcode::Ldelema: {
      Type* t = body_->type(i.token());
      Value index = pop(), array = pop();
      Node* n = checked_index(array, index);
      if (t->is_reference() && !i.has(load::il::prefix::kReadonly)) {  // the array must be exactly a T[]
        if (has_states()) b_.guard_type(array.node, type_word(t->make_array(0)), state());
        else b_.call_helper(abi::Helper::ElementAddressCheck, {array.node, b_.symbol(type_word(t))}, throw_state());
      }
      Value v{StackKind::ByRef, t, b_.elem_addr(array.node, n, t->value_size())};
      v.non_null = true;
      push(v);
      return true;
    }
    case Opcode::LdelemI1: element = known.i1; break;
    case Opcode::LdelemU1: element = known.u1; break;
    case Opcode::LdelemI2: element = known.i2; break;
    case Opcode::LdelemU2: element = known.u2; break;
    case Opcode::LdelemI4:
    case Opcode::LdelemU4: element = known.i4; break;
    case Opcode::LdelemI8: element = known.i8; break;
    case Opcode::LdelemI: element = known.i; break;
    case Opcode::LdelemR4: element = known.r4; break;
    case Opcode::LdelemR8: element = known.r8; break;
    case Opcode::LdelemRef: {
      const Value& array = top(1);
      element = array.type && array.type->is_array() && array.type->element->is_reference() ? array.type->element : known.object;
      break;
    }
    case Opcode::Ldelem: element = body_->type(i.token()); break;
    case Opcode::StelemI1: element = known.i1; load = false; break;
    case Opcode::StelemI2: element = known.i2; load = false; break;
    case Opcode::StelemI4: element = known.i4; load = false; break;
    case Opcode::StelemI8: element = known.i8; load = false; break;
    case Opcode::StelemI: element = known.i; load = false; break;
    case Opcode::StelemR4: element = known.r4; load = false; break;
    case Opcode::StelemR8: element = known.r8; load = false; break;
    case Opcode::StelemRef: element = known.object; load = false; break;
    case Opcode::Stelem: element = body_->type(i.token()); load = false; break;
    default: return false;
  }
  Memory m = memory_of(element, AliasKind::Element);
  if (load) {
    Value index = pop(), array = pop();
    Node* n = checked_index(array, index);
    if (is_struct(element)) push(load_from(b_.elem_addr(array.node, n, element->value_size()), 0, element, memory_of(element)));
    else push_typed(element, b_.load_elem(array.node, n, m));
    return true;
  }
  Value v = pop(), index = pop(), array = pop();
  Node* n = checked_index(array, index);
  store_element(array, n, v, element, array.type && array.type->is_array() ? array.type->element : nullptr);
  return true;
}

}  // namespace rapgo::compile::il2hir
