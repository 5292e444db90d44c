// Parent and interfaces (II.12.2), for definitions and instances alike: rows are read in the instance's own context.
#include <algorithm>

#include "load/types/impl.h"

namespace rapgo::load::types {

namespace {
void add_interface(std::vector<Type*>& out, Type* i) {
  if (std::find(out.begin(), out.end(), i) != out.end()) return;
  out.push_back(i);
  if (out.size() > 4096) throw_type_load(i, "too many interfaces");
  for (Type* inherited : i->interfaces())
    if (std::find(out.begin(), out.end(), inherited) == out.end()) out.push_back(inherited);
}

void from_definition(Type* t) {
  Assembly* a = t->assembly;
  const md::Metadata& m = *a->metadata;
  const GenericContext c{t->generic_args, {}};
  Type* parent = nullptr;
  const md::Token extends = m.type_def(t->typedef_row).extends;
  if (!extends.is_nil() && t->kind != Kind::Interface) {
    parent = a->resolve_type(extends, c);
    if (parent->is_interface() || parent->is_value_type() || parent->is_array() || parent->element)
      throw_type_load(t, "its parent '" + parent->full_name() + "' is not a class");
    if (parent->is_generic_definition() && !t->contains_vars()) throw_type_load(t, "its parent is a generic definition");
    if (parent->is_sealed() && !a->is_corlib) throw_type_load(t, "its parent '" + parent->full_name() + "' is sealed");
  } else if (t->kind != Kind::Interface && t->kind != Kind::Object && t->name != "<Module>") {
    throw_type_load(t, "it has no parent");
  }
  std::vector<Type*> all, declared;
  uint32_t depth = 0;
  if (parent) {
    TypeSpan inherited = parent->interfaces();
    all.assign(inherited.begin(), inherited.end());
    depth = parent->impl->depth + 1;
    if (depth > kMaxInheritance) throw_type_load(t, "its chain of parents is too long");
  }
  for (uint32_t row : m.interfaces_of(t->typedef_row)) {
    Type* i = a->resolve_type(m.interface_impl(row).interface, c);
    if (!i->is_interface()) throw_type_load(t, "'" + i->full_name() + "' is not an interface");
    if (i == t) throw_type_load(t, "it implements itself");
    declared.push_back(i);
    add_interface(all, i);
  }
  Loader::Impl& l = loader();
  t->impl->parent = parent;
  t->impl->depth = depth;
  t->impl->interfaces = l.copy(all);
  t->impl->declared = l.copy(declared);
}
}  // namespace

void build_hierarchy(Type* t) {
  switch (t->kind) {
    case Kind::SzArray:
    case Kind::Array: {
      Type* base = Loader::get().types().array;
      std::vector<Type*> all(base->interfaces().begin(), base->interfaces().end());
      if (t->kind == Kind::SzArray) append_array_interfaces(t, all);
      t->impl->parent = base;
      t->impl->depth = base->impl->depth + 1;
      t->impl->interfaces = loader().copy(all);
      return;
    }
    case Kind::Ptr: case Kind::ByRef: case Kind::FnPtr: case Kind::MethodVar: return;
    case Kind::TypeVar: t->impl->parent = nullptr; return;
    default: return from_definition(t);
  }
}

Type* Type::parent() {
  ensure(this, kHierarchy);
  return impl->parent;
}

std::span<Type* const> Type::interfaces() {
  ensure(this, kHierarchy);
  return impl->interfaces;
}

bool Type::derives_from(Type* ancestor) {
  for (Type* t = this; t; t = t->parent()) if (t == ancestor) return true;
  return false;
}

bool Type::implements(Type* i) {
  TypeSpan all = interfaces();
  return std::find(all.begin(), all.end(), i) != all.end();
}

Type* ancestor_at(Type* t, uint32_t depth) {
  ensure(t, kHierarchy);
  while (t->impl->depth > depth) t = t->parent();
  return t;
}

}  // namespace rapgo::load::types
