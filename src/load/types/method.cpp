// Method objects: definitions by row, copies on instances, generic method instances.
#include <algorithm>

#include "load/metadata/attributes.h"
#include "load/types/impl.h"

namespace rapgo::load::types {

namespace {
Body body_of(uint16_t flags, uint16_t impl_flags) {
  using namespace md;
  if (flags & method_attr::kAbstract) return Body::Abstract;
  if (impl_flags & method_impl_attr::kInternalCall) return Body::InternalCall;
  if (flags & method_attr::kPInvokeImpl) return Body::PInvoke;
  if ((impl_flags & method_impl_attr::kCodeTypeMask) == method_impl_attr::kRuntime) return Body::Runtime;
  return Body::Il;
}

Method* make_definition(Type* t, uint32_t index) {
  const md::Metadata& m = *t->assembly->metadata;
  const uint32_t row = method_row(t, index);
  const md::MethodDefRow r = m.method_def(row);
  Method* method = new_method();
  method->declaring = t;
  method->name = m.string(r.name);
  method->row = row;
  method->index = index;
  method->attributes = r.flags;
  method->impl_attributes = r.impl_flags;
  method->definition = method;
  method->body = body_of(r.flags, r.impl_flags);
  const image::Bytes sig = m.blob(r.signature);
  if (!sig.empty() && (sig[0] & md::sig_kind::kGeneric)) {
    const md::RowRange params = m.generic_params_of(md::Token(md::Table::MethodDef, row));
    std::span<Type*> vars = loader().arena.make_array<Type*>(params.size());
    for (uint32_t i = 0; i < vars.size(); ++i) {
      const md::GenericParamRow p = m.generic_param(params[i]);
      Type* v = vars[i] = new_type(Kind::MethodVar);
      v->assembly = t->assembly;
      v->name = m.string(p.name);
      v->definition = v;
      v->var_index = i;
      v->var_owner = method;
      v->var_flags = p.flags;
      v->contains_vars_ = true;
    }
    if (vars.empty()) throw image::BadImage("generic method without generic parameters");
    method->generic_args = vars;
  }
  if (t->assembly->is_corlib || t->name_space == "System.Numerics") method->intrinsic = intrinsic_of(method);
  give_entry(method);
  return method;
}

Method* copy_on(Type* declaring, Method* d, TypeSpan args) {
  // The slot of a definition is known once its type's slot table is built.
  if (d->is_virtual() && !d->declaring->is_array()) ensure(d->declaring, kSlots);
  Method* method = new_method();
  method->declaring = declaring;
  method->name = d->name;
  method->row = d->row;
  method->index = d->index;
  method->attributes = d->attributes;
  method->impl_attributes = d->impl_attributes;
  method->definition = d;
  method->generic_args = args;
  method->slot = d->slot;
  method->body = d->body;
  method->intrinsic = d->intrinsic;
  give_entry(method);
  return method;
}
}  // namespace

Method* new_method() { return loader().make_low<Method>(); }

void give_waiting_entries() {
  Loader& l = Loader::get();
  if (!l.make_entry || l.impl->without_entry.empty()) return;
  std::vector<Method*> waiting;
  waiting.swap(l.impl->without_entry);
  for (Method* w : waiting) w->entry = l.make_entry(w);
}

void give_entry(Method* m) {
  Loader& l = Loader::get();
  if (m->body == Body::Abstract || m->contains_vars()) return;
  if (!l.make_entry) {
    l.impl->without_entry.push_back(m);
    return;
  }
  give_waiting_entries();
  m->entry = l.make_entry(m);
}

Intrinsic intrinsic_of(Method* m) {
  const Type* t = m->declaring;
  switch (t->well_known) {
    case WellKnown::ByReference:
      return m->name == ".ctor" ? Intrinsic::ByReferenceCtor : m->name == "get_Value" ? Intrinsic::ByReferenceValue : Intrinsic::None;
    case WellKnown::ArrayBase:
      return m->name == "GetGenericValueImpl"   ? Intrinsic::ArrayGetGeneric
             : m->name == "SetGenericValueImpl" ? Intrinsic::ArraySetGeneric
             : m->name == "UnsafeMov"           ? Intrinsic::UnsafeMov
                                                : Intrinsic::None;
    default: break;
  }
  if (t->kind == Kind::String) return m->name == ".ctor" ? Intrinsic::StringCtor : Intrinsic::None;
  if (t->name == "RuntimeHelpers" && m->name == "get_OffsetToStringData") return Intrinsic::OffsetToStringData;
  if (t->name == "RuntimeHelpers" && m->name == "IsReferenceOrContainsReferences") return Intrinsic::IsReferenceOrContainsReferences;
  if (t->name == "Vector" && t->name_space == "System.Numerics" && m->name == "get_IsHardwareAccelerated")
    return Intrinsic::VectorIsHardwareAccelerated;
  return Intrinsic::None;
}

Method* definition_method_at(Type* d, uint32_t index) {
  Type::Impl& impl = *d->impl;
  if (!impl.methods_sized) {
    impl.methods = loader().arena.make_array<Method*>(method_count(d));
    impl.methods_sized = true;
  }
  Method*& m = impl.methods[index];
  if (!m) {
    m = make_definition(d, index);
    publish(d->assembly->impl->methods[m->row], m);
  }
  return m;
}

Method* Assembly::method_of_row(uint32_t row) {
  if (row && row <= metadata->row_count(md::Table::MethodDef))
    if (Method* known = published(impl->methods[row])) return known;
  Lock lock;
  return guarded(this, [&] {
    if (row == 0 || row > metadata->row_count(md::Table::MethodDef)) throw image::BadImage("method row out of range");
    if (Method* m = impl->methods[row]) return m;
    const uint32_t type_row = metadata->type_of_method(row);
    Type* t = type_of_row(type_row);
    const md::RowRange range = metadata->methods_of(type_row);
    uint32_t index = row - range[0];
    if (index >= range.size() || range[index] != row)  // through MethodPtr
      for (index = 0; index < range.size() && range[index] != row;) ++index;
    if (index >= range.size()) throw image::BadImage("method belongs to no type");
    return definition_method_at(t, index);
  });
}

Method* Loader::method_on(Type* instance, Method* d) {
  d = d->definition;
  if (d->declaring == instance || !d->row) return d;
  Lock lock;
  Type::Impl& impl = *instance->impl;
  if (!impl.methods_sized) {
    impl.methods = this->impl->arena.make_array<Method*>(method_count(instance));
    impl.methods_sized = true;
  }
  Method*& m = impl.methods[d->index];
  if (!m) {
    Method* copy = guarded(instance->assembly, [&] { return copy_on(instance, d, d->generic_args); });
    impl.methods[d->index] = copy;
  }
  return impl.methods[d->index];
}

Method* Loader::instantiate(Method* m, std::span<Type* const> args) {
  Lock lock;
  Method* d = m->definition;
  if (args.size() != d->generic_args.size() || args.empty())
    throw LoadError(LoadErrorKind::BadImage, "wrong number of generic arguments for " + m->display_name());
  if (std::equal(args.begin(), args.end(), d->generic_args.begin())) return method_on(m->declaring, d);
  uint32_t hash = mix(mix(1, m->declaring), d);
  uint32_t nesting = 0;
  for (Type* a : args) {
    hash = mix(hash, a);
    nesting = std::max(nesting, a->impl->nesting);
    if (a->is_byref() || a->is_void() || a->kind == Kind::TypedByRef)
      throw LoadError(LoadErrorKind::TypeLoad, "'" + a->full_name() + "' cannot be a generic argument of " + m->display_name());
  }
  if (nesting >= kMaxTypeNesting) throw LoadError(LoadErrorKind::TypeLoad, "The instantiation of '" + std::string(m->name) + "' is nested too deeply");
  Method* found = impl->method_instances.find(hash, [&](Method* x) {
    return x->declaring == m->declaring && x->definition == d && std::equal(args.begin(), args.end(), x->generic_args.begin(), x->generic_args.end());
  });
  if (found) return found;
  Method* made = guarded(d->declaring->assembly, [&] { return copy_on(m->declaring, d, impl->arena.copy(args)); });
  impl->method_instances.insert(hash, made);
  return made;
}

bool Method::contains_vars() const { return declaring->contains_vars() || any_open(generic_args); }

GenericContext Method::context() { return {declaring->generic_args, generic_args}; }

const Signature& Method::signature() {
  std::atomic_ref<const Signature*> cell(signature_);
  if (const Signature* s = cell.load(std::memory_order_acquire)) return *s;
  Lock lock;
  return *guarded(declaring->assembly, [&] {
    const SigRef ref = signature_ref(definition, {});
    md::SigReader r(ref.blob);
    const Signature* s = loader().arena.make<Signature>(read_signature(ref.assembly, r, context()));
    cell.store(s, std::memory_order_release);
    return s;
  });
}

Type* Method::arg_type(uint32_t i) {
  const Signature& s = signature();
  if (!s.has_this) return s.params[i];
  if (i > 0) return s.params[i - 1];
  return declaring->is_value_type() ? declaring->make_byref() : declaring;
}

metadata::BodyBytes Method::il_body() {
  Assembly* a = declaring->assembly;
  return guarded(a, [&] {
    const uint32_t rva = row ? a->metadata->method_def(row).rva : 0;
    if (body != Body::Il || !rva) throw image::BadImage(display_name() + " has no body");
    return md::read_body(*a->image, rva);
  });
}

}  // namespace rapgo::load::types
