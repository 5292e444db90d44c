// Calls of methods that only read or write a field of `this`, or do nothing at all: done where they are called. The call site stays: frames
// that a transfer down builds go on behind it, with the result where a call would leave it.
#include <cstring>

#include "compile/baseline/compiler_x64.h"
#include "load/image/image.h"

namespace rapgo::compile::baseline {

using namespace x86;

namespace {

enum class Does : uint8_t { Unknown, Other, Load, Store, Nothing };
enum : uint8_t { kLdarg0 = 0x02, kLdarg1 = 0x03, kRet = 0x2A, kLdfld = 0x7B, kStfld = 0x7D };  // IL

bool is_plain(Method* m) {
  return m->body == types::Body::Il && !m->dynamic_body && !m->is_synchronized() && !m->no_inlining() && m->intrinsic == types::Intrinsic::None &&
         m->generic_args.empty() && !m->signature().vararg && !m->declaring->is_interface() && !m->declaring->static_constructor();
}

Does look_at(Method* m) {
  if (!is_plain(m)) return Does::Other;
  const load::metadata::BodyBytes body = m->il_body();
  const auto& code = body.code;
  if (!body.clauses.empty()) return Does::Other;
  const types::Signature& s = m->signature();
  if (code.size() == 1 && code[0] == kRet) return s.ret->is_void() ? Does::Nothing : Does::Other;
  if (!s.has_this) return Does::Other;
  if (code.size() == 7 && code[0] == kLdarg0 && code[1] == kLdfld && code[6] == kRet) return s.params.empty() ? Does::Load : Does::Other;
  if (code.size() == 8 && code[0] == kLdarg0 && code[1] == kLdarg1 && code[2] == kStfld && code[7] == kRet)
    return s.params.size() == 1 && s.ret->is_void() ? Does::Store : Does::Other;
  return Does::Other;
}

// Null: not a field that would be read or written as it is.
Field* field_of(Method* m, size_t token_at, Type* type) {
  uint32_t token;
  std::memcpy(&token, m->il_body().code.data() + token_at, 4);
  Field* f = m->declaring->assembly->resolve_field(load::metadata::Token(token), m->context());
  return !f->is_static() && f->type() == type && type->stack_kind() != StackKind::Struct ? f : nullptr;
}

}  // namespace

// Of this method's own assembly only, so that stored code says by its name whether it still holds.
bool Compiler::call_accessor(Method* m, bool is_virtual) {
  Type* owner = m->declaring;
  if (owner->assembly != method_->declaring->assembly) return false;
  const bool instance = m->signature().has_this;
  if (is_virtual && m->is_virtual() && !owner->is_value_type() && !m->is_final() && !(owner->is_sealed() && !m->is_abstract())) return false;
  Does does = static_cast<Does>(__atomic_load_n(&m->accessor, __ATOMIC_RELAXED));
  Field* f = nullptr;
  try {
    if (does == Does::Unknown) {
      does = look_at(m);
      __atomic_store_n(&m->accessor, static_cast<uint8_t>(does), __ATOMIC_RELAXED);
    }
    if (does == Does::Load) f = field_of(m, 2, m->signature().ret);
    if (does == Does::Store) f = field_of(m, 3, m->signature().params[0]);
  } catch (const types::LoadError&) {  // for the method itself to throw
    return false;
  } catch (const load::image::BadImage&) {
    return false;
  }
  if (does == Does::Other || (does != Does::Nothing && !f)) return false;
  const uint32_t count = m->arg_count();
  if (stack_.size() < count) invalid("too few arguments on the evaluation stack");
  const auto is_address = [&](const Entry& e) {
    return e.kind == StackKind::Ref || e.kind == StackKind::ByRef || e.kind == StackKind::NativeInt;
  };
  if (instance && !is_address(top(count - 1))) return false;

  const bool checks_null = instance && !owner->is_value_type() && is_virtual;
  if (does == Does::Nothing) {
    for (size_t k = 0; k < m->signature().params.size(); ++k) release(pop());
    Entry object = instance ? pop() : Entry{};
    spill_registers();
    if (instance && checks_null) {
      fault_null(to_gp(object).r64());
    } else {
      a.nop();
    }
    if (instance) release(object);
    after_call(m);
    return true;
  }
  if (does == Does::Store) {
    Entry v = pop(), object = pop();
    spill_registers();
    coerce(v, access_of(f->type()).kind);
    store_instance_value(f, object, v);
    after_call(m);
    return true;
  }
  Entry object = pop();
  spill_registers();
  const Gp r = to_gp(object).r64();
  null_check(r, f->offset());
  release(object);
  load_from(ptr(r, static_cast<int32_t>(f->offset())), access_of(f->type()), f->type());
  Entry& result = top();
  if (result.reg != 0) {  // rax or xmm0
    if (result.in == Entry::In::Xmm) a.movaps(xmm0, x86::xmm(result.reg)); else a.mov(rax, gpq(result.reg));
    (result.in == Entry::In::Xmm ? used_xmm_ : used_gp_) = 1;
    result.reg = 0;
  }
  after_call(m);
  return true;
}

}  // namespace rapgo::compile::baseline
