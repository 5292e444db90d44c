// CustomAttributeBuilder: arguments of an attribute as a metadata blob (ECMA-335 II.23.3), the inverse of AttributeReader.
#include <cstring>
#include <string>
#include <vector>

#include "gc/binding/api.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/names.h"
#include "run/classlib/objects.h"
#include "run/classlib/properties.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

using load::types::Kind;
using load::types::Loader;

namespace {

constinit const FieldOffset kFieldHandle("System.Reflection", "RuntimeFieldInfo", "fhandle");

class BlobWriter {
 public:
  void byte(unsigned b) { bytes_.push_back(static_cast<uint8_t>(b)); }
  void raw(const void* data, size_t size) { bytes_.insert(bytes_.end(), static_cast<const uint8_t*>(data), static_cast<const uint8_t*>(data) + size); }
  template <class T>
  void number(T value) { raw(&value, sizeof value); }
  void text(const std::string& s) {
    const auto n = static_cast<uint32_t>(s.size());
    if (n < 0x80) byte(n);
    else if (n < 0x4000) byte(0x80 | n >> 8), byte(n);
    else byte(0xc0 | n >> 24), byte(n >> 16), byte(n >> 8), byte(n);
    raw(s.data(), s.size());
  }
  void text(Object* string) {
    if (string) text(calls::to_utf8(static_cast<String*>(string)));
    else byte(0xff);
  }

  // II.23.3 FieldOrPropType
  void type(Type* t) {
    switch (t->kind) {
      case Kind::Boolean: return byte(0x02);
      case Kind::Char: return byte(0x03);
      case Kind::I1: return byte(0x04);
      case Kind::U1: return byte(0x05);
      case Kind::I2: return byte(0x06);
      case Kind::U2: return byte(0x07);
      case Kind::I4: return byte(0x08);
      case Kind::U4: return byte(0x09);
      case Kind::I8: return byte(0x0a);
      case Kind::U8: return byte(0x0b);
      case Kind::R4: return byte(0x0c);
      case Kind::R8: return byte(0x0d);
      case Kind::String: return byte(0x0e);
      case Kind::Object: return byte(0x51);
      case Kind::Enum: return byte(0x55), text(type_name(t, NameFormat::AssemblyQualified));
      case Kind::SzArray: return byte(0x1d), type(t->element);
      default: break;
    }
    if (is_type(t)) return byte(0x50);
    stack::throw_argument("constructorArgs", "an attribute cannot hold a " + type_name(t, NameFormat::Display));
  }

  void value(Type* declared, Object* object) {
    switch (declared->kind) {
      case Kind::String: return text(object);
      case Kind::Object: {
        if (!object) return byte(0x0e), byte(0xff);  // a null string, as compilers write it
        Type* actual = is_type(calls::type_of(object)) ? Loader::get().types().type : calls::type_of(object);
        type(actual);
        return value(actual, object);
      }
      case Kind::SzArray: {
        if (!object) return number<uint32_t>(0xffffffff);
        auto* array = static_cast<Array*>(object);
        number<uint32_t>(static_cast<uint32_t>(array->length));
        Type* element = declared->element;
        const size_t size = element->is_reference() ? 0 : element->value_size();
        for (int32_t i = 0; i < array->length; i++) {
          if (size) raw(static_cast<const uint8_t*>(array->data()) + static_cast<size_t>(i) * size, size);
          else value(element, *array->at<Object*>(static_cast<size_t>(i)));
        }
        return;
      }
      default: break;
    }
    if (is_type(declared)) {
      if (Type* t = type_of_object(object)) return text(type_name(t, NameFormat::AssemblyQualified));
      return byte(0xff);
    }
    if (!object || declared->is_reference()) stack::throw_argument("constructorArgs", "an attribute cannot hold this value");
    raw(calls::unboxed(object), declared->value_size());
  }

  Array* take() const {
    Array* array = calls::new_array(Loader::get().types().u1, static_cast<int64_t>(bytes_.size()));
    std::memcpy(array->data(), bytes_.data(), bytes_.size());
    return array;
  }

 private:
  static bool is_type(Type* t) {
    for (; t; t = t->parent())
      if (t == Loader::get().types().type) return true;
    return false;
  }
  std::vector<uint8_t> bytes_;
};

int32_t length_of(Array* array) { return array ? array->length : 0; }

Array* blob(Object*, Object* constructor, Array* arguments, Array* properties, Array* property_values, Array* fields, Array* field_values) {
  Method* method = constructor && calls::type_of(constructor)->full_name() == "System.Reflection.RuntimeConstructorInfo" ? method_of_object(constructor) : nullptr;
  if (!method) stack::throw_not_implemented("attributes of types that are being built (Reflection.Emit of types)");
  BlobWriter out;
  out.number<uint16_t>(1);
  const auto params = method->signature().params;
  for (size_t i = 0; i < params.size(); i++) out.value(params[i], *arguments->at<Object*>(i));
  out.number<uint16_t>(static_cast<uint16_t>(length_of(properties) + length_of(fields)));
  for (int32_t i = 0; i < length_of(properties); i++) {
    Property* p = property_of_object(*properties->at<Object*>(static_cast<size_t>(i)));
    Type* type = p->getter ? p->getter->signature().ret : p->setter->signature().params[0];
    out.byte(0x54);
    out.type(type);
    out.text(std::string(p->name));
    out.value(type, *property_values->at<Object*>(static_cast<size_t>(i)));
  }
  for (int32_t i = 0; i < length_of(fields); i++) {
    Field* f = kFieldHandle.in<Field*>(*fields->at<Object*>(static_cast<size_t>(i)));
    out.byte(0x53);
    out.type(f->type());
    out.text(std::string(f->name));
    out.value(f->type(), *field_values->at<Object*>(static_cast<size_t>(i)));
  }
  return out.take();
}

void attributes_changed(Object*) {}  // reflection asks the builder itself

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.Reflection.Emit.CustomAttributeBuilder::GetBlob", blob),
    RAPGO_ICALL("System.Reflection.Emit.AssemblyBuilder::UpdateNativeCustomAttributes", attributes_changed),
};

}  // namespace

void register_attribute_builder() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
