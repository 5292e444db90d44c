// What run/ wants of the compilers; vm sets it, because run/ does not link them (conventions 8).
// Thread safety: set once before managed code runs; the functions are called from any attached thread in Mode::Runtime.
#pragma once
#include <cstdint>
#include <span>

#include "code/maps/installed_code.h"
#include "load/types/method.h"

namespace rapgo::run::calls {

struct ImtEntry {
  load::types::Method* method;  // interface method
  uint64_t* word;               // 8-byte cell below 4 GiB that holds the implementation's address
};

// Code of one delegate type's Invoke (compile::stubs::DelegateStubs), as addresses.
struct DelegateCode {
  uint64_t invoke, closed, open, multicast;
};

struct CompileHooks {
  // Compiles `method` (baseline, or a version from the store), installs and publishes it. Returns the code's entry. Throws
  // LoadError. Called for bodies of kind Il and ArrayMethod, and for intrinsics.
  uint64_t (*compile)(load::types::Method* method) = nullptr;
  // true: `compile` makes the body although it is no IL (intrinsics).
  bool (*compilable)(load::types::Method* method) = nullptr;
  // Install and publish the stub around a native function.
  uint64_t (*install_icall)(load::types::Method* method, const void* function, uint32_t stack_words, bool leaf) = nullptr;
  uint64_t (*install_pinvoke)(load::types::Method* method, const void* function, uint32_t stack_words, bool capture_errno) = nullptr;
  // Installs the code of a delegate type; publishes it for `invoke` too.
  DelegateCode (*install_delegate)(load::types::Method* invoke, uint32_t target, uint32_t method_ptr, uint32_t invoke_impl,
                                   uint32_t delegates) = nullptr;
  // Code for one imt word.
  uint64_t (*install_imt)(std::span<const ImtEntry> cases) = nullptr;
  // Entry that takes a boxed receiver for a value type's method (loader's make_unboxing_entry).
  uint64_t (*unboxing_entry)(load::types::Method* method) = nullptr;
  // Entry that dispatches a virtual or interface method on its receiver (open delegates).
  uint64_t (*virtual_entry)(load::types::Method* method) = nullptr;

  // ---- transfer ----
  // The landing stub for `il_offset` of this installed baseline version, attached to it. Throws LoadError.
  uint64_t (*landing)(code::maps::InstalledCode* owner, uint32_t il_offset, loop::Resume resume) = nullptr;
  // A baseline version of the method, compiled if there is none.
  code::maps::InstalledCode* (*baseline)(load::types::Method* method) = nullptr;
  // An optimized frame was left (vm tells the policy). Cheap.
  void (*exit_taken)(const code::maps::InstalledCode& code, uint32_t il_offset, loop::ExitReason reason) = nullptr;
  // --stress=osr: called where TransferUp finds no OSR version; may compile one and return it. May be null.
  code::maps::InstalledCode* (*osr_wanted)(load::types::Method* method, uint32_t il_offset) = nullptr;
};
extern CompileHooks compile_hooks;

}  // namespace rapgo::run::calls
