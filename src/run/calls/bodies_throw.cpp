#include "load/types/load_errors.h"
#include "run/calls/bodies.h"
#include "run/calls/type_check.h"
#include "run/stack/abort.h"
#include "run/stack/border.h"
#include "run/stack/throw.h"
#include "run/threads/thread.h"

namespace rapgo::run::calls {

using abi::Context;
using abi::Helper;

namespace {

void throw_body(Object* exception, Context* at) {
  if (!exception) stack::throw_null_reference();
  stack::dispatch(*at, exception, stack::How::Throw);
}
void rethrow_body(Object* exception, Context* at) {
  if (!exception) stack::throw_null_reference();
  stack::dispatch(*at, exception, stack::How::Rethrow);
}
// The frequent ones go straight to the dispatcher: a C++ exception to the border costs more than the rest of the throw.
// Nothing with a destructor may be left in these frames.
void raise(Context* at, const char* name, const char* message = nullptr) {
  Object* exception = message ? stack::make_exception("System", name, message) : stack::make_exception("System", name);
  stack::dispatch(*at, exception, stack::How::Throw);
}
void null_reference(Context* at) { raise(at, "NullReferenceException", "Object reference not set to an instance of an object"); }
void index_out_of_range(Context* at) { raise(at, "IndexOutOfRangeException"); }
void divide_by_zero(Context* at) { raise(at, "DivideByZeroException"); }
void overflow(Context* at) { raise(at, "OverflowException"); }
void arithmetic(Context* at) { raise(at, "OverflowException"); }
void invalid_cast(Object* object, abi::TypeHead* type, Context*) {
  if (!object) stack::throw_new("System", "InvalidCastException");  // refanyval
  throw_bad_cast(object, load::types::Type::from({type->type}));
}
void array_type_mismatch(Context*) { stack::throw_new("System", "ArrayTypeMismatchException"); }
void invalid_program(const char* why, Context*) { stack::throw_new("System", "InvalidProgramException", why ? why : "Invalid IL code"); }
void not_implemented(const char* feature, Context*) { stack::throw_not_implemented(feature ? feature : "not implemented"); }
void stack_overflow(Context*) { throw stack::ManagedException(stack::stack_overflow_object()); }
void abort_here(Context* at) { stack::dispatch(*at, stack::take_abort(*threads::current_thread()), stack::How::Throw); }
void load_error(int64_t index, Context*) { stack::throw_load_error(load::types::recorded_load_error(static_cast<uint32_t>(index))); }

}  // namespace

void register_throw_bodies() {
  set_body<&throw_body>(Helper::Throw);
  set_body<&rethrow_body>(Helper::Rethrow);
  set_body<&null_reference>(Helper::ThrowNullReference);
  set_body<&index_out_of_range>(Helper::ThrowIndexOutOfRange);
  set_body<&divide_by_zero>(Helper::ThrowDivideByZero);
  set_body<&overflow>(Helper::ThrowOverflow);
  set_body<&arithmetic>(Helper::ThrowArithmetic);
  set_body<&invalid_cast>(Helper::ThrowInvalidCast);
  set_body<&array_type_mismatch>(Helper::ThrowArrayTypeMismatch);
  set_body<&invalid_program>(Helper::ThrowInvalidProgram);
  set_body<&not_implemented>(Helper::ThrowNotImplemented);
  set_body<&stack_overflow>(Helper::ThrowStackOverflow);
  set_body<&abort_here>(Helper::ThrowAbort);
  set_body<&stack::leave_catch>(Helper::LeaveCatch);
  set_body<&load_error>(Helper::ThrowLoadError);
}

}  // namespace rapgo::run::calls
