#include "run/classlib/properties.h"

#include <map>
#include <mutex>

#include "gc/binding/api.h"
#include "load/metadata/attributes.h"
#include "run/calls/invoke.h"
#include "run/threads/runtime_lock.h"

namespace rapgo::run::classlib {

using load::metadata::Table;
using load::metadata::Token;
using load::types::Loader;
namespace semantics = load::metadata::method_semantics_attr;

namespace {

std::recursive_mutex lock;

Method* method_in(Type* type, uint32_t row) {
  for (Method* m : type->methods())
    if (m->row == row) return m;
  return nullptr;
}

constinit const FieldOffset kPropertyClass("System.Reflection", "RuntimePropertyInfo", "klass"), kProperty("System.Reflection", "RuntimePropertyInfo", "prop"),
    kEventClass("System.Reflection", "RuntimeEventInfo", "klass"), kEvent("System.Reflection", "RuntimeEventInfo", "handle");

template <class Member>
Object* make(Member* member, Type* reflected, const char* class_name, const FieldOffset& klass, const FieldOffset& handle_field) {
  static std::map<std::pair<Member*, Type*>, gc::Handle> known;
  if (!reflected) reflected = member->declaring;
  threads::RuntimeLock hold(lock);
  auto& handle = known[{member, reflected}];
  if (Object* object = handle.get()) return object;
  Object* object = calls::new_object(Loader::get().corlib_type("System.Reflection", class_name));
  klass.in<Type*>(object) = reflected;
  handle_field.in<Member*>(object) = member;
  handle.set(object);
  return object;
}

}  // namespace

std::span<Property* const> properties_of(Type* type) {
  static std::map<Type*, std::vector<Property*>> known;
  threads::RuntimeLock hold(lock);
  if (auto found = known.find(type); found != known.end()) return found->second;
  auto& list = known[type];
  Type* definition = type->definition ? type->definition : type;
  if (!definition->typedef_row || type->is_array()) return list;
  const auto& metadata = *definition->assembly->metadata;
  for (uint32_t row : metadata.properties_of(definition->typedef_row)) {
    const auto data = metadata.property(row);
    auto* p = new Property{type, row, metadata.string(data.name), data.flags, nullptr, nullptr};
    for (uint32_t s : metadata.semantics_of(Token(Table::Property, row))) {
      const auto link = metadata.method_semantics(s);
      if (link.semantics & semantics::kGetter) p->getter = method_in(type, link.method);
      if (link.semantics & semantics::kSetter) p->setter = method_in(type, link.method);
    }
    list.push_back(p);
  }
  return list;
}

std::span<Event* const> events_of(Type* type) {
  static std::map<Type*, std::vector<Event*>> known;
  threads::RuntimeLock hold(lock);
  if (auto found = known.find(type); found != known.end()) return found->second;
  auto& list = known[type];
  Type* definition = type->definition ? type->definition : type;
  if (!definition->typedef_row || type->is_array()) return list;
  const auto& metadata = *definition->assembly->metadata;
  for (uint32_t row : metadata.events_of(definition->typedef_row)) {
    const auto data = metadata.event(row);
    auto* e = new Event{type, row, metadata.string(data.name), data.flags, nullptr, nullptr, nullptr, {}};
    for (uint32_t s : metadata.semantics_of(Token(Table::Event, row))) {
      const auto link = metadata.method_semantics(s);
      Method* m = method_in(type, link.method);
      if (link.semantics & semantics::kAddOn) e->add = m;
      else if (link.semantics & semantics::kRemoveOn) e->remove = m;
      else if (link.semantics & semantics::kFire) e->raise = m;
      else if (m) e->others.push_back(m);
    }
    list.push_back(e);
  }
  return list;
}

Object* property_object(Property* p, Type* reflected) { return p ? make(p, reflected, "RuntimePropertyInfo", kPropertyClass, kProperty) : nullptr; }
Object* event_object(Event* e, Type* reflected) { return e ? make(e, reflected, "RuntimeEventInfo", kEventClass, kEvent) : nullptr; }
Property* property_of_object(Object* o) { return kProperty.in<Property*>(o); }
Event* event_of_object(Object* o) { return kEvent.in<Event*>(o); }

}  // namespace rapgo::run::classlib
