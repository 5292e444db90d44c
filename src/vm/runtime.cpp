#include "vm/runtime.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <mutex>

#include <fmt/format.h>
#include <linux/limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/helpers.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/method_filter.h"
#include "base/pages.h"
#include "code/memory/low_memory.h"
#include "code/store/records.h"
#include "compile/stubs/stubs.h"
#include "gc/binding/api.h"
#include "loop/event_log.h"
#include "observe/sampler/sampler.h"
#include "run/calls/calls.h"
#include "run/calls/class_init.h"
#include "run/calls/compile_hooks.h"
#include "run/calls/invoke.h"
#include "run/classlib/boot.h"
#include "run/classlib/console.h"
#include "run/classlib/classlib.h"
#include "run/classlib/threads.h"
#include "run/classlib/objects.h"
#include "run/stack/border.h"
#include "run/stack/throw.h"
#include "run/stack/walk.h"
#include "run/threads/binding.h"
#include "run/threads/service.h"
#include "run/threads/suspend.h"
#include "run/threads/thread.h"
#include "run/transfer/transfer.h"
#include "vm/adaptive.h"
#include "vm/code_listeners.h"
#include "vm/compile_service.h"
#include "vm/knowledge.h"
#include "vm/malloc_piece.h"
#include "vm/names.h"
#include "vm/resolver.h"
#include "vm/stored_code.h"

#ifndef RAPGO_VERSION
#define RAPGO_VERSION "0.1.0"
#endif

