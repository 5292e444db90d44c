// Signatures to types (II.23.2), and their comparison.
#include "load/types/impl.h"

namespace rapgo::load::types {

namespace {
using E = md::ElementType;

Type* variable(TypeSpan args, uint32_t n) {
  if (n >= args.size()) throw image::BadImage("generic parameter number out of range");
  return args[n];
}

Type* read_instance(Assembly* a, md::SigReader& r, const GenericContext& c, bool* open) {
  const E kind = r.element();
  if (kind != E::Class && kind != E::ValueType) throw image::BadImage("malformed generic instance");
  Type* definition = a->resolve_type(r.type_token(), {});
  const uint32_t n = r.number();
  if (n == 0 || n > r.raw().remaining()) throw image::BadImage("malformed generic instance");
  Type* few[8];
  std::vector<Type*> many(n > 8 ? n : 0);
  Type** args = n > 8 ? many.data() : few;
  for (uint32_t i = 0; i < n; ++i) args[i] = read_type(a, r, c, open);
  return Loader::get().instantiate(definition, {args, n});
}

struct Depth {  // hostile nesting: the reader's own limit guards skip_type only
  static thread_local unsigned level;
  Depth() { if (++level > md::kMaxSigDepth) { --level; throw image::BadImage("signature nested too deeply"); } }
  ~Depth() { --level; }
};
thread_local unsigned Depth::level = 0;
}  // namespace

Type* read_type(Assembly* a, md::SigReader& r, const GenericContext& c, bool* open) {
  Depth depth;
  Loader& l = Loader::get();
  const WellKnownTypes& w = l.types();
  switch (r.element_after_mods()) {
    case E::Void: return w.void_;
    case E::Boolean: return w.boolean;
    case E::Char: return w.char_;
    case E::I1: return w.i1;
    case E::U1: return w.u1;
    case E::I2: return w.i2;
    case E::U2: return w.u2;
    case E::I4: return w.i4;
    case E::U4: return w.u4;
    case E::I8: return w.i8;
    case E::U8: return w.u8;
    case E::R4: return w.r4;
    case E::R8: return w.r8;
    case E::I: return w.i;
    case E::U: return w.u;
    case E::String: return w.string;
    case E::Object: return w.object;
    case E::TypedByRef: return w.typed_reference;
    case E::Ptr: return read_type(a, r, c, open)->make_pointer();
    case E::ByRef: return read_type(a, r, c, open)->make_byref();
    case E::SzArray: return read_type(a, r, c, open)->make_array(0);
    case E::Pinned: return read_type(a, r, c, open);
    case E::Class:
    case E::ValueType: {
      const md::Token token = r.type_token();
      return token.is(md::Table::TypeSpec) ? a->resolve_type(token, c) : a->resolve_type(token, {});
    }
    case E::Array: {
      Type* element = read_type(a, r, c, open);
      md::SigReader shape = r;
      const uint32_t rank = shape.number();
      r.skip_array_shape();
      if (rank == 0) throw image::BadImage("array of rank 0");
      return element->make_array(rank);
    }
    case E::GenericInst: return read_instance(a, r, c, open);
    case E::Var:
      if (open) *open = true;
      return variable(c.type_args, r.number());
    case E::MVar:
      if (open) *open = true;
      return variable(c.method_args, r.number());
    case E::FnPtr: return l.make_fnptr(read_signature(a, r, c, open));
    default: throw image::BadImage("unknown element type in a signature");
  }
}

Signature read_signature(Assembly* a, md::SigReader& r, const GenericContext& c, bool* open) {
  const md::MethodSigHeader h = r.method_header();
  Signature s;
  s.call_conv = h.kind();
  s.has_this = h.has_this() && !h.explicit_this();
  s.vararg = h.is_vararg();
  s.generic_params = h.generic_param_count;
  s.ret = read_type(a, r, c, open);
  std::span<Type*> params = loader().arena.make_array<Type*>(h.param_count);
  for (uint32_t i = 0; i < h.param_count; ++i) {
    if (r.skip_if(E::Sentinel)) s.sentinel = static_cast<int32_t>(i);
    params[i] = read_type(a, r, c, open);
    if (params[i]->is_void()) throw image::BadImage("parameter of type void");
  }
  s.params = params;
  return s;
}

SigRef signature_ref(Method* d, TypeSpan type_args) {
  const md::Metadata& m = *d->declaring->assembly->metadata;
  return {d->declaring->assembly, m.blob(static_cast<md::BlobIndex>(m.column(md::Table::MethodDef, d->row, 4))), type_args};
}

bool same_modifiers(const SigRef& a, const SigRef& b) {
  // Only asked where types alone leave several candidates: compares the flattened modifier lists by name.
  auto collect = [](const SigRef& s) {
    std::string out;
    auto walk = [&](auto& self, const md::SigType& t) -> void {
      for (const md::CustomMod& m : t.mods) out += s.assembly->metadata->type_name(m.type) + (m.required ? "!" : "?");
      out += ';';
      for (const md::SigType& x : t.args) self(self, x);
    };
    const md::MethodSig sig = md::parse_method_sig(s.blob);
    walk(walk, sig.ret);
    for (uint32_t i = 0; i < sig.fixed_params && i < sig.params.size(); ++i) walk(walk, sig.params[i]);
    return out;
  };
  return collect(a) == collect(b);
}

bool same_signature(const SigRef& a, const SigRef& b, TypeSpan vars, bool strict) {
  if (a.assembly == b.assembly && a.blob.data() == b.blob.data() && a.type_args.data() == b.type_args.data()) return true;
  md::SigReader ra(a.blob), rb(b.blob);
  const md::MethodSigHeader ha = ra.method_header(), hb = rb.method_header();
  constexpr uint8_t kMask = md::sig_kind::kHasThis | md::sig_kind::kGeneric | md::sig_kind::kKindMask;
  if ((ha.flags & kMask) != (hb.flags & kMask) || ha.generic_param_count != hb.generic_param_count) return false;
  // A vararg call names the extra arguments behind a sentinel; they are not part of what is matched.
  if (ha.param_count != hb.param_count && !ha.is_vararg()) return false;
  const GenericContext ca{a.type_args, vars}, cb{b.type_args, vars};
  uint32_t pa = 0, pb = 0;
  if (read_type(a.assembly, ra, ca) != read_type(b.assembly, rb, cb)) return false;
  for (;; ++pa, ++pb) {
    const bool end_a = pa == ha.param_count || ra.peek() == E::Sentinel, end_b = pb == hb.param_count || rb.peek() == E::Sentinel;
    if (end_a || end_b) {
      if (end_a != end_b) return false;
      break;
    }
    if (read_type(a.assembly, ra, ca) != read_type(b.assembly, rb, cb)) return false;
  }
  return !strict || same_modifiers(a, b);
}

}  // namespace rapgo::load::types
