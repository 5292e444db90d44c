// calli with an unmanaged calling convention (III.3.20): arguments and results are converted as a P/Invoke's without attributes are; one
// convention on this platform.
#include <memory>
#include <mutex>
#include <unordered_map>

#include "load/types/loader.h"
#include "run/calls/bodies.h"
#include "run/calls/managed_arguments.h"
#include "run/calls/marshal.h"
#include "run/stack/throw.h"

namespace rapgo::run::calls {

using load::types::Type;

namespace {

const Pinvoke& described(Type* pointer_type) {
  static auto* known = new std::unordered_map<Type*, std::unique_ptr<Pinvoke>>;
  static std::mutex lock;
  {
    std::lock_guard hold(lock);
    if (auto found = known->find(pointer_type); found != known->end()) return *found->second;
  }
  auto made = std::make_unique<Pinvoke>(describe_native_call(*pointer_type->function_signature()));  // loads types: not under the lock
  std::lock_guard hold(lock);
  return *known->emplace(pointer_type, std::move(made)).first->second;
}

// args: the values in IL order, each from a word of its own on; result: words enough for it.
void call_native(Type* pointer_type, void* function, const uint64_t* args, uint64_t* result) {
  if (!function) stack::throw_null_reference();
  const Pinvoke& p = described(pointer_type);
  uint64_t words[2] = {};
  const uint64_t hidden = p.managed.hidden_result ? reinterpret_cast<uint64_t>(result) : 0;
  call_converting(p, function, ManagedArguments(p.managed, nullptr, args), hidden, words);
  if (!hidden && !p.managed.result_shape.is_void) std::memcpy(result, words, p.managed.result_shape.words() * size_t{8});
}

}  // namespace

void register_native_calli() { set_body<&call_native>(abi::Helper::CallNative); }

}  // namespace rapgo::run::calls
