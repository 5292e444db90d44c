// Bodies that get every argument as an object: for methods that the runtime provides with a signature of the program's choice
// (BeginInvoke, EndInvoke). Thread safety: any attached thread in Mode::Runtime. May collect, may throw.
#pragma once
#include <cstdint>

#include "abi/object.h"
#include "load/types/method.h"

namespace rapgo::run::calls {

struct SavedRegisters;

// args: boxed, without `this`; of a byref the value it points at, which is written back afterwards. The result boxed, or null for void.
using BoxedBody = abi::Object* (*)(load::types::Method* method, abi::Object* self, abi::Array* args);

// Set once by run/classlib: the body of a method of kind Body::Runtime, or nullptr.
extern BoxedBody (*find_boxed_body)(load::types::Method* method);

// Makes, installs and publishes the method's code; returns its entry.
uint64_t install_boxed_body(load::types::Method* method, BoxedBody body);
void run_boxed_body(load::types::Method* method, SavedRegisters* registers, const uint64_t* stack_words);

}  // namespace rapgo::run::calls
