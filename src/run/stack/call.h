// C++ calls managed code: arguments put where the convention wants them, what escapes thrown as ManagedException.
// Thread safety: attached thread in Mode::Runtime. May collect, may throw.
#pragma once
#include <memory>
#include <vector>

#include "abi/call_layout.h"
#include "load/types/method.h"

namespace rapgo::run::stack {

// What run/ knows of one method, hung on Method::runtime_data at first need; never freed.
struct Region {
  loop::ClauseKind kind;
  uint32_t try_begin, try_end;  // IL
  load::types::Type* catch_type;
  uint32_t handler_begin, handler_end, filter_begin;  // IL; no filter: handler_begin
};
struct MethodRuntime {
  std::unique_ptr<abi::CallLayout> layout;
  std::vector<bool> sign_extend;              // per argument, `this` included
  std::unique_ptr<std::vector<Region>> regions;
  void* extra = nullptr;                      // run/calls
};
MethodRuntime& runtime_of(load::types::Method* method);
const abi::CallLayout& layout_of(load::types::Method* method);
// The layout of any signature; has_this: a reference or address first.
abi::CallLayout layout_of(const load::types::Signature& signature);

// args[i]: address of argument i (`this` first). result: the size of the result type, at least 8 bytes; may be null for void.
void call_managed(load::types::Method* method, const void* const* args, void* result);
// The same for another code address with the method's signature (a delegate's Invoke code).
void call_code(uint64_t entry, const abi::CallLayout& layout, const std::vector<bool>& sign_extend, const void* const* args, void* result);

}  // namespace rapgo::run::stack
