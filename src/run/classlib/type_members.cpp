// Lists of members that RuntimeType asks for by name and binding flags: arrays of native handles.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>

#include <strings.h>

#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/names.h"
#include "run/classlib/objects.h"
#include "run/classlib/properties.h"
#include "run/classlib/type_arrays.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

using load::types::Kind;
using load::types::Loader;

namespace {

enum Flags : int32_t { kIgnoreCase = 1, kDeclaredOnly = 2, kInstance = 4, kStatic = 8, kPublic = 0x10, kNonPublic = 0x20, kFlatten = 0x40 };
enum class ListType : int32_t { All, CaseSensitive, CaseInsensitive, HandleToInfo };

struct PointerArray { void** data; int32_t length; };  // freed by GPtrArrayFree
template <class T>
PointerArray* pointer_array(const std::vector<T*>& items) {
  auto* a = static_cast<PointerArray*>(std::malloc(sizeof(PointerArray)));
  a->length = static_cast<int32_t>(items.size());
  a->data = static_cast<void**>(std::malloc(sizeof(void*) * (items.size() + 1)));
  std::copy(items.begin(), items.end(), a->data);
  return a;
}

struct NameFilter {
  const char* wanted;
  bool all, ignore_case;
  NameFilter(const char* name, int32_t flags, ListType list)
      : wanted(name), all(!name || list == ListType::All), ignore_case(list == ListType::CaseInsensitive || (flags & kIgnoreCase)) {}
  bool operator()(std::string_view name) const {
    if (all) return true;
    if (name.size() != std::strlen(wanted)) return false;
    return ignore_case ? strncasecmp(name.data(), wanted, name.size()) == 0 : name == wanted;
  }
};

Type* need(Object* o) {
  Type* t = type_of_object(o);
  if (!t) stack::throw_not_implemented("reflection on a type under construction (Reflection.Emit)");
  return t;
}
bool has_members(Type* t) { return t->kind != Kind::Ptr && t->kind != Kind::ByRef && t->kind != Kind::FnPtr; }
// Members of a generic parameter are those of its base type.
Type* start_of(Type* t) {
  if (t->kind != Kind::TypeVar && t->kind != Kind::MethodVar) return t;
  for (Type* c : constraints_of(t))
    if (c->kind != Kind::TypeVar && c->kind != Kind::MethodVar && !c->is_interface()) return c;
  return Loader::get().types().object;
}
// access: the low three bits of a member's attributes.
bool visible(uint32_t attributes, bool declared_here, int32_t flags) {
  const uint32_t access = attributes & 7;
  if (access == 6) {
    if (!(flags & kPublic)) return false;
  } else {
    if (!(flags & kNonPublic)) return false;
    if (!declared_here && access <= 1) return false;  // private members of ancestors are not inherited
  }
  if (attributes & 0x10) return (flags & kStatic) && (declared_here || (flags & kFlatten));
  return (flags & kInstance) != 0;
}

template <class Visit>
void each_class(Type* type, int32_t flags, Visit visit) {
  if (!has_members(type)) return;
  Type* start = start_of(type);
  for (Type* at = start; at; at = at->parent()) {
    visit(at, at == start);
    if (flags & kDeclaredOnly) break;
  }
}

PointerArray* methods(Object* o, const char* name, int32_t flags, ListType list) {
  const NameFilter matches(name, flags, list);
  std::vector<Method*> found;
  std::set<int32_t> slots;  // of virtual methods seen in more derived classes
  each_class(need(o), flags, [&](Type* at, bool here) {
    std::vector<int32_t> seen_here;
    for (Method* m : at->methods()) {
      if (m->is_constructor() || m->is_class_constructor()) continue;
      if (m->is_virtual() && !at->is_interface()) {
        at->contains_vars() ? void() : void(at->vtable());
        if (m->slot >= 0) {
          if (slots.contains(m->slot)) continue;
          seen_here.push_back(m->slot);
        }
      }
      if (matches(m->name) && visible(m->attributes, here, flags)) found.push_back(m);
    }
    slots.insert(seen_here.begin(), seen_here.end());
  });
  return pointer_array(found);
}
PointerArray* constructors(Object* o, int32_t flags) {
  Type* t = need(o);
  std::vector<Method*> found;
  if (has_members(t) && t->kind != Kind::TypeVar && t->kind != Kind::MethodVar) {
    for (Method* m : t->methods())
      if ((m->is_constructor() || m->is_class_constructor()) && visible(m->attributes, true, flags)) found.push_back(m);
  }
  return pointer_array(found);
}
PointerArray* fields(Object* o, const char* name, int32_t flags, ListType list) {
  const NameFilter matches(name, flags, list);
  std::vector<Field*> found;
  each_class(need(o), flags, [&](Type* at, bool here) {
    for (Field* f : at->fields())
      if (matches(f->name) && visible(f->attributes, here, flags)) found.push_back(f);
  });
  return pointer_array(found);
}
// A property is as visible as the more visible of its accessors.
bool visible_through(std::initializer_list<Method*> accessors, bool here, int32_t flags) {
  for (Method* m : accessors)
    if (m && visible(m->attributes, here, flags)) return true;
  return false;
}
bool same_parameters(Property* a, Property* b) {
  Method *x = a->accessor(), *y = b->accessor();
  if (!x || !y) return x == y;
  const auto &p = x->signature().params, &q = y->signature().params;
  const size_t n = a->getter ? p.size() : p.size() - 1, m = b->getter ? q.size() : q.size() - 1;
  return n == m && std::equal(p.begin(), p.begin() + static_cast<ptrdiff_t>(n), q.begin());
}
PointerArray* properties(Object* o, const char* name, int32_t flags, ListType list) {
  const NameFilter matches(name, flags, list);
  std::vector<Property*> found, seen;
  each_class(need(o), flags, [&](Type* at, bool here) {
    const size_t earlier = seen.size();
    for (Property* p : properties_of(at)) {
      if (!matches(p->name)) continue;
      if (!visible_through({p->getter, p->setter}, here, flags)) continue;
      // Overridden or hidden by one of the same name and parameters in a more derived class.
      bool hidden = false;
      for (size_t i = 0; i < earlier && !hidden; i++) hidden = seen[i]->name == p->name && same_parameters(seen[i], p);
      if (hidden) continue;
      found.push_back(p);
      seen.push_back(p);
    }
  });
  return pointer_array(found);
}
PointerArray* events(Object* o, const char* name, ListType list) {
  // The managed side filters by flags.
  const NameFilter matches(name, 0, list);
  std::vector<Event*> found;
  each_class(need(o), 0, [&](Type* at, bool here) {
    for (Event* e : events_of(at))
      if (matches(e->name) && visible_through({e->add, e->remove, e->raise}, here, kInstance | kStatic | kPublic | kNonPublic | kFlatten)) found.push_back(e);
  });
  return pointer_array(found);
}
PointerArray* nested_types(Object* o, const char* name, int32_t flags, ListType list) {
  const NameFilter matches(name, flags, list);
  std::vector<Type*> found;
  Type* t = need(o);
  Type* d = t->definition ? t->definition : t;
  if (has_members(t) && !t->is_array() && d->typedef_row) {
    for (uint32_t row : d->assembly->metadata->nested_types_of(d->typedef_row)) {
      Type* n = d->assembly->type_of_row(row);
      const bool is_public = (n->attributes & 7) == 2;
      if ((flags & (is_public ? kPublic : kNonPublic)) && matches(n->name)) found.push_back(n);
    }
  }
  return pointer_array(found);
}

void interface_map(Object* type_o, Object* interface_o, Array** targets, Array** declared) {
  Type* type = need(type_o);
  Type* iface = need(interface_o);
  std::vector<Method*> from, to;
  for (Method* m : iface->methods()) {
    if (!m->is_virtual()) continue;
    from.push_back(m);
    to.push_back(type->is_interface() ? nullptr : type->find_virtual(m));
  }
  calls::store_ref(declared, array_of_methods(from));
  calls::store_ref(targets, array_of_methods(to));
}
Method* corresponding(Type* instance, Object* info) {
  Method* m = method_of_object(info);
  return m ? Loader::get().method_on(instance, m->definition ? m->definition : m) : nullptr;
}
Object* inflated(Object* o, Object* info) { return method_object(corresponding(need(o), info), nullptr); }

#define TYPE(name, f) RAPGO_ICALL("System.RuntimeType::" name, f)
const calls::IcallEntry kEntries[] = {
    TYPE("GetMethodsByName_native", methods), TYPE("GetConstructors_native", constructors), TYPE("GetFields_native", fields),
    TYPE("GetPropertiesByName_native", properties), TYPE("GetEvents_native", events), TYPE("GetNestedTypes_native", nested_types),
    TYPE("GetInterfaceMapData", interface_map), TYPE("GetCorrespondingInflatedMethod", inflated), TYPE("GetCorrespondingInflatedConstructor", inflated),
};

}  // namespace

Array* array_of(Type* element, std::span<Object* const> objects) {
  Array* a = calls::new_array(element, static_cast<int64_t>(objects.size()));
  for (size_t i = 0; i < objects.size(); i++) calls::store_ref(a->at<Object*>(i), objects[i]);
  return a;
}
Array* array_of_types(std::span<Type* const> types, bool runtime_types) {
  const auto& known = Loader::get().types();
  Array* a = calls::new_array(runtime_types ? known.runtime_type : known.type, static_cast<int64_t>(types.size()));
  for (size_t i = 0; i < types.size(); i++) calls::store_ref(a->at<Object*>(i), type_object(types[i]));
  return a;
}
Array* array_of_methods(std::span<Method* const> methods) {
  Array* a = calls::new_array(Loader::get().corlib_type("System.Reflection", "MethodInfo"), static_cast<int64_t>(methods.size()));
  for (size_t i = 0; i < methods.size(); i++) calls::store_ref(a->at<Object*>(i), method_object(methods[i], nullptr));
  return a;
}

void register_type_members() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
