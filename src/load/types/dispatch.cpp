// Which method answers a virtual or interface call on a type (II.12.2): explicit, inherited and re-implemented interface
// methods, variance, default implementations, generic virtual methods, arrays.
#include <algorithm>

#include "load/metadata/attributes.h"
#include "load/types/impl.h"

namespace rapgo::load::types {

namespace {
using namespace md::method_attr;

Method* vtable_answer(Type* t, Method* in_class) {
  if (!in_class->is_virtual()) return in_class;
  ensure(in_class->definition->declaring, kSlots);
  const std::span<Method* const> vtable = t->vtable();
  const auto slot = static_cast<size_t>(in_class->definition->slot);
  if (slot >= vtable.size()) throw_type_load(t, "'" + std::string(in_class->name) + "' has no place in its method table");
  return vtable[slot];
}

// MethodImpl rows of `level` that name the interface method; nullptr if none.
Method* explicit_implementation(Type* level, Type* iface, Method* method) {
  if (!level->typedef_row) return nullptr;
  Assembly* a = level->assembly;
  const md::Metadata& m = *a->metadata;
  const GenericContext c{level->generic_args, {}};
  for (uint32_t row : m.method_impls_of(level->typedef_row)) {
    const md::MethodImplRow r = m.method_impl(row);
    const bool ref = r.declaration.is(md::Table::MemberRef);
    const auto name = ref ? m.member_ref(r.declaration.row()).name : m.method_def(r.declaration.row()).name;
    if (m.string(name) != method->name) continue;
    Method* decl = a->resolve_method(r.declaration, c);
    if (decl->definition != method || decl->declaring != iface) continue;
    Method* body = a->resolve_method(r.body, c)->definition;
    Type* owner = level;  // II.22.27: the body is the class's own or inherited
    while (owner && owner->definition != body->declaring) owner = owner->parent();
    if (!owner) throw_type_load(level, "a method implementation has its body elsewhere");
    if (body->is_static() || !same_signature(signature_ref(body, owner->generic_args), signature_ref(method, iface->generic_args), body->generic_args))
      throw_type_load(level, "the signature of '" + std::string(body->name) + "' differs from that of the method it implements");
    return Loader::get().method_on(owner, body);
  }
  return nullptr;
}

// Public virtual method declared by exactly `level`, same name and signature as the interface's.
Method* implicit_implementation(Type* level, Type* iface, Method* method) {
  Type* d = level->definition;
  if (!d->typedef_row) return nullptr;
  const uint32_t n = method_count(d);
  const md::Metadata& m = *d->assembly->metadata;
  for (uint32_t i = 0; i < n; ++i) {
    if (method_name_at(d, i) != method->name) continue;
    const auto flags = static_cast<uint16_t>(m.column(md::Table::MethodDef, method_row(d, i), 2));
    if (!(flags & kVirtual) || (flags & kStatic) || (flags & kAccessMask) != kPublic) continue;
    Method* candidate = definition_method_at(d, i);
    if (same_signature(signature_ref(candidate, level->generic_args), signature_ref(method, iface->generic_args), method->generic_args))
      return Loader::get().method_on(level, candidate);
  }
  return nullptr;
}

bool declares(Type* level, Type* iface) {
  level->interfaces();
  for (Type* d : level->impl->declared) if (d == iface || d->implements(iface)) return true;
  return false;
}

// Default interface methods: the most derived interface that overrides, else the method's own body.
Method* default_implementation(Type* t, Type* iface, Method* method) {
  Method* best = nullptr;
  Type* best_type = nullptr;
  for (Type* i : t->interfaces()) {
    if (i == iface || !i->implements(iface)) continue;
    if (best_type && !i->implements(best_type)) continue;
    if (Method* m = explicit_implementation(i, iface, method)) best = m, best_type = i;
  }
  if (best) return best;
  return method->is_abstract() ? nullptr : Loader::get().method_on(iface, method);
}

// `method` is a definition of iface's definition; the answer is not yet instantiated over method arguments.
Method* find_in_class(Type* t, Type* iface, Method* method) {
  for (Type* level = t; level; level = level->parent()) {
    if (Method* m = explicit_implementation(level, iface, method)) return vtable_answer(t, m);
    if (!declares(level, iface)) continue;
    if (Method* m = implicit_implementation(level, iface, method)) return vtable_answer(t, m);
    Type* parent = level->parent();
    if (parent && parent->implements(iface)) continue;  // its own answer stands
    for (Type* up = parent; up; up = up->parent())
      if (Method* m = implicit_implementation(up, iface, method)) return vtable_answer(t, m);
  }
  return default_implementation(t, iface, method);
}

Method* find_interface_method(Type* t, Method* declared) {
  Type* iface = declared->declaring;
  Method* d = declared->definition;
  if (t->is_array())
    if (Method* m = array_interface_method(t, declared)) return m;
  if (t->implements(iface)) return find_in_class(t, iface, d);
  for (Type* i : t->interfaces())
    if (i->definition == iface->definition && variant_compatible(i, iface)) return find_in_class(t, i, d);
  return nullptr;
}

Method* find_slow(Type* t, Method* declared) {
  Loader& l = Loader::get();
  Method* d = declared->definition;
  Method* answer;
  if (declared->declaring->is_interface()) {
    answer = find_interface_method(t, declared);
    if (!answer) return nullptr;
  } else {
    if (!t->derives_from(declared->declaring)) return nullptr;  // unverifiable code asks such things
    ensure(d->declaring, kSlots);
    std::span<Method* const> v = t->vtable();
    if (d->slot < 0 || static_cast<size_t>(d->slot) >= v.size()) return nullptr;
    answer = v[static_cast<size_t>(d->slot)];
  }
  const bool instantiated = !declared->generic_args.empty() && declared->generic_args.data() != d->generic_args.data();
  if (instantiated && answer->generic_args.data() == answer->definition->generic_args.data() && !answer->generic_args.empty())
    answer = l.instantiate(answer, declared->generic_args);
  return answer;
}
}  // namespace

Method* Type::find_virtual(Method* declared) {
  if (!declared->is_virtual()) return declared;
  Lock lock;
  if (!impl->dispatch) impl->dispatch = new std::unordered_map<Method*, Method*>();
  if (auto it = impl->dispatch->find(declared); it != impl->dispatch->end()) return it->second;
  Method* answer = guarded(assembly, [&] { return find_slow(this, declared); });
  impl->dispatch->emplace(declared, answer);
  return answer;
}

}  // namespace rapgo::load::types
