// Methods without usable IL, and cheap ones that are worth an instruction or two (shared/corlib facts: special_runtime_methods).
#include "abi/object.h"
#include "compile/baseline/compiler_x64.h"
#include "load/types/classify.h"

namespace rapgo::compile::baseline {

using namespace x86;
using In = Entry::In;
using types::Intrinsic;
using types::Kind;

bool Compiler::intrinsic(Method* m) {
  switch (m->intrinsic) {
    case Intrinsic::None:
      break;
    case Intrinsic::ByReferenceCtor: {
      Entry v = pop(), self = pop();
      const Access ac{StackKind::ByRef, 8, true, nullptr};
      store_through(self, 0, ac, nullptr, v);
      return true;
    }
    case Intrinsic::ByReferenceValue:
      load_indirect({StackKind::ByRef, 8, true, nullptr}, nullptr);
      return true;
    case Intrinsic::UnsafeMov: {
      Type* to = m->signature().ret;
      const StackKind kind = to->stack_kind();
      Entry e = pop();
      if (kind == StackKind::Struct || e.kind == StackKind::Struct) {
        const Access from = access_of(m->signature().params[0]), want = access_of(to);
        if (from.kind == StackKind::Struct && want.kind == StackKind::Struct) {
          copy_to_home(e);
          push_home(StackKind::Struct, to, e.words);
        } else {
          coerce(e, from.kind);
          copy_to_home(e);
          load_from(home(e.word), want, to);
        }
        return true;
      }
      if (e.is_float() != (kind == StackKind::Float32 || kind == StackKind::Float64)) {
        copy_to_home(e);
        load_from(home(e.word), access_of(to), to);
        return true;
      }
      coerce(e, kind);
      push(e);
      // Enums over narrow integers and their numbers: the same bits, extended alike.
      return true;
    }
    case Intrinsic::OffsetToStringData:
      push_const(StackKind::Int32, abi::kStringCharsOffset);
      return true;
    case Intrinsic::VectorIsHardwareAccelerated:
      push_const(StackKind::Int32, 0);
      return true;
    case Intrinsic::IsReferenceOrContainsReferences: {
      Type* type = m->generic_args[0];
      push_const(StackKind::Int32, type->is_reference() || type->has_references());
      return true;
    }
    case Intrinsic::ArrayGetGeneric:
    case Intrinsic::ArraySetGeneric: {
      Type* type = m->generic_args[0];
      const Access ac = access_of(type);
      Entry place = pop(), index = pop(), array = pop();
      coerce(place, StackKind::ByRef);
      if (place.in == In::Home) to_gp(place);  // it will stand elsewhere on the stack
      const bool get = m->intrinsic == Intrinsic::ArrayGetGeneric;
      // The callers have checked the index (ECMA array templates), but a check is cheap.
      const Mem at = element(array, index, ac.size);
      a.lea(gpq(array.reg), at);
      array.kind = StackKind::ByRef;
      release(index);
      Entry& from = get ? array : place;
      Entry& to = get ? place : array;
      push(to);
      push(from);
      load_indirect(ac, type);
      if (!get && ac.kind == StackKind::Ref) spill_registers(2);
      store_indirect(ac, type);
      return true;
    }
    default: break;
  }
  const Type* d = m->declaring;
  if (d->kind == Kind::String) return string_intrinsic(m);
  if (d->name == "Buffer") return memory_intrinsic(m);
  if (m->body != types::Body::InternalCall || !d->assembly->is_corlib) return false;
  if (d->name == "Interlocked") return interlocked(m);
  if (d->name == "Math") return math(m);
  if (d->name == "Thread" && m->name == "MemoryBarrier") {
    a.lock().or_(dword_ptr(rsp), 0);
    return true;
  }
  return false;
}

bool Compiler::string_intrinsic(Method* m) {
  if (m->name == "get_Length") {
    load_length();
    coerce(stack_.back(), StackKind::Int32);
    return true;
  }
  if (m->name == "get_Chars") {
    Type* type = m->signature().ret;
    Entry index = pop_value(StackKind::Int32), self = pop();
    Mem at = element(self, index, 2);
    at.addOffset(int64_t{abi::kStringCharsOffset} - abi::kArrayDataOffset);
    release(index);
    release(self);
    load_from(at, access_of(type), type);
    return true;
  }
  if (m->name == "FastAllocateString") {
    allocate_with_length(m->declaring, Helper::NewString);
    return true;
  }
  return false;
}

// Buffer.Memmove and Memcpy: memory without references.
bool Compiler::memory_intrinsic(Method* m) {
  if (!m->declaring->assembly->is_corlib || m->declaring->name_space != "System") return false;
  if (m->name != "Memmove" && m->name != "Memcpy") return false;
  const types::Signature& s = m->signature();
  if (s.params.size() != 3 || s.params[0]->kind != Kind::Ptr || s.params[1]->kind != Kind::Ptr) return false;
  if (s.params[2]->kind == Kind::U4) {
    copy_block();
    return true;
  }
  if (s.params[2]->kind != Kind::I4) return false;
  Entry size = pop_value(StackKind::NativeInt), from = pop(), to = pop();
  helper_call(Helper::MemCopy, {to, from, size}, StackKind::Void);
  return true;
}

// Increments, exchanges and compare-exchanges of numbers; those of references need the barrier and stay calls.
bool Compiler::interlocked(Method* m) {
  const types::Signature& s = m->signature();
  if (s.params.empty() || s.params[0]->kind != Kind::ByRef) return false;
  Type* place = s.params[0]->element;
  const Access ac = access_of(place);
  if (ac.kind != StackKind::Int32 && ac.kind != StackKind::Int64 && ac.kind != StackKind::NativeInt) return false;
  if (ac.size < 4) return false;
  const bool wide = ac.size == 8;
  const auto memory = [&](const Gp& r) { return ptr(r.r64(), 0, ac.size); };
  const std::string_view name = m->name;
  if ((name == "Increment" || name == "Decrement") && s.params.size() == 1) {
    Entry address = pop();
    const Gp p = to_gp(address);
    const Gp r = gp(take_gp().id(), wide);
    a.mov(r, name == "Increment" ? 1 : -1);
    a.lock().xadd(memory(p), r);
    a.add(r, name == "Increment" ? 1 : -1);
    release(address);
    push_gp(r, ac.kind);
    return true;
  }
  if (name == "Add" && s.params.size() == 2) {
    Entry v = pop(), address = pop();
    coerce(v, ac.kind);
    const Gp p = to_gp(address);
    const Gp value = gp(to_gp(v).id(), wide), sum = gp(take_gp().id(), wide);
    a.mov(sum, value);
    a.lock().xadd(memory(p), sum);
    a.add(sum, value);
    release(v);
    release(address);
    push_gp(sum, ac.kind);
    return true;
  }
  if (name == "Exchange" && s.params.size() == 2) {
    Entry v = pop(), address = pop();
    coerce(v, ac.kind);
    const Gp p = to_gp(address);
    const Gp value = gp(to_gp(v).id(), wide);
    a.xchg(memory(p), value);
    release(address);
    push_gp(value, ac.kind);
    return true;
  }
  if (name == "CompareExchange" && s.params.size() == 3) {
    Entry comparand = pop(), v = pop(), address = pop();
    coerce(comparand, ac.kind);
    coerce(v, ac.kind);
    const Gp p = to_gp(address, bit(rax));
    const Gp value = gp(to_gp(v, bit(rax)).id(), wide);
    if (!(comparand.in == In::Gp && comparand.reg == rax.id())) {
      claim(rax);
      load_to(rax, comparand);
      release(comparand);
      used_gp_ |= 1;
    }
    a.lock().cmpxchg(memory(p), value, gp(0, wide));
    release(v);
    release(address);
    push_gp(rax, ac.kind);
    return true;
  }
  if (name == "Read" && s.params.size() == 1 && wide) {
    load_indirect(ac, place);
    return true;
  }
  return false;
}

bool Compiler::math(Method* m) {
  const types::Signature& s = m->signature();
  if (s.params.size() != 1 || s.ret->kind != Kind::R8 || s.params[0]->kind != Kind::R8) return false;
  if (m->name == "Sqrt") {
    Entry e = pop_value(StackKind::Float64);
    const Xmm x = to_xmm(e);
    a.sqrtsd(x, x);
    push_xmm(x, StackKind::Float64);
    return true;
  }
  if (m->name == "Abs") {
    Entry e = pop_value(StackKind::Float64);
    const Xmm x = to_xmm(e);
    a.psllq(x, 1);
    a.psrlq(x, 1);
    push_xmm(x, StackKind::Float64);
    return true;
  }
  return false;
}

}  // namespace rapgo::compile::baseline
