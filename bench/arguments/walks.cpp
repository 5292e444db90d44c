// Argument (d): to know when code can be freed: stack walks against entry/exit counters, at 1, 10, 100 and 1,000 threads.
// Walks: the project's own stop of the world and scan of every thread, each stack word tested as reclamation tests it. Two of
// the threads run, the others wait in native code, all 40 frames deep: how real programs with many threads look.
// Counters: a small method with none, with a per-thread counter, and with one that all threads share, incremented at entry
// and decremented at exit; the CPU time of a call where as many threads call at once (nobody waits, so all of them run).
#include <asmjit/x86.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "code/maps/maps.h"
#include "code/memory/code_memory.h"
#include "code/memory/low_memory.h"
#include "contest.h"
#include "gc/binding/api.h"
#include "run/threads/binding.h"
#include "run/threads/suspend.h"
#include "run/threads/thread.h"

using namespace rapgo;
using namespace asmjit;
using namespace asmjit::x86;
namespace memory = code::memory;
namespace threads = run::threads;

namespace {

// ---- walks
uintptr_t some_code;
std::atomic<bool> over{false};
std::atomic<int> ready{0};

// A frame as managed code has it: some words of data, some of them like addresses of code.
[[gnu::noinline]] int deep(int frames, bool runs) {
  volatile uint64_t words[14];
  for (int i = 0; i < 14; i++) words[i] = i % 7 == 0 ? some_code + static_cast<uintptr_t>(frames) * 16 : static_cast<uint64_t>(frames * i);
  if (frames > 0) return deep(frames - 1, runs) + static_cast<int>(words[3]);
  ready++;
  while (!over) {
    threads::NativeScope native;  // a running thread crosses this border all the time and stops there
    if (!runs) usleep(20000);
  }
  return static_cast<int>(words[5]);
}

void visit(void* sink, const uint64_t* low, const uint64_t* high) {
  auto& found = *static_cast<uint64_t*>(sink);
  for (; low != high; ++low) {
    if (!memory::in_code(*low)) continue;
    found += code::maps::lookup(*low) != nullptr;
    found += code::maps::lookup(*low - 1) != nullptr;
    found++;
  }
}

void argue_walks(int count) {
  over = false;
  ready = 0;
  std::vector<threads::Thread*> made;
  for (int i = 0; i < count; i++) made.push_back(threads::start([i] { deep(40, i < 2); }, {256 << 10, true, false, "walked"}));
  {
    threads::NativeScope native;
    while (ready < count) usleep(1000);
  }
  uint64_t found = 0;
  std::vector<double> walls, cpus, stops;
  for (int round = 0; round < 41; round++) {
    { threads::NativeScope native; usleep(2000); }
    const double wall = arguments::cpu_ns(CLOCK_MONOTONIC), cpu = arguments::cpu_ns();
    {
      threads::StoppedWorld stopped;
      stops.push_back((arguments::cpu_ns(CLOCK_MONOTONIC) - wall) / 1e3);
      threads::scan_all_threads(visit, &found, __builtin_frame_address(0));
    }
    walls.push_back((arguments::cpu_ns(CLOCK_MONOTONIC) - wall) / 1e3);
    cpus.push_back((arguments::cpu_ns() - cpu) / 1e3);
  }
  std::printf("  %5d threads: walker's CPU %8.1f us (noise %4.1f %%), per thread %6.2f us; clock %9.1f us, of which until all stood %9.1f us\n", count,
              arguments::median(cpus), 100 * (arguments::at_share(cpus, 0.75) - arguments::at_share(cpus, 0.25)) / arguments::median(cpus),
              arguments::median(cpus) / count, arguments::median(walls), arguments::median(stops));
  std::fflush(stdout);
  over = true;
  for (threads::Thread* thread : made) {
    threads::join(thread, -1);
    threads::release(thread);
  }
}

// ---- counters
enum class Counter { None, Own, Shared };
alignas(64) uint64_t shared_counter;

// int f(uint64_t* own, int turns): calls a small method so many times.
using Kernel = int (*)(uint64_t* own, int turns);
Kernel make(Counter counter) {
  CodeHolder holder;
  holder.init(Environment::host());
  Assembler a(&holder);
  auto* shared = static_cast<uint64_t*>(memory::meta_alloc(64, 64));
  Label method = a.newLabel(), head = a.newLabel();
  const auto count = [&](bool up) {
    if (counter == Counter::Own) up ? a.inc(qword_ptr(rdi)) : a.dec(qword_ptr(rdi));
    if (counter == Counter::Shared) up ? a.lock().inc(qword_ptr(reinterpret_cast<uint64_t>(shared))) : a.lock().dec(qword_ptr(reinterpret_cast<uint64_t>(shared)));
  };
  a.push(rbp);
  a.mov(rbp, rsp);
  a.xor_(eax, eax);
  a.bind(head);
  a.call(method);
  a.sub(esi, 1);
  a.jnz(head);
  a.pop(rbp);
  a.ret();
  a.align(AlignMode::kCode, 16);
  a.bind(method);
  a.push(rbp);
  a.mov(rbp, rsp);
  count(true);
  a.imul(eax, eax, 31);
  a.add(eax, 7);
  count(false);
  a.pop(rbp);
  a.ret();
  const uintptr_t at = memory::allocate(memory::Area::Baseline, holder.codeSize());
  holder.flatten();
  holder.relocateToBase(at);
  memory::write(at, {holder.textSection()->data(), holder.codeSize()});
  return reinterpret_cast<Kernel>(at);
}

struct alignas(64) Own { uint64_t counter = 0; };

double calls(Kernel kernel, int count, int total) {
  std::vector<Own> own(static_cast<size_t>(count));
  std::vector<double> costs(static_cast<size_t>(count));
  std::vector<std::thread> all;
  std::atomic<int> waiting{0};
  const int turns = std::max(1, total / count);
  for (int i = 0; i < count; i++)
    all.emplace_back([&, i] {
      waiting++;
      while (waiting < count) std::this_thread::yield();
      const double began = arguments::cpu_ns();
      volatile int sink = kernel(&own[static_cast<size_t>(i)].counter, turns);
      (void)sink;
      costs[static_cast<size_t>(i)] = (arguments::cpu_ns() - began) / turns;
    });
  for (auto& thread : all) thread.join();
  double sum = 0;
  for (double cost : costs) sum += cost;
  return sum / count;
}

}  // namespace

int main() {
  memory::reserve_low();
  some_code = memory::allocate(memory::Area::Baseline, 4096);
  gc::init({}, &threads::binding());
  threads::init();
  std::puts("Argument (d): stack walks against entry/exit counters\n\nstop all threads and walk all stacks (40 frames each)");
  threads::run_main([] {
    for (int count : {1, 10, 100, 1000}) argue_walks(count);
    return 0;
  });
  const Kernel none = make(Counter::None), own = make(Counter::Own), shared = make(Counter::Shared);
  for (int count : {1, 10, 100, 1000})
    arguments::contest("a call, " + std::to_string(count) + " threads calling", "ns of CPU time per call",
                       {{"no counter", [=] { return calls(none, count, 20000000); }},
                        {"the thread's own counter", [=] { return calls(own, count, 20000000); }},
                        {"a shared counter (lock)", [=] { return calls(shared, count, 20000000); }}}, 7);
}
