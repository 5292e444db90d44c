// Runtime code calls managed code.
// Thread safety: attached thread in Mode::Runtime. May collect, may throw ManagedException (what the callee let escape).
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>

#include "abi/object.h"

namespace rapgo::load::types { class Method; class Type; }

namespace rapgo::run::calls {

// args[i]: address of argument i's value (`this` first; a reference argument: address of the reference). Narrow integers are
// read with their own width. result: room for the value in whole 8-byte words; may be null for void.
// Calls exactly `method`, no virtual dispatch. Runs no class initialiser of its own (the callee does as compiled).
void invoke_raw(load::types::Method* method, const void* const* args, void* result);

// Reflection-style: unboxes arguments from an object[] (null array: none; null for a value type: its default), writes byref arguments back, boxes the result
// (null for void). `self` boxed for value types. No dispatch, no wrapping in TargetInvocationException; TargetParameterCount and Argument exceptions.
abi::Object* invoke_boxed(load::types::Method* method, abi::Object* self, abi::Array* args);

// Typed: invoke<int32_t>(method, object, 3). C++ types as in icall.h.
template <class R = void, class... A>
R invoke(load::types::Method* method, A... args) {
  const void* pointers[sizeof...(A) + 1] = {static_cast<const void*>(&args)...};
  if constexpr (std::is_void_v<R>) {
    invoke_raw(method, pointers, nullptr);
  } else {
    alignas(16) uint8_t room[sizeof(R) < 16 ? 16 : sizeof(R)] = {};
    invoke_raw(method, pointers, room);
    R r;
    std::memcpy(&r, room, sizeof(R));
    return r;
  }
}

// The implementation of a virtual or interface method for this object.
load::types::Method* virtual_target(abi::Object* object, load::types::Method* method);
// Runs the class initialiser if it has not run (TypeInitializationException). I.8.9.5.
void ensure_initialized(load::types::Type* type);

// ---- objects for runtime code ----
abi::Object* new_object(load::types::Type* type);                   // zeroed, no constructor
abi::Array* new_array(load::types::Type* element, int64_t length);  // vector of `element`
abi::Object* box(load::types::Type* type, const void* value);       // Nullable: null or boxed T
void* unboxed(abi::Object* object);                                 // address behind the header
load::types::Type* type_of(abi::Object* object);
abi::String* new_string(const char16_t* chars, size_t length);
abi::String* new_string(const char* utf8);                          // also std::string data
std::string to_utf8(const abi::String* string);                     // "" for null
std::string to_utf8(const char16_t* chars, int32_t length);         // "" for null
std::string to_utf8(const char16_t* chars);                         // up to the NUL
abi::String* intern(abi::String* string);                           // String.Intern; frozen
abi::String* is_interned(abi::String* string);                      // or null
void store_ref(void* slot, abi::Object* value);                     // *slot = value with barrier; slot may be on a stack too
// isinst with all rules (variance, arrays, nullable); null if not.
abi::Object* is_instance(abi::Object* object, load::types::Type* type);

}  // namespace rapgo::run::calls
