// III.3.42 ldind ... III.4 fields, ldobj/stobj, blocks of memory.
#include "compile/baseline/compiler_x64.h"

#include "abi/object.h"
#include "abi/type_head.h"

namespace rapgo::compile::baseline {

using namespace x86;
using In = Entry::In;
using types::Kind;

namespace {
constexpr uint32_t kFaultLimit = 4096;
}  // namespace

Access Compiler::access_of(Type* type) {
  switch (type->underlying()->kind) {
    case Kind::Boolean: case Kind::U1: return {StackKind::Int32, 1, false, nullptr};
    case Kind::I1: return {StackKind::Int32, 1, true, nullptr};
    case Kind::Char: case Kind::U2: return {StackKind::Int32, 2, false, nullptr};
    case Kind::I2: return {StackKind::Int32, 2, true, nullptr};
    case Kind::I4: case Kind::U4: return {StackKind::Int32, 4, true, nullptr};
    case Kind::I8: case Kind::U8: return {StackKind::Int64, 8, true, nullptr};
    case Kind::R4: return {StackKind::Float32, 4, true, nullptr};
    case Kind::R8: return {StackKind::Float64, 8, true, nullptr};
    case Kind::I: case Kind::U: case Kind::Ptr: case Kind::FnPtr: return {StackKind::NativeInt, 8, true, nullptr};
    case Kind::ByRef: return {StackKind::ByRef, 8, true, nullptr};
    case Kind::Struct: case Kind::TypedByRef: return {StackKind::Struct, type->value_size(), true, type};
    case Kind::Void: throw types::LoadError(types::LoadErrorKind::InvalidProgram, "a place of type void");
    default: return {StackKind::Ref, 8, true, nullptr};
  }
}

Access Compiler::access_of_indirect(Opcode op) {
  switch (op) {
    case Opcode::LdindI1: case Opcode::StindI1: case Opcode::LdelemI1: case Opcode::StelemI1: return {StackKind::Int32, 1, true, nullptr};
    case Opcode::LdindU1: case Opcode::LdelemU1: return {StackKind::Int32, 1, false, nullptr};
    case Opcode::LdindI2: case Opcode::StindI2: case Opcode::LdelemI2: case Opcode::StelemI2: return {StackKind::Int32, 2, true, nullptr};
    case Opcode::LdindU2: case Opcode::LdelemU2: return {StackKind::Int32, 2, false, nullptr};
    case Opcode::LdindI4: case Opcode::LdindU4: case Opcode::StindI4: case Opcode::LdelemI4: case Opcode::LdelemU4: case Opcode::StelemI4:
      return {StackKind::Int32, 4, true, nullptr};
    case Opcode::LdindI8: case Opcode::StindI8: case Opcode::LdelemI8: case Opcode::StelemI8: return {StackKind::Int64, 8, true, nullptr};
    case Opcode::LdindI: case Opcode::StindI: case Opcode::LdelemI: case Opcode::StelemI: return {StackKind::NativeInt, 8, true, nullptr};
    case Opcode::LdindR4: case Opcode::StindR4: case Opcode::LdelemR4: case Opcode::StelemR4: return {StackKind::Float32, 4, true, nullptr};
    case Opcode::LdindR8: case Opcode::StindR8: case Opcode::LdelemR8: case Opcode::StelemR8: return {StackKind::Float64, 8, true, nullptr};
    default: return {StackKind::Ref, 8, true, nullptr};
  }
}

// Pushes the value at `from`. Registers in `from` may have been released already: they are read before anything else is written.
void Compiler::load_from(const Mem& from, const Access& ac, Type* type) {
  switch (ac.kind) {
    case StackKind::Struct: {
      // The address registers must survive the copy: keep them marked meanwhile.
      const uint32_t kept = used_gp_;
      if (from.hasBaseReg()) used_gp_ |= 1u << from.baseId();
      if (from.hasIndexReg()) used_gp_ |= 1u << from.indexId();
      used_gp_ &= ~(1u << 5 | 1u << 11);
      push_home(StackKind::Struct, ac.type, (ac.size + 7) / 8);
      copy_words(home(top().word), from, ac.size);
      used_gp_ = kept;
      return;
    }
    case StackKind::Float32: case StackKind::Float64: {
      const Xmm x = take_xmm();
      if (ac.kind == StackKind::Float32) a.movss(x, sized(from, 4)); else a.movsd(x, sized(from, 8));
      return push_xmm(x, ac.kind);
    }
    default: break;
  }
  uint32_t avoid = 0;
  const uint32_t free = ~used_gp_ & (1u << 0 | 1u << 1 | 1u << 2 | 1u << 6 | 1u << 7 | 1u << 8 | 1u << 9 | 1u << 10);
  if (!free) {  // taking one would spill: do not let that be an address register's new value before the load
    if (from.hasBaseReg()) avoid |= 1u << from.baseId();
    if (from.hasIndexReg()) avoid |= 1u << from.indexId();
  }
  const Gp r = take_gp(avoid);
  switch (ac.size) {
    case 1: if (ac.is_signed) a.movsx(r.r32(), sized(from, 1)); else a.movzx(r.r32(), sized(from, 1)); break;
    case 2: if (ac.is_signed) a.movsx(r.r32(), sized(from, 2)); else a.movzx(r.r32(), sized(from, 2)); break;
    case 4: a.mov(r.r32(), sized(from, 4)); break;
    default: a.mov(r, sized(from, 8));
  }
  push_gp(r, ac.kind, ac.kind == StackKind::Ref ? type : nullptr);
}

// Store without barrier. `value` is released.
void Compiler::store_plain(const Mem& to, const Access& ac, Entry& v) {
  coerce(v, ac.kind);
  switch (ac.kind) {
    case StackKind::Struct:
      if (v.in == In::Symbol || v.in == In::Const || v.in == In::VarAddress) copy_to_home(v);
      if (v.in_register()) {
        if (v.in == In::Gp) a.mov(sized(to, 8), gpq(v.reg));
      } else {
        copy_words(to, memory_of(v), ac.size);
      }
      break;
    case StackKind::Float32: a.movss(sized(to, 4), to_xmm(v)); break;
    case StackKind::Float64: a.movsd(sized(to, 8), to_xmm(v)); break;
    default:
      if (v.in == In::Const && v.value == static_cast<int32_t>(v.value)) {
        const auto value = static_cast<int32_t>(v.value);
        a.mov(sized(to, ac.size), ac.size == 1 ? static_cast<int8_t>(value) : ac.size == 2 ? static_cast<int16_t>(value) : value);
        break;
      }
      const Gp r = to_gp(v, (to.hasBaseReg() ? 1u << to.baseId() : 0));
      switch (ac.size) {
        case 1: a.mov(sized(to, 1), r.r8()); break;
        case 2: a.mov(sized(to, 2), r.r16()); break;
        case 4: a.mov(sized(to, 4), r.r32()); break;
        default: a.mov(sized(to, 8), r.r64());
      }
  }
  release(v);
}

// *(address + offset) = value, where the place may lie in the heap. Consumes both.
void Compiler::store_through(Entry& address, int32_t offset, const Access& ac, Type* type, Entry& v) {
  const bool struct_with_refs = ac.kind == StackKind::Struct && type->has_references();
  if (ac.kind == StackKind::Ref && !v.is_const(0) && address.in != In::VarAddress) {
    coerce(v, StackKind::Ref);
    // rdi = slot, rsi = value; the stub keeps every other register.
    if (v.in == In::Gp && v.reg == rdi.id()) to_gp(v, bit(rdi));
    if (!(address.in == In::Gp && address.reg == rdi.id())) {
      claim(rdi);
      load_to(rdi, address);
      release(address);
      used_gp_ |= bit(rdi);
    }
    address.in = In::Gp;
    address.reg = static_cast<uint8_t>(rdi.id());
    if (!(v.in == In::Gp && v.reg == rsi.id())) {
      claim(rsi);
      load_to(rsi, v);
      release(v);
    }
    if (offset) a.add(rdi, offset);
    e_.call(Helper::StoreRef);
    used_gp_ &= ~(bit(rdi) | bit(rsi));
    return;
  }
  if (struct_with_refs && address.in != In::VarAddress) {
    spill_registers();
    coerce(v, StackKind::Struct);
    copy_to_home(v);
    load_to(rdi, address);
    release(address);
    if (offset) a.add(rdi, offset);
    a.lea(rsi, home(v.word));
    e_.mov(rdx, SymbolKind::TypeWord, type_word(type));
    call_helper(Helper::CopyStruct);
    return;
  }
  if (address.in == In::VarAddress) {
    const Var& var = vars_[static_cast<size_t>(address.value)];
    coerce(v, ac.kind);
    if (ac.kind != StackKind::Struct && !v.is_float() && v.in != In::Const) to_gp(v);
    a.mov(r11, ptr(rbp, exposed_base_));
    Mem place = ptr(r11, var.offset + offset);
    if (v.in == In::Const && v.value != static_cast<int32_t>(v.value) && !v.is_float()) to_gp(v);
    if (v.is_float() && v.in == In::Const) {  // loading it needs r11
      to_xmm(v);
      a.mov(r11, ptr(rbp, exposed_base_));
    }
    return store_plain(place, ac, v);
  }
  const Gp base = to_gp(address).r64();
  store_plain(ptr(base, offset), ac, v);
  release(address);
}

void Compiler::null_check(const Gp& r, uint32_t offset) {
  if (offset < kFaultLimit) return;
  a.cmp(dword_ptr(r.r64()), r.r32());  // a small address faults here instead
}

void Compiler::fault_null(const Gp& r) { a.cmp(dword_ptr(r.r64()), r.r32()); }

void Compiler::load_indirect(const Access& ac, Type* type) {
  Entry address = pop_value(StackKind::NativeInt);
  if (address.in == In::VarAddress) {
    const Var& v = vars_[static_cast<size_t>(address.value)];
    a.mov(r11, ptr(rbp, exposed_base_));
    return load_from(ptr(r11, v.offset), ac, type);
  }
  const Gp r = to_gp(address).r64();
  release(address);
  load_from(ptr(r), ac, type);
}

void Compiler::store_indirect(const Access& ac, Type* type) {
  Entry v = pop(), address = pop();
  if (address.kind == StackKind::Int32) coerce(address, StackKind::NativeInt);
  store_through(address, 0, ac, type, v);
}

// ---- fields ----

void Compiler::load_field(const Instruction& i) {
  Field* f = body_.field(i.token());
  Type* type = f->type();
  const Access ac = access_of(type);
  if (f->is_static()) {  // allowed: the object is ignored
    Entry object = pop();
    release(object);
    return load_static(i);
  }
  const uint32_t offset = f->offset();
  Entry object = pop();
  if (object.kind == StackKind::Struct || !(object.kind == StackKind::Ref || object.kind == StackKind::ByRef || object.kind == StackKind::NativeInt || object.kind == StackKind::Int64)) {
    if (object.in == In::Symbol || object.in == In::Const || object.in_register()) copy_to_home(object);
    Mem m = memory_of(object);
    m.addOffset(offset);
    if (ac.kind == StackKind::Struct && object.in == In::Home && offset != 0) {
      // Source and destination overlap in the homes, destination lower: copied upwards in pieces that never pass each other.
      push_home(StackKind::Struct, ac.type, (ac.size + 7) / 8);
      Mem d = home(top().word);
      uint32_t left = ac.size;
      while (left) {
        const uint32_t n = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
        copy_words(d, m, n);
        d.addOffset(n);
        m.addOffset(n);
        left -= n;
      }
      return;
    }
    if (ac.kind == StackKind::Struct && object.in == In::Home) {
      push_home(StackKind::Struct, ac.type, (ac.size + 7) / 8);
      return;
    }
    load_from(m, ac, type);
    return;
  }
  if (object.in == In::VarAddress) {
    const Var& v = vars_[static_cast<size_t>(object.value)];
    a.mov(r11, ptr(rbp, exposed_base_));
    return load_from(ptr(r11, v.offset + static_cast<int32_t>(offset)), ac, type);
  }
  const Gp r = to_gp(object).r64();
  null_check(r, offset);
  release(object);
  load_from(ptr(r, static_cast<int32_t>(offset)), ac, type);
}

void Compiler::load_field_address(const Instruction& i) {
  Field* f = body_.field(i.token());
  if (f->is_static()) {
    Entry object = pop();
    release(object);
    return load_static_address(i);
  }
  const uint32_t offset = f->offset();
  Entry object = pop();
  if (object.kind == StackKind::Struct) invalid("address of a field of a value");
  const bool unmanaged = object.kind == StackKind::NativeInt;
  const Gp r = to_gp(object).r64();
  if (object.kind == StackKind::Ref) fault_null(r);  // the address of a field of null may never be used
  if (offset) a.add(r, static_cast<int32_t>(offset));
  push_gp(r, unmanaged ? StackKind::NativeInt : StackKind::ByRef);
}

void Compiler::store_field(const Instruction& i) {
  Field* f = body_.field(i.token());
  Entry v = pop(), object = pop();
  if (!f->is_static()) return store_instance_value(f, object, v);
  release(object);
  store_static_value(f, v);
}

void Compiler::store_instance_value(Field* f, Entry& object, Entry& v) {
  Type* type = f->type();
  const Access ac = access_of(type);
  const uint32_t offset = f->offset();
  if (object.in != In::VarAddress && offset >= kFaultLimit) {
    const Gp r = to_gp(object);
    null_check(r, offset);
  }
  store_through(object, static_cast<int32_t>(offset), ac, type, v);
}

// Runs the type's initialiser before its statics are touched, unless it has run. Within the type's own code it has (or is running).
void Compiler::class_check(Type* type) {
  if (!type->static_constructor()) return;
  if (type == method_->declaring) {
    if (method_->is_class_constructor()) return;
    // Precise initialisation: static methods and constructors checked at their entry, and objects exist only behind a constructor.
    if (!type->before_field_init() && (method_->is_static() || method_->is_constructor() || !type->is_value_type())) return;
  }
  const uint32_t word = type_word(type);  // may throw
  spill_registers();
  ColdInit c{a.newLabel(), a.newLabel(), type->id().value, il_};
  Mem flags = stubs::Emitter::abs(4);
  a.test(flags, asmjit::imm(static_cast<uint32_t>(abi::kIsInitialized)));
  e_.abs_done(SymbolKind::TypeWord, word, offsetof(abi::TypeHead, flags), 4);
  a.jz(c.label);
  a.bind(c.back);
  cold_init_.push_back(c);
}

void Compiler::static_base(Field* f) {
  spill_registers();
  e_.mov(rdi, SymbolKind::Field, f->id().value);
  call_helper(Helper::ThreadStatic);
}

void Compiler::load_static(const Instruction& i) {
  Field* f = body_.field(i.token());
  if (!f->is_static()) invalid("static access to an instance field");
  Type* type = f->type();
  const Access ac = access_of(type);
  if (f->is_literal()) throw types::LoadError(types::LoadErrorKind::MissingField, "literal field has no storage", std::string(f->name));
  class_check(f->declaring);
  if (f->is_thread_static) {
    static_base(f);
    return load_from(ptr(rax), ac, type);
  }
  f->declaring->statics();
  if (ac.kind == StackKind::Struct) {
    e_.mov(r11, SymbolKind::StaticsBase, f->declaring->id().value, 0, static_cast<int32_t>(f->offset()));
    return load_from(ptr(r11), ac, type);
  }
  load_from(stubs::Emitter::abs(), ac, type);
  e_.abs_done(SymbolKind::StaticsBase, f->declaring->id().value, static_cast<int32_t>(f->offset()));
}

void Compiler::load_static_address(const Instruction& i) {
  Field* f = body_.field(i.token());
  if (!f->is_static()) invalid("static access to an instance field");
  class_check(f->declaring);
  if (f->is_thread_static) {
    static_base(f);
    used_gp_ |= 1;
    return push_gp(rax, StackKind::ByRef);
  }
  f->declaring->statics();
  const Gp r = take_gp();
  e_.mov(r, SymbolKind::StaticsBase, f->declaring->id().value, 0, static_cast<int32_t>(f->offset()));
  push_gp(r, StackKind::ByRef);
}

void Compiler::store_static(const Instruction& i) {
  Field* f = body_.field(i.token());
  if (!f->is_static()) invalid("static access to an instance field");
  Entry v = pop();
  store_static_value(f, v);
}

void Compiler::store_static_value(Field* f, Entry v) {
  Type* type = f->type();
  const Access ac = access_of(type);
  coerce(v, ac.kind);
  if (f->is_thread_static || f->declaring->static_constructor()) copy_to_home(v);  // calls may come between
  class_check(f->declaring);
  if (f->is_thread_static) {
    static_base(f);
    used_gp_ |= 1;
    store_plain(ptr(rax), ac, v);
    used_gp_ &= ~1u;
    return;
  }
  f->declaring->statics();
  if (ac.kind != StackKind::Struct) {
    if (v.is_float()) to_xmm(v); else to_gp(v);
  } else if (v.in == In::Symbol || v.in == In::Const) {
    copy_to_home(v);
  }
  // Statics are scanned at every collection: no barrier.
  e_.mov(r11, SymbolKind::StaticsBase, f->declaring->id().value, 0, static_cast<int32_t>(f->offset()));
  store_plain(ptr(r11), ac, v);
}

// ---- objects and blocks in memory ----

void Compiler::init_object(const Instruction& i) {
  Type* type = type_at(i.token());
  const Access ac = access_of(type);
  Entry address = pop();
  if (ac.kind != StackKind::Struct) {
    Entry zero = entry(ac.kind);
    zero.in = In::Const;
    return store_through(address, 0, ac, type, zero);
  }
  // Null needs no barrier: plain zeros.
  Mem m;
  if (address.in == In::VarAddress) {
    a.mov(r11, ptr(rbp, exposed_base_));
    m = ptr(r11, vars_[static_cast<size_t>(address.value)].offset);
  } else {
    m = ptr(to_gp(address).r64());
  }
  uint32_t left = ac.size;
  if (left > 256) {
    spill_registers();
    if (address.in == In::VarAddress) a.lea(r11, m); else a.mov(r11, gpq(address.reg));
    release(address);
    a.mov(rdi, r11);
    a.xor_(eax, eax);
    a.mov(ecx, left);
    a.rep().stos(byte_ptr(rdi), al);
    return;
  }
  a.xorps(xmm15, xmm15);
  while (left >= 16) {
    a.movups(sized(m, 16), xmm15);
    m.addOffset(16);
    left -= 16;
  }
  for (const uint32_t n : {8u, 4u, 2u, 1u})
    while (left >= n) {
      a.mov(sized(m, n), 0);
      m.addOffset(n);
      left -= n;
    }
  release(address);
}

void Compiler::copy_object(const Instruction& i) {
  Type* type = type_at(i.token());
  const Access ac = access_of(type);
  load_indirect(ac, type);
  store_indirect(ac, type);
}

void Compiler::zero_extend(Entry& int32) {
  const auto reg = to_gp(int32).r32();
  a.mov(reg, reg);
}

void Compiler::copy_block() {
  Entry size = pop(), from = pop(), to = pop();
  if (size.kind == StackKind::Int32) {  // unsigned
    if (size.in == In::Const) size.value = static_cast<uint32_t>(size.value);
    else zero_extend(size);
    size.kind = StackKind::NativeInt;
  }
  helper_call(Helper::MemCopy, {to, from, size}, StackKind::Void);
}

void Compiler::init_block() {
  Entry size = pop(), value = pop(), to = pop();
  if (size.kind == StackKind::Int32) {
    if (size.in == In::Const) size.value = static_cast<uint32_t>(size.value);
    else zero_extend(size);
    size.kind = StackKind::NativeInt;
  }
  helper_call(Helper::MemSet, {to, value, size}, StackKind::Void);
}

void Compiler::local_alloc() {
  Entry size = pop();
  if (!stack_.empty()) spill_registers();
  if (size.kind == StackKind::Int32) {
    Entry e = size;
    load_to(rcx, e);
    release(size);
  } else {
    load_to(rcx, size);
    release(size);
  }
  Label done = a.newLabel(), touch = a.newLabel(), last = a.newLabel();
  a.xor_(eax, eax);
  a.test(rcx, rcx);
  a.jz(done);
  a.add(rcx, 15);
  a.and_(rcx, -16);
  a.mov(r11, rcx);
  // Page by page, so that the guard zone is met.
  a.bind(touch);
  a.cmp(r11, 4096);
  a.jbe(last);
  a.sub(rsp, 4096);
  a.mov(dword_ptr(rsp), 0);
  a.sub(r11, 4096);
  a.jmp(touch);
  a.bind(last);
  a.sub(rsp, r11);
  a.mov(ptr(rbp, saved_sp_), rsp);
  a.lea(rdi, ptr(rsp, stubs::Emitter::kPlaceholder));
  patches_.push_back({e_.pc() - 4, false, 0});
  a.mov(r11, rdi);
  a.shr(rcx, 3);
  a.rep().stos(qword_ptr(rdi), rax);
  a.mov(rax, r11);
  a.bind(done);
  used_gp_ |= 1;
  push_gp(rax, StackKind::NativeInt);
}

}  // namespace rapgo::compile::baseline
