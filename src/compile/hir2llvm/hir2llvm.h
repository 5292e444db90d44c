// HIR -> LLVM -> CompiledCode. Lives in its own module rapgo-llvm.so (it takes 5 ms to load), which the driver
// opens on the compiler thread when the first hot method appears. No LLVM type appears here.
//
// Thread safety: any number of compilations at once, each with its own graph. Errors: false and a message naming what is not
// supported; LLVM itself may abort on broken input, so the graph is verified first. Never collects, never runs managed code.
#pragma once
#include <string>

#include "compile/hir/graph.h"
#include "loop/compiled_code.h"

namespace rapgo::compile::hir2llvm {

struct Options {
  int level = 2;                      // 0..3, LLVM's pipelines
  bool native_cpu = true;             // all features of this machine; false: plain x86-64 (tests that compare text)
  std::string* dump_ir = nullptr;     // receives the LLVM IR before and after optimizing
  std::string* dump_object = nullptr; // receives the ELF object
};

// The symbol to look up with dlsym, and its type.
inline constexpr const char* kEntryName = "rapgo_hir2llvm_compile";
// A C string in the module: RAPGO_LLVM_INTERFACE of its build (cmake/interface-id.cmake). The entry may be called where it is the caller's, too.
inline constexpr const char* kInterfaceName = "rapgo_hir2llvm_interface";
using CompileFunction = bool(const hir::Graph*, const Options*, loop::CompiledCode* out, std::string* error);

}  // namespace rapgo::compile::hir2llvm

extern "C" bool rapgo_hir2llvm_compile(const rapgo::compile::hir::Graph*, const rapgo::compile::hir2llvm::Options*,
                                       rapgo::loop::CompiledCode* out, std::string* error);
