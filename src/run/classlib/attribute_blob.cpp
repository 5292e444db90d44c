#include "run/classlib/attribute_blob.h"

#include <cstring>

#include "gc/binding/api.h"
#include "load/metadata/signature.h"
#include "run/calls/invoke.h"
#include "run/classlib/caller.h"
#include "run/classlib/properties.h"
#include "run/classlib/reflection.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

using load::metadata::ElementType;
using load::metadata::Table;
using load::metadata::Token;
using load::types::Kind;
using load::types::LoadError;
using load::types::LoadErrorKind;
using load::types::Loader;

static constinit const FieldOffset kParamMember("System.Reflection", "ParameterInfo", "MemberImpl"), kParamPosition("System.Reflection", "ParameterInfo", "PositionImpl");
static constinit const FieldOffset kFieldHandle("System.Reflection", "RuntimeFieldInfo", "fhandle"), kModuleImpl("System.Reflection", "RuntimeModule", "_impl");

static load::types::Assembly* home(Type* t) { return (t->definition ? t->definition : t)->assembly; }

AttributeParent attribute_parent(Object* provider) {
  if (Type* t = type_of_object(provider)) {
    if (t->kind == Kind::TypeVar || t->kind == Kind::MethodVar) {
      const bool method = t->kind == Kind::MethodVar;
      if (method ? !t->var_owner : !t->enclosing) return {};
      auto* assembly = method ? t->var_owner->declaring->assembly : t->enclosing->assembly;
      const Token owner = method ? Token(Table::MethodDef, t->var_owner->row) : Token(Table::TypeDef, t->enclosing->typedef_row);
      for (uint32_t row : assembly->metadata->generic_params_of(owner))
        if (assembly->metadata->generic_param(row).number == t->var_index) return {assembly, Token(Table::GenericParam, row)};
      return {};
    }
    if (!t->typedef_row || t->is_array() || t->kind == Kind::Ptr || t->kind == Kind::ByRef) return {};
    return {home(t), Token(Table::TypeDef, t->typedef_row)};
  }
  const std::string_view name = calls::type_of(provider)->name;
  if (name == "RuntimeMethodInfo" || name == "RuntimeConstructorInfo") {
    Method* m = method_of_object(provider);
    if (!m->row) return {};
    return {home(m->declaring), Token(Table::MethodDef, m->row)};
  }
  if (name == "RuntimeFieldInfo") {
    Field* f = kFieldHandle.in<Field*>(provider);
    return {home(f->declaring), Token(Table::Field, f->row)};
  }
  if (name == "RuntimePropertyInfo") {
    Property* p = property_of_object(provider);
    return {home(p->declaring), Token(Table::Property, p->row)};
  }
  if (name == "RuntimeEventInfo") {
    Event* e = event_of_object(provider);
    return {home(e->declaring), Token(Table::Event, e->row)};
  }
  if (name == "RuntimeAssembly") return {assembly_of_object(provider), Token(Table::Assembly, 1)};
  if (name == "RuntimeModule") return {kModuleImpl.in<load::types::Assembly*>(provider), Token(Table::Module, 1)};
  if (name == "RuntimeParameterInfo") {
    Object* member = kParamMember.ref(provider);
    const std::string_view kind = calls::type_of(member)->name;
    Method* m = nullptr;
    if (kind == "RuntimePropertyInfo") m = property_of_object(member)->accessor();
    else if (kind == "RuntimeMethodInfo" || kind == "RuntimeConstructorInfo") m = method_of_object(member);
    if (!m) return {};
    const uint32_t row = parameter_row(m, static_cast<uint32_t>(kParamPosition.in<int32_t>(provider) + 1));
    return row ? AttributeParent{home(m->declaring), Token(Table::Param, row)} : AttributeParent{};
  }
  stack::throw_new("System", "NotSupportedException", "custom attributes of " + calls::type_of(provider)->full_name());
}

AttributeReader::AttributeReader(load::image::Bytes blob, load::types::Assembly* assembly) : reader_(blob), assembly_(assembly) {
  if (reader_.u16() != 1) stack::throw_new("System", "BadImageFormatException", "Binary format of the specified custom attribute was invalid.");
}

Type* AttributeReader::named_type(std::string_view name) {
  Type* t = Loader::get().parse_type_name(name, assembly_);
  if (!t) throw LoadError(LoadErrorKind::TypeLoad, "Could not load type '" + std::string(name) + "' from assembly '" + assembly_->name.name + "'.", std::string(name), assembly_->name.name);
  return t;
}

Type* AttributeReader::encoded_type() {
  const auto& t = Loader::get().types();
  switch (const auto e = static_cast<ElementType>(reader_.u8())) {
    case ElementType::Boolean: return t.boolean;
    case ElementType::Char: return t.char_;
    case ElementType::I1: return t.i1;
    case ElementType::U1: return t.u1;
    case ElementType::I2: return t.i2;
    case ElementType::U2: return t.u2;
    case ElementType::I4: return t.i4;
    case ElementType::U4: return t.u4;
    case ElementType::I8: return t.i8;
    case ElementType::U8: return t.u8;
    case ElementType::R4: return t.r4;
    case ElementType::R8: return t.r8;
    case ElementType::String: return t.string;
    case ElementType::SystemType: return t.type;
    case ElementType::Boxed: return t.object;
    case ElementType::SzArray: return encoded_type()->make_array(0);
    case ElementType::AttrEnum: {
      std::string_view name;
      reader_.ser_string(name);
      return named_type(name);
    }
    default: stack::throw_new("System", "BadImageFormatException", "custom attribute argument of unknown type " + std::to_string(static_cast<int>(e)));
  }
}

Object* AttributeReader::value(Type* type) {
  const auto& t = Loader::get().types();
  if (type == t.string || type == t.type) {
    std::string_view s;
    if (!reader_.ser_string(s)) return nullptr;
    if (type == t.type) return type_object(named_type(s));
    return calls::new_string(std::string(s).c_str());
  }
  if (type->kind == Kind::SzArray) {
    const uint32_t count = reader_.u32();
    if (count == 0xFFFFFFFF) return nullptr;
    if (count > reader_.remaining()) stack::throw_new("System", "BadImageFormatException", "custom attribute array is longer than its blob");
    Array* list = calls::new_array(type->element, count);
    for (uint32_t i = 0; i < count; i++) {
      Object* item = value(type->element);
      if (type->element->is_reference()) gc::store(list, list->at<Object*>(i), item);
      else std::memcpy(list->data() + size_t{i} * list->head()->element_size, calls::unboxed(item), list->head()->element_size);
    }
    return list;
  }
  if (type == t.object) return value(encoded_type());
  if (!type->underlying()->is_primitive()) stack::throw_new("System", "BadImageFormatException", "custom attribute argument of type " + type->full_name());
  const auto bytes = reader_.bytes(type->value_size());
  return calls::box(type, bytes.data());
}

AttributeValue AttributeReader::fixed(Type* parameter) { return {parameter, value(parameter)}; }
uint32_t AttributeReader::named_count() { return reader_.at_end() ? 0 : reader_.u16(); }
AttributeReader::Named AttributeReader::named(AttributeValue& out) {
  const auto kind = static_cast<ElementType>(reader_.u8());
  Type* type = encoded_type();
  std::string_view name;
  reader_.ser_string(name);
  Named result{kind == ElementType::AttrProperty, std::string(name)};
  out = {type, value(type)};
  return result;
}

}  // namespace rapgo::run::classlib
