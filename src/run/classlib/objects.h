// Managed mirrors of loader structures, and fields of managed objects by name.
// Thread safety: any attached thread in Mode::Runtime. May collect unless it says otherwise.
#pragma once
#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "abi/object.h"
#include "load/types/loader.h"

namespace rapgo::run::classlib {

using abi::Array;
using abi::Object;
using abi::String;
using load::types::Field;
using load::types::Method;
using load::types::Type;

// ---- System.RuntimeType: one frozen object per type. Does not collect. ----
Object* type_object(Type* type);
Type* type_of_object(Object* type_object);          // null for null and for types that are not the runtime's (TypeBuilder)

// ---- reflection objects ----
Type* stack_type(Object* object);                  // of any object
Object* method_object(Method* method, Type* reflected);   // RuntimeMethodInfo or RuntimeConstructorInfo
Method* method_of_object(Object* object);
Object* field_object(Field* field, Type* reflected);
Object* assembly_object(load::types::Assembly* assembly);
Object* module_object(load::types::Assembly* assembly);

// ---- strings ----
Array* string_array(std::span<const std::string> texts);  // String[] of UTF-8 texts

// ---- fields by name ----
// Offset of an instance field of a corlib class, from the object's start; fatal if it is missing. Looked up once.
class FieldOffset {
 public:
  constexpr FieldOffset(const char* name_space, const char* type, const char* field) : name_space_(name_space), type_(type), field_(field) {}
  uint32_t get() const {
    const uint32_t known = offset_.load(std::memory_order_relaxed);
    return known ? known : find();
  }
  template <class T>
  T& in(Object* object) const { return *reinterpret_cast<T*>(reinterpret_cast<uint8_t*>(object) + get()); }
  Object* ref(Object* object) const { return in<Object*>(object); }
  void set(Object* object, Object* value) const;     // with barrier

 private:
  uint32_t find() const;
  const char *name_space_, *type_, *field_;
  mutable std::atomic<uint32_t> offset_ = 0;  // whoever looks finds the same
};

}  // namespace rapgo::run::classlib
