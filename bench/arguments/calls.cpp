// Argument (a): a call through the method's entry slot against a direct call that is patched.
//   slot     call [abs32]           what baseline code does; publishing is one store to the slot
//   direct   call rel32             every call site is patched
//   stub     call rel32 → jmp rel32 one jump per method is patched
// The callees are small methods, spread over code memory as methods are; each caller calls all of them in an order of its own,
// so many callees press on the instruction cache, the branch target buffer and (slots) the data cache.
#include <asmjit/x86.h>

#include <atomic>
#include <cstring>
#include <random>

#include "code/memory/code_memory.h"
#include "code/memory/low_memory.h"
#include "contest.h"

using namespace rapgo;
using namespace asmjit;
namespace memory = code::memory;

namespace {

enum class How { Slot, Direct, Stub };

uintptr_t place(memory::Area area, const std::function<void(x86::Assembler&, uintptr_t base)>& emit) {
  CodeHolder holder;
  holder.init(Environment::host());
  x86::Assembler a(&holder);
  emit(a, 0);
  const uintptr_t at = memory::allocate(area, holder.codeSize() + 16);
  CodeHolder placed;
  placed.init(Environment::host(), at);
  x86::Assembler b(&placed);
  emit(b, at);
  placed.flatten();
  placed.resolveUnresolvedLinks();
  placed.relocateToBase(at);
  std::vector<uint8_t> bytes(placed.codeSize());
  placed.copyFlattenedData(bytes.data(), bytes.size());
  memory::write(at, bytes);
  return at;
}

void direct(x86::Assembler& a, uint8_t opcode, uintptr_t base, uintptr_t target) {
  a.db(opcode);
  a.dd(static_cast<uint32_t>(target - (base + a.offset() + 4)));
}

struct Program {
  std::vector<uintptr_t> callees, stubs, callers;  // callers by How
  uint64_t* slots;

  explicit Program(int count) {
    std::mt19937 random(7);
    slots = static_cast<uint64_t*>(memory::meta_alloc(8 * static_cast<size_t>(count), 64));
    for (int i = 0; i < count; i++) {
      callees.push_back(place(memory::Area::Baseline, [&](x86::Assembler& a, uintptr_t) {
        a.push(x86::rbp);
        a.mov(x86::rbp, x86::rsp);
        a.lea(x86::eax, x86::ptr(x86::rdi, i & 15));
        a.pop(x86::rbp);
        a.ret();
        for (unsigned pad = random() % 200; pad > 0; pad--) a.int3();  // the rest of a method that is not run here
      }));
      slots[i] = callees.back();
    }
    for (int i = 0; i < count; i++)
      stubs.push_back(place(memory::Area::Stub, [&](x86::Assembler& a, uintptr_t base) { direct(a, 0xE9, base, callees[static_cast<size_t>(i)]); }));
    std::vector<int> order(static_cast<size_t>(count));
    for (int i = 0; i < count; i++) order[static_cast<size_t>(i)] = i;
    std::shuffle(order.begin(), order.end(), random);
    for (How how : {How::Slot, How::Direct, How::Stub})
      callers.push_back(place(memory::Area::Optimized, [&](x86::Assembler& a, uintptr_t base) {
        a.push(x86::rbx);
        a.mov(x86::ebx, x86::edi);
        a.xor_(x86::eax, x86::eax);
        Label again = a.newLabel();
        a.bind(again);
        for (int i : order) {
          a.mov(x86::edi, x86::eax);
          const size_t n = static_cast<size_t>(i);
          if (how == How::Slot) a.call(x86::qword_ptr(reinterpret_cast<uint64_t>(&slots[n])));
          if (how == How::Direct) direct(a, 0xE8, base, callees[n]);
          if (how == How::Stub) direct(a, 0xE8, base, stubs[n]);
        }
        a.sub(x86::ebx, 1);
        a.jnz(again);
        a.pop(x86::rbx);
        a.ret();
      }));
  }

  double run(How how, int calls) const {
    auto caller = reinterpret_cast<int (*)(int)>(callers[static_cast<size_t>(how)]);
    const int times = std::max(1, calls / static_cast<int>(callees.size()));
    const double began = arguments::cpu_ns();
    [[maybe_unused]] volatile int sink = caller(times);
    return (arguments::cpu_ns() - began) / times / static_cast<double>(callees.size());
  }
};

}  // namespace

int main() {
  memory::reserve_low();
  std::puts("Argument (a): call through a slot against a patched direct call");
  for (int count : {1, 16, 256, 2048, 8192}) {
    Program program(count);
    const int calls = 1000000;
    arguments::contest(std::to_string(count) + " callees", "ns per call and return",
                       {{"slot: call [abs32]", [&] { return program.run(How::Slot, calls); }},
                        {"direct: call rel32", [&] { return program.run(How::Direct, calls); }},
                        {"stub: call rel32, jmp rel32", [&] { return program.run(How::Stub, calls); }}});
  }
  // What publishing a new version costs: a slot is stored to; a stub is patched and the cores synchronised, once for all or for each.
  Program program(256);
  const auto stub_word = [&](size_t i) { return program.stubs[i] & ~uintptr_t{7}; };
  const auto per_publish = [](auto&& publish) {
    const double began = arguments::cpu_ns();
    for (size_t i = 0; i < 256; i++) publish(i);
    return (arguments::cpu_ns() - began) / 256;
  };
  arguments::contest("publishing", "ns per method",
                     {{"slot: one store", [&] { return per_publish([&](size_t i) { std::atomic_ref(program.slots[i]).store(program.callees[i], std::memory_order_release); }); }},
                      {"stub: one patch", [&] { return per_publish([&](size_t i) { memory::patch8(stub_word(i), memory::read8(stub_word(i))); }); }},
                      {"stub: one patch and all cores synchronised", [&] {
                         return per_publish([&](size_t i) {
                           memory::patch8(stub_word(i), memory::read8(stub_word(i)));
                           memory::sync_cores();
                         });
                       }}});
}
