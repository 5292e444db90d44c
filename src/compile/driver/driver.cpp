#include "compile/driver/driver.h"

#include <dlfcn.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "base/clock.h"
#include "base/log.h"
#include "compile/baseline/baseline.h"
#include "compile/hir2llvm/hir2llvm.h"
#include "compile/il2hir/build.h"
#include "compile/passes/optimization.h"
#include "llvm_interface.h"
#include "load/types/method.h"
#include "loop/event.h"

namespace rapgo::compile::driver {

using load::types::Method;
using loop::Tier;

Driver::Driver(Config config) : config_(std::move(config)) {}
Driver::~Driver() { stop(); }

void Driver::submit(loop::CompilePlan plan) {
  std::lock_guard hold(lock_);
  if (stopping_) return;
  for (const auto& queued : queue_)
    if (queued.method == plan.method && queued.tier == plan.tier && queued.osr == plan.osr && queued.osr_il_offset == plan.osr_il_offset) return;
  queue_.push_back(std::move(plan));
  stats_.queued++;
  if (!started_) {
    started_ = true;
    worker_ = std::thread([this] { work(); });
  }
  wake_.notify_one();
}

// What the loader refuses while others' code looks at a plan must not end the process.
template <class F>
static void guarded(F f) {
  try {
    f();
  } catch (const std::exception& e) {
    if (base::log_enabled(base::Channel::compile)) base::log_line(base::Channel::compile, e.what());
  }
}

void Driver::work() {
  pthread_setname_np(pthread_self(), "rapgo-compiler");
  // The program's own threads come first.
  setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), 10);
  for (;;) {
    loop::CompilePlan plan;
    {
      std::unique_lock hold(lock_);
      busy_ = false;
      idle_.notify_all();
      wake_.wait(hold, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      plan = std::move(queue_.front());
      queue_.pop_front();
      busy_ = true;
    }
    bool found = false;
    if (config_.elsewhere && plan.tier == Tier::Optimized) config_.in_runtime([&] { guarded([&] { found = config_.elsewhere(plan); }); });
    if (found) continue;
    Result result = compile(plan);
    config_.in_runtime([&] {
      install(result);
      if (config_.on_done) guarded([&] { config_.on_done(result); });
    });
  }
}

Result Driver::compile_now(const loop::CompilePlan& plan) {
  Result result = compile(plan);
  install(result);
  return result;
}

void Driver::wait_idle() {
  std::unique_lock hold(lock_);
  idle_.wait(hold, [this] { return stopping_ || (queue_.empty() && !busy_); });
}

void Driver::stop() {
  {
    std::lock_guard hold(lock_);
    stopping_ = true;
    queue_.clear();
    wake_.notify_all();
    idle_.notify_all();
  }
  if (worker_.joinable()) worker_.join();
}

void Driver::abandon() {
  {
    std::lock_guard hold(lock_);
    stopping_ = true;
    queue_.clear();
    wake_.notify_all();
    idle_.notify_all();
  }
  if (worker_.joinable()) worker_.detach();
}

Stats Driver::stats() {
  std::lock_guard hold(lock_);
  return stats_;
}

Result Driver::compile(const loop::CompilePlan& plan) {
  Result result;
  result.plan = plan;
  const uint64_t start = base::thread_cpu_ns();
  try {
    if (plan.tier == Tier::Probed) compile_probed(plan, result);
    else compile_optimized(plan, result);
  } catch (const std::exception& e) {
    result.error = e.what();
  }
  result.compile_ns = base::thread_cpu_ns() - start;
  loop::Event e;
  e.time_ns = base::monotonic_ns();
  e.tier = plan.tier;
  e.method = plan.method;
  e.il = plan.osr_il_offset;
  std::lock_guard hold(lock_);
  stats_.plans++;
  stats_.compile_ns += result.compile_ns;
  if (!result.value) {
    stats_.failed++;
    stats_.failures[result.error.substr(0, result.error.find(" in "))]++;
    e.kind = loop::EventKind::CompileFailed;
    loop::emit(e);
  }
  return result;
}

void Driver::compile_probed(const loop::CompilePlan& plan, Result& result) {
  baseline::Options options;
  options.probes = true;
  result.value = baseline::compile(Method::from(plan.method), options);
}

