// Objects: allocation, boxing, casts, literals, tokens, function addresses.
#include "compile/il2hir/frame.h"

namespace rapgo::compile::il2hir {

using hir::Memory;

// REQUIRES: a reference type. The condition "null or an instance of t" is for castclass, "not null and" for isinst.
Node* Frame::is_instance_of(Node* object, Type* t) {
  abi::TypeHead* head = t->head();
  if (!t->is_interface() && !t->is_array() && !t->is_delegate() && head->depth < abi::kDisplaySize && !t->is_generic_definition()) {
    if (t->is_sealed()) return b_.is_exact(object, type_word(t));
    return b_.is_subclass(object, type_word(t), head->depth);
  }
  if (t->is_delegate() && !t->is_generic_instance() && t->is_sealed()) return b_.is_exact(object, type_word(t));
  return b_.is_instance(object, type_word(t));
}

Value Frame::boxed(const Value& v, Type* t) {
  if (t->is_nullable()) {
    Node* address = v.node;
    return {StackKind::Ref, t->element, b_.call_helper(abi::Helper::BoxNullable, {b_.symbol(type_word(t)), address}, throw_state())};
  }
  Node* object = b_.new_object(type_word(t), t->head()->instance_size, throw_state());
  // Nobody else sees the object yet: no barrier.
  store_to(object, 8, t, v, memory_of(t), false);
  Value r{StackKind::Ref, t, object};
  r.exact = r.non_null = true;
  return r;
}

void Frame::cast(const Instruction& i, Type* t) {
  if (t->is_nullable()) t = t->element;
  Value v = pop();
  const bool certain = v.node->is_const(0) || (v.type && v.type->is_reference() && v.type->is_assignable_to(t));
  if (i.op == Opcode::Isinst) {
    if (certain) {
      push(v);
      return;
    }
    Node* object = as(v, hir::Type::Ref);
    Node* yes = is_instance_of(object, t);
    push({StackKind::Ref, t, b_.select(yes, object, b_.null())});
    return;
  }
  if (!certain) {
    Node* object = as(v, hir::Type::Ref);
    Node* fits = b_.binary(Op::Or, b_.binary(Op::CmpEq, object, b_.null()), is_instance_of(object, t));
    if (has_states()) b_.guard(fits, loop::ExitReason::CastFailure, state());
    else b_.call_helper(abi::Helper::CastClass, {object, b_.symbol(type_word(t))}, throw_state());
    v = {StackKind::Ref, t, object, v.exact, v.non_null};
  }
  push(v);
}

bool Frame::translate_object(const Instruction& i) {
  switch (i.op) {
    case Opcode::Ldstr:
      push({StackKind::Ref, load::types::Loader::get().types().string,
            b_.symbol({loop::SymbolKind::StringLiteral, method()->declaring->assembly->id.value, i.token().value}, hir::Type::Ref), true, true});
      return true;
    case Opcode::Newarr: {
      Type* t = body_->type(i.token())->make_array(0);
      t->head();
      Value length = pop();
      Node* n = length.node;
      if (n->type != hir::Type::I32) {  // native length: what does not fit is baseline code's to refuse
        Node* wide = as_i64(length);
        n = b_.convert(Op::Trunc, hir::Type::I32, wide);
        require(b_.binary(Op::CmpEq, wide, b_.convert(Op::Sext32, hir::Type::I64, n)), true, loop::ExitReason::Overflow, abi::Helper::ThrowOverflow);
      }
      if (!n->is_const() || n->imm < 0) require(b_.binary(Op::CmpGe, n, b_.i32(0)), true, loop::ExitReason::Overflow, abi::Helper::ThrowOverflow);
      push({StackKind::Ref, t, b_.new_vector(type_word(t), n, t->head()->element_size, throw_state()), true, true});
      return true;
    }
    case Opcode::Box: {
      Type* t = body_->type(i.token());
      Value v = pop();
      push(t->is_value_type() ? boxed(v, t) : v);
      return true;
    }
    case Opcode::Unbox:
    case Opcode::UnboxAny: {
      Type* t = body_->type(i.token());
      if (!t->is_value_type()) {
        if (i.op == Opcode::Unbox) unsupported("unbox of a reference type");
        cast(i, t);
        return true;
      }
      Value v = pop();
      if (t->is_nullable()) {
        Node* slot = struct_slot(t);
        b_.call_helper(abi::Helper::UnboxNullable, {b_.symbol(type_word(t)), as(v, hir::Type::Ref), slot}, throw_state());
        if (i.op == Opcode::Unbox) unsupported("unbox of a nullable");
        push({StackKind::Struct, t, slot});
        return true;
      }
      check_null(v);
      if (!has_states()) b_.call_helper(abi::Helper::UnboxCheck, {v.node, b_.symbol(type_word(t))}, throw_state());
      else b_.guard_type(v.node, type_word(t), state());  // enums of the same size: baseline code decides
      if (i.op == Opcode::Unbox) {
        Value r{StackKind::ByRef, t, b_.field_addr(v.node, 8)};
        r.non_null = true;
        push(r);
      } else {
        push(load_from(v.node, 8, t, memory_of(t)));
      }
      return true;
    }
    case Opcode::Isinst:
    case Opcode::Castclass: cast(i, body_->type(i.token())); return true;
    case Opcode::Ldtoken: {
      using TokenKind = load::il::TokenResolver::TokenKind;
      const auto& known = load::types::Loader::get().types();
      loop::Symbol symbol;
      Type* handle;
      switch (body_->kind(i.token())) {
        case TokenKind::Type: {
          Type* t = body_->type(i.token());
          symbol = {loop::SymbolKind::Type, t->id().value, 0};
          handle = known.runtime_type_handle;
          break;
        }
        case TokenKind::Method: symbol = {loop::SymbolKind::Method, body_->method_at(i.token())->id().value, 0}; handle = known.runtime_method_handle; break;
        default: symbol = {loop::SymbolKind::Field, body_->field(i.token())->id().value, 0}; handle = known.runtime_field_handle; break;
      }
      Node* slot = struct_slot(handle);
      Memory m;
      m.kind = hir::MemKind::I64;
      b_.store(slot, 0, b_.symbol(symbol, hir::Type::I64), m);
      if (symbol.kind == loop::SymbolKind::Type) token_types_[slot] = Type::from({symbol.id});
      push({StackKind::Struct, handle, slot});
      return true;
    }
    case Opcode::Ldftn: {
      Method* m = body_->method_at(i.token());
      push({StackKind::NativeInt, nullptr, b_.symbol({loop::SymbolKind::MethodStub, m->id().value, 0}, hir::Type::I64)});
      return true;
    }
    case Opcode::Ldvirtftn: {
      Method* m = body_->method_at(i.token());
      Value object = pop();
      check_null(object);
      Node* address = b_.call_helper(abi::Helper::ResolveVirtual, {object.node, b_.symbol({loop::SymbolKind::Method, m->id().value, 0})}, throw_state());
      push({StackKind::NativeInt, nullptr, address->type == hir::Type::I64 ? address : b_.convert(Op::Bitcast, hir::Type::I64, address)});
      return true;
    }
    case Opcode::Localloc: {
      // Each activation of a loop's OSR version would take more of the stack than baseline code can give back.
      if (u_.options.osr) unsupported("localloc in code entered in mid-loop");
      Value size = pop();
      Node* bytes = size.node->type == hir::Type::I32 ? b_.convert(Op::Zext32, hir::Type::I64, size.node) : as_i64(size);
      push(StackKind::NativeInt, b_.convert(Op::Bitcast, hir::Type::I64, b_.add(Op::LocalAlloc, hir::Type::Ptr, {bytes})));
      return true;
    }
    case Opcode::Initblk: {
      if (covered_here()) unsupported("initblk inside a try block");  // a fault in the helper would be seen by no handler here
      Value count = pop(), value = pop(), address = pop();
      check_null(address);
      b_.call_helper(abi::Helper::MemSet, {as(address, hir::Type::Ptr), as_int32(value), b_.convert(Op::Zext32, hir::Type::I64, as_int32(count))});
      return true;
    }
    case Opcode::Cpblk: {
      if (covered_here()) unsupported("cpblk inside a try block");
      Value count = pop(), from = pop(), to = pop();
      b_.call_helper(abi::Helper::MemCopy, {as(to, hir::Type::Ptr), as(from, hir::Type::Ptr), b_.convert(Op::Zext32, hir::Type::I64, as_int32(count))});
      return true;
    }
    default: return false;
  }
}

}  // namespace rapgo::compile::il2hir