namespace rapgo::vm {

using load::types::Loader;
using load::types::Method;
using load::types::Type;
namespace versions = code::versions;
namespace threads = run::threads;

namespace {

// Everything that one run owns. Never destroyed: threads may still be in it when the process ends.
struct World {
  base::Options options;
  Program program;
  base::MethodFilter filter;
  WorldResolver resolver;
  LoaderNames names;
  std::unique_ptr<explain::Journal> journal;
  std::unique_ptr<compile::driver::Driver> driver;
  std::unique_ptr<Adaptive> adaptive;
  std::unique_ptr<code::store::Store> store;
  std::unique_ptr<code::store::Records> records;
  std::ofstream record;
  std::mutex record_lock;
  uint64_t build = 0;               // of the runtime, as the store sees it
  Recalled recalled;
  uint64_t start_ns = 0, main_ns = 0;
  std::atomic<uint32_t> stress_counter{0};
  std::atomic<bool> finished{false};
};
World* world;

std::string executable_directory() {
  char path[PATH_MAX];
  const ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
  std::string text(path, n > 0 ? static_cast<size_t>(n) : 0);
  return text.substr(0, text.rfind('/'));
}

std::string llvm_module_path() {
  const std::string here = executable_directory();
  for (const std::string& candidate : {here + "/rapgo-llvm.so", here + "/../lib/rapgo/rapgo-llvm.so"})
    if (access(candidate.c_str(), R_OK) == 0) return candidate;
  return "rapgo-llvm.so";
}

bool may_optimize(Method* method) {
  if (method->body != load::types::Body::Il || method->contains_vars() || method->is_synchronized() || method->dynamic_body) return false;
  if (method->intrinsic != load::types::Intrinsic::None) return false;
  return world->filter.allows_everything() || world->filter.allows(method->display_name());  // a name is dear: asked at every first call
}

int32_t stress_guard() { return world->stress_counter.fetch_add(1, std::memory_order_relaxed) % world->options.stress.deopt == world->options.stress.deopt - 1; }

void exit_taken(const code::maps::InstalledCode& code, uint32_t il, loop::ExitReason reason) {
  if (world->adaptive) world->adaptive->exit_taken(code, il, reason);
}

void assumption_broke(loop::MethodId method) {
  if (world->adaptive) world->adaptive->assumption_broke(method);
}

// Frees what no stack refers to. Attached thread, Mode::Runtime.
void reclaim_now() {
  threads::StoppedWorld stopped;
  versions::reclaim([](versions::WordSink& sink) {
    threads::for_each_thread([&](threads::Thread& t) {
      threads::scan_thread(t, [](void* context, const uint64_t* low, const uint64_t* high) { static_cast<versions::WordSink*>(context)->words(low, high); }, &sink,
                           __builtin_frame_address(0));
    });
  });
}

void in_runtime(const std::function<void()>& body) {
  run::classlib::runs_no_handlers = true;
  threads::attach_current(true);
  body();
  threads::detach_current();
}

void make_stubs() {
  compile::stubs::CoreStubs stubs = compile::stubs::core_stubs();
  loop::CompiledCode code = stubs.code;
  auto* installed = versions::install_stub(std::move(code), "runtime stubs", &world->resolver);
  compile::stubs::publish_core_stubs(stubs, installed->start);
}

void wire_loader() {
  Loader& loader = Loader::get();
  loader.make_entry = first_call_entry;
  loader.make_unboxing_entry = [](Method* m) { return run::calls::compile_hooks.unboxing_entry(m); };
  loader.register_cells = [](std::span<const Loader::VtableCell> cells) {
    versions::Cell some[64];
    while (!cells.empty()) {
      const size_t n = std::min(cells.size(), std::size(some));
      for (size_t i = 0; i < n; i++) some[i] = {cells[i].method, cells[i].cell};
      versions::register_cells({some, n});
      cells = cells.subspan(n);
    }
  };
  loader.interface_miss_entry = [] { return abi::helper_entry(abi::Helper::InterfaceMiss); };
  loader.on_type_complete = [](Type* t) { type_completed(t, assumption_broke); };
  loader.register_static_roots = [](uint8_t* at, const abi::GcMap* map) { threads::register_static_roots(at, map); };
  loader.lock_contended = [](std::recursive_mutex& m) {
    if (abi::current().thread && abi::current().mode == abi::Mode::Runtime) {
      threads::NativeScope native;
      m.lock();
    } else {
      m.lock();
    }
  };
}

void open_store() {
  const auto& o = world->options;
  if (o.cache == base::CacheMode::off) return;
  code::store::Config c;
  c.dir = o.cache_dir;
  if (o.cache == base::CacheMode::beside) c.dir = world->program.path + ".rapgo";
  c.mode = o.cache == base::CacheMode::read ? code::store::Mode::Read : code::store::Mode::Write;
  c.size_limit = o.cache_size.count;
  c.environment = code::store::Environment::current();
  // Stress modes change the code that is made: it must not meet ordinary runs.
  if (o.stress.any()) c.environment.build ^= 0x9E3779B97F4A7C15ull * (1 + o.stress.optimize + 2 * o.stress.osr + 4 * o.stress.probe + 8 * (o.stress.deopt != 0));
  c.names = &world->names;
  c.check = [](loop::Assumption& a) { return world->resolver.holds(a); };
  c.later = may_come_true;
  world->build = c.environment.build;
  const bool named = !o.cache_dir.empty() || o.cache == base::CacheMode::beside;
  world->store = code::store::Store::open(c);
  if (world->store->mode() == code::store::Mode::Off) {
    if (named) throw base::UserError(fmt::format("the code cache cannot be used: {}", world->store->why_off()));
    return;
  }
  if (!o.stress.any()) world->records = code::store::Records::make(world->store->dir(), &world->names, world->store->mode() == code::store::Mode::Write);
}

void drain_events() {
  loop::drain_events([](const loop::Event& e) {
    if (world->journal) world->journal->add(e);
    if (world->record.is_open() && e.kind != loop::EventKind::Sampled) {
      std::lock_guard hold(world->record_lock);
      world->record << world->journal->log_line(e) << '\n';
    }
  });
}

// Offers code to the store. Mode::Runtime.
void remember(loop::SharedCode code) {
  if (!world->finished && world->store && world->store->mode() == code::store::Mode::Write) world->store->put(with_assemblies(std::move(code)));
}
// The same for baseline code that was just packed and installed: when the store is done with it, nobody wants its source any more.
void remember_baseline(loop::SharedCode code) {
  if (world->finished || !world->store || world->store->mode() != code::store::Mode::Write) return loop::drop_source(code);
  auto stored = with_assemblies(code);
  const loop::CompiledCode* value = stored.get();
  world->store->put(loop::SharedCode(value, [stored = std::move(stored), code = std::move(code)](const loop::CompiledCode*) { loop::drop_source(code); }));
}

void describe(const versions::InstalledCode& code) {
  if (!world->journal) return;
  std::vector<std::string> assumptions;
  for (const auto& a : code.code.assumptions) assumptions.push_back(explain::assumption_text(a, world->names));
  world->journal->version_details(code.method, code.id, std::move(assumptions), code.code.notes);
}

void use_stored_code() {
  if (!world->store || world->store->mode() == code::store::Mode::Off) return;
  StoredCodeConfig c;
  c.store = world->store.get();
  c.resolver = &world->resolver;
  c.baseline = !world->options.cache_optimized_only;
  c.loaded = [](versions::InstalledCode& code, uint64_t load_ns) {
    loop::Event e;
    e.time_ns = base::monotonic_ns();
    e.kind = loop::EventKind::StoreLoaded;
    e.tier = code.tier;
    e.method = code.method;
    e.version = code.id;
    e.il = code.code.is_osr ? code.code.osr_il_offset : 0;
    e.a = code.size;
    e.b = load_ns;
    e.c = code.code.il_bytes;
    loop::emit(e);
    if (code.tier != loop::Tier::Optimized) return;
    describe(code);
    world->adaptive->loaded(code.method, code.code.is_osr, code.code.osr_il_offset);
  };
  init_stored_code(std::move(c));
  run::calls::on_class_initialized = class_initialized;
}

void start_optimizing() {
  const auto& o = world->options;
  compile::driver::Config d;
  d.resolver = &world->resolver;
  d.in_runtime = in_runtime;
  d.elsewhere = stored_instead;
  d.on_done = [](compile::driver::Result& r) { world->adaptive->plan_done(r); };
  d.baseline_frame = baseline_frame;
  d.llvm_module = llvm_module_path();
  d.deopt_every = o.stress.deopt;
  d.verify = o.stress.verify;
  d.disabled = o.no_optimization;
  if (!o.dump_hir.empty()) {
    const size_t colon = o.dump_hir.rfind(':');
    const std::string method = o.dump_hir.substr(0, colon), pass = colon == std::string::npos ? "" : o.dump_hir.substr(colon + 1);
    d.dump_hir = [patterns = base::MethodPatterns(method), pass](Method* m, const std::string& p) { return (pass.empty() || pass == p) && patterns.matches(m->display_name()); };
  }
  world->driver = std::make_unique<compile::driver::Driver>(std::move(d));

  Adaptive::Config a;
  a.options = &o;
  a.driver = world->driver.get();
  a.journal = world->journal.get();
  a.names = &world->names;
  a.capture = run::stack::capture_sample;
  a.may_optimize = may_optimize;
  a.remember = remember;
  a.forget = [](const versions::InstalledCode& code) {
    if (!world->finished && world->store) world->store->drop(code.method, code.tier, code.code.is_osr, code.code.osr_il_offset);
  };
  if (world->records)
    a.recall = [] {
      if (access((world->store->dir() + "/rapgo.db").c_str(), R_OK) != 0) return;  // the first run makes it at its end
      world->recalled = recall(*world->records, world->program.path, world->build, *world->adaptive);
    };
  a.reclaim = [] { in_runtime(reclaim_now); };
  if (world->record.is_open())
    a.record = [](const std::string& line) {
      std::lock_guard hold(world->record_lock);
      world->record << line << '\n';
    };
  if (world->journal) a.keep_events = drain_events;
  world->adaptive = std::make_unique<Adaptive>(std::move(a));
}

void wire_compile_service() {
  CompileServiceConfig c;
  c.options = &world->options;
  c.resolver = &world->resolver;
  if (!world->options.cache_optimized_only) c.remember = remember_baseline;
  c.driver = world->driver.get();
  c.may_optimize = [](Method* m) { return world->options.tier == base::TierMode::adaptive && may_optimize(m); };
  c.compiled = [](Method* m) { world->adaptive->method_compiled(m); };
  c.optimized = [](compile::driver::Result& r) { world->adaptive->plan_done(r); };
  c.exit_taken = exit_taken;
  init_compile_service(std::move(c));
}

void run_finalizer(abi::Object* object) {
  Type* type = run::calls::type_of(object);
  Method* finalize = Loader::get().types().object->find_method("Finalize", 0);
  Method* target = finalize ? type->find_virtual(finalize) : nullptr;
  try {
    if (target) run::calls::invoke<void>(target, object);
  } catch (const run::ManagedException& e) {
    run::classlib::die_of(e.object());
  }
}

int call_main(Method* entry) {
  const auto& signature = entry->signature();
  abi::Array* args = nullptr;
  if (!signature.params.empty()) {
    const auto& texts = world->program.args;
    args = run::calls::new_array(Loader::get().types().string, static_cast<int64_t>(texts.size()));
    for (size_t i = 0; i < texts.size(); i++) gc::store(args, args->at<abi::Object*>(i), run::calls::new_string(texts[i].c_str()));
  }
  const void* pointers[] = {&args};
  if (signature.ret->is_void()) {
    run::calls::invoke_raw(entry, pointers, nullptr);
    return run::classlib::exit_code();
  }
  int64_t result = 0;
  run::calls::invoke_raw(entry, pointers, &result);
  return static_cast<int>(result);
}

void finish();
[[noreturn]] void end_process(int status) {
  finish();
  run::classlib::restore_terminal();
  fflush(stdout);
  fflush(stderr);
  _exit(status & 0xff);
}

[[noreturn]] void die_now(int status) {
  threads::NativeScope native;
  end_process(status);
}

// Environment.Exit, on any managed thread.
[[noreturn]] void exit_now(int status) {
  run::classlib::process_exit();
  threads::NativeScope native;  // what is waited for may want to stop the world
  end_process(status);
}

// A program built for .NET 5 or later (or .NET Core) needs that runtime's class library. Libraries built so may work, and are tried.
void refuse_foreign_program(const load::types::Assembly* app) {
  const auto& metadata = *app->metadata;
  for (uint32_t row = 1; row <= metadata.row_count(load::metadata::Table::AssemblyRef); row++) {
    const auto reference = metadata.assembly_ref(row);
    if (metadata.string(reference.name) != "System.Runtime" || std::make_pair(reference.major, reference.minor) < std::make_pair<uint16_t, uint16_t>(4, 2)) continue;
    throw base::UserError(fmt::format("{} was built for .NET {}, whose class library is not Mono's: build it for .NET Framework 4.x (net48)", world->program.path,
                                      reference.major >= 5 ? std::to_string(reference.major) : "Core"));
  }
}

// On the main managed thread, Mode::Runtime.
int run_program() {
  run::classlib::boot({world->program.path, world->program.command_line});
  threads::start_service_thread(run_finalizer);
  int status = 0;
  try {
    load::types::Assembly* app = Loader::get().load_file(world->program.path);
    refuse_foreign_program(app);
    Method* entry = app->entry_point();
    if (!entry) throw base::UserError(fmt::format("{} has no entry point", world->program.path));
    if (world->adaptive && world->options.tier == base::TierMode::adaptive) world->adaptive->start();
    world->main_ns = base::monotonic_ns();
    status = call_main(entry);
  } catch (const run::ManagedException& e) {
    if (!run::classlib::survive_abort(e.object())) run::classlib::die_of(e.object());
    run::stack::report_unhandled(e.object());  // and no more, as Mono
  } catch (const load::types::LoadError& e) {
    throw base::UserError(fmt::format("cannot run {}: {}", world->program.path, e.what()));
  }
  threads::wait_for_foreground_threads();
  run::classlib::exit_code() = status;
  run::classlib::process_exit();  // its handlers may change the status
  return run::classlib::exit_code();
}

double percent(uint64_t part, uint64_t whole) { return whole ? 100.0 * static_cast<double>(part) / static_cast<double>(whole) : 0; }

// What the options ask for at the end. Once, from whichever way the program ends.
void finish() {
  if (world->finished.exchange(true)) return;
  if (world->adaptive) world->adaptive->stop();
  if (world->driver) world->driver->abandon();
  const auto& o = world->options;
  if (world->records && world->adaptive && world->store->mode() == code::store::Mode::Write && base::process_cpu_ns() >= kWorthKeeping) {
    const auto s = world->store->stats();
    keep(*world->records, world->program.path, world->build, *world->adaptive,
         {base::process_cpu_ns(), base::monotonic_ns() - world->start_ns, world->driver->stats().plans, s.hits, 0});
  }
  if (world->store) world->store->close();
  if (o.stats || o.explain.on || world->record.is_open()) {
    drain_events();
    auto& j = *world->journal;
    const uint64_t now = base::monotonic_ns();
    const auto sampling = observe::Sampler::get().stats();
    const auto gc = gc::stats();
    const uint64_t cpu = base::process_cpu_ns(), overhead = sampling.handler_ns + (world->adaptive ? world->adaptive->observer_cpu_ns() : 0);
    j.fact("program", world->program.path);
    j.fact("run", fmt::format("{:.1f} ms wall, {:.1f} ms CPU; Main was reached after {:.1f} ms", static_cast<double>(now - world->start_ns) / 1e6,
                              static_cast<double>(cpu) / 1e6, static_cast<double>(world->main_ns - world->start_ns) / 1e6));
    std::string loaded;
    for (const load::types::Assembly* a : Loader::get().assemblies()) loaded += (loaded.empty() ? "" : ", ") + a->name.name;
    j.fact("assemblies", loaded);
    j.fact("profiling", fmt::format("{} samples, {} not walkable, {} dropped; {:.2f} % of the CPU time", sampling.samples, sampling.missed, sampling.dropped, percent(overhead, cpu)));
    if (world->driver) {
      const auto d = world->driver->stats();
      j.fact("optimizer", fmt::format("{} plans, {} refused, {:.1f} ms; back end loaded in {:.1f} ms", d.plans, d.failed, static_cast<double>(d.compile_ns) / 1e6, static_cast<double>(d.llvm_load_ns) / 1e6));
      for (auto& [why, count] : d.failures) j.fact("refused: " + why, fmt::format("{} times", count));
    }
    if (world->store) {
      const auto s = world->store->stats();
      j.fact("code cache", fmt::format("{}: {} look-ups, {} loaded, {} rejected, {} written, opened in {:.2f} ms", world->store->dir(), s.lookups, s.hits, s.rejected, s.written_entries, static_cast<double>(s.open_ns) / 1e6));
    }
    if (world->recalled.runs)
      j.fact("earlier runs", fmt::format("{}, with profiles of {} methods and {} verdicts, recalled in {:.2f} ms", world->recalled.runs, world->recalled.methods, world->recalled.verdicts, world->recalled.ms));
    const uint64_t survived = gc.bytes_moved + gc.bytes_pinned;
    j.fact("heap", fmt::format("{} minor and {} major collections, {:.1f} MB allocated, {:.1f} MB moved ({:.1f} % of what survived; the rest was pinned), {:.1f} ms paused", gc.minor_collections,
                               gc.major_collections, static_cast<double>(gc.bytes_allocated) / 1e6, static_cast<double>(gc.bytes_moved) / 1e6,
                               survived ? 100.0 * static_cast<double>(gc.bytes_moved) / static_cast<double>(survived) : 100.0, static_cast<double>(gc.pause_ns_total) / 1e6));
    const auto figures = versions::figures();
    for (int t = 0; t < 4; t++)
      if (figures.tier[t].total_versions)
        j.fact(fmt::format("{} code", tier_name(static_cast<loop::Tier>(t))), fmt::format("{} versions, {} bytes held; {} reclaimed ({} bytes)", figures.tier[t].versions, figures.tier[t].bytes,
                                                                                       figures.tier[t].reclaimed_versions, figures.tier[t].reclaimed_bytes));
    if (o.stats) {
      const std::string text = j.text();
      fwrite(text.data(), 1, text.size(), stderr);
    }
    if (o.explain.on) {
      const std::string path = o.explain.text.empty() ? "rapgo-explain.html" : o.explain.text;
      std::ofstream page(path);
      page << j.html();
      page.close();
      if (page) fmt::print(stderr, "rapgo: explanation in {}\n", path);
      else fmt::print(stderr, "rapgo: the explanation could not be written to {}\n", path);
    }
    world->record.flush();
  }
}

void boot_runtime() {
  const auto& o = world->options;
  threads::init();
  versions::init();
  listen_to_code(o, world->names);
  gc::Options g;
  g.heap_max = o.heap_max.count;
  g.move_every_n = o.stress.move;
  g.verify = o.stress.verify;
  gc::init(g, &threads::binding());
  run::stack::init();
  run::calls::register_helpers();
  run::transfer::register_helpers();
  run::transfer::resolve_symbol = [](const loop::Symbol& s) { return world->resolver.resolve(s); };
  abi::helper_body(abi::Helper::StressGuard) = reinterpret_cast<void*>(&stress_guard);
  run::classlib::register_all();
  run::classlib::on_exit = exit_now;
  run::classlib::on_death = die_now;
  if (o.stress.reclaim) versions::set_retained_limit(1);

  Loader::Options l;
  l.alloc_low = code::memory::meta_alloc;
  if (const char* path = std::getenv("MONO_PATH")) {
    std::string_view rest(path);
    while (!rest.empty()) {
      const size_t colon = std::min(rest.find(':'), rest.size());
      if (colon) l.search_paths.emplace_back(rest.substr(0, colon));
      rest.remove_prefix(std::min(colon + 1, rest.size()));
    }
  }
  make_stubs();
  Loader::init(l);
  wire_loader();
}

}  // namespace

int run(const base::Options& options, const Program& program) {
  world = new World;
  world->start_ns = base::monotonic_ns();
  world->options = options;
  world->program = program;
  world->filter = base::MethodFilter(options.only, options.skip);
  if (access(program.path.c_str(), R_OK) != 0) throw base::UserError(fmt::format("cannot open assembly '{}'", program.path));
  char resolved[PATH_MAX];
  if (realpath(program.path.c_str(), resolved)) world->program.path = resolved;
  if (!options.replay.empty() && access(options.replay.c_str(), R_OK) != 0) throw base::UserError(fmt::format("cannot read the recording '{}'", options.replay));
  if (options.stats || options.explain.on || !options.record.empty()) {
    loop::keep_events(1 << 16);
    world->journal = std::make_unique<explain::Journal>(world->names);
  }
  if (!options.record.empty()) {
    world->record.open(options.record);
    if (!world->record) throw base::UserError(fmt::format("cannot write the recording '{}'", options.record));
  }
  boot_runtime();
  open_store();
  start_optimizing();
  wire_compile_service();
  use_stored_code();
  Loader::get().set_application_base(world->program.path.substr(0, world->program.path.rfind('/')));
  Loader::get().read_application_config(world->program.path + ".config");

  std::exception_ptr failure;
  auto main = [&] {
    grow_malloc();
    int status = 1;
    try {
      status = run_program();
    } catch (...) {
      failure = std::current_exception();
    }
    base::stop_serving_pages();
    return status;
  };
  const int status = threads::run_main(main, base::serve_pages);
  if (failure) std::rethrow_exception(failure);
  threads::stop_finalization();
  end_process(status);
}

std::string version_line() { return "rapgo " RAPGO_VERSION " (class library: Mono 6.8 mscorlib 4.0.0.0)"; }

}  // namespace rapgo::vm