void Driver::compile_optimized(const loop::CompilePlan& plan, Result& result) {
  Method* method = Method::from(plan.method);
  il2hir::Options options;
  options.profile = plan.profile.get();
  options.osr = plan.osr;
  options.osr_il_offset = plan.osr_il_offset;
  options.deopt_every = config_.deopt_every;
  options.baseline_frame = config_.baseline_frame;
  uint64_t at = base::monotonic_ns();
  auto lap = [&at] {
    const uint64_t now = base::monotonic_ns(), passed = now - at;
    at = now;
    return passed;
  };
  auto graph = il2hir::build(method, options);
  result.build_ns = lap();

  passes::PipelineOptions pipeline;
  pipeline.disabled = config_.disabled;
  pipeline.disabled.insert(pipeline.disabled.end(), plan.disabled_optimizations.begin(), plan.disabled_optimizations.end());
  pipeline.verify = config_.verify;
  if (config_.dump_hir) {
    pipeline.after_pass = [&](const char* pass, const hir::Graph& g) {
      if (!config_.dump_hir(method, pass)) return;
      const std::string text = "; " + method->display_name() + " after " + pass + "\n" + hir::print(g);
      fwrite(text.data(), 1, text.size(), stderr);
    };
    pipeline.after_pass("il2hir", *graph);
  }
  if (config_.verify)
    if (std::string broken = hir::verify(*graph); !broken.empty()) throw std::runtime_error("the graph from IL is broken: " + broken);
  std::string broken;
  if (!passes::optimize(*graph, pipeline, &broken)) throw std::runtime_error(broken);
  result.passes_ns = lap();

  auto* generate = reinterpret_cast<hir2llvm::CompileFunction*>(llvm());
  if (!generate) throw std::runtime_error(llvm_error_);
  lap();
  auto code = std::make_shared<loop::CompiledCode>();
  hir2llvm::Options back;
  std::string error;
  if (!generate(graph.get(), &back, code.get(), &error)) throw std::runtime_error(error);
  result.llvm_ns = lap();
  code->compile_ns = result.build_ns + result.passes_ns + result.llvm_ns;
  result.value = std::move(code);
}

void Driver::install(Result& result) {
  if (!result.value) return;
  loop::Assumption broken;
  try {
    result.code = code::versions::install(result.value, *config_.resolver, &broken);
  } catch (const std::exception& e) {
    result.error = e.what();
    return;
  }
  if (!result.code) {
    result.overtaken = broken.id != 0;
    result.error = result.overtaken ? "an assumption broke during the compile" : "code memory is full";
    return;
  }
  loop::Event e;
  e.time_ns = base::monotonic_ns();
  e.kind = loop::EventKind::Compiled;
  e.tier = result.plan.tier;
  e.method = result.plan.method;
  e.version = result.code->id;
  e.il = result.plan.osr ? result.plan.osr_il_offset : 0;
  e.a = result.value->bytes.size();
  e.b = result.compile_ns;
  e.c = result.value->il_bytes;
  loop::emit(e);
}

void* Driver::llvm() {
  std::call_once(llvm_once_, [this] {
    const uint64_t start = base::monotonic_ns();
    void* module = dlopen(config_.llvm_module.c_str(), RTLD_NOW | RTLD_LOCAL);
    // Graphs and code pass between the two as objects in memory: the module must be made of the same headers.
    const auto* interface = module ? static_cast<const char*>(dlsym(module, hir2llvm::kInterfaceName)) : nullptr;
    if (!module) llvm_error_ = std::string("the optimizer's back end cannot be loaded: ") + (dlerror() ?: "?");
    else if (!interface || std::strcmp(interface, RAPGO_LLVM_INTERFACE) != 0) llvm_error_ = "the optimizer's back end " + config_.llvm_module + " is of another build than this program";
    else llvm_entry_ = dlsym(module, hir2llvm::kEntryName);
    if (!llvm_entry_ && llvm_error_.empty()) llvm_error_ = "the optimizer's back end " + config_.llvm_module + " has no entry";
    if (!llvm_entry_) {
      no_back_end_.store(true, std::memory_order_relaxed);
      if (base::log_enabled(base::Channel::compile)) base::log_line(base::Channel::compile, llvm_error_ + ": nothing is optimized");
    }
    std::lock_guard hold(lock_);
    stats_.llvm_load_ns = base::monotonic_ns() - start;
  });
  return llvm_entry_;
}

}  // namespace rapgo::compile::driver
