// III.4.21 newobj, box, unbox, casts, ldtoken, ldftn, typed references.
#include "abi/type_head.h"
#include "compile/baseline/arg_moves_x64.h"
#include "compile/baseline/compiler_x64.h"
#include "load/types/classify.h"

namespace rapgo::compile::baseline {

using namespace x86;
using In = Entry::In;
using types::Kind;

namespace {
int depth_of(Type* type) {
  int d = 0;
  for (Type* p = type->parent(); p; p = p->parent()) ++d;
  return d;
}
}  // namespace

bool Compiler::is_object_constructor(Method* m) { return m->declaring->kind == Kind::Object && m->name == ".ctor"; }

// A constructor that only calls Object's, without a class constructor to run: `ldarg.0; call Object::.ctor; ret` and nops. Of this
// method's own assembly only, so that stored code says by its name whether it still holds.
bool Compiler::does_nothing(Method* ctor) {
  if (is_object_constructor(ctor)) return true;
  Type* type = ctor->declaring;
  if (ctor->body != types::Body::Il || ctor->dynamic_body || ctor->arg_count() != 1 || ctor->is_synchronized() ||
      type->assembly != method_->declaring->assembly || !type->parent() || type->parent()->kind != Kind::Object || type->static_constructor())
    return false;
  const load::metadata::BodyBytes body = ctor->il_body();
  if (body.code.size() > 16 || !body.clauses.empty()) return false;
  uint32_t step = 0, token = 0;
  for (size_t at = 0; at < body.code.size(); ++at) {
    const uint8_t op = body.code[at];
    if (op == 0x00) continue;                                     // nop
    if (step == 0 && op == 0x02) {                                // ldarg.0
      ++step;
    } else if (step == 1 && op == 0x28 && body.code.size() - at > 5) {  // call
      for (size_t i = 4; i > 0; --i) token = token << 8 | body.code[at + i];
      at += 4;
      ++step;
    } else {
      return step == 2 && op == 0x2A && at + 1 == body.code.size() &&  // ret
             is_object_constructor(type->assembly->resolve_method(load::metadata::Token(token), ctor->context()));
    }
  }
  return false;
}

// rax = new object, marked used; every other register is kept by the helper.
void Compiler::allocate(Type* type) {
  claim(rax);
  claim(rdi);
  e_.mov(rdi, SymbolKind::TypeWord, type_word(type));
  e_.call(Helper::NewObject);
  free_gp(rdi);
}

void Compiler::new_object(const Instruction& i) {
  Method* ctor = method_at(i.token());
  Type* type = ctor->declaring;
  if (ctor->signature().vararg) pass_variable_arguments(body_.call_site(i.token()), ctor->signature().params.size());
  if (type->is_abstract() && type->kind != Kind::String) throw types::LoadError(types::LoadErrorKind::MemberAccess, "cannot create an abstract class: " + type->full_name());
  if (ctor->body == types::Body::ArrayMethod) {
    // Lengths, or lower bounds and lengths, as int64 in the homes above.
    const auto n = static_cast<uint32_t>(ctor->signature().params.size());
    if (stack_.size() < n) invalid("too few arguments on the evaluation stack");
    const uint32_t dims = depth_words_;
    need_words(dims + n);
    for (uint32_t k = 0; k < n; ++k) {
      Entry& e = stack_[stack_.size() - n + k];
      coerce(e, StackKind::NativeInt);
      load_to(r11, e);
      a.mov(home(dims + k), r11);
    }
    for (uint32_t k = 0; k < n; ++k) release(pop());
    spill_registers();
    e_.mov(rdi, SymbolKind::TypeWord, type_word(type));
    a.mov(esi, n);
    a.lea(rdx, home(dims));
    call_helper(Helper::NewMultiArray);
    used_gp_ |= 1;
    return push_gp(rax, StackKind::Ref, type);
  }
  if (type->kind == Kind::String || ctor->intrinsic == types::Intrinsic::StringCtor) {
    // The constructors are CreateString in disguise.
    Method* create = type->find_method("CreateString", ctor->signature().params);
    if (!create) throw types::LoadError(types::LoadErrorKind::MissingMethod, "System.String.CreateString", "CreateString");
    const types::Signature& s = create->signature();
    Target t;
    t.method = create;
    if (!s.has_this) return emit_call(t, s, StackKind::Void);
    // A null receiver goes beneath the arguments: their homes move, so they leave them.
    const auto n = static_cast<uint32_t>(s.params.size());
    if (stack_.size() < n) invalid("too few arguments on the evaluation stack");
    std::vector<Entry> args(n);
    for (uint32_t k = n; k-- > 0;) {
      args[k] = pop();
      if (args[k].kind == StackKind::Struct) {
        if (args[k].in == In::Home) {  // moves up by one word, from the top down
          need_words(args[k].word + args[k].words + 1);
          for (uint32_t w = args[k].words; w-- > 0;) {
            a.mov(r11, home(args[k].word + w));
            a.mov(home(args[k].word + w + 1), r11);
          }
        }
      } else if (args[k].in == In::Home) {
        if (args[k].is_float()) to_xmm(args[k]); else to_gp(args[k]);
      }
    }
    push_const(StackKind::Ref, 0);
    for (Entry& e : args) push(e);
    return emit_call(t, s, StackKind::Ref);
  }
  if (type->is_delegate()) return construct_delegate(ctor);
  if (type->is_value_type()) return construct_struct(ctor);
  construct_class(ctor);
}

void Compiler::construct_class(Method* ctor) {
  const types::Signature& s = ctor->signature();
  const size_t n = s.params.size();
  if (stack_.size() < n) invalid("too few arguments on the evaluation stack");
  const size_t first = stack_.size() - n;
  // Arguments as in emit_call; the receiver is not on the stack, its home will be the result's.
  abi::ArgAssigner assign;
  call_locations_.clear();
  const abi::ArgLocation receiver = assign.next(abi::ValueShape{});
  const uint32_t result_word = n ? stack_[first].word : depth_words_;
  need_words(depth_words_ + 1);
  // With extra arguments the object's home may be one of theirs: it waits above them.
  const uint32_t free_word = depth_words_ + reserved_words_;
  const bool waits = reserved_words_ != 0;
  need_words(free_word + 1);
  for (size_t i = 0; i < n; ++i) {
    Entry& e = stack_[first + i];
    const abi::ValueShape shape = types::shape_of(s.params[i]);
    coerce(e, s.params[i]->stack_kind());
    narrow_argument(e, s.params[i], shape);
    const abi::ArgLocation loc = assign.next(shape);
    if (loc.by_address) copy_to_home(e);
    call_locations_.push_back(loc);
  }
  // The object's home is the first argument's: a value that travels by its address cannot lie there.
  int32_t moved_word = -1;
  if (n && call_locations_[0].by_address) {
    moved_word = static_cast<int32_t>(free_word + 1);
    need_words(free_word + 1 + stack_[first].words);
    copy_words(home(free_word + 1), home(stack_[first].word), stack_[first].words * 8u);
  }
  spill_registers(static_cast<uint32_t>(n));
  allocate(ctor->declaring);
  call_args_.assign(stack_.begin() + static_cast<ptrdiff_t>(first), stack_.end());
  for (size_t i = 0; i < n; ++i) pop();
  if (moved_word >= 0) call_args_[0].word = static_cast<uint32_t>(moved_word);
  Entry object = entry(StackKind::Ref);
  object.in = In::Gp;
  object.reg = 0;
  ArgMoves moves(*this);
  moves.add(object, receiver);
  for (size_t i = 0; i < n; ++i) moves.add(call_args_[i], call_locations_[i]);
  moves.finish();
  a.mov(home(waits ? free_word : result_word), rdi);
  pass_list();
  // An empty constructor is left out. Its call site stays: a frame may be built that looks as if it had called.
  if (!does_nothing(ctor)) e_.call_slot(SymbolKind::EntrySlot, ctor->id().value);
  after_call(ctor);
  if (waits) {
    a.mov(r11, home(free_word));
    a.mov(home(result_word), r11);
  }
  push_home(StackKind::Ref, ctor->declaring, 1);
}

void Compiler::construct_struct(Method* ctor) {
  const types::Signature& s = ctor->signature();
  Type* type = ctor->declaring;
  const auto n = static_cast<uint32_t>(s.params.size());
  if (stack_.size() < n) invalid("too few arguments on the evaluation stack");
  const Access ac = access_of(type);
  if (ctor->intrinsic == types::Intrinsic::ByReferenceCtor) {
    Entry e = pop();
    if (e.in == In::Var || e.in == In::VarAddress || e.in == In::Symbol) to_gp(e);
    if (e.in != In::Gp && e.in != In::Home) to_gp(e);
    e.kind = StackKind::NativeInt;
    copy_to_home(e);
    return push_home(StackKind::Struct, type, 1);
  }
  const uint32_t words = (ac.size + 7) / 8;
  // The value is built above the arguments, extra ones included, and copied down.
  const uint32_t at = depth_words_ + reserved_words_;
  need_words(at + words + 1);
  zero_words(stack_base_ + static_cast<int32_t>(8 * at), words);
  emit_call_with_receiver(ctor, at);
  if (ac.kind == StackKind::Struct) {
    push_home(StackKind::Struct, type, words);
    const uint32_t to = top().word;
    if (to != at) copy_words(home(to), home(at), words * 8);
  } else {
    load_from(home(at), ac, type);
  }
}

// Call of an instance method on the value in the homes from `word` on (above the arguments); no result.
void Compiler::emit_call_with_receiver(Method* m, uint32_t word) {
  const types::Signature& s = m->signature();
  const size_t n = s.params.size();
  const size_t first = stack_.size() - n;
  abi::ArgAssigner assign;
  call_locations_.clear();
  assign.next(abi::ValueShape{});
  for (size_t i = 0; i < n; ++i) {
    Entry& e = stack_[first + i];
    const abi::ValueShape shape = types::shape_of(s.params[i]);
    coerce(e, s.params[i]->stack_kind());
    narrow_argument(e, s.params[i], shape);
    const abi::ArgLocation loc = assign.next(shape);
    if (loc.by_address) copy_to_home(e);
    call_locations_.push_back(loc);
  }
  spill_registers(static_cast<uint32_t>(n));
  call_args_.assign(stack_.begin() + static_cast<ptrdiff_t>(first), stack_.end());
  for (size_t i = 0; i < n; ++i) pop();
  ArgMoves moves(*this);
  for (size_t i = 0; i < n; ++i) moves.add(call_args_[i], call_locations_[i]);
  moves.finish();
  a.lea(rdi, home(word));
  pass_list();
  e_.call_slot(SymbolKind::EntrySlot, m->id().value);
  after_call(m);
}

void Compiler::construct_delegate(Method* ctor) {
  if (stack_.size() < 2) invalid("too few arguments on the evaluation stack");
  need_words(depth_words_ + 1);
  coerce(top(0), StackKind::NativeInt);
  coerce(top(1), StackKind::Ref);
  spill_registers(2);
  allocate(ctor->declaring);
  Entry function = pop(), target = pop();
  const uint32_t result_word = target.word;
  Entry object = entry(StackKind::Ref);
  object.in = In::Gp;
  object.reg = 0;
  ArgMoves moves(*this);
  abi::ArgAssigner assign;
  moves.add(object, assign.next(abi::ValueShape{}));
  moves.add(target, assign.next(abi::ValueShape{}));
  moves.add(function, assign.next(abi::ValueShape{}));
  moves.finish();
  a.mov(home(result_word), rdi);
  call_helper(Helper::DelegateInit);
  push_home(StackKind::Ref, ctor->declaring, 1);
}

// ---- boxes ----

void Compiler::box(Type* type) {
  const Access ac = access_of(type);
  if (ac.kind == StackKind::Ref) return;  // III.4.1: nothing happens to references
  if (type->is_nullable()) {
    Entry v = pop_value(StackKind::Struct);
    copy_to_home(v);
    spill_registers();
    e_.mov(rdi, SymbolKind::TypeWord, type_word(type));
    a.lea(rsi, home(v.word));
    call_helper(Helper::BoxNullable);
    used_gp_ |= 1;
    return push_gp(rax, StackKind::Ref);
  }
  coerce(top(), ac.kind);
  if (ac.kind == StackKind::Struct && type->has_references()) {
    Entry& v = top();
    copy_to_home(v);
    spill_registers();
    const uint32_t keep = depth_words_;
    need_words(keep + 1);
    allocate(type);
    a.mov(home(keep), rax);
    a.lea(rdi, ptr(rax, 8));
    a.lea(rsi, home(v.word));
    e_.mov(rdx, SymbolKind::TypeWord, type_word(type));
    call_helper(Helper::CopyStruct);
    pop();
    used_gp_ |= 1;
    a.mov(rax, home(keep));
    return push_gp(rax, StackKind::Ref, type);
  }
  allocate(type);
  Entry v = pop();
  store_plain(ptr(rax, 8), ac, v);
  push_gp(rax, StackKind::Ref, type);
}

void Compiler::unbox(Type* type) {
  if (type->is_nullable()) {  // III.4.32: the address of a new Nullable<T>
    Entry boxed = pop_value(StackKind::Ref);
    copy_to_home(boxed);
    spill_registers();
    const uint32_t keep = boxed.word + 1;
    need_words(keep + 1);
    allocate(type);
    a.mov(home(keep), rax);
    load_to(rsi, boxed);
    e_.mov(rdi, SymbolKind::TypeWord, type_word(type));
    a.lea(rdx, ptr(rax, 8));
    call_helper(Helper::UnboxNullable);
    a.mov(rax, home(keep));
    a.add(rax, 8);
    used_gp_ |= 1;
    return push_gp(rax, StackKind::ByRef);
  }
  const uint32_t word = type_word(type);  // may throw: not behind a jump to a label that would never be bound
  Entry object = pop();
  spill_registers();
  load_to(rdi, object);
  release(object);
  Label done = a.newLabel();
  e_.cmp(dword_ptr(rdi), SymbolKind::TypeWord, word);
  a.lea(rax, ptr(rdi, 8));
  a.je(done);
  e_.mov(rsi, SymbolKind::TypeWord, word);
  call_helper(Helper::UnboxCheck);
  a.bind(done);
  used_gp_ |= 1;
  push_gp(rax, StackKind::ByRef);
}

void Compiler::unbox_any(Type* type) {
  const Access ac = access_of(type);
  if (ac.kind == StackKind::Ref) return cast(type, true);
  if (type->is_nullable()) {
    Entry object = pop();
    spill_registers();
    load_to(rsi, object);
    release(object);
    e_.mov(rdi, SymbolKind::TypeWord, type_word(type));
    push_home(StackKind::Struct, type, (type->value_size() + 7) / 8);
    a.lea(rdx, home(top().word));
    call_helper(Helper::UnboxNullable);
    return;
  }
  unbox(type);
  if (!live_) return;
  load_indirect(ac, type);
}

void Compiler::cast(Type* type, bool throwing) {
  if (type->is_nullable()) type = type->element;
  if (type->kind == Kind::Object) return;
  bool exact = type->is_value_type() || type->kind == Kind::String;
  bool by_display = false;
  int depth = 0;
  if (!exact && type->kind == Kind::Class) {
    exact = type->is_sealed() && type->generic_args.empty();
    if (!exact) {
      depth = depth_of(type);
      by_display = depth < abi::kDisplaySize;
    }
  }
  // Enums and their underlying types are told apart by exact comparison; boxed values only.
  const uint32_t word = type_word(type);  // may throw
  if (!exact && !by_display) {
    Entry o = pop();
    Entry t = entry(StackKind::NativeInt);
    t.in = In::Symbol;
    t.value = e_.symbol(SymbolKind::TypeWord, word);
    coerce(o, StackKind::Ref);
    helper_call(throwing ? Helper::CastClass : Helper::IsInst, {o, t}, StackKind::Ref, type);
    return;
  }
  if (throwing) spill_registers(1);
  Entry e = pop();
  coerce(e, StackKind::Ref);
  const Gp r = to_gp(e).r64();
  Label done = a.newLabel();
  a.test(r, r);
  a.jz(done);
  if (exact) {
    e_.cmp(dword_ptr(r), SymbolKind::TypeWord, word);
  } else {
    a.mov(r11d, dword_ptr(r));
    e_.cmp(dword_ptr(r11, static_cast<int32_t>(offsetof(abi::TypeHead, display) + 4 * static_cast<uint32_t>(depth))), SymbolKind::TypeWord, word);
  }
  a.je(done);
  if (throwing) {
    // Cold, but the registers are at hand here: rare in code size terms, and predicted.
    if (r.id() != rdi.id()) a.mov(rdi, r);
    e_.mov(rsi, SymbolKind::TypeWord, word);
    e_.call(Helper::ThrowInvalidCast);
  } else {
    a.xor_(r.r32(), r.r32());
  }
  a.bind(done);
  push_gp(r, StackKind::Ref, type);
}

// ---- tokens and functions ----

void Compiler::load_token(const Instruction& i, const Instruction* next) {
  const types::WellKnownTypes& known = types::Loader::get().types();
  switch (body_.kind(i.token())) {
    case il::TokenResolver::TokenKind::Type: {
      Type* type = body_.type(i.token());
      if (next && next->op == Opcode::Call) {
        Method* m = body_.method_at(next->token());
        if (m->declaring == known.type && m->name == "GetTypeFromHandle") {
          absorbed_ = true;
          return push_symbol(StackKind::Ref, SymbolKind::TypeObject, type->id().value, 0, known.runtime_type);
        }
      }
      return push_symbol(StackKind::Struct, SymbolKind::Type, type->id().value, 0, known.runtime_type_handle);
    }
    case il::TokenResolver::TokenKind::Method:
      return push_symbol(StackKind::Struct, SymbolKind::Method, body_.method_at(i.token())->id().value, 0, known.runtime_method_handle);
    case il::TokenResolver::TokenKind::Field:
      return push_symbol(StackKind::Struct, SymbolKind::Field, body_.field(i.token())->id().value, 0, known.runtime_field_handle);
  }
}

void Compiler::load_function(const Instruction& i) {
  push_symbol(StackKind::NativeInt, SymbolKind::MethodStub, method_at(i.token())->id().value);
}

void Compiler::load_virtual_function(const Instruction& i) {
  Method* m = method_at(i.token());
  Entry object = pop_value(StackKind::Ref);
  if (!m->is_virtual() || m->is_static()) {
    const Gp r = to_gp(object).r64();
    fault_null(r);
    release(object);
    return push_symbol(StackKind::NativeInt, SymbolKind::MethodStub, m->id().value);
  }
  Entry method = entry(StackKind::NativeInt);
  method.in = In::Symbol;
  method.value = e_.symbol(SymbolKind::Method, m->id().value);
  helper_call(Helper::ResolveVirtual, {object, method}, StackKind::NativeInt);
}

// ---- typed references: System.TypedReference {type, Value, Type} ----

void Compiler::make_typed_reference(Type* type) {
  Type* reference = types::Loader::get().types().typed_reference;
  Entry address = pop();
  const Gp r = to_gp(address).r64();
  push_home(StackKind::Struct, reference, (reference->value_size() + 7) / 8);
  const uint32_t word = top().word;
  for (Field* f : reference->fields()) {
    if (f->is_static()) continue;
    const Mem m = ptr(rbp, stack_base_ + static_cast<int32_t>(8 * word + f->offset()), 8);
    if (f->name == "Value") {
      a.mov(m, r);
    } else {
      e_.mov(r11, SymbolKind::Type, type->id().value);
      a.mov(m, r11);
    }
  }
  release(address);
}

void Compiler::typed_reference_value(Type* type) {
  Type* reference = types::Loader::get().types().typed_reference;
  Entry e = pop_value(StackKind::Struct);
  copy_to_home(e);
  spill_registers();
  const Gp r = take_gp();
  const uint32_t word = type_word(type);  // may throw
  for (Field* f : reference->fields()) {
    if (f->is_static()) continue;
    const Mem m = ptr(rbp, stack_base_ + static_cast<int32_t>(8 * e.word + f->offset()), 8);
    if (f->name == "Value") {
      a.mov(r, m);
    } else if (f->name == "type") {
      e_.mov(r11, SymbolKind::Type, type->id().value);
      a.cmp(r11, m);
      Label ok = a.newLabel();
      a.je(ok);
      a.xor_(edi, edi);
      e_.mov(rsi, SymbolKind::TypeWord, word);
      e_.call(Helper::ThrowInvalidCast);
      a.bind(ok);
    }
  }
  push_gp(r, StackKind::ByRef);
}

void Compiler::typed_reference_type() {
  const types::WellKnownTypes& known = types::Loader::get().types();
  Entry e = pop_value(StackKind::Struct);
  copy_to_home(e);
  for (Field* f : known.typed_reference->fields())
    if (!f->is_static() && f->name == "type") {
      a.mov(r11, ptr(rbp, stack_base_ + static_cast<int32_t>(8 * e.word + f->offset()), 8));
      push_home(StackKind::Struct, known.runtime_type_handle, 1);
      a.mov(home(top().word), r11);
      return;
    }
  invalid("System.TypedReference has no type field");
}

}  // namespace rapgo::compile::baseline
