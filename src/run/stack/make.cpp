// Making exceptions from C++.
#include "gc/binding/barrier.h"
#include "gc/binding/handle.h"
#include "load/types/loader.h"
#include "run/stack/border.h"
#include "run/stack/call.h"
#include "run/stack/objects.h"
#include "run/stack/throw.h"

namespace rapgo::run::stack {

using load::types::LoadError;
using load::types::LoadErrorKind;
using load::types::Loader;
using load::types::Method;
using load::types::Type;

namespace {

gc::Handle* out_of_memory;
gc::Handle* stack_overflow;

// Runs the constructor with these string arguments (null pointers pass null).
abi::Object* construct(const char* name_space, const char* name, std::initializer_list<const std::string*> texts) {
  Type* type = Loader::get().corlib_type(name_space, name);
  Type* string = Loader::get().types().string;
  std::vector<Type*> params(texts.size(), string);
  Method* constructor = type->find_method(".ctor", std::span<Type* const>(params));
  if (!constructor) throw LoadError(LoadErrorKind::MissingMethod, "Method not found: " + type->full_name() + "..ctor", ".ctor");
  abi::Object* object = allocate(type);
  abi::Object* strings[4] = {};  // on the stack: scanned
  const void* args[5] = {&object};
  int n = 0;
  for (const std::string* text : texts) {
    if (text) strings[n] = make_string(std::string_view(*text));
    args[n + 1] = &strings[n];
    n++;
  }
  call_managed(constructor, args, nullptr);
  return object;
}

void set_string(abi::Object* object, const char* field, const std::string& text) {
  load::types::Field* f = text.empty() ? nullptr : type_of(object)->find_field(field);
  if (!f) return;
  abi::Object* value = make_string(std::string_view(text));
  gc::store(object, &ref_at(object, f->offset()), value);
}

}  // namespace

abi::Object* make_exception(const char* name_space, const char* name, std::string_view message) {
  const std::string text(message);
  return construct(name_space, name, {&text});
}
abi::Object* make_exception(const char* name_space, const char* name) { return construct(name_space, name, {}); }

void throw_new(const char* name_space, const char* name, std::string_view message) {
  throw ManagedException(make_exception(name_space, name, message));
}
void throw_new(const char* name_space, const char* name) { throw ManagedException(make_exception(name_space, name)); }

void throw_argument_null(const char* parameter) {
  const std::string text(parameter);
  throw ManagedException(construct("System", "ArgumentNullException", {&text}));
}
void throw_argument(const char* parameter, std::string_view message) {
  const std::string text(message), name(parameter);
  throw ManagedException(construct("System", "ArgumentException", {&text, &name}));
}
void throw_argument_out_of_range(const char* parameter) {
  const std::string text(parameter);
  throw ManagedException(construct("System", "ArgumentOutOfRangeException", {&text}));
}
void throw_null_reference() { throw_new("System", "NullReferenceException", "Object reference not set to an instance of an object"); }
void throw_index_out_of_range() { throw_new("System", "IndexOutOfRangeException"); }
void throw_invalid_cast(std::string_view message) { throw_new("System", "InvalidCastException", message); }
void throw_not_implemented(std::string_view feature) { throw_new("System", "NotImplementedException", feature); }
void throw_invalid_operation(std::string_view message) { throw_new("System", "InvalidOperationException", message); }
void throw_out_of_memory() { throw ManagedException(out_of_memory_object()); }

void preallocate_exceptions() {
  out_of_memory = new gc::Handle(make_exception("System", "OutOfMemoryException", "Out of memory"));
  stack_overflow = new gc::Handle(make_exception("System", "StackOverflowException", "The requested operation caused a stack overflow."));
}

abi::Object* out_of_memory_object() {
  if (out_of_memory) return out_of_memory->get();
  return allocate(Loader::get().corlib_type("System", "OutOfMemoryException"));
}
abi::Object* stack_overflow_object() {
  if (stack_overflow) return stack_overflow->get();
  return allocate(Loader::get().corlib_type("System", "StackOverflowException"));
}

// DESIGN 4.16: the exception that .NET gives, with the name in it.
abi::Object* exception_from(const LoadError& e) {
  const std::string message = e.what();
  const std::string* name = e.name.empty() ? nullptr : &e.name;
  switch (e.kind) {
    case LoadErrorKind::BadImage: return construct("System", "BadImageFormatException", {&message, name});
    case LoadErrorKind::FileNotFound: return construct("System.IO", "FileNotFoundException", {&message, name});
    case LoadErrorKind::FileLoad: return construct("System.IO", "FileLoadException", {&message, name});
    case LoadErrorKind::TypeLoad: {
      abi::Object* made = construct("System", "TypeLoadException", {&message});
      set_string(made, "ClassName", e.name);  // TypeLoadException.TypeName
      set_string(made, "AssemblyName", e.assembly);
      return made;
    }
    case LoadErrorKind::MissingMethod: return construct("System", "MissingMethodException", {&message});
    case LoadErrorKind::MissingField: return construct("System", "MissingFieldException", {&message});
    case LoadErrorKind::MissingMember: return construct("System", "MissingMemberException", {&message});
    case LoadErrorKind::InvalidProgram: return construct("System", "InvalidProgramException", {&message});
    case LoadErrorKind::NotSupported: return construct("System", "NotSupportedException", {&message});
    case LoadErrorKind::EntryPointNotFound: return construct("System", "EntryPointNotFoundException", {&message});
    case LoadErrorKind::DllNotFound: return construct("System", "DllNotFoundException", {&message});
    case LoadErrorKind::MemberAccess: return construct("System", "MemberAccessException", {&message});
    case LoadErrorKind::Verification: return construct("System.Security", "VerificationException", {&message});
  }
  return construct("System", "ExecutionEngineException", {&message});
}
void throw_load_error(const LoadError& e) { throw ManagedException(exception_from(e)); }

}  // namespace rapgo::run::stack
