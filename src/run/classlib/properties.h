// Properties and events of loaded types: the handles behind PropertyInfo and EventInfo.
// Thread safety: any thread in Mode::Runtime; what is returned lives for ever. Does not collect.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "run/classlib/objects.h"

namespace rapgo::run::classlib {

struct Property {
  Type* declaring;
  uint32_t row;            // in the definition's module
  std::string_view name;
  uint16_t attributes;
  Method *getter, *setter;
  Method* accessor() const { return getter ? getter : setter; }
};
struct Event {
  Type* declaring;
  uint32_t row;
  std::string_view name;
  uint16_t attributes;
  Method *add, *remove, *raise;
  std::vector<Method*> others;
};
std::span<Property* const> properties_of(Type* type);  // declared here, in table order
std::span<Event* const> events_of(Type* type);
Object* property_object(Property* property, Type* reflected);
Object* event_object(Event* event, Type* reflected);
Property* property_of_object(Object* object);
Event* event_of_object(Object* object);

}  // namespace rapgo::run::classlib
