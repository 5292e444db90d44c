// Argument (b): counters in slow code against sampling.
// The code is shaped as the baseline compiler shapes it (locals in homes, a 5-byte nop at entry and back-edge, calls through
// slots). Counting variants have in the nops' place what counting tiers have: a counter per method and loop that is
// decremented and tested. Sampling variants run the uncounted code under the project's sampler; its handler walks the frames.
#include <asmjit/x86.h>
#include <pthread.h>
#include <ucontext.h>

#include "code/memory/code_memory.h"
#include "code/memory/low_memory.h"
#include "contest.h"
#include "observe/sampler/sampler.h"

using namespace rapgo;
using namespace asmjit;
using namespace asmjit::x86;
namespace memory = code::memory;

namespace {

enum class Counting { None, Plain, Tested };

struct Emitter {
  Assembler& a;
  Counting counting;
  Label trigger;

  void point() {  // an entry or a back-edge
    if (counting == Counting::None) {
      a.db(0x0F), a.db(0x1F), a.db(0x44), a.db(0), a.db(0);
      return;
    }
    auto* counter = static_cast<uint32_t*>(memory::meta_alloc(4, 4));
    *counter = 0x7fffffff;
    const Mem at = dword_ptr(reinterpret_cast<uint64_t>(counter));
    if (counting == Counting::Plain) a.inc(at);
    if (counting == Counting::Tested) a.sub(at, 1), a.js(trigger);
  }
};

using Kernel = int (*)(int turns);

Kernel make(Counting counting, const std::function<void(Emitter&)>& body) {
  CodeHolder holder;
  holder.init(Environment::host());
  Assembler a(&holder);
  Emitter e{a, counting, a.newLabel()};
  body(e);
  a.bind(e.trigger);
  a.int3();
  const uintptr_t at = memory::allocate(memory::Area::Baseline, holder.codeSize());
  holder.flatten();
  holder.resolveUnresolvedLinks();
  holder.relocateToBase(at);
  memory::write(at, {holder.textSection()->data(), holder.codeSize()});
  return reinterpret_cast<Kernel>(at);
}

void prologue(Emitter& e, int frame) {
  e.a.push(rbp);
  e.a.mov(rbp, rsp);
  e.a.sub(rsp, frame);
  e.point();
  e.a.mov(dword_ptr(rbp, -8), edi);
}

// for (i = 0; i < n; i++) { body } return s;   every variable in its home: n at -8, i at -16, s at -24
void loop(Emitter& e, int frame, const std::function<void(Assembler&)>& body) {
  prologue(e, frame);
  Assembler& a = e.a;
  Label head = a.newLabel(), done = a.newLabel();
  a.mov(dword_ptr(rbp, -16), 0);
  a.mov(dword_ptr(rbp, -24), 0);
  a.bind(head);
  a.mov(eax, dword_ptr(rbp, -16));
  a.cmp(eax, dword_ptr(rbp, -8));
  a.jge(done);
  body(a);
  a.mov(eax, dword_ptr(rbp, -16));
  a.add(eax, 1);
  a.mov(dword_ptr(rbp, -16), eax);
  e.point();
  a.jmp(head);
  a.bind(done);
  a.mov(eax, dword_ptr(rbp, -24));
  a.leave();
  a.ret();
}

// s += i ^ s
void tight_loop(Emitter& e) {
  loop(e, 32, [](Assembler& a) {
    a.mov(eax, dword_ptr(rbp, -16));
    a.xor_(eax, dword_ptr(rbp, -24));
    a.add(dword_ptr(rbp, -24), eax);
  });
}

// The same loop with some ten more operations in its body.
void full_loop(Emitter& e) {
  loop(e, 64, [](Assembler& a) {
    for (int i = 0; i < 5; i++) {
      a.mov(eax, dword_ptr(rbp, -16));
      a.imul(eax, eax, 31 + i);
      a.add(eax, dword_ptr(rbp, i % 2 ? -24 : -32));
      a.mov(dword_ptr(rbp, i % 2 ? -32 : -40), eax);
      a.xor_(eax, dword_ptr(rbp, -24));
      a.mov(dword_ptr(rbp, -24), eax);
    }
  });
}

// A loop that calls a small method through its slot: one entry and one back-edge a turn.
std::function<void(Emitter&)> calling_loop(uint64_t* slot) {
  return [slot](Emitter& e) {
    loop(e, 32, [slot](Assembler& a) {
      a.mov(edi, dword_ptr(rbp, -24));
      a.call(qword_ptr(reinterpret_cast<uint64_t>(slot)));
      a.mov(dword_ptr(rbp, -24), eax);
    });
  };
}
void small_method(Emitter& e) {
  prologue(e, 16);
  e.a.mov(eax, dword_ptr(rbp, -8));
  e.a.imul(eax, eax, 31);
  e.a.add(eax, 7);
  e.a.leave();
  e.a.ret();
}

thread_local uint64_t stack_high;

// As the runtime's: a bounds-checked walk along frame pointers, at most 32 frames.
bool capture(void* context, loop::Sample&) {
  const auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  uint64_t frame = static_cast<uint64_t>(registers[REG_RBP]), low = static_cast<uint64_t>(registers[REG_RSP]);
  static volatile uint64_t sink = 0;
  for (int depth = 0; depth < 32 && frame >= low && frame + 16 <= stack_high && frame % 8 == 0; depth++) {
    const auto* words = reinterpret_cast<const uint64_t*>(frame);
    sink = sink + words[1];
    low = frame + 16;
    frame = words[0];
  }
  return true;
}

double run(Kernel kernel, int turns, uint64_t period_ns) {
  observe::Sampler& sampler = observe::Sampler::get();
  sampler.set_period(period_ns);
  volatile int sink = 0;
  const double began = arguments::cpu_ns();
  sink = sink + kernel(turns);
  const double cost = (arguments::cpu_ns() - began) / turns;
  sampler.set_period(0);
  sampler.drain([](const loop::Sample&) {});
  return cost;
}

void argue(const char* name, const std::function<void(Emitter&)>& body, int turns, const std::function<void(Counting)>& before = [](Counting) {}) {
  std::vector<arguments::Way> ways;
  const Kernel kernels[] = {make(Counting::None, body), make(Counting::Plain, body), make(Counting::Tested, body)};
  const auto add = [&](const char* what, Counting counting, uint64_t period) {
    const Kernel kernel = kernels[static_cast<int>(counting)];  // one copy each: where code lies matters too
    ways.push_back({what, [=] { before(counting); return run(kernel, turns, period); }});
  };
  add("neither", Counting::None, 0);
  add("counted: inc [counter]", Counting::Plain, 0);
  add("counted: sub [counter], 1; js", Counting::Tested, 0);
  add("sampled, every 10 ms of CPU time", Counting::None, 10000000);
  add("sampled, every 4 ms", Counting::None, 4000000);
  add("sampled, every 1 ms", Counting::None, 1000000);
  arguments::contest(name, "ns per turn", ways, 21);
}

}  // namespace

