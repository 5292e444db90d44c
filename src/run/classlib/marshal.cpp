// System.Runtime.InteropServices.Marshal.
#include <cstdlib>
#include <cstring>

#include "gc/binding/api.h"
#include "run/calls/delegates.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/calls/marshal.h"
#include "run/calls/native_layout.h"
#include "run/calls/pinvoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/objects.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

using load::types::Kind;
using load::types::Loader;
using calls::NativeField;
using calls::native_layout;

namespace {

// ---- memory ----
void* allocate(size_t size) {
  void* p = std::malloc(size ? size : 4);  // zero bytes: still a pointer of its own
  if (!p) stack::throw_out_of_memory();
  return p;
}
void* alloc_hglobal(intptr_t size) { return allocate(static_cast<size_t>(size)); }
void* alloc_cotask(int32_t size) { return allocate(static_cast<size_t>(size < 0 ? 0 : size)); }
void* alloc_cotask_size(uintptr_t size) { return allocate(size); }
void release(void* p) { std::free(p); }
void* reallocate(void* p, intptr_t size) {
  void* out = std::realloc(p, size ? static_cast<size_t>(size) : 4);
  if (!out) stack::throw_out_of_memory();
  return out;
}
void* reallocate_cotask(void* p, int32_t size) { return reallocate(p, size); }

// ---- copying ----
void check_range(Array* a, int32_t start, int32_t length) {
  if (!a) stack::throw_argument_null("array");
  if (start < 0) stack::throw_argument_out_of_range("startIndex");
  if (length < 0 || int64_t{start} + length > a->length) stack::throw_argument_out_of_range("length");
}
void to_unmanaged(Array* a, int32_t start, uint8_t* to, int32_t length, void*) {
  check_range(a, start, length);
  if (!to) stack::throw_argument_null("dest");
  const size_t size = a->head()->element_size;
  std::memcpy(to, a->data() + size * static_cast<size_t>(start), size * static_cast<size_t>(length));
}
void from_unmanaged(const uint8_t* from, int32_t start, Array* a, int32_t length, void*) {
  check_range(a, start, length);
  if (!from) stack::throw_argument_null("src");
  const size_t size = a->head()->element_size;
  std::memcpy(a->data() + size * static_cast<size_t>(start), from, size * static_cast<size_t>(length));
}
void* element_address(Array* a, int32_t index) { return a->data() + static_cast<size_t>(index) * a->head()->element_size; }

// ---- strings ----
String* from_utf8(const char* s) { return s ? calls::new_string(s) : nullptr; }
String* from_utf8_length(const char* s, int32_t length) {
  if (!s) stack::throw_argument_null("ptr");
  return calls::new_string(std::string(s, static_cast<size_t>(length)).c_str());
}
String* from_wide(const char16_t* s) {
  if (!s) return nullptr;
  size_t n = 0;
  while (s[n]) n++;
  return calls::new_string(s, n);
}
String* from_wide_length(const char16_t* s, int32_t length) {
  if (!s) stack::throw_argument_null("ptr");
  return calls::new_string(s, static_cast<size_t>(length));
}
char* to_utf8(const char16_t* s, int32_t length) {
  if (!s) return nullptr;
  const std::string text = calls::to_utf8(s, length);
  auto* out = static_cast<char*>(allocate(text.size() + 1));
  std::memcpy(out, text.c_str(), text.size() + 1);
  return out;
}
char16_t* to_wide(const char16_t* s, int32_t length) {
  if (!s) return nullptr;
  const size_t bytes = static_cast<size_t>(length) * 2;
  auto* out = static_cast<char16_t*>(allocate(bytes + 2));
  std::memcpy(out, s, bytes);
  out[length] = 0;
  return out;
}
// BSTR: the length in bytes lies in the four bytes before the text.
char16_t* to_bstr(const char16_t* s, int32_t length) {
  auto* block = static_cast<uint8_t*>(allocate(8 + static_cast<size_t>(length) * 2 + 2));
  const uint32_t bytes = static_cast<uint32_t>(length) * 2;
  std::memcpy(block + 4, &bytes, 4);
  std::memcpy(block + 8, s, bytes);
  std::memset(block + 8 + bytes, 0, 2);
  return reinterpret_cast<char16_t*>(block + 8);
}
void free_bstr(uint8_t* s) {
  if (s) std::free(s - 8);
}
String* from_bstr(const uint8_t* s) {
  if (!s) stack::throw_argument_null("ptr");
  uint32_t bytes;
  std::memcpy(&bytes, s - 4, 4);
  return calls::new_string(reinterpret_cast<const char16_t*>(s), bytes / 2);
}

// ---- structures ----
Type* need(Object* o) {
  Type* t = type_of_object(o);
  if (!t) stack::throw_argument_null("t");
  return t;
}
int32_t size_of(Object* o) {
  Type* t = need(o);
  if (t->contains_vars() || t->is_generic_instance()) stack::throw_argument("t", "Type " + t->full_name() + " is a generic type.");
  if (!t->is_value_type() && t->kind != Kind::Class) {
    if (t->kind == Kind::Ptr) return 8;
    stack::throw_argument("t", "Type " + t->full_name() + " cannot be marshaled as an unmanaged structure.");
  }
  return static_cast<int32_t>(native_layout(t).size);
}
intptr_t offset_of(Object* o, String* name) {
  Type* t = need(o);
  const std::string wanted = calls::to_utf8(name);
  for (const NativeField& f : native_layout(t).fields)
    if (f.field->name == wanted) return f.offset;
  stack::throw_argument("fieldName", "Field passed in is not a marshaled member of the type '" + t->full_name() + "'.");
}
void structure_to_pointer(Object* object, uint8_t* to, bool destroy_old) {
  if (!object) stack::throw_argument_null("structure");
  if (!to) stack::throw_argument_null("ptr");
  Type* t = calls::type_of(object);
  if (destroy_old) calls::destroy_native(t, to);
  calls::to_native(t, static_cast<uint8_t*>(calls::unboxed(object)), to);
}
Object* pointer_to_structure(const uint8_t* from, Object* o) {
  if (!from) return nullptr;
  Type* t = need(o);
  Object* object = t->is_value_type() ? gc::alloc_object(t->head()) : calls::new_object(t);
  if (!object) stack::throw_out_of_memory();
  calls::from_native(t, from, static_cast<uint8_t*>(calls::unboxed(object)));
  return object;
}
void pointer_to_object(const uint8_t* from, Object* object) {
  if (!from) stack::throw_argument_null("ptr");
  if (!object) stack::throw_argument_null("structure");
  Type* t = calls::type_of(object);
  if (t->is_value_type()) stack::throw_argument("structure", "The structure must not be a value class.");
  calls::from_native(t, from, static_cast<uint8_t*>(calls::unboxed(object)));
}
void destroy_structure(uint8_t* at, Object* o) { calls::destroy_native(need(o), at); }

// ---- delegates ----
void* pointer_for_delegate(Object* delegate) {
  if (!delegate) stack::throw_argument_null("d");
  return calls::native_pointer_of(delegate);
}
Object* delegate_for_pointer(void* function, Object* o) {
  Type* t = need(o);
  if (!function) stack::throw_argument_null("ptr");
  if (!t->is_delegate()) stack::throw_argument("t", "Type must derive from Delegate.");
  if (Object* known = calls::delegate_behind(function); known && calls::is_instance(known, t)) return known;
  return calls::delegate_for_native(t, function);
}

// ---- COM: there is none ----
bool is_com_object(Object*) { return false; }
void prelink(Object*) {}

#define MARSHAL(name, f) RAPGO_ICALL("System.Runtime.InteropServices.Marshal::" name, f)
const calls::IcallEntry kEntries[] = {
    MARSHAL("AllocHGlobal", alloc_hglobal), MARSHAL("AllocCoTaskMem", alloc_cotask), MARSHAL("AllocCoTaskMemSize", alloc_cotask_size),
    MARSHAL("FreeHGlobal", release), MARSHAL("FreeCoTaskMem", release), MARSHAL("ReAllocHGlobal", reallocate), MARSHAL("ReAllocCoTaskMem", reallocate_cotask),
    MARSHAL("copy_to_unmanaged_fixed", to_unmanaged), MARSHAL("copy_from_unmanaged_fixed", from_unmanaged),
    MARSHAL("UnsafeAddrOfPinnedArrayElement", element_address), MARSHAL("PtrToStringAnsi(intptr)", from_utf8),
    MARSHAL("PtrToStringAnsi(intptr,int)", from_utf8_length), MARSHAL("PtrToStringUni(intptr)", from_wide),
    MARSHAL("PtrToStringUni(intptr,int)", from_wide_length), MARSHAL("PtrToStringBSTR", from_bstr), MARSHAL("StringToHGlobalAnsi", to_utf8),
    MARSHAL("StringToHGlobalUni", to_wide), MARSHAL("BufferToBSTR", to_bstr), MARSHAL("FreeBSTR", free_bstr), MARSHAL("SizeOf", size_of),
    MARSHAL("OffsetOf", offset_of), MARSHAL("StructureToPtr", structure_to_pointer), MARSHAL("PtrToStructure(intptr,System.Type)", pointer_to_structure),
    MARSHAL("PtrToStructure(intptr,object)", pointer_to_object), MARSHAL("DestroyStructure", destroy_structure),
    MARSHAL("GetLastWin32Error", calls::last_pinvoke_error), MARSHAL("SetLastWin32Error", calls::set_last_pinvoke_error),
    MARSHAL("GetFunctionPointerForDelegateInternal", pointer_for_delegate), MARSHAL("GetDelegateForFunctionPointerInternal", delegate_for_pointer),
    MARSHAL("IsComObject", is_com_object), MARSHAL("Prelink", prelink), MARSHAL("PrelinkAll", prelink),
};

}  // namespace

void register_marshal() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
