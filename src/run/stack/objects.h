// Small object services that run/stack needs below run/calls. Thread safety: attached thread in Mode::Runtime. May collect.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "abi/object.h"
#include "load/types/type.h"

namespace rapgo::run::stack {

inline load::types::Type* type_of(const abi::Object* object) {
  return reinterpret_cast<load::types::Type*>(static_cast<uintptr_t>(object->head()->type));
}
abi::String* make_string(std::u16string_view chars);   // throws OutOfMemoryException
abi::String* make_string(std::string_view utf8);       // malformed bytes become U+FFFD
std::string utf8_of(std::u16string_view chars);
std::string utf8_of(const abi::String* string);        // "" for null
std::u16string utf16_of(std::string_view utf8);
// The reference in an instance field at `offset` (from the object's start).
inline abi::Object*& ref_at(abi::Object* object, uint32_t offset) {
  return *reinterpret_cast<abi::Object**>(reinterpret_cast<uint8_t*>(object) + offset);
}
abi::Object* allocate(load::types::Type* type);        // zeroed, no constructor; throws OutOfMemoryException

}  // namespace rapgo::run::stack
