// System.ArgIterator: the extra arguments of a vararg call, as compile/baseline leaves them on the caller's stack
// (abi/variable_arguments.h).
#include "abi/variable_arguments.h"
#include "run/calls/icall.h"
#include "run/classlib/classlib.h"
#include "run/classlib/struct_field.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

namespace {

using abi::VariableArguments;

constexpr StructField kSignature("System", "ArgIterator", "sig"), kArgs("System", "ArgIterator", "args");
constexpr StructField kNext("System", "ArgIterator", "next_arg"), kCount("System", "ArgIterator", "num_args");
constexpr StructField kType("System", "TypedReference", "type"), kValue("System", "TypedReference", "Value"), kClass("System", "TypedReference", "Type");

void setup(void* self, const VariableArguments* args, intptr_t) {
  if (!args) stack::throw_new("System", "NotSupportedException", "a method with variable arguments was called without a list of them");
  kSignature.put(self, args);
  kArgs.put(self, args);
  kNext.put(self, int32_t{0});
  kCount.put(self, static_cast<int32_t>(args->count));
}

const VariableArguments::Item& next(void* self, bool advance) {
  const auto* args = kArgs.get<const VariableArguments*>(self);
  const auto at = kNext.get<int32_t>(self);
  if (!args || at < 0 || static_cast<uint64_t>(at) >= args->count) stack::throw_new("System", "InvalidOperationException", "Invalid argument position.");
  if (advance) kNext.put(self, at + 1);
  return args->items[at];
}

void give(const VariableArguments::Item& item, void* reference) {
  kType.put(reference, item.type);
  kClass.put(reference, item.type);
  kValue.put(reference, item.address);
}

void next_argument(void* self, void* reference) { give(next(self, true), reference); }

// The next one of that type; those in between are passed over.
void next_argument_of(void* self, void* reference, uint64_t type) {
  for (;;) {
    const VariableArguments::Item& item = next(self, true);
    if (item.type == type) return give(item, reference);
  }
}

uint64_t next_type(void* self) { return next(self, false).type; }

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.ArgIterator::Setup", setup),
    RAPGO_ICALL("System.ArgIterator::IntGetNextArg", next_argument),
    RAPGO_ICALL("System.ArgIterator::IntGetNextArgWithType", next_argument_of),
    RAPGO_ICALL("System.ArgIterator::IntGetNextArgType", next_type),
};

}  // namespace

void register_variable_arguments() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
