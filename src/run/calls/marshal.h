// How each argument of a P/Invoke travels. Private to run/calls.
#pragma once
#include <cstdint>
#include <vector>

#include "abi/call_layout.h"
#include "abi/object.h"
#include "load/types/method.h"

namespace rapgo::run::calls {

enum class How : uint8_t {
  Direct,         // the same bits: numbers, pointers, blittable structs, byrefs to such
  Bool,           // int32, normalised on the way back
  Utf8String, WideString, StringBuilderUtf8, StringBuilderWide,
  Array,          // address of element 0
  StringArray,    // char*[]
  ByRefString, ByRefBool, ByRefSafeHandle,
  SafeHandle, HandleRef, Delegate,
  FormattedClass, // address behind the header of an object whose native form is the same
  ConvertedClass, // address of the native form of a class with layout; read back if [Out]
  Struct, ByRefStruct,  // by value, address: native form of a struct whose bytes differ
  Unsupported,
};
struct Parameter {
  How how = How::Direct;
  load::types::Type* type = nullptr;
  bool in = true, out = false;
};
struct Pinvoke {
  void* function = nullptr;
  std::vector<Parameter> parameters;
  Parameter result;
  bool capture_errno = false, preserve_sig = true;
  abi::CallLayout managed;
};

// Number, pointer or struct of such: the same bytes on both sides.
bool is_blittable(load::types::Type* type);
// Reads attributes, signature and FieldMarshal rows. Throws LoadError.
Pinvoke describe_pinvoke(load::types::Method* method);
// The same for a call through a function pointer: nothing but types is known. Throws LoadError.
Pinvoke describe_native_call(const load::types::Signature& signature);
class ManagedArguments;
// Converts the arguments, calls p.function, or `function`, and converts what comes back. `hidden`: where a result in memory goes, else 0.
// Narrow results come extended to 32 bits.
void call_converting(const Pinvoke& p, void* function, const ManagedArguments& args, uint64_t hidden, uint64_t result[2]);
// Function pointer for native code that calls the delegate; remembered in the delegate.
void* native_pointer_of(abi::Object* delegate);
// The delegate behind such a pointer; null if the pointer is native code's own, or the delegate was collected.
abi::Object* delegate_behind(void* function);
// A delegate of `type` that calls native code.
abi::Object* delegate_for_native(load::types::Type* type, void* function);

}  // namespace rapgo::run::calls
