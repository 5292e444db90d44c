// What each instruction does to the evaluation stack (ECMA-335 III.1.5, III.3, III.4).
#include "load/il/stack_typing.h"

namespace rapgo::load::il {

namespace {

bool is_integer(StackKind k) { return k == StackKind::Int32 || k == StackKind::Int64 || k == StackKind::NativeInt; }
bool is_float(StackKind k) { return k == StackKind::Float32 || k == StackKind::Float64; }
// Kinds that unverifiable code computes with as addresses.
bool is_address(StackKind k) { return k == StackKind::ByRef || k == StackKind::NativeInt; }

const types::WellKnownTypes& well_known() { return types::Loader::get().types(); }

}  // namespace

StackKind binary_result(const Instruction& i, StackKind l, StackKind r) {
  const bool shift = i.op == Opcode::Shl || i.op == Opcode::Shr || i.op == Opcode::ShrUn;
  if (shift) {
    if (is_integer(l) && (r == StackKind::Int32 || r == StackKind::NativeInt)) return l;
  } else if (l == r && is_integer(l)) {
    return l;
  } else if (is_integer(l) && is_integer(r) && (l == StackKind::NativeInt || r == StackKind::NativeInt)) {
    return StackKind::NativeInt;
  } else if (is_float(l) && is_float(r)) {
    const bool arithmetic = i.op == Opcode::Add || i.op == Opcode::Sub || i.op == Opcode::Mul || i.op == Opcode::Div || i.op == Opcode::Rem;
    if (arithmetic) return l == r ? l : StackKind::Float64;
  } else if (l == StackKind::ByRef && r == StackKind::ByRef) {
    return StackKind::NativeInt;  // difference; other operations only make numbers
  } else if (l == StackKind::ByRef && is_integer(r)) {
    return i.op == Opcode::Add || i.op == Opcode::Sub || i.op == Opcode::AddOvfUn || i.op == Opcode::SubOvfUn ? StackKind::ByRef : StackKind::NativeInt;
  } else if (r == StackKind::ByRef && is_integer(l)) {
    return i.op == Opcode::Add || i.op == Opcode::AddOvfUn ? StackKind::ByRef : StackKind::NativeInt;
  }
  throw InvalidProgram(i.offset, std::string(i.info().mnemonic) + " cannot take " + to_string(StackType{l, nullptr}) + " and " +
                                     to_string(StackType{r, nullptr}));
}

bool can_store(const StackType& from, Type* to) {
  const StackKind k = to->stack_kind();
  switch (from.kind) {
    case StackKind::Int32: return k == StackKind::Int32 || k == StackKind::NativeInt;
    case StackKind::Int64: return k == StackKind::Int64 || k == StackKind::NativeInt;
    case StackKind::NativeInt: return is_integer(k) || k == StackKind::ByRef;
    case StackKind::ByRef: return k == StackKind::ByRef || k == StackKind::NativeInt || k == StackKind::Int64;
    case StackKind::Float32: case StackKind::Float64: return is_float(k);
    case StackKind::Ref: return k == StackKind::Ref;
    case StackKind::Struct: return k == StackKind::Struct && (from.type == to || from.type->value_size() == to->value_size());
    case StackKind::Void: return false;
  }
  return false;
}

void StackTyping::check_store(uint32_t depth, Type* to) const {
  const StackType& from = top(depth);
  if (!can_store(from, to)) invalid(to_string(from) + " where " + to->full_name() + " is expected");
}

void StackTyping::step(const Instruction& i) {
  il_ = i.offset;
  if (i.info().pop > 0) top(static_cast<uint32_t>(i.info().pop) - 1);  // underflow
  switch (i.op) {
    case Opcode::Rethrow: case Opcode::Endfinally: case Opcode::Endfilter:
      if (body_.clauses.empty()) invalid(std::string(i.info().mnemonic) + " outside of a handler");
      break;
    default: break;
  }
  switch (i.op) {
    case Opcode::Nop: case Opcode::Break: case Opcode::Br: case Opcode::Rethrow: break;
    case Opcode::Endfinally: case Opcode::Leave: pop(static_cast<uint32_t>(stack_.size())); break;
    case Opcode::Ldarg: push_value(body_.args[i.index()]); break;
    case Opcode::Ldarga: push({StackKind::ByRef, body_.args[i.index()]}); break;
    case Opcode::Ldloc: push_value(body_.locals[i.index()]); break;
    case Opcode::Ldloca: push({StackKind::ByRef, body_.locals[i.index()]}); break;
    case Opcode::Starg: check_store(0, body_.args[i.index()]); pop(1); break;
    case Opcode::Stloc: check_store(0, body_.locals[i.index()]); pop(1); break;
    case Opcode::Pop: pop(1); break;
    case Opcode::Brtrue: case Opcode::Brfalse:
      if (top().kind == StackKind::Struct || is_float(top().kind)) invalid(std::string(i.info().mnemonic) + " cannot take " + to_string(top()));
      pop(1);
      break;
    case Opcode::Switch: case Opcode::Endfilter:
      if (top().kind != StackKind::Int32 && top().kind != StackKind::NativeInt) invalid(std::string(i.info().mnemonic) + " cannot take " + to_string(top()));
      pop(1);
      break;
    case Opcode::Throw:
      if (top().kind != StackKind::Ref) invalid("throw cannot take " + to_string(top()));
      pop(static_cast<uint32_t>(stack_.size()));
      break;
    case Opcode::Ldnull: push({StackKind::Ref, nullptr}); break;
    case Opcode::LdcI4: push(StackKind::Int32); break;
    case Opcode::LdcI8: push(StackKind::Int64); break;
    case Opcode::LdcR4: push(StackKind::Float32); break;
    case Opcode::LdcR8: push(StackKind::Float64); break;
    case Opcode::Dup: push(StackType(top())); break;
    case Opcode::Ret:
      if (!body_.return_type->is_void()) {
        check_store(0, body_.return_type);
        pop(1);
      }
      if (!stack_.empty()) invalid("ret leaves values on the evaluation stack");
      break;
    case Opcode::Jmp: check_jump(i); break;
    case Opcode::Beq: case Opcode::Bge: case Opcode::Bgt: case Opcode::Ble: case Opcode::Blt: case Opcode::BneUn:
    case Opcode::BgeUn: case Opcode::BgtUn: case Opcode::BleUn: case Opcode::BltUn:
      check_comparable(i);
      pop(2);
      break;
    case Opcode::Ceq: case Opcode::Cgt: case Opcode::CgtUn: case Opcode::Clt: case Opcode::CltUn:
      check_comparable(i);
      replace(2, StackKind::Int32);
      break;
    default:
      if (i.info().flow == Flow::Call) apply_call(i);
      else if (!apply_arithmetic(i) && !apply_memory(i) && !apply_object(i)) invalid(std::string(i.info().mnemonic) + " is not supported");
  }
}

void StackTyping::check_comparable(const Instruction& i) const {
  const StackKind l = top(1).kind, r = top(0).kind;
  auto word = [](StackKind k) { return is_integer(k) || is_address(k); };
  const bool fits = (l == r && l != StackKind::Struct) || (is_float(l) && is_float(r)) ||
                    (word(l) && word(r) && !((l == StackKind::Int32 && r == StackKind::Int64) || (l == StackKind::Int64 && r == StackKind::Int32)));
  if (!fits) invalid(std::string(i.info().mnemonic) + " cannot compare " + to_string(top(1)) + " and " + to_string(top(0)));
}

bool StackTyping::apply_arithmetic(const Instruction& i) {
  switch (i.op) {
    case Opcode::Add: case Opcode::Sub: case Opcode::Mul: case Opcode::Div: case Opcode::DivUn: case Opcode::Rem: case Opcode::RemUn:
    case Opcode::And: case Opcode::Or: case Opcode::Xor: case Opcode::Shl: case Opcode::Shr: case Opcode::ShrUn:
    case Opcode::AddOvf: case Opcode::AddOvfUn: case Opcode::MulOvf: case Opcode::MulOvfUn: case Opcode::SubOvf: case Opcode::SubOvfUn: {
      const StackType l = top(1), r = top(0);
      StackKind kind;
      try {
        kind = binary_result(i, l.kind, r.kind);
      } catch (const InvalidProgram&) {
        invalid(std::string(i.info().mnemonic) + " cannot take " + to_string(l) + " and " + to_string(r));
      }
      // A moved byref keeps its pointee's type: right for spans and arrays, and only a hint elsewhere.
      replace(2, StackType{kind, kind == StackKind::ByRef ? (l.kind == StackKind::ByRef ? l.type : r.type) : nullptr});
      return true;
    }
    case Opcode::Neg: case Opcode::Not: case Opcode::Ckfinite: {
      const StackKind k = top().kind;
      const bool fits = i.op == Opcode::Ckfinite ? is_float(k) : is_integer(k) || (i.op == Opcode::Neg && is_float(k));
      if (!fits) invalid(std::string(i.info().mnemonic) + " cannot take " + to_string(top()));
      return true;
    }
    default: break;
  }
  StackKind to;
  switch (i.op) {
    case Opcode::ConvI1: case Opcode::ConvI2: case Opcode::ConvI4: case Opcode::ConvU1: case Opcode::ConvU2: case Opcode::ConvU4:
    case Opcode::ConvOvfI1: case Opcode::ConvOvfI2: case Opcode::ConvOvfI4: case Opcode::ConvOvfU1: case Opcode::ConvOvfU2:
    case Opcode::ConvOvfU4: case Opcode::ConvOvfI1Un: case Opcode::ConvOvfI2Un: case Opcode::ConvOvfI4Un: case Opcode::ConvOvfU1Un:
    case Opcode::ConvOvfU2Un: case Opcode::ConvOvfU4Un:
      to = StackKind::Int32;
      break;
    case Opcode::ConvI8: case Opcode::ConvU8: case Opcode::ConvOvfI8: case Opcode::ConvOvfU8: case Opcode::ConvOvfI8Un:
    case Opcode::ConvOvfU8Un:
      to = StackKind::Int64;
      break;
    case Opcode::ConvI: case Opcode::ConvU: case Opcode::ConvOvfI: case Opcode::ConvOvfU: case Opcode::ConvOvfIUn: case Opcode::ConvOvfUUn:
      to = StackKind::NativeInt;
      break;
    case Opcode::ConvR4: to = StackKind::Float32; break;
    case Opcode::ConvR8: case Opcode::ConvRUn: to = StackKind::Float64; break;
    default: return false;
  }
  // Addresses, and in unsafe code references, are turned into integers of their size, nothing else.
  const StackKind from = top().kind;
  const bool narrow = to != StackKind::NativeInt && to != StackKind::Int64;
  if (from == StackKind::Struct || (from == StackKind::Ref && narrow) || (from == StackKind::ByRef && is_float(to)))
    invalid(std::string(i.info().mnemonic) + " cannot take " + to_string(top()));
  replace(1, to);
  return true;
}

// ldfld and stfld reach statics too (III.4.10): the object is then only popped.
void StackTyping::check_holder(const Instruction& i, uint32_t depth) const {
  const Field* f = body_.field(i.token());
  const StackType& holder = top(depth);
  bool fits = true;
  if (f->is_static()) return;
  if (f->declaring->is_value_type()) {
    fits = holder.kind == StackKind::Struct ? holder.type == f->declaring : is_address(holder.kind) || is_integer(holder.kind);
    // Primitives are value types with one field of their own: `ldfld` on a loaded one never occurs, on its address it does.
  } else {
    fits = holder.kind == StackKind::Ref;
  }
  if (!fits) invalid("field " + std::string(f->name) + " of " + f->declaring->full_name() + " is not in " + to_string(holder));
}

void StackTyping::check_static(const Instruction& i) const {
  const Field* f = body_.field(i.token());
  if (!f->is_static()) invalid("field " + std::string(f->name) + " of " + f->declaring->full_name() + " is not static");
}

void StackTyping::check_arguments(const types::Signature& s) const {
  const auto count = static_cast<uint32_t>(s.params.size());
  if (count > stack_.size()) invalid("the evaluation stack is empty");
  for (uint32_t n = 0; n < count; ++n) check_store(count - 1 - n, s.params[n]);
}

void StackTyping::check_jump(const Instruction& i) const {
  if (!stack_.empty()) invalid("jmp with values on the evaluation stack");
  Method* m = body_.method_at(i.token());
  bool same = m->arg_count() == body_.args.size() && m->signature().ret->stack_kind() == body_.return_type->stack_kind();
  for (uint32_t n = 0; same && n < body_.args.size(); ++n) {
    Type *have = body_.args[n], *wanted = m->arg_type(n);
    same = have->stack_kind() == wanted->stack_kind() && (have->stack_kind() != StackKind::Struct || have == wanted);
  }
  if (!same) invalid("jmp to " + m->display_name() + ", whose signature differs");
}

// What stind and stelem take, III.4.
void StackTyping::check_memory_value(const Instruction& i, uint32_t depth) const {
  const StackKind k = top(depth).kind;
  bool fits = true;
  switch (i.op) {
    case Opcode::StindRef: case Opcode::StelemRef: fits = k == StackKind::Ref; break;
    case Opcode::StindI8: case Opcode::StelemI8: fits = k == StackKind::Int64 || k == StackKind::NativeInt || k == StackKind::ByRef; break;
    case Opcode::StindI1: case Opcode::StindI2: case Opcode::StindI4: case Opcode::StelemI1: case Opcode::StelemI2: case Opcode::StelemI4:
      fits = k == StackKind::Int32 || k == StackKind::NativeInt;
      break;
    case Opcode::StindI: case Opcode::StelemI: fits = is_integer(k) || k == StackKind::ByRef; break;
    case Opcode::StindR4: case Opcode::StindR8: case Opcode::StelemR4: case Opcode::StelemR8: fits = is_float(k); break;
    case Opcode::Stobj: case Opcode::Stelem: return check_store(depth, body_.type(i.token()));
    default: return;
  }
  if (!fits) invalid(std::string(i.info().mnemonic) + " cannot take " + to_string(top(depth)));
}

bool StackTyping::apply_memory(const Instruction& i) {
  auto check_address = [&](uint32_t depth) {
    const StackKind k = top(depth).kind;
    if (!is_address(k) && !is_integer(k) && k != StackKind::Ref) invalid(std::string(i.info().mnemonic) + " cannot take " + to_string(top(depth)));
  };
  switch (i.op) {
    case Opcode::LdindI1: case Opcode::LdindU1: case Opcode::LdindI2: case Opcode::LdindU2: case Opcode::LdindI4: case Opcode::LdindU4:
      check_address(0);
      replace(1, StackKind::Int32);
      return true;
    case Opcode::LdindI8: check_address(0); replace(1, StackKind::Int64); return true;
    case Opcode::LdindI: check_address(0); replace(1, StackKind::NativeInt); return true;
    case Opcode::LdindR4: check_address(0); replace(1, StackKind::Float32); return true;
    case Opcode::LdindR8: check_address(0); replace(1, StackKind::Float64); return true;
    case Opcode::LdindRef: {
      check_address(0);
      Type* t = top().kind == StackKind::ByRef ? top().type : nullptr;
      replace(1, StackType{StackKind::Ref, t && t->is_reference() ? t : well_known().object});
      return true;
    }
    case Opcode::StindRef: case Opcode::StindI1: case Opcode::StindI2: case Opcode::StindI4: case Opcode::StindI8: case Opcode::StindR4:
    case Opcode::StindR8: case Opcode::StindI: case Opcode::Cpobj: case Opcode::Stobj:
      check_address(1);
      if (i.op == Opcode::Cpobj) check_address(0);
      check_memory_value(i, 0);
      pop(2);
      return true;
    case Opcode::Ldobj: check_address(0); replace(1, stack_type_of(body_.type(i.token()))); return true;
    case Opcode::Initobj: check_address(0); pop(1); return true;
    case Opcode::Cpblk: case Opcode::Initblk:
      check_address(2);
      if (i.op == Opcode::Cpblk) check_address(1);
      if (!is_integer(top(0).kind) || (i.op == Opcode::Initblk && !is_integer(top(1).kind))) invalid(std::string(i.info().mnemonic) + " cannot take " + to_string(top(0)));
      pop(3);
      return true;
    case Opcode::Localloc:
      if (!is_integer(top().kind)) invalid("localloc cannot take " + to_string(top()));
      if (stack_.size() != 1) invalid("localloc with values on the evaluation stack");
      replace(1, StackKind::NativeInt); return true;
    case Opcode::Ldfld: check_holder(i, 0); replace(1, stack_type_of(body_.field(i.token())->type())); return true;
    case Opcode::Ldflda: {
      if (top().kind == StackKind::Struct) invalid("ldflda cannot take a value");
      check_holder(i, 0);
      // From an unmanaged pointer the result is unmanaged too (III.4.11).
      const bool unmanaged = is_integer(top().kind);
      Type* t = body_.field(i.token())->type();
      replace(1, unmanaged ? StackType{StackKind::NativeInt, nullptr} : StackType{StackKind::ByRef, t});
      return true;
    }
    case Opcode::Stfld:
      if (top(1).kind == StackKind::Struct) invalid("stfld cannot take a value");
      check_holder(i, 1);
      check_store(0, body_.field(i.token())->type());
      pop(2);
      return true;
    case Opcode::Ldsfld: check_static(i); push_value(body_.field(i.token())->type()); return true;
    case Opcode::Ldsflda: check_static(i); push({StackKind::ByRef, body_.field(i.token())->type()}); return true;
    case Opcode::Stsfld:
      check_static(i);
      check_store(0, body_.field(i.token())->type());
      pop(1);
      return true;
    default: return false;
  }
}

bool StackTyping::apply_object(const Instruction& i) {
  auto check_reference = [&](uint32_t depth) {
    if (top(depth).kind != StackKind::Ref) invalid(std::string(i.info().mnemonic) + " cannot take " + to_string(top(depth)));
  };
  auto check_index = [&](uint32_t depth) {
    const StackKind k = top(depth).kind;
    if (!is_integer(k)) invalid(std::string(i.info().mnemonic) + " cannot be indexed by " + to_string(top(depth)));
  };
  auto boxed = [](Type* t) { return t->is_nullable() ? t->element : t; };
  switch (i.op) {
    case Opcode::Ldstr: push({StackKind::Ref, well_known().string}); return true;
    case Opcode::Castclass: case Opcode::Isinst:
      check_reference(0);
      replace(1, StackType{StackKind::Ref, boxed(body_.type(i.token()))});
      return true;
    case Opcode::Box:
      check_store(0, body_.type(i.token()));
      replace(1, StackType{StackKind::Ref, boxed(body_.type(i.token()))}); return true;
    case Opcode::Unbox: check_reference(0); replace(1, StackType{StackKind::ByRef, body_.type(i.token())}); return true;
    case Opcode::UnboxAny: check_reference(0); replace(1, stack_type_of(body_.type(i.token()))); return true;
    case Opcode::Newarr: check_index(0); replace(1, StackType{StackKind::Ref, body_.type(i.token())->make_array(0)}); return true;
    case Opcode::Ldlen: check_reference(0); replace(1, StackKind::NativeInt); return true;
    case Opcode::Ldelema:
      check_reference(1);
      check_index(0);
      replace(2, StackType{StackKind::ByRef, body_.type(i.token())});
      return true;
    case Opcode::LdelemI1: case Opcode::LdelemU1: case Opcode::LdelemI2: case Opcode::LdelemU2: case Opcode::LdelemI4: case Opcode::LdelemU4:
      check_reference(1);
      check_index(0);
      replace(2, StackKind::Int32);
      return true;
    case Opcode::LdelemI8: check_reference(1); check_index(0); replace(2, StackKind::Int64); return true;
    case Opcode::LdelemI: check_reference(1); check_index(0); replace(2, StackKind::NativeInt); return true;
    case Opcode::LdelemR4: check_reference(1); check_index(0); replace(2, StackKind::Float32); return true;
    case Opcode::LdelemR8: check_reference(1); check_index(0); replace(2, StackKind::Float64); return true;
    case Opcode::LdelemRef: {
      check_reference(1);
      check_index(0);
      Type* array = top(1).type;
      Type* element = array && array->kind == types::Kind::SzArray ? array->element : nullptr;
      replace(2, StackType{StackKind::Ref, element && element->is_reference() ? element : well_known().object});
      return true;
    }
    case Opcode::Ldelem: check_reference(1); check_index(0); replace(2, stack_type_of(body_.type(i.token()))); return true;
    case Opcode::StelemI: case Opcode::StelemI1: case Opcode::StelemI2: case Opcode::StelemI4: case Opcode::StelemI8: case Opcode::StelemR4:
    case Opcode::StelemR8: case Opcode::StelemRef: case Opcode::Stelem:
      check_reference(2);
      check_index(1);
      check_memory_value(i, 0);
      pop(3);
      return true;
    case Opcode::Ldtoken:
      switch (body_.kind(i.token())) {
        case TokenResolver::TokenKind::Type: push_value(well_known().runtime_type_handle); break;
        case TokenResolver::TokenKind::Method: push_value(well_known().runtime_method_handle); break;
        case TokenResolver::TokenKind::Field: push_value(well_known().runtime_field_handle); break;
      }
      return true;
    case Opcode::Ldftn: push(StackKind::NativeInt); return true;
    case Opcode::Ldvirtftn: check_reference(0); replace(1, StackKind::NativeInt); return true;
    case Opcode::Sizeof: push(StackKind::Int32); return true;
    case Opcode::Mkrefany:
      if (!is_address(top().kind)) invalid("mkrefany cannot take " + to_string(top()));
      replace(1, stack_type_of(well_known().typed_reference)); return true;
    case Opcode::Refanyval: case Opcode::Refanytype:
      if (top().type != well_known().typed_reference) invalid(std::string(i.info().mnemonic) + " cannot take " + to_string(top()));
      if (i.op == Opcode::Refanytype) {
        replace(1, stack_type_of(well_known().runtime_type_handle));
        return true;
      }
      replace(1, StackType{StackKind::ByRef, body_.type(i.token())}); return true;
    case Opcode::Arglist: push_value(types::Loader::get().corlib_type("System", "RuntimeArgumentHandle")); return true;
    default: return false;
  }
}

void StackTyping::apply_call(const Instruction& i) {
  if (i.op == Opcode::Calli) {
    const types::Signature& s = body_.signature(i.token());
    const auto count = static_cast<uint32_t>(s.params.size()) + (s.has_this ? 1 : 0) + 1;  // and the address
    if (count > stack_.size()) invalid("the evaluation stack is empty");
    pop(1);
    check_arguments(s);
    pop(count - 1);
    if (!s.ret->is_void()) push_value(s.ret);
    return;
  }
  Method* m = body_.method_at(i.token());
  const types::Signature& s = m->signature().vararg ? body_.call_site(i.token()) : m->signature();
  check_arguments(s);
  if (i.op == Opcode::Newobj) {
    if (!s.has_this) invalid("newobj of a static method");
    pop(static_cast<uint32_t>(s.params.size()));
    push_value(m->declaring);
    return;
  }
  if (i.op == Opcode::Callvirt && !s.has_this) invalid("callvirt of a static method");
  if (s.has_this) {
    const StackKind k = top(static_cast<uint32_t>(s.params.size())).kind;
    const bool address = is_address(k) || is_integer(k);
    const bool wants_address = i.has(prefix::kConstrained) || (m->declaring->is_value_type() && k != StackKind::Ref);
    if (wants_address ? !address : k != StackKind::Ref) {
      invalid("call of " + m->display_name() + " on " + to_string(top(static_cast<uint32_t>(s.params.size()))));
    }
  }
  pop(static_cast<uint32_t>(s.params.size()) + (s.has_this ? 1 : 0));
  if (!s.ret->is_void()) push_value(s.ret);
}

}  // namespace rapgo::load::il
