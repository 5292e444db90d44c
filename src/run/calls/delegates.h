// Delegate objects: fields as managed_layouts.tsv names them; Invoke's code per delegate type (compile::stubs::DelegateStubs).
// Thread safety: attached thread in Mode::Runtime. May collect, may load types, may throw.
#pragma once
#include <cstdint>

#include "abi/object.h"
#include "load/types/method.h"

namespace rapgo::run::calls {

struct DelegateFields {  // offsets from the object's start
  uint32_t method_ptr, invoke_impl, target, method, delegates, method_is_virtual;
};
const DelegateFields& delegate_fields();
inline uint64_t& delegate_word(abi::Object* delegate, uint32_t offset) {
  return *reinterpret_cast<uint64_t*>(reinterpret_cast<uint8_t*>(delegate) + offset);
}

// What `newobj` of a delegate does: `function` from ldftn or ldvirtftn.
void delegate_init(abi::Object* delegate, abi::Object* target, uint64_t function);
// The same for a known method (CreateDelegate). Chooses open or closed by the signatures.
void delegate_init(abi::Object* delegate, abi::Object* target, load::types::Method* method);
// A delegate of the same type whose `delegates` array managed code will fill (AllocDelegateLike_internal).
abi::Object* multicast_like(abi::Object* delegate);
load::types::Method* delegate_method(abi::Object* delegate);   // null for a function pointer that is no method's
load::types::Method* invoke_method(load::types::Type* delegate_type);
// The method behind a function address (ldftn); null if there is none.
load::types::Method* method_of_function(uint64_t function);
// ldftn from C++.
uint64_t function_of(load::types::Method* method);

}  // namespace rapgo::run::calls
