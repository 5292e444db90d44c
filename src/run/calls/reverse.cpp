// Function pointers for native code that call delegates.
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <unordered_map>

#include "base/error.h"
#include "code/versions/versions.h"
#include "gc/binding/handle.h"
#include "load/types/classify.h"
#include "load/types/loader.h"
#include "run/calls/delegates.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/calls/marshal.h"
#include "run/calls/native_call_x64.h"
#include "run/stack/call.h"
#include "run/stack/objects.h"
#include "run/stack/throw.h"
#include "run/threads/thread.h"

namespace rapgo::run::calls {

using load::types::Kind;
using load::types::Method;
using load::types::Type;

namespace {

// Native code must keep the delegate alive for as long as it uses the pointer (GC.KeepAlive), as on every CLI.
struct Reverse {
  gc::Handle delegate;
  Method* invoke;
};

std::mutex contexts_lock;
std::unordered_map<uint64_t, Reverse*>& contexts() {  // by the address that native code was given
  static auto* map = new std::unordered_map<uint64_t, Reverse*>;
  return *map;
}

uint32_t trampoline_offset() {
  static const uint32_t offset = load::types::Loader::get().types().delegate->find_field("delegate_trampoline")->offset();
  return offset;
}

void append(std::vector<uint8_t>& out, std::initializer_list<int> bytes, uint64_t immediate) {
  for (int b : bytes) out.push_back(static_cast<uint8_t>(b));
  for (int i = 0; i < 8; i++) out.push_back(static_cast<uint8_t>(immediate >> (8 * i)));
}

void run_reverse(SavedRegisters* registers, const uint64_t* stack_words, Reverse& context) {
  Object* delegate = context.delegate.get();
  if (!delegate) base::fatal("native code called a delegate that was collected");
  const auto& s = context.invoke->signature();
  const size_t count = s.params.size();
  // Native System V and managed convention agree on everything accepted here.
  uint64_t words[64];
  const void* args[65] = {&delegate};
  size_t ints = 0, sses = 0, stack_at = 0;
  if (count > 64) stack::throw_not_implemented("callbacks with more than 64 parameters");
  for (size_t i = 0; i < count; i++) {
    Type* t = s.params[i];
    if (t->kind == Kind::R4 || t->kind == Kind::R8) {
      if (sses < 8) std::memcpy(&words[i], &registers->sses[sses++], 8);
      else words[i] = stack_words[stack_at++];
    } else {
      if (t->kind == Kind::Struct && t->value_size() > 8)
        stack::throw_not_implemented("callbacks with struct parameters (" + t->full_name() + ")");
      words[i] = ints < 6 ? registers->ints[ints++] : stack_words[stack_at++];
      if (t->kind == Kind::Boolean) words[i] = static_cast<uint32_t>(words[i]) != 0;
      else if (t->kind == Kind::String) words[i] = words[i] ? reinterpret_cast<uint64_t>(new_string(reinterpret_cast<const char*>(words[i]))) : 0;
      else if (t->is_reference()) stack::throw_not_implemented("callbacks with parameters of type " + t->full_name());
    }
    args[i + 1] = &words[i];
  }
  uint64_t result[2] = {};
  stack::call_managed(context.invoke, args, result);
  if (s.ret->is_void()) return;
  if (s.ret->kind == Kind::R4 || s.ret->kind == Kind::R8) std::memcpy(&registers->sses[0], result, 8);
  else if (s.ret->kind == Kind::String) registers->ints[0] = result[0] ? reinterpret_cast<uint64_t>(strdup(to_utf8(reinterpret_cast<String*>(result[0])).c_str())) : 0;
  else if (s.ret->is_reference()) stack::throw_not_implemented("callbacks that return " + s.ret->full_name());
  else registers->ints[0] = result[0];
}

}  // namespace

void* native_pointer_of(Object* delegate) {
  static std::mutex lock;
  auto& word = delegate_word(delegate, trampoline_offset());
  {
    std::lock_guard hold(lock);
    if (word) return reinterpret_cast<void*>(word);
  }
  auto* context = new Reverse{gc::Handle(delegate, gc::HandleKind::Weak), invoke_method(stack::type_of(delegate))};
  loop::CompiledCode code;
  code.tier = loop::Tier::Stub;
  append(code.bytes, {0x48, 0xB8}, reinterpret_cast<uint64_t>(context));               // mov rax, context
  append(code.bytes, {0x49, 0xBB}, reinterpret_cast<uint64_t>(&rapgo_reverse_entry));  // mov r11, entry
  for (int b : {0x41, 0xFF, 0xE3}) code.bytes.push_back(static_cast<uint8_t>(b));      // jmp r11
  code.code_size = static_cast<uint32_t>(code.bytes.size());
  code.unwind.push_back({0, 8, false});
  const uint64_t entry = code::versions::install_stub(std::move(code), "delegate for native code")->entry();
  {
    std::lock_guard hold(contexts_lock);
    contexts()[entry] = context;
  }
  std::lock_guard hold(lock);
  if (!word) word = entry;
  return reinterpret_cast<void*>(word);
}

Object* delegate_behind(void* function) {
  std::lock_guard hold(contexts_lock);
  const auto found = contexts().find(reinterpret_cast<uint64_t>(function));
  return found == contexts().end() ? nullptr : found->second->delegate.get();
}

}  // namespace rapgo::run::calls

extern "C" __attribute__((used, visibility("hidden"))) void rapgo_reverse_generic(rapgo::run::calls::SavedRegisters* registers, const uint64_t* stack, void* context) noexcept {
  using namespace rapgo::run;
  if (!threads::current_thread()) {  // a thread of the library's own stays attached: it may call again
    threads::attach_current(true);
    rapgo::abi::current().native_sp = reinterpret_cast<uint64_t>(__builtin_frame_address(0));
    rapgo::abi::current().mode.store(rapgo::abi::Mode::Native);
  }
  threads::RuntimeScope runtime;
  try {
    calls::run_reverse(registers, stack, *static_cast<calls::Reverse*>(context));
  } catch (const stack::ManagedException& e) {
    // No frame of native code may be skipped: the exception ends the program, as it would on Mono.
    _Exit(stack::report_unhandled(e.object()));
  } catch (const std::exception& e) {
    rapgo::base::fatal(e.what());
  }
}
