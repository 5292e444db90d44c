// III.3.19 call, III.3.20 calli, III.4.2 callvirt, jmp; calls of runtime helpers.
#include "abi/type_head.h"
#include "compile/baseline/arg_moves_x64.h"
#include "compile/baseline/compiler_x64.h"
#include "load/il/tail_call.h"
#include "load/types/classify.h"

namespace rapgo::compile::baseline {

using namespace x86;
using In = Entry::In;

// ---- arguments into place ----

void ArgMoves::add(Entry& e, const abi::ArgLocation& loc) {
  auto& a = c.a;
  if (!loc.in_registers) {
    const auto out = [&](uint32_t w) { return qword_ptr(rsp, static_cast<int32_t>(8 * (loc.stack_word + w))); };
    c.out_words_ = std::max(c.out_words_, loc.stack_word + loc.words);
    if (loc.by_address) {
      a.lea(r11, c.home(e.word));
      a.mov(out(0), r11);
    } else if (e.kind == StackKind::Struct && (e.in == In::Home || e.in == In::Var)) {
      Mem from = c.memory_of(e);
      for (uint32_t w = 0; w < loc.words; ++w) {
        a.mov(r11, from);
        a.mov(out(w), r11);
        from.addOffset(8);
      }
    } else if (e.in == In::Gp) {
      a.mov(out(0), gpq(e.reg));
    } else if (e.in == In::Xmm) {
      a.movsd(out(0), x86::xmm(e.reg));
    } else {
      c.load_to(r11, e);
      a.mov(out(0), r11);
    }
    c.release(e);
    return;
  }
  for (int p = 0; p < loc.pieces; ++p) {
    Move m{};
    m.sse = loc.cls[p] == abi::Eightbyte::Sse;
    m.to = m.sse ? loc.reg[p] : static_cast<uint8_t>(stubs::kIntArg[loc.reg[p]].id());
    m.entry = &e;
    m.piece = static_cast<uint8_t>(p);
    m.address = loc.by_address;
    m.from_register = !loc.by_address && ((m.sse && e.in == In::Xmm) || (!m.sse && e.in == In::Gp));
    m.from = e.reg;
    moves[count++] = m;
  }
}

void ArgMoves::add_to(Entry& e, const Gp& reg) {
  Move m{};
  m.to = static_cast<uint8_t>(reg.id());
  m.entry = &e;
  m.from_register = e.in == In::Gp;
  m.from = e.reg;
  moves[count++] = m;
}

void ArgMoves::finish() {
  auto& a = c.a;
  // Values that sit in the other kind of register than they travel in, first to where they cannot be lost.
  for (int i = 0; i < count; ++i) {
    Move& m = moves[i];
    if (m.from_register || m.address || !m.entry->in_register()) continue;
    c.copy_to_home(*m.entry);
  }
  // Registers to registers, in an order that loses nothing.
  int left = 0;
  for (int i = 0; i < count; ++i) {
    if (moves[i].from_register && moves[i].from == moves[i].to) moves[i].done = true;
    if (moves[i].from_register && !moves[i].done) ++left;
  }
  while (left) {
    bool progress = false;
    for (int i = 0; i < count; ++i) {
      Move& m = moves[i];
      if (!m.from_register || m.done) continue;
      bool blocked = false;
      for (int j = 0; j < count; ++j)
        if (j != i && moves[j].from_register && !moves[j].done && moves[j].sse == m.sse && moves[j].from == m.to) blocked = true;
      // Register arguments that are in place already must not be overwritten either: two moves never share a destination.
      if (blocked) continue;
      if (m.sse) a.movaps(x86::xmm(m.to), x86::xmm(m.from)); else a.mov(gpq(m.to), gpq(m.from));
      m.done = true;
      progress = true;
      --left;
    }
    if (progress) continue;
    for (int i = 0; i < count; ++i) {
      Move& m = moves[i];
      if (!m.from_register || m.done) continue;
      if (m.sse) {
        a.movaps(xmm15, x86::xmm(m.to));
        a.movaps(x86::xmm(m.to), x86::xmm(m.from));
        a.movaps(x86::xmm(m.from), xmm15);
      } else {
        a.xchg(gpq(m.to), gpq(m.from));
      }
      for (int j = 0; j < count; ++j)
        if (j != i && moves[j].from_register && !moves[j].done && moves[j].sse == m.sse && moves[j].from == m.to) {
          moves[j].from = m.from;
          if (moves[j].from == moves[j].to) {
            moves[j].done = true;
            --left;
          }
        }
      m.done = true;
      --left;
      break;
    }
  }
  // Everything else is loaded: no source register is live any more.
  for (int i = 0; i < count; ++i) {
    Move& m = moves[i];
    if (m.from_register) continue;
    Entry& e = *m.entry;
    if (m.address) {
      a.lea(gpq(m.to), c.home(e.word));
    } else if (e.kind == StackKind::Struct && (e.in == In::Home || e.in == In::Var)) {
      Mem from = c.memory_of(e);
      from.addOffset(8 * m.piece);
      from.setSize(8);
      if (m.sse) a.movsd(x86::xmm(m.to), from); else a.mov(gpq(m.to), from);
    } else if (m.sse) {
      c.load_to(x86::xmm(m.to), e);
    } else {
      c.load_to(gpq(m.to), e);
    }
  }
  c.used_gp_ = 0;
  c.used_xmm_ = 0;
}

// ---- helpers ----

// Calls of methods only: a frame is never built at a helper's call.
void Compiler::after_call(Method* target) {
  out_.call_sites.push_back({il_, e_.pc(), {target ? target->id().value : 0}});
}

// Registers are as the helper wants them; nothing of the stack is in a register.
void Compiler::call_helper(Helper h) {
  e_.call(h);
  used_gp_ = 0;
  used_xmm_ = 0;
}

void Compiler::helper_call(Helper h, std::initializer_list<Entry> list, StackKind result, Type* type) {
  spill_registers();
  Entry args[4];
  int n = 0;
  for (const Entry& e : list) args[n++] = e;
  ArgMoves moves(*this);
  abi::ArgAssigner assign;
  for (int i = 0; i < n; ++i) {
    abi::ValueShape shape;
    if (args[i].is_float()) shape.cls[0] = abi::Eightbyte::Sse;
    moves.add(args[i], assign.next(shape));
  }
  moves.finish();
  call_helper(h);
  if (result == StackKind::Void) return;
  if (result == StackKind::Float32 || result == StackKind::Float64) {
    used_xmm_ |= 1;
    return push_xmm(xmm0, result);
  }
  used_gp_ |= 1;
  push_gp(rax, result, type);
}

// ---- managed calls ----

// The caller extends narrow integers to 32 bits.
void Compiler::narrow_argument(Entry& e, Type* param, const abi::ValueShape& shape) {
  if (e.kind != StackKind::Int32 || shape.size >= 4) return;
  const bool is_signed = access_of(param).is_signed;
  if (e.in == In::Const) {
    if (shape.size == 1) e.value = is_signed ? static_cast<int8_t>(e.value) : static_cast<uint8_t>(e.value);
    else e.value = is_signed ? static_cast<int16_t>(e.value) : static_cast<uint16_t>(e.value);
    return;
  }
  if (e.in == In::Var) {
    const Var& v = vars_[static_cast<size_t>(e.value)];
    if (v.narrow == shape.size && v.narrow_signed == is_signed) return;
  }
  const Gp r = to_gp(e);
  if (shape.size == 1) {
    if (is_signed) a.movsx(r.r32(), r.r8()); else a.movzx(r.r32(), r.r8());
  } else {
    if (is_signed) a.movsx(r.r32(), r.r16()); else a.movzx(r.r32(), r.r16());
  }
}

void Compiler::emit_call(const Target& target, const types::Signature& s, StackKind this_kind) {
  const bool has_this = this_kind != StackKind::Void;
  const size_t n = s.params.size() + (has_this ? 1 : 0);
  if (stack_.size() < n) invalid("too few arguments on the evaluation stack");
  const size_t first = stack_.size() - n;
  const abi::ValueShape result = types::shape_of(s.ret);
  const bool hidden = abi::returns_hidden(result);
  abi::ArgAssigner assign(hidden);
  call_locations_.clear();
  for (size_t i = 0; i < n; ++i) {
    Entry& e = stack_[first + i];
    if (has_this && i == 0) {
      if (e.kind == StackKind::Struct && e.words == 1) e.kind = this_kind;
      coerce(e, this_kind);
      call_locations_.push_back(assign.next(abi::ValueShape{}));
      continue;
    }
    Type* p = s.params[i - (has_this ? 1 : 0)];
    const abi::ValueShape shape = types::shape_of(p);
    const StackKind kind = p->stack_kind();
    coerce(e, kind);
    narrow_argument(e, p, shape);
    const abi::ArgLocation loc = assign.next(shape);
    if (loc.by_address) copy_to_home(e);  // the callee owns it
    call_locations_.push_back(loc);
  }
  spill_registers(static_cast<uint32_t>(n));
  const uint32_t buffer = depth_words_ + reserved_words_;
  if (hidden) need_words(buffer + result.words());
  // Off the stack; the homes of by-address arguments stay untouched until the call returns.
  call_args_.assign(stack_.begin() + static_cast<ptrdiff_t>(first), stack_.end());
  for (size_t i = 0; i < n; ++i) pop();
  ArgMoves moves(*this);
  Entry pointer = target.pointer;
  for (size_t i = 0; i < n; ++i) moves.add(call_args_[i], call_locations_[i]);
  if (target.kind == Target::Pointer) moves.add_to(pointer, rax);
  moves.finish();
  const Gp receiver = hidden ? rsi : rdi;
  if (hidden) {
    if (target.tail) a.mov(rdi, ptr(rbp, result_home_)); else a.lea(rdi, home(buffer));
  }
  pass_list();
  if (target.null_check) fault_null(receiver);
  if (target.tail) {
    enter_tail(target, assign.stack_words(), receiver);
    after_call(target.method);
    return push_result(result, s.ret, buffer);
  }
  switch (target.kind) {
    case Target::Slot:
      e_.call_slot(SymbolKind::EntrySlot, target.method->id().value);
      break;
    case Target::Virtual:
      a.mov(eax, dword_ptr(receiver));
      if (options_.probes) probe_receiver();
      a.call(qword_ptr(rax, static_cast<int32_t>(abi::kVtableOffset + 8 * static_cast<uint32_t>(target.method->slot))));
      break;
    case Target::Interface: {
      e_.mov(r10, SymbolKind::Method, target.method->id().value);
      a.mov(eax, dword_ptr(receiver));
      if (options_.probes) probe_receiver();
      const uint8_t call[6] = {0xFF, 0x90};  // call [rax + disp32]
      e_.raw(call, 6);
      e_.reloc(e_.pc() - 4, loop::RelocKind::Abs32, e_.symbol(SymbolKind::ImtOffset, target.method->id().value));
      break;
    }
    case Target::Pointer:
      a.call(rax);
      break;
    case Target::HelperCall:
      e_.call(target.helper);
      break;
  }
  after_call(target.method);
  push_result(result, s.ret, buffer);
}

// Histogram of the type word in rax (probes).
void Compiler::probe_receiver() {
  const uint32_t c = counter(loop::ProbeKind::ReceiverType, il_, 0, 9);
  e_.mov(r11, SymbolKind::ProbeCounters, 0, 0, static_cast<int32_t>(8 * c));
  e_.call(Helper::ProfileProbe);
}

void Compiler::push_result(const abi::ValueShape& shape, Type* type, uint32_t buffer) {
  if (shape.is_void) return;
  if (!shape.is_struct()) {
    const StackKind kind = type->stack_kind();
    if (kind == StackKind::Float32 || kind == StackKind::Float64) {
      used_xmm_ |= 1;
      return push_xmm(xmm0, kind);
    }
    used_gp_ |= 1;
    return push_gp(rax, kind, kind == StackKind::Ref ? type : nullptr);
  }
  push_home(StackKind::Struct, type, shape.words());
  const uint32_t word = top().word;
  if (shape.memory) {
    if (word != buffer) copy_words(home(word), home(buffer), shape.words() * 8);
    return;
  }
  const abi::ArgLocation loc = abi::result_location(shape);
  for (int p = 0; p < loc.pieces; ++p) {
    if (loc.cls[p] == abi::Eightbyte::Sse) a.movsd(home(word + static_cast<uint32_t>(p)), x86::xmm(loc.reg[p]));
    else a.mov(home(word + static_cast<uint32_t>(p)), loc.reg[p] ? rdx : rax);
  }
}

// constrained. prefix (III.2.1): makes the receiver what the call wants. May replace the method.
void Compiler::constrain(const Instruction& i, Method*& m, bool& is_virtual) {
  Type* type = type_at(i.constrained);
  const auto depth = static_cast<uint32_t>(m->signature().params.size());
  if (!type->is_value_type()) {
    Entry& e = top(depth);
    const Gp r = to_gp(e).r64();
    a.mov(r, ptr(r));
    e.kind = StackKind::Ref;
    e.type = nullptr;
    return;
  }
  Method* own = m->declaring == type ? m : type->find_virtual(m);
  if (own && own->declaring == type) {
    m = own;
    is_virtual = false;
    return;
  }
  // Inherited from Object, ValueType or Enum: the receiver is boxed.
  spill_registers();
  Entry& e = top(depth);
  copy_to_home(e);
  if (type->is_nullable()) {
    e_.mov(rdi, SymbolKind::TypeWord, type_word(type));
    load_to(rsi, e);
    call_helper(Helper::BoxNullable);
    a.mov(home(e.word), rax);
  } else {
    allocate(type);
    free_gp(rax);
    const uint32_t size = type->value_size();
    if (type->has_references()) {
      a.lea(rdi, ptr(rax, 8));
      load_to(rsi, e);
      a.mov(home(e.word), rax);
      e_.mov(rdx, SymbolKind::TypeWord, type_word(type));
      call_helper(Helper::CopyStruct);
    } else {
      a.mov(rcx, home(e.word));
      used_gp_ |= 2 | 1;
      copy_words(ptr(rax, 8), ptr(rcx), size);
      used_gp_ &= ~3u;
      a.mov(home(e.word), rax);
    }
  }
  e.kind = StackKind::Ref;
  e.in = In::Home;
}

// The arguments are in their registers and in the outgoing words: on into the callee in this frame's place. What follows is where a
// frame that was built goes on (call_sites).
void Compiler::enter_tail(const Target& target, uint32_t stack_words, const Gp& receiver) {
  for (uint32_t w = 0; w < stack_words; ++w) {
    a.mov(r11, qword_ptr(rsp, static_cast<int32_t>(8 * w)));
    a.mov(qword_ptr(rbp, static_cast<int32_t>(16 + 8 * w)), r11);
  }
  if (target.kind == Target::Virtual || target.kind == Target::Interface) a.mov(eax, dword_ptr(receiver));
  if (target.kind == Target::Interface) e_.mov(r10, SymbolKind::Method, target.method->id().value);
  a.leave();
  e_.frame_at_rsp(8);
  switch (target.kind) {
    case Target::Slot: e_.jmp_slot(SymbolKind::EntrySlot, target.method->id().value); break;
    case Target::Virtual:
      a.jmp(qword_ptr(rax, static_cast<int32_t>(abi::kVtableOffset + 8 * static_cast<uint32_t>(target.method->slot))));
      break;
    case Target::Interface: {
      const uint8_t jump[6] = {0xFF, 0xA0};  // jmp [rax + disp32]
      e_.raw(jump, 6);
      e_.reloc(e_.pc() - 4, loop::RelocKind::Abs32, e_.symbol(SymbolKind::ImtOffset, target.method->id().value));
      break;
    }
    case Target::Pointer: a.jmp(rax); break;
    case Target::HelperCall: e_.jmp(target.helper); break;
  }
  e_.frame_at_rbp();
  a.nop();  // a return address is looked up one byte earlier
}

// r10, if the call being compiled has a variable argument list.
void Compiler::pass_list() {
  if (cookie_word_ >= 0) a.lea(r10, home(static_cast<uint32_t>(cookie_word_)));
  if (forwards_list_) a.mov(r10, ptr(rbp, vararg_home_));
  reserved_words_ = 0;
  cookie_word_ = -1;
  forwards_list_ = false;
}

void Compiler::pass_variable_arguments(const types::Signature& site, size_t fixed) {
  const size_t extra = site.params.size() - fixed;
  if (stack_.size() < site.params.size()) invalid("too few arguments on the evaluation stack");
  const uint32_t block = depth_words_;
  need_words(block + 1 + 2 * static_cast<uint32_t>(extra));
  // Fixed arguments of the address kind keep their homes, so the extra ones may stay in theirs.
  for (size_t k = 0; k < extra; ++k) {
    Entry& e = stack_[stack_.size() - extra + k];
    Type* type = site.params[fixed + k];
    coerce(e, type->stack_kind());
    narrow_argument(e, type, types::shape_of(type));
    copy_to_home(e);
    a.lea(r11, home(e.word));
    a.mov(home(block + 2 + 2 * static_cast<uint32_t>(k)), r11);
    e_.mov(r11, SymbolKind::Type, type->id().value);
    a.mov(home(block + 1 + 2 * static_cast<uint32_t>(k)), r11);
  }
  a.mov(home(block), static_cast<int32_t>(extra));
  const uint32_t above = depth_words_ + 1 + 2 * static_cast<uint32_t>(extra);
  for (size_t k = 0; k < extra; ++k) release(pop());
  reserved_words_ = above - depth_words_;
  cookie_word_ = static_cast<int32_t>(block);
}

void Compiler::call(const Instruction& i, const Instruction* next) {
  Method* m = method_at(i.token());
  bool is_virtual = i.op == Opcode::Callvirt;
  if (i.has(il::prefix::kConstrained)) constrain(i, m, is_virtual);
  const types::Signature& s = m->signature();
  if (s.vararg) pass_variable_arguments(body_.call_site(i.token()), s.params.size());
  const StackKind this_kind = !s.has_this ? StackKind::Void : m->declaring->is_value_type() ? StackKind::ByRef : StackKind::Ref;
  call_method(m, is_virtual, il::leaves_frame(body_, i, next, s, this_kind));
}

void Compiler::call_method(Method* m, bool is_virtual, bool tail) {
  const types::Signature& s = m->signature();
  if (m->body == types::Body::ArrayMethod && m->name != ".ctor") return array_method(m);
  if (intrinsic(m)) return;
  if (!is_virtual && is_object_constructor(m)) {  // does nothing; the call site stays, with an address of its own
    release(pop());
    spill_registers();
    a.nop();
    return after_call(m);
  }
  if (!tail && call_accessor(m, is_virtual)) return;
  Target t;
  t.method = m;
  t.tail = tail;
  const bool instance = s.has_this;
  const bool by_ref = m->declaring->is_value_type();
  const StackKind this_kind = !instance ? StackKind::Void : by_ref ? StackKind::ByRef : StackKind::Ref;
  if (is_virtual && instance && m->is_virtual() && !by_ref) {
    const bool generic = !m->generic_args.empty();
    if (generic || (s.vararg && m->declaring->is_interface())) {
      // Its address depends on receiver and arguments, or r10 is taken by the argument list: asked for at every call.
      const auto depth = static_cast<uint32_t>(s.params.size());
      spill_registers();
      load_to(rdi, top(depth));
      e_.mov(rsi, SymbolKind::Method, m->id().value);
      call_helper(Helper::ResolveVirtual);
      t.kind = Target::Pointer;
      t.pointer = entry(StackKind::NativeInt);
      t.pointer.in = In::Gp;
      t.pointer.reg = 0;
      used_gp_ |= 1;
    } else if (m->declaring->is_interface()) {
      t.kind = Target::Interface;
    } else if (m->is_final() || (m->declaring->is_sealed() && !m->is_abstract())) {
      t.null_check = true;
    } else {
      m->declaring->head();
      if (m->slot < 0) invalid("virtual method without a slot");
      t.kind = Target::Virtual;
    }
  } else if (is_virtual && instance && !by_ref) {
    t.null_check = true;
  }
  emit_call(t, s, this_kind);
}

// Through a helper that reads the arguments from their homes.
void Compiler::call_native(const types::Signature& s) {
  Entry function = pop_value(StackKind::NativeInt);
  const size_t n = s.params.size() + (s.has_this ? 1 : 0);
  if (stack_.size() < n) invalid("too few arguments on the evaluation stack");
  const size_t first = stack_.size() - n;
  if (function.in != In::Const && function.in != In::Symbol) to_gp(function);
  for (size_t k = 0; k < n; ++k) {
    Entry& e = stack_[first + k];
    if (s.has_this && k == 0) {
      coerce(e, StackKind::NativeInt);
    } else {
      Type* p = s.params[k - (s.has_this ? 1 : 0)];
      coerce(e, p->stack_kind());
      narrow_argument(e, p, types::shape_of(p));
    }
    copy_to_home(e);
  }
  spill_registers();
  const abi::ValueShape result = types::shape_of(s.ret);
  const uint32_t args_word = n ? stack_[first].word : depth_words_, result_word = depth_words_ + 1;
  need_words(result_word + result.words() + 1);
  load_to(rsi, function);
  release(function);
  e_.mov(rdi, SymbolKind::Type, types::Loader::get().make_fnptr(s)->id().value);
  a.lea(rdx, home(args_word));
  a.lea(rcx, home(result_word));
  call_helper(Helper::CallNative);
  for (size_t k = 0; k < n; ++k) pop();
  if (result.is_void) return;
  load_from(home(result_word), access_of(s.ret), s.ret);
}

void Compiler::call_indirect(const Instruction& i, const Instruction* next) {
  types::Signature s = body_.signature(i.token());
  if (s.call_conv != 0 && !s.vararg) return call_native(s);
  Target t;
  t.tail = il::leaves_frame(body_, i, next, s, s.has_this ? StackKind::Ref : StackKind::Void);
  t.kind = Target::Pointer;
  t.pointer = pop_value(StackKind::NativeInt);
  // Its home may be reused by nothing before the call: arguments lie below.
  if (s.vararg) {
    if (t.pointer.in != In::Const && t.pointer.in != In::Symbol) to_gp(t.pointer);  // the list lies where it was
    const size_t fixed = s.sentinel >= 0 ? static_cast<size_t>(s.sentinel) : s.params.size();
    pass_variable_arguments(s, fixed);
    s.params = s.params.first(fixed);
  }
  emit_call(t, s, s.has_this ? StackKind::Ref : StackKind::Void);
}

// III.3.37: the target takes this method's arguments, as they are now, in the places where they came.
void Compiler::jump_to_method(const Instruction& i) {
  Method* m = method_at(i.token());
  const types::Signature& s = m->signature();
  if (s.vararg != method_->signature().vararg) invalid("jmp to a method with other arguments");
  const abi::CallLayout layout = types::call_layout_of(m);
  bool same = layout.args.size() == arg_locations_.size() && layout.hidden_result == (result_home_ != 0);
  for (size_t k = 0; same && k < layout.args.size(); ++k) {
    const abi::ArgLocation &to = layout.args[k], &own = arg_locations_[k];
    same = to.in_registers == own.in_registers && to.by_address == own.by_address && to.words == own.words && to.stack_word == own.stack_word &&
           (!to.by_address || layout.shapes[k].size == arg_shapes_[k].size);
  }
  if (!same) invalid("jmp to a method with other arguments");
  if (synchronized_) {  // the lock is held until the target returns: a call (Mono's wrapper around the method does the same)
    for (size_t k = 0; k < layout.args.size(); ++k) load_var(static_cast<uint32_t>(k));
    forwards_list_ = s.vararg;
    call_method(m, false);
    return ret();
  }
  for (size_t k = 0; k < layout.args.size(); ++k) {
    const abi::ArgLocation& loc = layout.args[k];
    const Var& v = vars_[k];
    if (loc.by_address) {  // back into the caller's copy, which is this method's to change
      const Gp to = claim(rax);
      a.mov(to, loc.in_registers ? ptr(rbp, copy_home_[k]) : qword_ptr(rbp, 16 + 8 * static_cast<int32_t>(loc.stack_word)));
      copy_words(ptr(to), var_memory(v), v.type->value_size());
      free_gp(to);
    } else if (!loc.in_registers && v.exposed) {
      const Mem from = var_memory(v);
      copy_words(ptr(rbp, 16 + 8 * static_cast<int32_t>(loc.stack_word)), from, 8 * loc.words);
    }
  }
  ArgMoves moves(*this);
  std::vector<Entry> args(layout.args.size());
  for (size_t k = 0; k < args.size(); ++k) {
    if (!layout.args[k].in_registers || layout.args[k].by_address) continue;
    load_var(static_cast<uint32_t>(k));
    args[k] = pop();
    moves.add(args[k], layout.args[k]);
  }
  moves.finish();
  for (size_t k = 0; k < layout.args.size(); ++k)
    if (layout.args[k].by_address && layout.args[k].in_registers) a.mov(stubs::kIntArg[layout.args[k].reg[0]], ptr(rbp, copy_home_[k]));
  if (layout.hidden_result) a.mov(rdi, ptr(rbp, result_home_));
  if (s.vararg) a.mov(r10, ptr(rbp, vararg_home_));
  a.leave();
  e_.frame_at_rsp(8);
  e_.jmp_slot(SymbolKind::EntrySlot, m->id().value);
  e_.frame_at_rbp();
  live_ = false;
}

}  // namespace rapgo::compile::baseline
