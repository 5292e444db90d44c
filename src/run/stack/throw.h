// Raising managed exceptions from C++ (DESIGN 4.10, conventions 4).
// In C++, a managed exception travels as the C++ exception ManagedException; the wrapper of each helper body or internal call
// catches it and leaves it pending for the transition stub. Let C++ destructors run: never longjmp, never hold a lock over a call that may throw
// without RAII. Thread safety: the current thread, Mode::Runtime. May collect: everything that makes an object.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "abi/object.h"

namespace rapgo::load::types { class LoadError; class Type; class Method; }

namespace rapgo::run::stack {

// Keeps its object alive (a root of the thread that throws); catch by reference, rethrow with `throw;` or throw_exception(e.object()).
class ManagedException {
 public:
  explicit ManagedException(abi::Object* object);
  ManagedException(const ManagedException&);
  ManagedException& operator=(const ManagedException&) = delete;
  ~ManagedException();
  abi::Object* object() const;

 private:
  struct Slot;
  Slot* slot_;
};

[[noreturn]] void throw_exception(abi::Object* exception);
// throw_new("System", "ArgumentException", "message"): corlib type with a (string) constructor; nullptr message: the type's default.
[[noreturn]] void throw_new(const char* name_space, const char* name, std::string_view message);
[[noreturn]] void throw_new(const char* name_space, const char* name);
// Makes the object only. Runs managed constructors. May throw ManagedException itself.
abi::Object* make_exception(const char* name_space, const char* name, std::string_view message);
abi::Object* make_exception(const char* name_space, const char* name);
[[noreturn]] void throw_argument_null(const char* parameter);
[[noreturn]] void throw_argument(const char* parameter, std::string_view message);
[[noreturn]] void throw_argument_out_of_range(const char* parameter);
[[noreturn]] void throw_null_reference();
[[noreturn]] void throw_index_out_of_range();
[[noreturn]] void throw_invalid_cast(std::string_view message);
[[noreturn]] void throw_not_implemented(std::string_view feature);
[[noreturn]] void throw_invalid_operation(std::string_view message);
[[noreturn]] void throw_out_of_memory();
[[noreturn]] void throw_load_error(const load::types::LoadError& error);  // DESIGN 4.16
abi::Object* exception_from(const load::types::LoadError& error);

// ---- stack traces ----
// What Exception._stackTrace holds: long[] of pairs (MethodId | il_offset << 32, pc), innermost frame first.
struct TraceFrame { uint32_t method; uint32_t il_offset; uint64_t pc; };
uint32_t trace_length(abi::Object* stack_trace);
TraceFrame trace_frame(abi::Object* stack_trace, uint32_t index);
void forget_trace(abi::Object* exception);  // of an exception that is thrown once more, from another place

// Writes "Unhandled Exception:\n..." to stderr as Mono does, less where the program had its own say (handlers_ran); returns the exit
// status 1. Runs managed ToString().
int report_unhandled(abi::Object* exception, bool handlers_ran = false);

}  // namespace rapgo::run::stack

namespace rapgo::run {
using stack::ManagedException;
using stack::throw_exception;
using stack::throw_new;
}  // namespace rapgo::run
