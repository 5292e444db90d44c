// Custom attributes by reflection.
#include <cstring>

#include "gc/binding/api.h"
#include "load/metadata/signature.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/attribute_blob.h"
#include "run/classlib/caller.h"
#include "run/classlib/classlib.h"
#include "run/classlib/convert.h"
#include "run/classlib/properties.h"
#include "run/classlib/reflection.h"
#include "run/classlib/type_arrays.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

using load::metadata::Table;
using load::metadata::Token;
using load::types::LoadError;
using load::types::Loader;

namespace {

struct Use {
  Method* constructor;
  load::image::Bytes blob;
};

// Attributes of classes that cannot be loaded: skipped where a filter would hardly want them, reported otherwise.
std::vector<Use> uses(const AttributeParent& parent, Type* filter) {
  std::vector<Use> found;
  if (!parent.assembly || parent.token.is_nil()) return found;
  const auto& metadata = *parent.assembly->metadata;
  for (uint32_t row : metadata.custom_attributes_of(parent.token)) {
    const auto data = metadata.custom_attribute(row);
    Method* constructor = nullptr;
    try {
      constructor = parent.assembly->resolve_method(data.constructor, {});
      if (filter && !constructor->declaring->is_assignable_to(filter)) continue;
    } catch (const LoadError&) {
      if (filter) continue;
      throw;
    }
    found.push_back({constructor, metadata.blob(data.value)});
  }
  return found;
}

Type* filter_of(Object* type) { return type ? type_of_object(type) : nullptr; }

bool is_defined(Object* provider, Object* type) { return !uses(attribute_parent(provider), filter_of(type)).empty(); }

void assign_named(Object* attribute, const AttributeReader::Named& named, const AttributeValue& value) {
  Type* type = calls::type_of(attribute);
  for (Type* at = type; at; at = at->parent()) {
    if (named.is_property) {
      for (Property* p : properties_of(at)) {
        if (p->name != named.name || !p->setter) continue;
        Array* args = calls::new_array(Loader::get().types().object, 1);
        gc::store(args, args->at<Object*>(0), value.object);
        calls::invoke_boxed(p->setter->is_virtual() ? calls::virtual_target(attribute, p->setter) : p->setter, attribute, args);
        return;
      }
    } else if (Field* f = at->find_field(named.name); f && !f->is_static()) {
      auto* place = reinterpret_cast<uint8_t*>(attribute) + f->offset();
      if (f->type()->is_reference()) gc::store(attribute, reinterpret_cast<Object**>(place), value.object);
      else if (value.object) copy_value(attribute, place, calls::unboxed(value.object), f->type());
      return;
    }
  }
  stack::throw_new("System.Reflection", "CustomAttributeFormatException",
                   std::string("Could not find a ") + (named.is_property ? "property" : "field") + " with name " + named.name);
}

Object* instantiate(const Use& use, load::types::Assembly* assembly) {
  AttributeReader reader(use.blob, assembly);
  const auto& params = use.constructor->signature().params;
  Array* args = calls::new_array(Loader::get().types().object, static_cast<int64_t>(params.size()));
  for (size_t i = 0; i < params.size(); i++) gc::store(args, args->at<Object*>(i), reader.fixed(params[i]).object);
  Object* error = nullptr;
  Object* attribute = construct(use.constructor, args, &error);
  if (error) stack::throw_exception(error);
  for (uint32_t left = reader.named_count(); left > 0; left--) {
    AttributeValue value;
    const auto named = reader.named(value);
    assign_named(attribute, named, value);
  }
  return attribute;
}

Array* get_attributes(Object* provider, Object* type, bool) {
  const AttributeParent parent = attribute_parent(provider);
  const std::vector<Use> found = uses(parent, filter_of(type));
  Array* list = calls::new_array(Loader::get().types().attribute, static_cast<int64_t>(found.size()));
  for (size_t i = 0; i < found.size(); i++) gc::store(list, list->at<Object*>(i), instantiate(found[i], parent.assembly));
  return list;
}

// ---- CustomAttributeData: the same without running the attribute's code ----
Array* get_data(Object* provider) {
  const AttributeParent parent = attribute_parent(provider);
  const std::vector<Use> found = uses(parent, nullptr);
  Type* data = Loader::get().corlib_type("System.Reflection", "CustomAttributeData");
  Method* constructor = data->find_method(".ctor", 4);
  Array* list = calls::new_array(data, static_cast<int64_t>(found.size()));
  for (size_t i = 0; i < found.size(); i++) {
    Object* item = calls::new_object(data);
    calls::invoke<void>(constructor, item, method_object(found[i].constructor, nullptr), assembly_object(parent.assembly),
                        reinterpret_cast<intptr_t>(found[i].blob.data()), static_cast<uint32_t>(found[i].blob.size()));
    gc::store(list, list->at<Object*>(i), item);
  }
  return list;
}

// A boxed struct made through its constructor (Type or MemberInfo, object).
Object* boxed_pair(Type* type, const char* first, Object* a, Object* b) {
  Type* params[] = {Loader::get().corlib_type(std::string_view(first) == "Type" ? "System" : "System.Reflection", first), Loader::get().types().object};
  Method* constructor = type->find_method(".ctor", params);
  if (!constructor) stack::throw_not_implemented(type->full_name() + " without the expected constructor");
  Object* pair = gc::alloc_object(type->head());
  if (!pair) stack::throw_out_of_memory();
  calls::invoke<void>(constructor, calls::unboxed(pair), a, b);
  return pair;
}
Object* typed_argument(const AttributeValue& v) {
  return boxed_pair(Loader::get().corlib_type("System.Reflection", "CustomAttributeTypedArgument"), "Type", type_object(v.type), v.object);
}
Object* member_of(Type* type, const AttributeReader::Named& named) {
  for (Type* at = type; at; at = at->parent()) {
    if (!named.is_property) {
      if (Field* f = at->find_field(named.name)) return field_object(f, type);
      continue;
    }
    for (Property* p : properties_of(at))
      if (p->name == named.name) return property_object(p, type);
  }
  return nullptr;
}
void resolve_arguments(Object* constructor_object, Object* assembly, const uint8_t* data, uint32_t length, Array** fixed, Array** named) {
  Method* constructor = method_of_object(constructor_object);
  calls::store_ref(fixed, nullptr);
  calls::store_ref(named, nullptr);
  if (!length) return;
  AttributeReader reader({data, length}, assembly_of_object(assembly));
  const auto& params = constructor->signature().params;
  Type* object = Loader::get().types().object;
  Array* list = calls::new_array(object, static_cast<int64_t>(params.size()));
  for (size_t i = 0; i < params.size(); i++) gc::store(list, list->at<Object*>(i), typed_argument(reader.fixed(params[i])));
  const uint32_t count = reader.named_count();
  Array* names = calls::new_array(object, count);
  for (uint32_t i = 0; i < count; i++) {
    AttributeValue value;
    const auto n = reader.named(value);
    Object* argument = typed_argument(value);
    gc::store(names, names->at<Object*>(i),
              boxed_pair(Loader::get().corlib_type("System.Reflection", "CustomAttributeNamedArgument"), "MemberInfo", member_of(constructor->declaring, n), argument));
  }
  calls::store_ref(fixed, list);
  calls::store_ref(named, names);
}

// ---- MarshalAsAttribute (II.23.4) ----
constinit const FieldOffset kCookie("System.Runtime.InteropServices", "MarshalAsAttribute", "MarshalCookie"),
    kMarshalType("System.Runtime.InteropServices", "MarshalAsAttribute", "MarshalType"),
    kMarshalTypeRef("System.Runtime.InteropServices", "MarshalAsAttribute", "MarshalTypeRef"),
    kUnmanaged("System.Runtime.InteropServices", "MarshalAsAttribute", "utype"), kSubType("System.Runtime.InteropServices", "MarshalAsAttribute", "ArraySubType"),
    kSafeArray("System.Runtime.InteropServices", "MarshalAsAttribute", "SafeArraySubType"),
    kSizeConst("System.Runtime.InteropServices", "MarshalAsAttribute", "SizeConst"),
    kSizeParam("System.Runtime.InteropServices", "MarshalAsAttribute", "SizeParamIndex");

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.MonoCustomAttrs::IsDefinedInternal", is_defined),
    RAPGO_ICALL("System.MonoCustomAttrs::GetCustomAttributesInternal", get_attributes),
    RAPGO_ICALL("System.MonoCustomAttrs::GetCustomAttributesDataInternal", get_data),
    RAPGO_ICALL("System.Reflection.CustomAttributeData::ResolveArgumentsInternal", resolve_arguments),
};

}  // namespace

