// What array types have beyond System.Array: their own methods (II.14.2) and, for vectors, IList<T> and its kin through
// System.Array's InternalArray__ templates.
#include "load/metadata/attributes.h"
#include "load/types/impl.h"

namespace rapgo::load::types {

namespace {
Method* synthesise(Type* array, std::string_view name, Type* ret, std::span<Type* const> params) {
  Method* m = new_method();
  m->declaring = array;
  m->name = name;
  m->definition = m;
  m->body = Body::ArrayMethod;
  m->attributes = md::method_attr::kPublic | md::method_attr::kHideBySig;
  if (name == ".ctor") m->attributes |= md::method_attr::kSpecialName | md::method_attr::kRtSpecialName;
  auto* s = loader().arena.make<Signature>();
  s->has_this = true;
  s->ret = ret;
  s->params = loader().arena.copy(params);
  m->signature_ = s;
  give_entry(m);
  return m;
}

std::string_view template_name(std::string_view iface, std::string_view method, std::string& buffer) {
  // IList<T>'s own methods carry no interface name.
  buffer = "InternalArray__";
  if (iface != "IList`1") buffer.append(iface.substr(0, iface.find('`'))).append("_");
  return buffer.append(method);
}
}  // namespace

std::span<Method*> array_methods(Type* t) {
  Type::Impl& impl = *t->impl;
  if (impl.methods_sized) return impl.methods;
  const WellKnownTypes& w = Loader::get().types();
  const uint32_t rank = t->kind == Kind::SzArray ? 1 : t->rank;
  std::vector<Method*> all;
  std::vector<Type*> ints(rank, w.i4);
  all.push_back(synthesise(t, ".ctor", w.void_, ints));
  if (t->kind == Kind::Array) {
    all.push_back(synthesise(t, ".ctor", w.void_, std::vector<Type*>(2 * rank, w.i4)));
  } else {  // int[][]: new int[][](2, 3) makes the inner vectors too
    std::vector<Type*> nested(1, w.i4);
    for (Type* e = t->element; e->kind == Kind::SzArray; e = e->element) {
      nested.push_back(w.i4);
      all.push_back(synthesise(t, ".ctor", w.void_, nested));
    }
  }
  all.push_back(synthesise(t, "Get", t->element, ints));
  std::vector<Type*> set = ints;
  set.push_back(t->element);
  all.push_back(synthesise(t, "Set", w.void_, set));
  all.push_back(synthesise(t, "Address", t->element->make_byref(), ints));
  for (uint32_t i = 0; i < all.size(); ++i) all[i]->index = i;
  impl.methods = loader().copy(all);
  impl.methods_sized = true;
  return impl.methods;
}

void append_array_interfaces(Type* t, std::vector<Type*>& out) {
  if (t->element->kind == Kind::Ptr || t->element->kind == Kind::FnPtr) return;
  for (Type* d : loader().array_interfaces)
    if (d) out.push_back(Loader::get().instantiate(d, {&t->element, 1}));
}

Method* array_interface_method(Type* t, Method* method) {
  Type* iface = method->declaring;
  if (t->kind != Kind::SzArray || iface->generic_args.size() != 1) return nullptr;
  bool known = false;
  for (Type* d : loader().array_interfaces) known |= d && d == iface->definition;
  if (!known || !array_element_compatible(t->element, iface->generic_args[0])) return nullptr;
  std::string buffer;
  Type* array = Loader::get().types().array;
  Method* m = array->find_method(template_name(iface->definition->name, method->name, buffer));
  if (!m) throw LoadError(LoadErrorKind::MissingMethod, "Method not found: 'System.Array." + buffer + "'.", buffer);
  return m->is_generic_definition() ? Loader::get().instantiate(m, iface->generic_args) : m;
}

}  // namespace rapgo::load::types
