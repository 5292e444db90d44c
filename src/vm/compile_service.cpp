#include "vm/compile_service.h"

#include <map>
#include <mutex>
#include <tuple>

#include <cstdio>

#include "abi/call_layout.h"
#include "base/clock.h"
#include "base/log.h"
#include "compile/baseline/baseline.h"
#include "compile/stubs/stubs.h"
#include "load/types/classify.h"
#include "load/types/loader.h"
#include "loop/event.h"
#include "run/calls/compile_hooks.h"
#include "vm/malloc_piece.h"
#include "vm/stored_code.h"

namespace rapgo::vm {

using code::versions::InstalledCode;
using load::types::Method;
using loop::Tier;
namespace versions = code::versions;
namespace stubs = compile::stubs;

static CompileServiceConfig config;
static std::mutex publish_lock;

static void tell_compiled(const InstalledCode& code, uint64_t ns) {
  loop::Event e;
  e.time_ns = code.installed_ns;
  e.kind = loop::EventKind::Compiled;
  e.tier = code.tier;
  e.method = code.method;
  e.version = code.id;
  e.a = code.size;
  e.b = ns;
  e.c = code.code.il_bytes;
  loop::emit(e);
}

static compile::baseline::Options baseline_options() {
  compile::baseline::Options o;
  o.stress_osr = config.options->stress.osr;
  o.probes = config.options->stress.probe;
  return o;
}

static InstalledCode* compile_baseline(Method* method) {
  const uint64_t start = base::monotonic_ns();  // CPU time would be more exact, and a system call each time
  const loop::SharedCode code = compile::baseline::compile(method, baseline_options());
  InstalledCode* installed = versions::install(code, *config.resolver);
  if (!installed) throw load::types::LoadError(load::types::LoadErrorKind::NotSupported, "code memory is full");
  malloc_reached(installed);
  tell_compiled(*installed, base::monotonic_ns() - start);
  if (config.remember) config.remember(code);
  else loop::drop_source(code);
  return installed;
}

static InstalledCode* compile_now(Method* method, bool osr, uint32_t il) {
  loop::CompilePlan plan;
  plan.method = method->id();
  plan.tier = Tier::Optimized;
  plan.osr = osr;
  plan.osr_il_offset = il;
  plan.reason = "stress";
  auto result = config.driver->compile_now(plan);
  if (!result.code) return nullptr;
  config.optimized(result);
  return result.code;
}

static uint64_t compile(Method* method) {
  if (config.options->stress.optimize && config.may_optimize(method)) {
    if (InstalledCode* code = compile_now(method, false, 0)) return code->entry();
  }
  const Stored stored = stored_code(method, config.may_optimize(method));
  InstalledCode* code = stored.code ? stored.code : compile_baseline(method);
  {
    std::lock_guard hold(publish_lock);
    if (InstalledCode* other = versions::active(method->id())) {  // another thread was faster
      versions::retire(code, versions::RetireReason::Replaced);
      return other->entry();
    }
    versions::publish(method->id(), code);
  }
  if (stored.osr && code->tier == Tier::Baseline) stored_osr(method);
  if (config.compiled) config.compiled(method);
  return code->entry();
}

static InstalledCode* publish_stub(Method* method, loop::CompiledCode&& code, const char* name) {
  InstalledCode* stub = versions::install_stub(std::move(code), name, config.resolver);
  versions::publish(method->id(), stub);
  return stub;
}

static stubs::FastPath fast_path_of(const Method* method) {
  const load::types::Type* t = method->declaring;
  if (t->name != "Monitor" || t->name_space != "System.Threading" || !t->assembly || !t->assembly->is_corlib) return stubs::FastPath::None;
  if (method->name == "Exit") return stubs::FastPath::MonitorExit;
  if (method->name == "Enter") return stubs::FastPath::MonitorEnter;
  return method->name == "try_enter_with_atomic_var" ? stubs::FastPath::MonitorTryEnter : stubs::FastPath::None;
}

static uint64_t install_icall(Method* method, const void* function, uint32_t stack_words, bool leaf) {
  return publish_stub(method, leaf ? stubs::leaf_stub(method->id(), function) : stubs::icall_stub(method->id(), function, stack_words, fast_path_of(method)), "internal call")->entry();
}

static uint64_t install_pinvoke(Method* method, const void* function, uint32_t stack_words, bool capture_errno) {
  return publish_stub(method, stubs::pinvoke_stub(method->id(), function, stack_words, capture_errno), "P/Invoke")->entry();
}

static run::calls::DelegateCode install_delegate(Method* invoke, uint32_t target, uint32_t method_ptr, uint32_t invoke_impl, uint32_t delegates) {
  std::vector<abi::ValueShape> all, without;
  for (uint32_t i = 0; i < invoke->arg_count(); i++) {
    all.push_back(load::types::shape_of(invoke->arg_type(i)));
    if (i) without.push_back(all.back());
  }
  const abi::ValueShape result = load::types::shape_of(invoke->signature().ret);
  auto made = stubs::delegate_stubs(invoke->id(), abi::make_call_layout(result, all), abi::make_call_layout(result, without), {target, method_ptr, invoke_impl, delegates});
  InstalledCode* stub = publish_stub(invoke, std::move(made.code), "delegate Invoke");
  return {stub->entry(), stub->start + made.closed, stub->start + made.open, stub->start + made.multicast};
}

static uint64_t install_imt(std::span<const run::calls::ImtEntry> cases) {
  std::vector<stubs::ImtCase> list;
  for (const auto& c : cases) list.push_back({c.method->id(), static_cast<uint32_t>(reinterpret_cast<uintptr_t>(c.word))});
  return versions::install_stub(stubs::imt_stub(list), "interface dispatch", config.resolver)->entry();
}

static uint64_t unboxing_entry(Method* method) {
  const bool hidden = abi::returns_hidden(load::types::shape_of(method->signature().ret));
  return versions::install_stub(stubs::unbox_stub(method->id(), hidden), "unbox", config.resolver)->entry();
}

static uint64_t virtual_entry(Method* method) {
  const bool hidden = abi::returns_hidden(load::types::shape_of(method->signature().ret));
  method->declaring->vtable();  // gives the method its slot
  return versions::install_stub(stubs::virtual_stub(method->id(), method->declaring->is_interface() ? -1 : method->slot, hidden), "virtual call of a delegate", config.resolver)->entry();
}

static uint64_t landing(InstalledCode* owner, uint32_t il, loop::Resume resume) {
  // Version numbers are never reused: what is remembered of a reclaimed owner is never asked for again.
  static std::mutex lock;
  static std::map<std::tuple<uint32_t, uint32_t, loop::Resume>, uint64_t> made;
  const auto key = std::make_tuple(owner->id.value, il, resume);
  {
    std::lock_guard hold(lock);
    if (auto it = made.find(key); it != made.end()) return it->second;
  }
  compile::baseline::Options o = baseline_options();
  o.probes = owner->tier == Tier::Probed;
  InstalledCode* stub = versions::install_stub(compile::baseline::landing(Method::from(owner->method), o, il, resume, owner->start), "landing", config.resolver);
  versions::attach(stub, owner);
  std::lock_guard hold(lock);
  return made.try_emplace(key, stub->entry()).first->second;
}

static InstalledCode* baseline_version(Method* method) {
  if (InstalledCode* code = versions::newest(method->id(), Tier::Baseline)) return code;
  if (InstalledCode* code = versions::newest(method->id(), Tier::Probed)) return code;
  return compile_baseline(method);
}

static InstalledCode* osr_wanted(Method* method, uint32_t il) {
  if (!config.may_optimize(method)) return nullptr;
  static std::mutex lock;
  static std::map<std::pair<Method*, uint32_t>, bool> refused;
  {
    std::lock_guard hold(lock);
    if (refused.count({method, il})) return nullptr;
  }
  if (compile_now(method, true, il)) return versions::find_osr(method->id(), il);
  std::lock_guard hold(lock);
  refused[{method, il}] = true;
  return nullptr;
}

const loop::BaselineFrame* baseline_frame(Method* method) {
  static std::mutex lock;
  static std::map<Method*, std::unique_ptr<loop::BaselineFrame>> frames;
  {
    std::lock_guard hold(lock);
    auto it = frames.find(method);
    if (it != frames.end()) return it->second.get();
  }
  auto frame = std::make_unique<loop::BaselineFrame>();
  if (InstalledCode* code = versions::newest(method->id(), Tier::Baseline)) *frame = code->code.frame;
  else {
    try {
      *frame = compile::baseline::compile(method, baseline_options())->frame;
    } catch (const load::types::LoadError&) {
      return nullptr;
    }
  }
  std::lock_guard hold(lock);
  auto& slot = frames[method];
  if (!slot) slot = std::move(frame);
  return slot.get();
}

uint64_t first_call_entry(Method* method) {
  // Every method that is named gets one: taken from code memory by the dozen.
  constexpr uint32_t kAtOnce = 32;
  static thread_local uintptr_t next = 0, left = 0;
  if (left == 0) {
    next = code::memory::allocate(code::memory::Area::Stub, kAtOnce * stubs::kFirstCallStubSize);
    if (next == 0) throw load::types::LoadError(load::types::LoadErrorKind::NotSupported, "code memory is full");
    left = kAtOnce;
  }
  const uintptr_t at = next;
  next += stubs::kFirstCallStubSize;
  --left;
  uint8_t bytes[stubs::kFirstCallStubSize];
  stubs::write_first_call_stub(bytes, at, method->id());
  code::memory::write(at, bytes);
  return at;
}

void init_compile_service(CompileServiceConfig c) {
  config = std::move(c);
  auto& h = run::calls::compile_hooks;
  h.compile = compile;
  h.compilable = [](Method* m) { return compile::baseline::compilable(m); };
  h.install_icall = install_icall;
  h.install_pinvoke = install_pinvoke;
  h.install_delegate = install_delegate;
  h.install_imt = install_imt;
  h.unboxing_entry = unboxing_entry;
  h.virtual_entry = virtual_entry;
  h.landing = landing;
  h.baseline = baseline_version;
  h.exit_taken = config.exit_taken;
  if (config.options->stress.osr) h.osr_wanted = osr_wanted;
}

}  // namespace rapgo::vm