Object* marshal_info(load::types::Assembly* assembly, Token parent) {
  const auto row = assembly->metadata->field_marshal_of(parent);
  if (!row) return nullptr;
  enum : uint8_t { kByValTStr = 23, kSafeArrayType = 29, kByValArray = 30, kLPArray = 42, kCustom = 44 };
  load::metadata::BlobReader r(assembly->metadata->blob(row->native_type));
  Object* o = calls::new_object(Loader::get().corlib_type("System.Runtime.InteropServices", "MarshalAsAttribute"));
  const uint8_t native = r.u8();
  kUnmanaged.in<int32_t>(o) = native;
  switch (native) {
    case kByValTStr:
    case kByValArray:
      if (!r.at_end()) kSizeConst.in<int32_t>(o) = static_cast<int32_t>(r.compressed());
      if (native == kByValArray && !r.at_end()) kSubType.in<int32_t>(o) = static_cast<int32_t>(r.compressed());
      break;
    case kLPArray:
      if (!r.at_end()) kSubType.in<int32_t>(o) = static_cast<int32_t>(r.compressed());
      if (!r.at_end()) kSizeParam.in<int16_t>(o) = static_cast<int16_t>(r.compressed());
      if (!r.at_end()) kSizeConst.in<int32_t>(o) = static_cast<int32_t>(r.compressed());
      break;
    case kSafeArrayType:
      if (!r.at_end()) kSafeArray.in<int32_t>(o) = static_cast<int32_t>(r.compressed());
      break;
    case kCustom: {
      std::string_view guid, unmanaged, type, cookie;
      r.ser_string(guid);
      r.ser_string(unmanaged);
      r.ser_string(type);
      const bool has_cookie = r.ser_string(cookie);
      kMarshalType.set(o, calls::new_string(std::string(type).c_str()));
      if (Type* t = Loader::get().parse_type_name(type, assembly)) kMarshalTypeRef.set(o, type_object(t));
      if (has_cookie) kCookie.set(o, calls::new_string(std::string(cookie).c_str()));
      break;
    }
    default: break;
  }
  return o;
}

Object* return_marshal(Method* m) {
  const uint32_t row = parameter_row(m, 0);
  return row ? marshal_info(m->declaring->assembly, Token(Table::Param, row)) : nullptr;
}

void register_attributes() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
