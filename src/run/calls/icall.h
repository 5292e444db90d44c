// Internal calls: methods of the class library that the runtime implements.
//
// Write plain typed C++ functions and list them:
//
//   double sin_of(double x) { return std::sin(x); }
//   abi::String* name_of(abi::Object* self) { ... throw_new("System", "ArgumentException", "..."); }
//   static constexpr IcallEntry kEntries[] = {
//     RAPGO_ICALL_LEAF("System.Math::Sin", sin_of),
//     RAPGO_ICALL("System.Foo::GetName", name_of),
//   };
//   void register_math_icalls() { register_icalls(kEntries); }
//
// Names: "Ns.Type::Method", or with argument types "Ns.Type::Method(int,string)" to tell overloads apart (spelling as icall_reference.tsv:
// full names, '/' for nested types, "&" byref, "[]" arrays, "*" pointers; C# keywords for primitives will do too); the name with arguments is
// looked for first.
//
// C++ types of parameters and results: integers of the same width (bool, char16_t included), float, double, IntPtr as intptr_t or any pointer,
// references as abi::Object*/String*/Array* or mirrors of them, `ref T` as T*. A value type up to 16 bytes: an equal C++ struct by value;
// larger ones: `const T*` as a parameter, T by value as a result. `this` first (address of the value for value types).
//
// Mode: Runtime; may collect, throw (run/stack/throw.h) and call managed code (invoke.h). Raw references in locals are safe:
// stacks are scanned conservatively and never moved under your feet. Store references into the heap through gc::store only
// (or store_ref below). Blocking: threads::NativeScope. LEAF ones run in Mode::Managed: no references kept, no locks, no allocation, no throw.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "abi/object.h"

namespace rapgo::load::types { class Method; class Type; }

namespace rapgo::run::calls {

using abi::Array;
using abi::Object;
using abi::String;

struct IcallEntry {
  const char* name;
  void* function;      // machine-level function: System V, results widened
  bool leaf = false;
};

// Later registrations of the same name win. Before managed code runs, or from native libraries (mono_add_internal_call) later.
void register_icalls(std::span<const IcallEntry> entries);
void register_icall(std::string_view name, void* function, bool leaf = false);
// nullptr if there is none. Remembers the answer in method->native_code.
const IcallEntry* find_icall(load::types::Method* method);
// "System.Math::Sin(double)": the name looked for.
std::string icall_name(load::types::Method* method, bool with_arguments);
// The internal-call method being executed by the calling thread (generic internal calls ask for their instantiation). Mode::Runtime,
// before any call into managed code.
load::types::Method* current_icall();

// Catches C++ exceptions at the border: stores a managed one as pending (for the transition stub). Never throws.
void exception_at_border() noexcept;

namespace detail {
// Narrow results are widened, because managed callers read 32 bits.
template <class T, bool narrow>
struct Widen { using type = T; };
template <class T>
struct Widen<T, true> { using type = std::conditional_t<std::is_signed_v<T>, int32_t, uint32_t>; };
template <class T>
constexpr bool is_narrow() {
  if constexpr (std::is_integral_v<T>) return sizeof(T) < 4;
  else return false;
}
template <class T>
using Widened = typename Widen<T, is_narrow<T>()>::type;

template <class F>
struct Wrapper;
template <class R, class... A>
struct Wrapper<R (*)(A...)> {
  template <R (*function)(A...)>
  static Widened<R> call(A... args) noexcept {
    if constexpr (std::is_void_v<R>) {
      try {
        function(args...);
      } catch (...) {
        exception_at_border();
      }
    } else {
      try {
        return static_cast<Widened<R>>(function(args...));
      } catch (...) {
        exception_at_border();
        return Widened<R>{};
      }
    }
  }
  template <R (*function)(A...)>
  static Widened<R> leaf(A... args) noexcept {
    return static_cast<Widened<R>>(function(args...));
  }
};
template <auto function>
void* bordered() {
  return reinterpret_cast<void*>(&Wrapper<decltype(function)>::template call<function>);
}
template <auto function>
void* leaf() {
  return reinterpret_cast<void*>(&Wrapper<decltype(function)>::template leaf<function>);
}
}  // namespace detail

#define RAPGO_ICALL(name, function) \
  ::rapgo::run::calls::IcallEntry { name, ::rapgo::run::calls::detail::bordered<&function>(), false }
#define RAPGO_ICALL_LEAF(name, function) \
  ::rapgo::run::calls::IcallEntry { name, ::rapgo::run::calls::detail::leaf<&function>(), true }

}  // namespace rapgo::run::calls