int main() {
  memory::reserve_low();
  pthread_attr_t attributes;
  pthread_getattr_np(pthread_self(), &attributes);
  void* low;
  size_t size;
  pthread_attr_getstack(&attributes, &low, &size);
  stack_high = reinterpret_cast<uint64_t>(low) + size;
  observe::Sampler& sampler = observe::Sampler::get();
  sampler.start(capture, 10000000);
  sampler.attach_thread();
  sampler.set_period(0);

  std::puts("Argument (b): counters in slow code against sampling");
  const int turns = 30000000;
  argue("tight loop: three operations, one back-edge", tight_loop, turns);
  argue("fuller loop: fifteen operations, one back-edge", full_loop, turns / 3);
  auto* slot = static_cast<uint64_t*>(memory::meta_alloc(8, 8));
  const uint64_t methods[] = {reinterpret_cast<uint64_t>(make(Counting::None, small_method)), reinterpret_cast<uint64_t>(make(Counting::Plain, small_method)),
                              reinterpret_cast<uint64_t>(make(Counting::Tested, small_method))};
  argue("calls: one entry and one back-edge", calling_loop(slot), turns / 3, [&](Counting counting) { *slot = methods[static_cast<int>(counting)]; });
  const auto stats = sampler.stats();
  std::printf("\nsampler: %llu samples, %.2f us each in the handler, %llu dropped\n", static_cast<unsigned long long>(stats.samples),
              stats.samples ? static_cast<double>(stats.handler_ns) / 1e3 / static_cast<double>(stats.samples) : 0.0, static_cast<unsigned long long>(stats.dropped));
  sampler.detach_thread();
}
