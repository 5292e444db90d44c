// Hand-written machine code between managed code and C++ (docs/conventions.md 4, 6; abi/stub_protocol.h).
// Every stub is a loop::CompiledCode (Tier::Stub) with unwind rows; whoever calls these functions installs them.
// Thread safety: any thread; pure functions, but core_stubs reads abi::helper_bodies and abi::stub_bodies. May collect: never.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "abi/call_layout.h"
#include "abi/helpers.h"
#include "abi/stub_protocol.h"
#include "loop/compiled_code.h"

namespace rapgo::compile::stubs {

// All helpers and entries in one piece of code. REQUIRES: helper_bodies and stub_bodies are registered; a helper without a body
// becomes a fatal error when it is called, which names it.
struct CoreStubs {
  loop::CompiledCode code;
  uint32_t helper[abi::kHelperCount] = {};   // offsets
  uint32_t invoke = 0, invoke_return = 0, invoke_exception = 0;
  uint32_t call_filter = 0, filter_return = 0, filter_exception = 0;
  uint32_t restore_context = 0, restore_frames = 0;
  struct Range { uint32_t begin, end; };
  std::vector<Range> restart;
  // Which stub an offset belongs to, sorted; for dumps and perf maps.
  struct Name { uint32_t offset; const char* name; };
  std::vector<Name> names;
};
CoreStubs core_stubs();
// After installation at `address`: fills abi::helper_entries, abi::stub_entries and abi::restart_ranges.
void publish_core_stubs(const CoreStubs& stubs, uint64_t address);

// ---- per method ----
// Initial content of an entry slot's target: `mov r11d, method; jmp FirstCall`. 16 bytes for address `at`; needs helper_entries.
inline constexpr uint32_t kFirstCallStubSize = 16;
void write_first_call_stub(uint8_t out[kFirstCallStubSize], uint64_t at, loop::MethodId method);
loop::CompiledCode first_call_stub(loop::MethodId method);

// Vtable and interface entry of a value type's instance method: the boxed receiver's payload address, then the method.
loop::CompiledCode unbox_stub(loop::MethodId method, bool hidden_result);
// What an open delegate over a virtual or interface method points at: dispatches on the receiver. vtable_slot -1: interface method.
loop::CompiledCode virtual_stub(loop::MethodId method, int32_t vtable_slot, bool hidden_result);

// Body of an internal call: transition to Mode::Runtime around `function`, stack words passed on. Sets ThreadState::icall_method.
// `fast`: what comes before the transition and is nearly always enough.
enum class FastPath : uint8_t { None, MonitorEnter, MonitorExit, MonitorTryEnter };
loop::CompiledCode icall_stub(loop::MethodId method, const void* function, uint32_t stack_words, FastPath fast = FastPath::None);
// The function itself, reached from low addresses; stays in Mode::Managed.
loop::CompiledCode leaf_stub(loop::MethodId method, const void* function);
// P/Invoke: Mode::Native around `function`, which takes the arguments as they are (blittable; marshalling wraps around this).
// capture_errno: stub_bodies.save_errno() runs straight after it.
loop::CompiledCode pinvoke_stub(loop::MethodId method, const void* function, uint32_t stack_words, bool capture_errno);

// ---- interface dispatch ----
// The code for one imt word of one type: compares r10 with each method and jumps through that 8-byte word (a vtable cell, below
// 4 GiB); InterfaceMiss if none matches. Words are process-local: never stored.
struct ImtCase { loop::MethodId method; uint32_t word; };
loop::CompiledCode imt_stub(std::span<const ImtCase> cases);

// ---- delegates ----
struct DelegateOffsets { uint32_t target, method_ptr, invoke_impl, delegates; };  // from the object's start
struct DelegateStubs {
  loop::CompiledCode code;    // code.entry: body of Invoke: `jmp [delegate + invoke_impl]`
  uint32_t closed = 0;        // values for invoke_impl: target becomes the first argument
  uint32_t open = 0;          // static method, or instance method whose receiver is the first argument: arguments move down
  uint32_t multicast = 0;     // calls each element of `delegates` in order, last result counts
};
// `with_this`: layout of Invoke with the delegate as args[0]; `without`: the same without it.
DelegateStubs delegate_stubs(loop::MethodId invoke, const abi::CallLayout& with_this, const abi::CallLayout& without, const DelegateOffsets& offsets);

}  // namespace rapgo::compile::stubs
