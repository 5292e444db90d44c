// Constructed types, one object each: instances, arrays, pointers, byrefs, function pointers; substitution (II.9).
#include <algorithm>

#include "load/types/impl.h"

namespace rapgo::load::types {

bool any_open(TypeSpan types) {
  return std::any_of(types.begin(), types.end(), [](Type* t) { return t->contains_vars(); });
}

namespace {
void set_nesting(Type* t, uint32_t nesting) {
  if (nesting > kMaxTypeNesting)
    throw LoadError(LoadErrorKind::TypeLoad, "Could not load type '" + std::string(t->name) + "': its instantiation is nested too deeply",
                    std::string(t->name));
  t->impl->nesting = nesting;
}

Type* new_derived(Kind kind, Type* element) {
  Type* t = new_type(kind);
  t->element = element;
  t->assembly = element->assembly;
  t->definition = t;
  t->contains_vars_ = element->contains_vars();
  set_nesting(t, element->impl->nesting + 1);
  return t;
}

[[noreturn]] void bad_element(Type* element, const char* of) {
  const std::string name = element->full_name();
  throw LoadError(LoadErrorKind::TypeLoad, "Could not make " + std::string(of) + " of '" + name + "'.", name);
}
}  // namespace

Type* Loader::instantiate(Type* definition, std::span<Type* const> args) {
  Lock lock;
  definition = definition->definition ? definition->definition : definition;
  if (args.size() != definition->generic_args.size() || args.empty()) throw_type_load(definition, "wrong number of generic arguments");
  if (std::equal(args.begin(), args.end(), definition->generic_args.begin())) return definition;
  uint32_t hash = mix(0, definition);
  for (Type* a : args) hash = mix(hash, a);
  Type* found = impl->instances.find(hash, [&](Type* t) {
    return t->definition == definition && std::equal(args.begin(), args.end(), t->generic_args.begin(), t->generic_args.end());
  });
  if (found) return found;
  uint32_t nesting = 0;
  for (Type* a : args) {
    if (a->is_byref() || a->is_void() || a->kind == Kind::Ptr || a->kind == Kind::FnPtr || a->kind == Kind::TypedByRef)
      bad_element(a, "a generic instance");
    nesting = std::max(nesting, a->impl->nesting);
  }
  Type* t = new_type(definition->kind);
  t->well_known = definition->well_known;
  t->assembly = definition->assembly;
  t->typedef_row = definition->typedef_row;
  t->attributes = definition->attributes;
  t->name = definition->name;
  t->name_space = definition->name_space;
  t->enclosing = definition->enclosing;
  t->definition = definition;
  set_nesting(t, nesting + 1);
  t->generic_args = impl->arena.copy(args);
  t->contains_vars_ = any_open(args);
  if (t->is_nullable()) t->element = args[0];
  t->impl->hash = hash;
  impl->instances.insert(hash, t);
  return t;
}

Type* Type::make_array(uint32_t rank) {
  Lock lock;
  if (is_byref() || is_void() || kind == Kind::TypedByRef) bad_element(this, "an array");
  if (rank == 0) {
    if (!impl->vector) impl->vector = new_derived(Kind::SzArray, this);
    return impl->vector;
  }
  if (rank > 32) throw LoadError(LoadErrorKind::TypeLoad, "Arrays of more than 32 dimensions are not supported.", full_name());
  for (Type* a = impl->arrays; a; a = a->impl->next_array) if (a->rank == rank) return a;
  Type* a = new_derived(Kind::Array, this);
  a->rank = rank;
  a->impl->next_array = impl->arrays;
  return impl->arrays = a;
}

Type* Type::make_pointer() {
  Lock lock;
  if (is_byref()) bad_element(this, "a pointer");
  if (!impl->pointer) impl->pointer = new_derived(Kind::Ptr, this);
  return impl->pointer;
}

Type* Type::make_byref() {
  Lock lock;
  if (is_byref() || is_void()) bad_element(this, "a reference");
  if (!impl->byref) impl->byref = new_derived(Kind::ByRef, this);
  return impl->byref;
}

const Signature* Type::function_signature() const { return kind == Kind::FnPtr ? impl->function : nullptr; }

Type* Loader::make_fnptr(const Signature& s) {
  Lock lock;
  for (Type* t : impl->fnptrs) {
    const Signature& f = *t->impl->function;
    if (f.call_conv == s.call_conv && f.has_this == s.has_this && f.vararg == s.vararg && f.ret == s.ret &&
        std::equal(f.params.begin(), f.params.end(), s.params.begin(), s.params.end()))
      return t;
  }
  Type* t = new_type(Kind::FnPtr);
  t->assembly = corlib_;
  t->definition = t;
  uint32_t nesting = s.ret->impl->nesting;
  for (Type* p : s.params) nesting = std::max(nesting, p->impl->nesting);
  set_nesting(t, nesting + 1);
  t->contains_vars_ = s.ret->contains_vars() || any_open(s.params);
  auto* f = impl->arena.make<Signature>(s);
  f->params = impl->arena.copy(s.params);
  t->impl->function = f;
  impl->fnptrs.push_back(t);
  return t;
}

Type* Loader::substitute(Type* open, const GenericContext& c) {
  if (!open->contains_vars()) return open;
  switch (open->kind) {
    case Kind::TypeVar:
      if (c.type_args.empty()) return open;
      if (open->var_index >= c.type_args.size()) throw LoadError(LoadErrorKind::BadImage, "generic parameter number out of range");
      return c.type_args[open->var_index];
    case Kind::MethodVar:
      if (c.method_args.empty()) return open;
      if (open->var_index >= c.method_args.size()) throw LoadError(LoadErrorKind::BadImage, "generic parameter number out of range");
      return c.method_args[open->var_index];
    case Kind::SzArray: return substitute(open->element, c)->make_array(0);
    case Kind::Array: return substitute(open->element, c)->make_array(open->rank);
    case Kind::Ptr: return substitute(open->element, c)->make_pointer();
    case Kind::ByRef: return substitute(open->element, c)->make_byref();
    case Kind::FnPtr: {
      Signature s = *open->impl->function;
      std::vector<Type*> params;
      for (Type* p : s.params) params.push_back(substitute(p, c));
      s.ret = substitute(s.ret, c);
      s.params = params;
      return make_fnptr(s);
    }
    default: {
      Type* args[32];
      const size_t n = open->generic_args.size();
      if (n > 32) {
        std::vector<Type*> many;
        for (Type* a : open->generic_args) many.push_back(substitute(a, c));
        return instantiate(open->definition, many);
      }
      for (size_t i = 0; i < n; ++i) args[i] = substitute(open->generic_args[i], c);
      return instantiate(open->definition, {args, n});
    }
  }
}

}  // namespace rapgo::load::types
