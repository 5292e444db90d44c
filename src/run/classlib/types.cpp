// RuntimeTypeHandle and RuntimeType: what a single type is, and types made from types.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

#include "gc/binding/api.h"
#include "load/metadata/attributes.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/caller.h"
#include "run/classlib/classlib.h"
#include "run/classlib/names.h"
#include "run/classlib/objects.h"
#include "run/classlib/type_arrays.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

using load::types::Kind;
using load::types::LoadError;
using load::types::Loader;
using load::types::WellKnown;

namespace {

Type* need(Object* o) {
  Type* t = type_of_object(o);
  if (!t) stack::throw_not_implemented("reflection on a type under construction (Reflection.Emit)");
  return t;
}
String* text(const std::string& s) { return calls::new_string(s.c_str()); }
bool is_var(Type* t) { return t->kind == Kind::TypeVar || t->kind == Kind::MethodVar; }
bool has_element(Type* t) { return t->is_array() || t->kind == Kind::Ptr || t->kind == Kind::ByRef; }

// ---- RuntimeTypeHandle ----
Object* from_handle(Type* t) { return type_object(t); }
Type* identity(Type* t) { return t; }

int32_t attributes(Object* o) {
  Type* t = need(o);
  if (t->kind == Kind::Ptr || t->kind == Kind::ByRef) return root_element(t)->attributes & load::metadata::type_attr::kVisibilityMask;
  if (t->kind == Kind::FnPtr) return 0;
  if (t->is_array()) return 0x2101;  // public sealed serializable
  if (is_var(t)) return 1;
  return static_cast<int32_t>(t->attributes);
}
int32_t metadata_token(Object* o) {
  Type* t = need(o);
  if (is_var(t)) {
    auto* assembly = t->assembly;
    const bool method = t->kind == Kind::MethodVar;
    if (!assembly && method && t->var_owner) assembly = t->var_owner->declaring->assembly;
    if (!assembly) return 0;
    const load::metadata::Token owner = method ? load::metadata::Token(load::metadata::Table::MethodDef, t->var_owner->row)
                                               : load::metadata::Token(load::metadata::Table::TypeDef, t->enclosing ? t->enclosing->typedef_row : 0);
    for (uint32_t row : assembly->metadata->generic_params_of(owner))
      if (assembly->metadata->generic_param(row).number == t->var_index) return static_cast<int32_t>(0x2A000000 | row);
    return 0;
  }
  return t->typedef_row ? static_cast<int32_t>(0x02000000 | t->typedef_row) : 0x02000000;
}
Object* generic_definition(Object* o) {
  Type* t = need(o);
  if (t->is_generic_definition()) return o;
  return t->is_generic_instance() ? type_object(t->definition) : nullptr;
}
int32_t element_type_code(Object* o) {
  Type* t = need(o);
  switch (t->kind) {
    case Kind::Void: return 0x01;
    case Kind::Boolean: return 0x02;
    case Kind::Char: return 0x03;
    case Kind::I1: return 0x04;
    case Kind::U1: return 0x05;
    case Kind::I2: return 0x06;
    case Kind::U2: return 0x07;
    case Kind::I4: return 0x08;
    case Kind::U4: return 0x09;
    case Kind::I8: return 0x0A;
    case Kind::U8: return 0x0B;
    case Kind::R4: return 0x0C;
    case Kind::R8: return 0x0D;
    case Kind::String: return 0x0E;
    case Kind::Ptr: return 0x0F;
    case Kind::ByRef: return 0x10;
    case Kind::TypeVar: return 0x13;
    case Kind::Array: return 0x14;
    case Kind::TypedByRef: return 0x16;
    case Kind::I: return 0x18;
    case Kind::U: return 0x19;
    case Kind::FnPtr: return 0x1B;
    case Kind::Object: return 0x1C;
    case Kind::SzArray: return 0x1D;
    case Kind::MethodVar: return 0x1E;
    default: return t->is_generic_instance() ? 0x15 : t->is_value_type() ? 0x11 : 0x12;
  }
}
bool has_instantiation(Object* o) { return !need(o)->generic_args.empty(); }
bool is_definition(Object* o) { return need(o)->is_generic_definition(); }
bool is_variable(Object* o) { return is_var(need(o)); }
bool never(Object*) { return false; }
bool instance_of(Object* type, Object* object) {
  Type* t = need(type);
  if (!object || t->contains_vars() || is_var(t) || t->kind == Kind::Ptr || t->kind == Kind::ByRef) return false;
  return calls::is_instance(object, t) != nullptr;
}
bool has_references(Object* o) {
  Type* t = need(o);
  return t->is_reference() || (t->is_value_type() && t->has_references());
}
int32_t array_rank(Object* o) {
  Type* t = need(o);
  if (!t->is_array()) stack::throw_argument("type", "Type must be an array type");
  return t->kind == Kind::SzArray ? 1 : static_cast<int32_t>(t->rank);
}
load::types::Assembly* assembly_of(Type* t) {
  t = root_element(t);
  if (!t->assembly && t->kind == Kind::MethodVar && t->var_owner) return t->var_owner->declaring->assembly;
  if (!t->assembly && t->enclosing) return t->enclosing->assembly;
  return t->assembly ? t->assembly : Loader::get().corlib();
}
Object* get_assembly(Object* o) { return assembly_object(assembly_of(need(o))); }
Object* get_module(Object* o) { return module_object(assembly_of(need(o))); }
Object* element_type(Object* o) {
  Type* t = need(o);
  return has_element(t) ? type_object(t->element) : nullptr;
}
// The constraint that is a class; what remains is Object or ValueType.
Type* variable_base(Type* t);
Object* base_type(Object* o) {
  Type* t = need(o);
  if (t->kind == Kind::Ptr || t->kind == Kind::ByRef || t->kind == Kind::FnPtr) return nullptr;
  if (is_var(t)) return type_object(variable_base(t));
  return type_object(t->parent());
}
bool is_assignable_from(Object* to_object, Object* from_object) {
  Type* to = need(to_object);
  Type* from = need(from_object);
  if (to == from) return true;
  if (to->is_byref() || from->is_byref()) return to->is_byref() && from->is_byref() && from->element->is_reference() && to->element->is_reference() &&
                                                 from->element->is_assignable_to(to->element);
  if (is_var(from)) {
    for (Type* base = variable_base(from); base; base = is_var(base) ? variable_base(base) : base->parent())
      if (base == to) return true;
    for (Type* c : constraints_of(from))
      if (c == to || (!is_var(c) && c->is_assignable_to(to))) return true;
    return to == Loader::get().types().object;
  }
  if (is_var(to)) return false;
  if (to->is_nullable()) return to->element == from;
  return from->is_assignable_to(to);
}
bool is_subclass_of(Type* child, Type* base) {
  if (child == base) return false;
  if (has_element(child) && !child->is_array()) return base == Loader::get().types().object;
  if (base == Loader::get().types().object) return true;
  if (is_var(child)) child = variable_base(child);
  return child && child->derives_from(base);
}
bool by_ref_like(Object* o) {
  Type* t = need(o);
  return t->kind == Kind::TypedByRef || t->well_known == WellKnown::Span || t->well_known == WellKnown::ReadOnlySpan || t->well_known == WellKnown::ByReference;
}

// ---- generic parameters ----
struct ParameterInfo {  // Mono.RuntimeStructs.GenericParamInfo
  Type* klass;
  const char* name;
  uint16_t flags;
  uint32_t token;
  Type** constraints;  // null-terminated
};
ParameterInfo* parameter_info(Object* o) {
  Type* t = need(o);
  static std::mutex lock;
  static std::map<Type*, ParameterInfo*> known;
  const int32_t token = metadata_token(o);
  std::vector<Type*> constraints = constraints_of(t);
  std::lock_guard hold(lock);
  ParameterInfo*& info = known[t];
  if (!info) {
    auto* list = static_cast<Type**>(std::calloc(constraints.size() + 1, sizeof(Type*)));
    std::copy(constraints.begin(), constraints.end(), list);
    info = new ParameterInfo{t, strdup(std::string(t->name).c_str()), static_cast<uint16_t>(t->var_flags), static_cast<uint32_t>(token), list};
  }
  return info;
}
Type* variable_base(Type* t) {
  for (Type* c : constraints_of(t))
    if (!c->is_interface() && !is_var(c)) return c;
  for (Type* c : constraints_of(t))
    if (is_var(c)) return variable_base(c);
  return t->var_flags & load::metadata::generic_param_attr::kNotNullableValueTypeConstraint ? Loader::get().types().value_type : Loader::get().types().object;
}
int32_t parameter_position(Object* o) {
  Type* t = need(o);
  return is_var(t) ? static_cast<int32_t>(t->var_index) : -1;
}
Object* declaring_method(Object* o) {
  Type* t = need(o);
  return t->kind == Kind::MethodVar && t->var_owner ? method_object(t->var_owner, nullptr) : nullptr;
}
Object* get_declaring_type(Object* o) {
  Type* t = need(o);
  if (t->kind == Kind::TypeVar) return type_object(t->enclosing);
  return type_object(declaring_type(t));
}

// ---- names ----
String* get_name(Object* o) { return text(simple_name(need(o))); }
String* get_namespace(Object* o) {
  const std::string name = name_space_of(need(o));
  return name.empty() ? nullptr : text(name);
}
String* full_name(Object* o, bool full, bool qualified) {
  Type* t = need(o);
  if (full && is_var(t)) return nullptr;
  return text(type_name(t, !full ? NameFormat::Display : qualified ? NameFormat::AssemblyQualified : NameFormat::Full));
}

// ---- made from others ----
Object* make_array(Object* o, int32_t rank) {
  Type* t = need(o);
  if (t->is_byref() || t->kind == Kind::TypedByRef || t->is_void())
    stack::throw_new("System", "TypeLoadException", "Could not create array type '" + type_name(t, NameFormat::Display) + "[]' from assembly '" + assembly_of(t)->full_name() + "'.");
  return type_object(t->make_array(static_cast<uint32_t>(rank)));
}
Object* make_byref(Object* o) {
  Type* t = need(o);
  if (t->is_byref()) stack::throw_new("System", "TypeLoadException", "Could not create ByRef type from a ByRef type.");
  return type_object(t->make_byref());
}
Object* make_pointer(Object* o) {
  Type* t = need(o);
  if (t->is_byref()) stack::throw_new("System", "TypeLoadException", "Could not create pointer type from a ByRef type.");
  return type_object(t->make_pointer());
}
Object* make_generic(Object* definition, Array* arguments) {
  std::vector<Type*> args;
  for (int32_t i = 0; i < arguments->length; i++) args.push_back(need(*arguments->at<Object*>(i)));
  try {
    Type* generic = need(definition);
    if (!Loader::get().satisfies_constraints(generic->definition, args)) stack::throw_argument("typeArguments", "Invalid generic arguments");
    return type_object(Loader::get().instantiate(generic, args));
  } catch (const LoadError& e) {
    stack::throw_load_error(e);
  }
}
Array* generic_arguments(Object* o, bool runtime_array) { return array_of_types(need(o)->generic_args, runtime_array); }
Array* interfaces(Object* o) {
  Type* t = need(o);
  if (is_var(t)) {
    std::vector<Type*> found;
    for (Type* c : constraints_of(t)) {
      if (c->is_interface()) found.push_back(c);
      if (!is_var(c))
        for (Type* i : c->interfaces())
          if (std::find(found.begin(), found.end(), i) == found.end()) found.push_back(i);
    }
    return array_of_types(found, false);
  }
  if (t->kind == Kind::Ptr || t->kind == Kind::ByRef || t->kind == Kind::FnPtr) return array_of_types({}, false);
  return array_of_types(t->interfaces(), false);
}

// ---- the rest ----
int32_t type_code(Object* o) {
  Type* t = need(o);
  if (t->is_byref() || t->kind == Kind::Ptr) return 1;
  switch (t->underlying()->kind) {
    case Kind::Boolean: return 3;
    case Kind::Char: return 4;
    case Kind::I1: return 5;
    case Kind::U1: return 6;
    case Kind::I2: return 7;
    case Kind::U2: return 8;
    case Kind::I4: return 9;
    case Kind::U4: return 10;
    case Kind::I8: return 11;
    case Kind::U8: return 12;
    case Kind::R4: return 13;
    case Kind::R8: return 14;
    case Kind::String: return 18;
    default: break;
  }
  if (t->assembly && t->assembly->is_corlib && t->name_space == "System") {
    if (t->name == "DBNull") return 2;
    if (t->name == "Decimal") return 15;
    if (t->name == "DateTime") return 16;
  }
  return 1;
}
Object* create_instance(Object* o) {
  Type* t = need(o);
  if (t->is_nullable()) return nullptr;
  if (t->is_value_type()) calls::ensure_initialized(t);
  return calls::new_object(t);
}
void packing(Object* o, int32_t* pack, int32_t* size) {
  Type* t = need(o);
  *pack = *size = 0;
  Type* d = t->definition ? t->definition : t;
  if (!d->typedef_row) return;
  auto layout = d->assembly->metadata->class_layout_of(d->typedef_row);
  // Sequential and explicit layouts without a row: the default packing.
  *pack = layout ? layout->packing_size : 8;
  if (layout) *size = static_cast<int32_t>(layout->class_size);
}
Type* from_name(String* name, int32_t*, Object* assembly, bool throw_on_error, bool ignore_case, bool) {
  load::types::Assembly* home = assembly ? assembly_of_object(assembly) : calling_assembly();
  const std::string wanted = calls::to_utf8(name);
  Type* found = nullptr;
  try {
    found = Loader::get().parse_type_name(wanted, home);
    if (!found && ignore_case) found = find_ignoring_case(wanted, home);
  } catch (const LoadError& e) {
    if (throw_on_error) stack::throw_load_error(e);
    return nullptr;
  }
  if (!found && throw_on_error) {
    const std::string in = (home ? home : Loader::get().corlib())->full_name();
    stack::throw_load_error(LoadError(load::types::LoadErrorKind::TypeLoad, "Could not load type '" + wanted + "' from assembly '" + in + "'.", wanted, in));
  }
  return found;
}
Object* internal_from_name(String* name, int32_t* mark, Object* assembly, bool throw_on_error, bool ignore_case, bool reflection_only) {
  if (!name) stack::throw_argument_null("typeName");
  return type_object(from_name(name, mark, assembly, throw_on_error, ignore_case, reflection_only));
}
int32_t security_level(Object*) { return 0; }

#define HANDLE(name, f) RAPGO_ICALL("System.RuntimeTypeHandle::" name, f)
#define TYPE(name, f) RAPGO_ICALL("System.RuntimeType::" name, f)
const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.Type::internal_from_handle", from_handle),
    RAPGO_ICALL("Mono.RuntimeClassHandle::GetTypeFromClass", identity),
    HANDLE("GetAttributes", attributes), HANDLE("GetMetadataToken", metadata_token), HANDLE("GetGenericTypeDefinition_impl", generic_definition),
    HANDLE("GetCorElementType", element_type_code), HANDLE("HasInstantiation", has_instantiation), HANDLE("IsComObject", never),
    HANDLE("IsInstanceOfType", instance_of), HANDLE("HasReferences", has_references), HANDLE("GetArrayRank", array_rank),
    HANDLE("GetAssembly", get_assembly), HANDLE("GetElementType", element_type), HANDLE("GetModule", get_module),
    HANDLE("IsGenericVariable", is_variable), HANDLE("GetBaseType", base_type), HANDLE("type_is_assignable_from", is_assignable_from),
    HANDLE("IsGenericTypeDefinition", is_definition), HANDLE("GetGenericParameterInfo", parameter_info), HANDLE("is_subclass_of", is_subclass_of),
    HANDLE("IsByRefLike", by_ref_like), HANDLE("internal_from_name", internal_from_name),
    TYPE("IsWindowsRuntimeObjectType", never), TYPE("IsTypeExportedToWindowsRuntime", never), TYPE("make_array_type", make_array),
    TYPE("make_byref_type", make_byref), TYPE("MakePointerType", make_pointer), TYPE("MakeGenericType", make_generic), TYPE("GetPacking", packing),
    TYPE("GetTypeCodeImplInternal", type_code), TYPE("CreateInstanceInternal", create_instance), TYPE("get_DeclaringMethod", declaring_method),
    TYPE("getFullName", full_name), TYPE("GetGenericArgumentsInternal", generic_arguments), TYPE("GetGenericParameterPosition", parameter_position),
    TYPE("GetInterfaces", interfaces), TYPE("get_DeclaringType", get_declaring_type), TYPE("get_Name", get_name), TYPE("get_Namespace", get_namespace),
    TYPE("get_core_clr_security_level", security_level),
};

}  // namespace

std::vector<Type*> constraints_of(Type* t) {
  std::vector<Type*> found;
  load::types::Assembly* assembly = assembly_of(t);
  const auto& metadata = *assembly->metadata;
  using load::metadata::Table;
  using load::metadata::Token;
  const bool method = t->kind == Kind::MethodVar;
  if (method ? !t->var_owner : !t->enclosing) return found;
  const Token owner = method ? Token(Table::MethodDef, t->var_owner->row) : Token(Table::TypeDef, t->enclosing->typedef_row);
  load::types::GenericContext context;
  if (method) context = t->var_owner->context();
  else context.type_args = t->enclosing->generic_args;
  for (uint32_t row : metadata.generic_params_of(owner)) {
    if (metadata.generic_param(row).number != t->var_index) continue;
    for (uint32_t c : metadata.constraints_of(row)) found.push_back(assembly->resolve_type(metadata.generic_param_constraint(c).constraint, context));
  }
  return found;
}

void register_types() {
  calls::register_icalls(kEntries);
  register_enums();
  register_type_members();
}

}  // namespace rapgo::run::classlib
