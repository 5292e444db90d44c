// RuntimeFieldInfo, RuntimePropertyInfo, RuntimeEventInfo.
#include <cstring>

#include "gc/binding/api.h"
#include "load/metadata/attributes.h"
#include "run/calls/arrays.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/calls/thread_statics.h"
#include "run/classlib/classlib.h"
#include "run/classlib/constants.h"
#include "run/classlib/convert.h"
#include "run/classlib/objects.h"
#include "run/classlib/properties.h"
#include "run/classlib/reflection.h"
#include "run/classlib/struct_field.h"
#include "run/classlib/type_arrays.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

using load::metadata::Table;
using load::metadata::Token;
using load::types::Kind;
using load::types::Loader;

namespace {

constinit const FieldOffset kFieldHandle("System.Reflection", "RuntimeFieldInfo", "fhandle"), kFieldClass("System.Reflection", "RuntimeFieldInfo", "klass");

Field* field_of(Object* o) { return kFieldHandle.in<Field*>(o); }
const load::metadata::Metadata& metadata_of(Type* type) { return *(type->definition ? type->definition : type)->assembly->metadata; }

// ---- fields ----
Object* from_handle(Field* f, Type* type) {
  if (!f) return nullptr;
  if (type && type != f->declaring) {
    Type* definition = f->declaring->definition ? f->declaring->definition : f->declaring;
    if (type->definition == definition) f = Loader::get().field_on(type, f->definition ? f->definition : f);
  }
  return field_object(f, type);
}
uint8_t* place(Field* f, Object* object) {
  if (f->is_static()) {
    calls::ensure_initialized(f->declaring);
    if (f->is_thread_static) return static_cast<uint8_t*>(calls::thread_static_address(f));
    return f->declaring->statics() + f->offset();
  }
  if (!object) stack::throw_new("System.Reflection", "TargetException", "Non-static field requires a target");
  const uint32_t header = f->declaring->is_value_type() ? sizeof(Object) : 0;
  return reinterpret_cast<uint8_t*>(object) + header + f->offset();
}
Object* read(Type* t, const uint8_t* at) {
  if (t->is_reference()) return *reinterpret_cast<Object* const*>(at);
  if (t->is_value_type()) return calls::box(t, at);
  // A pointer: System.Reflection.Pointer.Box(void*, Type).
  void* p;
  std::memcpy(&p, at, 8);
  Type* boxer = Loader::get().corlib_type("System.Reflection", "Pointer");
  return calls::invoke<Object*>(boxer->find_method("Box", 2), p, type_object(t));
}
Object* raw_constant(Object* o) {
  Field* f = field_of(o);
  if (!f->is_literal()) stack::throw_invalid_operation("Operation is not valid due to the current state of the object.");
  const auto& metadata = metadata_of(f->declaring);
  const auto row = metadata.constant_of(Token(Table::Field, f->row));
  return row ? constant_object(metadata, *row, nullptr) : nullptr;
}
Object* get_value(Object* o, Object* object) {
  Field* f = field_of(o);
  if (f->is_literal()) {
    const auto& metadata = metadata_of(f->declaring);
    const auto row = metadata.constant_of(Token(Table::Field, f->row));
    return row ? constant_object(metadata, *row, f->type()) : nullptr;
  }
  return read(f->type(), place(f, object));
}
void write(Field* f, Object* holder, uint8_t* at, Object* value) {
  Type* t = f->type();
  if (t->is_reference()) {
    gc::store_ref(reinterpret_cast<Object**>(at), value);
  } else if (t->is_nullable()) {
    calls::unbox_nullable(t, value, at);
  } else if (!t->is_value_type()) {
    uint64_t p = 0;
    if (value) {
      Type* given = calls::type_of(value);
      if (given->name == "Pointer") {
        Type* boxer = Loader::get().corlib_type("System.Reflection", "Pointer");
        p = calls::invoke<uint64_t>(boxer->find_method("Unbox", 1), value);
      } else {
        std::memcpy(&p, calls::unboxed(value), 8);
      }
    }
    std::memcpy(at, &p, 8);
  } else if (!value) {
    std::memset(at, 0, t->value_size());
  } else {
    Type* given = calls::type_of(value);
    if (given == t || given->underlying() == t->underlying()) copy_value(holder, at, calls::unboxed(value), t);
    else if (convert_primitive(given, calls::unboxed(value), t, at) != Conversion::Done)
      stack::throw_argument(nullptr, "Object of type '" + given->full_name() + "' cannot be converted to type '" + t->full_name() + "'.");
  }
}
void set_value(Object* o, Object* object, Object* value) {
  Field* f = field_of(o);
  if (f->is_literal()) stack::throw_new("System", "FieldAccessException", "Cannot set a constant field");
  write(f, object, place(f, object), value);
}
Object* resolve_type(Object* o) { return type_object(field_of(o)->type()); }
Object* parent_type(Object* o, bool declaring) { return type_object(declaring ? field_of(o)->declaring : kFieldClass.in<Type*>(o)); }
int32_t field_offset(Object* o) {
  Field* f = field_of(o);
  return static_cast<int32_t>(f->offset() - (f->declaring->is_value_type() ? 0 : sizeof(Object)));
}
int32_t field_token(Object* o) { return static_cast<int32_t>(Token(Table::Field, field_of(o)->row).value); }
int32_t security_level(Object*) { return 0; }

// Modifiers in front of the type at the reader (II.23.2.7).
Array* modifiers(load::types::Assembly* assembly, load::metadata::SigReader& reader, const load::types::GenericContext& context, bool optional) {
  std::vector<Type*> found;
  load::metadata::CustomMod mod;
  while (reader.next_mod(mod))
    if (mod.required != optional) found.push_back(assembly->resolve_type(mod.type, context));
  if (found.empty()) return nullptr;
  return array_of_types(found, false);
}
Array* field_modifiers(Object* o, bool optional) {
  Field* f = field_of(o);
  Type* definition = f->declaring->definition ? f->declaring->definition : f->declaring;
  const auto& metadata = *definition->assembly->metadata;
  load::metadata::SigReader reader(metadata.blob(metadata.field(f->row).signature));
  reader.field_header();
  return modifiers(definition->assembly, reader, {f->declaring->generic_args, {}}, optional);
}
Object* field_marshal(Object* o) {
  Field* f = field_of(o);
  Type* definition = f->declaring->definition ? f->declaring->definition : f->declaring;
  return marshal_info(definition->assembly, Token(Table::Field, f->row));
}

// ---- typed references ----
Object* value_direct(Object* o, Object*, void* reference, Object*) {
  struct Reference { Type* type; uint8_t* at; };
  auto* r = static_cast<Reference*>(reference);
  Field* f = field_of(o);
  return read(f->type(), r->at + f->offset());
}
void set_value_direct(Object* o, Object*, void* reference, Object* value, Object*) {
  struct Reference { Type* type; uint8_t* at; };
  auto* r = static_cast<Reference*>(reference);
  Field* f = field_of(o);
  write(f, nullptr, r->at + f->offset(), value);
}

// ---- properties ----
constinit const StructField kParent("System.Reflection", "MonoPropertyInfo", "parent"), kDeclaring("System.Reflection", "MonoPropertyInfo", "declaring_type"),
    kName("System.Reflection", "MonoPropertyInfo", "name"), kGetter("System.Reflection", "MonoPropertyInfo", "get_method"),
    kSetter("System.Reflection", "MonoPropertyInfo", "set_method"), kAttrs("System.Reflection", "MonoPropertyInfo", "attrs");
constinit const FieldOffset kPropertyClass("System.Reflection", "RuntimePropertyInfo", "klass"), kEventClass("System.Reflection", "RuntimeEventInfo", "klass");
enum Wanted : int32_t { kWantAttributes = 1, kWantGetter = 2, kWantSetter = 4, kWantReflected = 8, kWantDeclaring = 16, kWantName = 32 };

void property_info(Object* o, void* out, int32_t wanted) {
  Property* p = property_of_object(o);
  Type* reflected = kPropertyClass.in<Type*>(o);
  if (wanted & kWantReflected) kParent.put_ref(out, type_object(reflected));
  if (wanted & kWantDeclaring) kDeclaring.put_ref(out, type_object(p->declaring));
  if (wanted & kWantName) kName.put_ref(out, calls::new_string(std::string(p->name).c_str()));
  if (wanted & kWantAttributes) kAttrs.put<int32_t>(out, p->attributes);
  // A private accessor of an ancestor is not seen through a derived type.
  const auto shown = [&](Method* m) { return m && ((m->attributes & 7) > 1 || p->declaring == reflected || reflected->definition == p->declaring) ? m : nullptr; };
  if (wanted & kWantGetter) kGetter.put_ref(out, method_object(shown(p->getter), reflected));
  if (wanted & kWantSetter) kSetter.put_ref(out, method_object(shown(p->setter), reflected));
}
Array* property_modifiers(Object* o, bool optional) {
  Property* p = property_of_object(o);
  Type* definition = p->declaring->definition ? p->declaring->definition : p->declaring;
  const auto& metadata = *definition->assembly->metadata;
  load::metadata::SigReader reader(metadata.blob(metadata.property(p->row).signature));
  reader.method_header();
  return modifiers(definition->assembly, reader, {p->declaring->generic_args, {}}, optional);
}
Object* property_default(Object* o) {
  Property* p = property_of_object(o);
  const auto& metadata = metadata_of(p->declaring);
  const auto row = metadata.constant_of(Token(Table::Property, p->row));
  if (!row) stack::throw_invalid_operation("Operation is not valid due to the current state of the object.");
  return constant_object(metadata, *row, nullptr);
}
int32_t property_token(Object* o) { return static_cast<int32_t>(Token(Table::Property, property_of_object(o)->row).value); }
Object* property_from_handle(Property* p, Type* type) { return property_object(p, type); }

// ---- events ----
constinit const StructField kEventDeclaring("System.Reflection", "MonoEventInfo", "declaring_type"), kEventReflected("System.Reflection", "MonoEventInfo", "reflected_type"),
    kEventName("System.Reflection", "MonoEventInfo", "name"), kAdd("System.Reflection", "MonoEventInfo", "add_method"),
    kRemove("System.Reflection", "MonoEventInfo", "remove_method"), kRaise("System.Reflection", "MonoEventInfo", "raise_method"),
    kEventAttrs("System.Reflection", "MonoEventInfo", "attrs"), kOthers("System.Reflection", "MonoEventInfo", "other_methods");

void event_info(Object* o, void* out) {
  Event* e = event_of_object(o);
  Type* reflected = kEventClass.in<Type*>(o);
  kEventDeclaring.put_ref(out, type_object(e->declaring));
  kEventReflected.put_ref(out, type_object(reflected));
  kEventName.put_ref(out, calls::new_string(std::string(e->name).c_str()));
  kEventAttrs.put<int32_t>(out, e->attributes);
  kAdd.put_ref(out, method_object(e->add, reflected));
  kRemove.put_ref(out, method_object(e->remove, reflected));
  kRaise.put_ref(out, method_object(e->raise, reflected));
  kOthers.put_ref(out, e->others.empty() ? nullptr : array_of_methods(e->others));
}
int32_t event_token(Object* o) { return static_cast<int32_t>(Token(Table::Event, event_of_object(o)->row).value); }
Object* event_from_handle(Event* e, Type* type) { return event_object(e, type); }

#define FIELD(name, f) RAPGO_ICALL("System.Reflection.RuntimeFieldInfo::" name, f)
#define PROPERTY(name, f) RAPGO_ICALL("System.Reflection.RuntimePropertyInfo::" name, f)
const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.Reflection.FieldInfo::internal_from_handle_type", from_handle),
    RAPGO_ICALL("System.Reflection.FieldInfo::get_marshal_info", field_marshal),
    FIELD("UnsafeGetValue", get_value), FIELD("ResolveType", resolve_type), FIELD("GetParentType", parent_type), FIELD("GetFieldOffset", field_offset),
    FIELD("GetValueInternal", get_value), FIELD("SetValueInternal", set_value), FIELD("GetRawConstantValue", raw_constant),
    FIELD("get_core_clr_security_level", security_level), FIELD("get_metadata_token", field_token), FIELD("GetTypeModifiers", field_modifiers),
    RAPGO_ICALL("System.RuntimeFieldHandle::SetValueInternal", set_value), RAPGO_ICALL("System.RuntimeFieldHandle::GetValueDirect", value_direct),
    RAPGO_ICALL("System.RuntimeFieldHandle::SetValueDirect", set_value_direct),
    PROPERTY("get_property_info", property_info), PROPERTY("GetTypeModifiers", property_modifiers), PROPERTY("get_default_value", property_default),
    PROPERTY("get_metadata_token", property_token), PROPERTY("internal_from_handle_type", property_from_handle),
    RAPGO_ICALL("System.Reflection.EventInfo::internal_from_handle_type", event_from_handle),
    RAPGO_ICALL("System.Reflection.RuntimeEventInfo::get_event_info", event_info),
    RAPGO_ICALL("System.Reflection.RuntimeEventInfo::get_metadata_token", event_token),
};

}  // namespace

Array* modifiers_of_parameter(Method* m, int32_t sequence, bool optional) {
  if (!m->row) return nullptr;
  const auto& metadata = *m->declaring->assembly->metadata;
  load::metadata::SigReader reader(metadata.blob(metadata.method_def(m->row).signature));
  const auto header = reader.method_header();
  for (int32_t i = 0; i < sequence && static_cast<uint32_t>(i) < header.param_count + 1; i++) reader.skip_type();
  return modifiers(m->declaring->assembly, reader, m->context(), optional);
}

void register_fields() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
