// For tests: the loader on mocked low memory, and a runtime just big enough to run compiled methods: allocation without collection,
// exceptions by rbp chains, dispatch, a handful of internal calls. Faults of null references become exceptions.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "abi/object.h"
#include "abi/stub_protocol.h"
#include "compile/baseline/baseline.h"
#include "load/types/loader.h"

namespace rapgo::compile::baseline::testing {

load::types::Loader& loader();

// Compiles on first call, runs. The exception that escaped, if any.
struct Outcome {
  uint64_t value = 0;
  double real = 0;
  abi::Object* exception = nullptr;
};
Outcome run(load::types::Method* method, std::initializer_list<uint64_t> ints = {}, std::initializer_list<double> reals = {});
std::string exception_name(abi::Object* exception);

struct Installed {
  uint64_t start;
  loop::CompiledCode code;
};
// The installed version of a method; null before its first call.
const Installed* installed(load::types::Method* method);
// The class Tests of testdata_cs.h, compiled with mcs (execute_test.cpp); null where that cannot be.
load::types::Type* test_program(bool optimized);
const Installed* version_at(uint64_t pc);
uint64_t* alloc_low_words(size_t words);
uint64_t install_landing(const loop::CompiledCode& landing);

// Every method is compiled anew at its next call.
void forget_versions();
// C++ in place of the method (a static one named so, anywhere), called in Mode::Runtime.
extern const void* hop;  // for methods named "Hop"

extern Options options;                                                     // for methods compiled from now on
extern abi::TransferUpTarget* (*on_transfer_up)(uint64_t pc, uint64_t rbp);  // body of TransferUp

}  // namespace rapgo::compile::baseline::testing
