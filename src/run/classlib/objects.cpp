#include "run/classlib/objects.h"

#include <map>
#include <mutex>

#include "base/error.h"
#include "base/found.h"
#include "gc/binding/api.h"
#include "run/calls/invoke.h"
#include "run/stack/throw.h"
#include "run/threads/runtime_lock.h"

namespace rapgo::run::classlib {

using load::types::Loader;

static std::recursive_mutex lock;

uint32_t FieldOffset::find() const {
  Type* t = Loader::get().corlib()->find_type(name_space_, type_);
  Field* f = nullptr;
  for (Type* at = t; at && !f; at = at->parent()) f = at->find_field(field_);
  if (!f) base::fatal((std::string("the class library lacks the field ") + name_space_ + "." + type_ + "." + field_).c_str());
  const uint32_t found = f->offset() + (t->is_value_type() ? 8 : 0);
  offset_.store(found, std::memory_order_relaxed);
  return found;
}

void FieldOffset::set(Object* object, Object* value) const { gc::store(object, &in<Object*>(object), value); }

Array* string_array(std::span<const std::string> texts) {
  Array* list = calls::new_array(Loader::get().types().string, static_cast<int64_t>(texts.size()));
  for (size_t i = 0; i < texts.size(); i++) gc::store(list, list->at<Object*>(i), calls::new_string(texts[i].c_str()));
  return list;
}

Type* stack_type(Object* object) { return calls::type_of(object); }

static constinit const FieldOffset kTypeHandle("System", "Type", "_impl");
static constinit const FieldOffset kMethodHandle("System.Reflection", "RuntimeMethodInfo", "mhandle"), kMethodReftype("System.Reflection", "RuntimeMethodInfo", "reftype");
static constinit const FieldOffset kCtorHandle("System.Reflection", "RuntimeConstructorInfo", "mhandle"), kCtorReftype("System.Reflection", "RuntimeConstructorInfo", "reftype");
static constinit const FieldOffset kFieldClass("System.Reflection", "RuntimeFieldInfo", "klass"), kFieldHandle("System.Reflection", "RuntimeFieldInfo", "fhandle"),
    kFieldName("System.Reflection", "RuntimeFieldInfo", "name"), kFieldType("System.Reflection", "RuntimeFieldInfo", "type"), kFieldAttrs("System.Reflection", "RuntimeFieldInfo", "attrs");

Object* type_object(Type* type) {
  if (!type) return nullptr;
  if (type->type_object) return static_cast<Object*>(type->type_object);
  threads::RuntimeLock hold(lock);
  if (type->type_object) return static_cast<Object*>(type->type_object);
  Object* made = gc::alloc_frozen_object(Loader::get().types().runtime_type->head());
  kTypeHandle.in<Type*>(made) = type;
  type->type_object = made;
  return made;
}

Type* type_of_object(Object* object) {
  if (!object) return nullptr;
  if (!abi::derives_from(object->head(), Loader::get().types().runtime_type->head())) return nullptr;
  return kTypeHandle.in<Type*>(object);
}

namespace {
Type* reflection_type(base::Found<Type*>& found, const char* name) {
  return found.get([&] { return Loader::get().corlib_type("System.Reflection", name); });
}
base::Found<Type*> method_type, ctor_type, field_type;
}  // namespace

Object* method_object(Method* method, Type* reflected) {
  if (!method) return nullptr;
  const bool ctor = method->is_constructor() || method->is_class_constructor();
  Type* const type = ctor ? reflection_type(ctor_type, "RuntimeConstructorInfo") : reflection_type(method_type, "RuntimeMethodInfo");
  // One object per (method, reflected type), as reference equality of reflection objects is expected.
  static std::map<std::pair<Method*, Type*>, gc::Handle> known;
  if (!reflected) reflected = method->declaring;
  threads::RuntimeLock hold(lock);
  auto& handle = known[{method, reflected}];
  if (Object* object = handle.get()) return object;
  Object* object = calls::new_object(type);
  (ctor ? kCtorHandle : kMethodHandle).in<Method*>(object) = method;
  (ctor ? kCtorReftype : kMethodReftype).set(object, type_object(reflected));
  handle.set(object);
  return object;
}

Method* method_of_object(Object* object) {
  if (!object) return nullptr;
  return (abi::derives_from(object->head(), reflection_type(ctor_type, "RuntimeConstructorInfo")->head()) ? kCtorHandle : kMethodHandle).in<Method*>(object);
}

Object* field_object(Field* field, Type* reflected) {
  Type* const type = reflection_type(field_type, "RuntimeFieldInfo");
  static std::map<std::pair<Field*, Type*>, gc::Handle> known;
  if (!reflected) reflected = field->declaring;
  threads::RuntimeLock hold(lock);
  auto& handle = known[{field, reflected}];
  if (Object* object = handle.get()) return object;
  Object* object = calls::new_object(type);
  kFieldHandle.in<Field*>(object) = field;
  kFieldClass.in<Type*>(object) = reflected;
  kFieldName.set(object, calls::new_string(std::string(field->name).c_str()));
  kFieldType.set(object, type_object(field->type()));
  kFieldAttrs.in<int32_t>(object) = field->attributes;
  handle.set(object);
  return object;
}

static constinit const FieldOffset kAssemblyHandle("System.Reflection", "RuntimeAssembly", "_mono_assembly");

Object* assembly_object(load::types::Assembly* assembly) {
  if (!assembly) return nullptr;
  threads::RuntimeLock hold(lock);
  if (!assembly->assembly_object) {
    Object* made = gc::alloc_frozen_object(Loader::get().corlib_type("System.Reflection", "RuntimeAssembly")->head());
    kAssemblyHandle.in<load::types::Assembly*>(made) = assembly;
    assembly->assembly_object = made;
  }
  return static_cast<Object*>(assembly->assembly_object);
}

static constinit const FieldOffset kModuleImpl("System.Reflection", "RuntimeModule", "_impl"), kModuleAssembly("System.Reflection", "RuntimeModule", "assembly"),
    kModuleFqname("System.Reflection", "RuntimeModule", "fqname"), kModuleName("System.Reflection", "RuntimeModule", "name"), kModuleScope("System.Reflection", "RuntimeModule", "scopename");

Object* module_object(load::types::Assembly* assembly) {
  if (!assembly) return nullptr;
  threads::RuntimeLock hold(lock);
  if (!assembly->module_object) {
    Object* made = gc::alloc_frozen_object(Loader::get().corlib_type("System.Reflection", "RuntimeModule")->head());
    kModuleImpl.in<load::types::Assembly*>(made) = assembly;
    kModuleAssembly.set(made, assembly_object(assembly));
    const size_t slash = assembly->path.rfind('/');
    Object* name = calls::new_string(assembly->path.substr(slash == std::string::npos ? 0 : slash + 1).c_str());
    kModuleFqname.set(made, calls::new_string(assembly->path.c_str()));
    kModuleName.set(made, name);
    kModuleScope.set(made, calls::new_string(std::string(assembly->metadata->string(assembly->metadata->module_row().name)).c_str()));
    assembly->module_object = made;
  }
  return static_cast<Object*>(assembly->module_object);
}

}  // namespace rapgo::run::classlib
