// RuntimeMethodInfo, RuntimeConstructorInfo, MonoMethodInfo: methods and their invocation.
#include "gc/binding/api.h"
#include "load/metadata/attributes.h"
#include "run/calls/arrays.h"
#include "run/calls/delegates.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/caller.h"
#include "run/classlib/classlib.h"
#include "run/classlib/constants.h"
#include "run/classlib/objects.h"
#include "run/classlib/reflection.h"
#include "run/classlib/struct_field.h"
#include "run/classlib/type_arrays.h"
#include "run/stack/throw.h"
#include "run/stack/walk.h"

namespace rapgo::run::classlib {

using load::metadata::Table;
using load::metadata::Token;
using load::types::Body;
using load::types::Kind;
using load::types::Loader;

namespace {

String* text(std::string_view s) { return calls::new_string(std::string(s).c_str()); }

constinit const StructField kParent("System.Reflection", "MonoMethodInfo", "parent"), kReturn("System.Reflection", "MonoMethodInfo", "ret"),
    kAttrs("System.Reflection", "MonoMethodInfo", "attrs"), kImplAttrs("System.Reflection", "MonoMethodInfo", "iattrs"),
    kCallConv("System.Reflection", "MonoMethodInfo", "callconv");

// ---- what a method is ----
void method_info(Method* m, void* out) {
  const auto& s = m->signature();
  kParent.put_ref(out, type_object(m->declaring));
  kReturn.put_ref(out, type_object(s.ret));
  kAttrs.put<int32_t>(out, m->attributes);
  kImplAttrs.put<int32_t>(out, m->impl_attributes);
  kCallConv.put<int32_t>(out, (s.vararg ? 2 : 1) | (s.has_this ? 0x20 : 0));  // CallingConventions
}
int32_t method_attributes(Method* m) { return m->attributes; }

Method* equivalent(Method* m, Type* type) {
  if (!type || m->declaring == type) return m;
  Type* definition = m->declaring->definition ? m->declaring->definition : m->declaring;
  if (type->definition == definition && definition->is_generic_definition())
    return Loader::get().method_on(type, m->definition && m->declaring != definition ? m->definition : m);
  return m;
}
Object* from_handle(Method* m, Type* type, bool generic_check) {
  if (!m) return nullptr;
  if (type && generic_check) m = equivalent(m, type);
  return method_object(m, type);
}
String* get_name(Object* o) { return text(method_of_object(o)->name); }
int32_t metadata_token(Object* o) {
  Method* m = method_of_object(o);
  return static_cast<int32_t>(Token(Table::MethodDef, m->row).value);
}
// The method that an override overrides: the next one up, or (definition) the one that introduced the slot.
Object* base_method(Object* o, bool definition) {
  Method* m = method_of_object(o);
  Type* type = m->declaring;
  if (!m->is_virtual() || type->is_interface() || (m->attributes & load::metadata::method_attr::kNewSlot) || type->contains_vars()) return o;
  type->vtable();
  Method* best = m;
  for (Type* at = type->parent(); at; at = at->parent()) {
    auto table = at->vtable();
    if (m->slot < 0 || static_cast<size_t>(m->slot) >= table.size()) break;
    for (Method* candidate : at->methods()) {
      if (candidate->slot != m->slot || !candidate->is_virtual()) continue;
      best = candidate;
      break;
    }
    if (!definition && best != m) break;
  }
  return best == m ? o : method_object(best, nullptr);
}

// ---- parameters ----
constinit const FieldOffset kParamAttrs("System.Reflection", "ParameterInfo", "AttrsImpl"), kParamClass("System.Reflection", "ParameterInfo", "ClassImpl"),
    kParamDefault("System.Reflection", "ParameterInfo", "DefaultValueImpl"), kParamMember("System.Reflection", "ParameterInfo", "MemberImpl"),
    kParamName("System.Reflection", "ParameterInfo", "NameImpl"), kParamPosition("System.Reflection", "ParameterInfo", "PositionImpl");

Object* static_value(const char* name_space, const char* type, const char* field) {
  Type* t = Loader::get().corlib_type(name_space, type);
  calls::ensure_initialized(t);
  return *reinterpret_cast<Object**>(t->statics() + t->find_field(field)->offset());
}

Object* parameter(Method* m, Object* member, int32_t position, Type* type, uint32_t row) {
  Object* p = calls::new_object(Loader::get().corlib_type("System.Reflection", "RuntimeParameterInfo"));
  kParamClass.set(p, type_object(type));
  kParamMember.set(p, member);
  kParamPosition.in<int32_t>(p) = position;
  int32_t flags = 0;
  Object* value = nullptr;
  if (row) {
    const auto& metadata = *m->declaring->assembly->metadata;
    const auto data = metadata.param(row);
    flags = data.flags;
    kParamName.set(p, text(metadata.string(data.name)));
    if (flags & load::metadata::param_attr::kHasDefault) {
      if (auto constant = metadata.constant_of(Token(Table::Param, row))) value = constant_object(metadata, *constant, type->is_byref() ? type->element : type);
    }
  }
  if (!(flags & load::metadata::param_attr::kHasDefault))
    value = flags & load::metadata::param_attr::kOptional ? static_value("System.Reflection", "Missing", "Value") : static_value("System", "DBNull", "Value");
  kParamAttrs.in<int32_t>(p) = flags;
  kParamDefault.set(p, value);
  return p;
}
Array* parameter_info(Method* m, Object* member) {
  const auto& s = m->signature();
  Array* list = calls::new_array(Loader::get().corlib_type("System.Reflection", "ParameterInfo"), static_cast<int64_t>(s.params.size()));
  for (size_t i = 0; i < s.params.size(); i++)
    gc::store(list, list->at<Object*>(i), parameter(m, member, static_cast<int32_t>(i), s.params[i], parameter_row(m, static_cast<uint32_t>(i) + 1)));
  return list;
}
int32_t parameter_token(Object* p) {
  Object* member = kParamMember.ref(p);
  if (!member) return 0x08000000;
  Type* kind = calls::type_of(member);
  if (kind->name != "RuntimeMethodInfo" && kind->name != "RuntimeConstructorInfo") return 0x08000000;
  return static_cast<int32_t>(0x08000000 | parameter_row(method_of_object(member), static_cast<uint32_t>(kParamPosition.in<int32_t>(p) + 1)));
}
Array* parameter_modifiers(Object*, Object* member, int32_t position, bool optional) {
  Type* kind = calls::type_of(member);
  if (kind->name != "RuntimeMethodInfo" && kind->name != "RuntimeConstructorInfo") return nullptr;
  return modifiers_of_parameter(method_of_object(member), position + 1, optional);
}

// ---- generic methods ----
Array* generic_arguments(Object* o) { return array_of_types(method_of_object(o)->generic_args, false); }
bool is_generic(Object* o) { return !method_of_object(o)->generic_args.empty(); }
bool is_definition(Object* o) { return method_of_object(o)->is_generic_definition() || (is_generic(o) && method_of_object(o)->generic_args[0]->kind == Kind::MethodVar && method_of_object(o)->generic_args[0]->var_owner == open_form(method_of_object(o))); }
Object* definition(Object* o) {
  if (!is_generic(o)) return nullptr;
  return is_definition(o) ? o : method_object(open_form(method_of_object(o)), nullptr);
}
Object* make_generic(Object* o, Array* types) {
  Method* m = method_of_object(o);
  std::vector<Type*> args;
  for (int32_t i = 0; i < types->length; i++) {
    Type* t = type_of_object(*types->at<Object*>(i));
    if (!t) stack::throw_not_implemented("MakeGenericMethod with a type under construction");
    args.push_back(t);
  }
  if (!Loader::get().satisfies_constraints(m->definition, m->declaring->generic_args, args)) stack::throw_argument("typeArguments", "Invalid generic arguments");
  return method_object(Loader::get().instantiate(m, args), nullptr);
}

// ---- invocation. What the target throws leaves through the internal call (the managed side wraps it); what is wrong with
// the call itself is handed back through `error` and thrown as it is. ----
Object* refuse(Object** error, const char* type, const char* message) {
  calls::store_ref(error, stack::make_exception("System.Reflection", type, message));
  return nullptr;
}
Object* call(Object* o, Object* self, Array* args, Object** error) {
  *error = nullptr;
  Method* m = method_of_object(o);
  const auto& s = m->signature();
  if ((args ? static_cast<size_t>(args->length) : 0) != s.params.size()) return refuse(error, "TargetParameterCountException", "Number of parameters specified does not match the expected number.");
  if (m->contains_vars()) {
    calls::store_ref(error, stack::make_exception("System", "InvalidOperationException", "Late bound operations cannot be performed on types or methods for which ContainsGenericParameters is true."));
    return nullptr;
  }
  if (m->is_static()) return calls::invoke_boxed(m, nullptr, args);
  if (m->is_constructor() && !self) return construct(m, args, error);
  if (!self) return refuse(error, "TargetException", "Non-static method requires a target.");
  if (!calls::is_instance(self, m->declaring)) return refuse(error, "TargetException", "Object does not match target type.");
  if (m->is_virtual() && !m->is_constructor()) m = calls::virtual_target(self, m);
  if (m->declaring->is_nullable()) return on_nullable(m, self, args);
  return calls::invoke_boxed(m, self, args);
}

// ---- the method that is running ----
Object* current_method() {
  Method* found = calling_method_outside_reflection();
  return found ? method_object(found, nullptr) : nullptr;
}

// ---- native import ----
void pinvoke_of(Object* o, int32_t* flags, Object** entry_point, Object** dll) {
  Method* m = method_of_object(o);
  const auto& metadata = *m->declaring->assembly->metadata;
  if (auto map = metadata.impl_map_of(Token(Table::MethodDef, m->row))) {
    *flags = map->flags;
    calls::store_ref(entry_point, text(metadata.string(map->import_name)));
    calls::store_ref(dll, text(metadata.string(metadata.module_ref(map->import_scope).name)));
  }
}
int32_t security_level(Object*) { return 0; }
int64_t function_pointer(Method* m) { return static_cast<int64_t>(calls::function_of(m)); }

#define METHOD(name, f) RAPGO_ICALL("System.Reflection.RuntimeMethodInfo::" name, f)
#define CTOR(name, f) RAPGO_ICALL("System.Reflection.RuntimeConstructorInfo::" name, f)
#define INFO(name, f) RAPGO_ICALL("System.Reflection.MonoMethodInfo::" name, f)
const calls::IcallEntry kEntries[] = {
    INFO("get_method_info", method_info), INFO("get_method_attributes", method_attributes), INFO("get_parameter_info", parameter_info),
    INFO("get_retval_marshal", return_marshal), METHOD("GetMethodBodyInternal", method_body),
    METHOD("GetMethodFromHandleInternalType_native", from_handle), METHOD("get_name", get_name), METHOD("get_base_method", base_method),
    METHOD("get_metadata_token", metadata_token), METHOD("InternalInvoke", call), METHOD("GetPInvoke", pinvoke_of),
    METHOD("MakeGenericMethod_impl", make_generic), METHOD("GetGenericArguments", generic_arguments), METHOD("GetGenericMethodDefinition_impl", definition),
    METHOD("get_IsGenericMethodDefinition", is_definition), METHOD("get_IsGenericMethod", is_generic), METHOD("get_core_clr_security_level", security_level),
    CTOR("InternalInvoke", call), CTOR("get_core_clr_security_level", security_level), CTOR("get_metadata_token", metadata_token),
    RAPGO_ICALL("System.Reflection.MethodBase::GetCurrentMethod", current_method),
    RAPGO_ICALL("System.Reflection.RuntimeParameterInfo::GetMetadataToken", parameter_token),
    RAPGO_ICALL("System.Reflection.RuntimeParameterInfo::GetTypeModifiers", parameter_modifiers),
    RAPGO_ICALL("System.RuntimeMethodHandle::GetFunctionPointer", function_pointer),
};

}  // namespace

uint32_t parameter_row(Method* m, uint32_t sequence) {
  if (!m->row) return 0;
  const auto& metadata = *m->declaring->assembly->metadata;
  for (uint32_t row : metadata.params_of(m->row))
    if (metadata.param(row).sequence == sequence) return row;
  return 0;
}

Method* open_form(Method* m) {
  if (m->is_generic_definition() || m->generic_args.empty()) return m;
  Method* d = m->definition;
  // On an instantiated type: the generic method of that very type.
  return m->declaring->is_generic_instance() ? Loader::get().method_on(m->declaring, d) : d;
}

void register_reflection() {
  calls::register_icalls(kEntries);
  register_fields();
  register_assemblies();
  register_attributes();
}

}  // namespace rapgo::run::classlib
