#include "vm/stored_code.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <vector>

#include "base/clock.h"
#include "load/types/loader.h"
#include "loop/event.h"

namespace rapgo::vm {

using code::versions::InstalledCode;
using load::types::Field;
using load::types::Method;
using load::types::Type;
using loop::AssumptionKind;
using loop::Tier;
namespace versions = code::versions;

namespace {

struct Waiting {
  loop::SharedCode code;
  uint64_t load_ns = 0;
};
struct State {
  StoredCodeConfig config;
  std::mutex lock;
  std::multimap<Type*, Waiting> waiting;  // by one class that is not initialised yet
  std::set<std::pair<uint32_t, int64_t>> seen;  // (method, OSR offset or -1): an entry was decoded
};
State& state() {
  static auto* s = new State;
  return *s;
}

Type* class_of(const loop::Assumption& a) {
  if (a.kind == AssumptionKind::ClassInitialized) return Type::from({a.id});
  if (a.kind == AssumptionKind::StaticReadonlyValue) return Field::from({a.id})->declaring;
  return nullptr;
}

void tell_rejected(const loop::CompiledCode& code, const loop::Assumption& broken) {
  loop::Event e;
  e.time_ns = base::monotonic_ns();
  e.kind = loop::EventKind::StoreRejected;
  e.tier = code.tier;
  e.method = code.method;
  e.il = code.osr_il_offset;
  e.a = static_cast<uint64_t>(code::store::Reject::Assumption);
  e.b = static_cast<uint64_t>(broken.kind);
  loop::emit(e);
}

// Null: an assumption does not hold any more.
InstalledCode* install(const Waiting& w) {
  loop::Assumption broken;
  InstalledCode* installed = versions::install(w.code, *state().config.resolver, &broken);
  if (!installed) return tell_rejected(*w.code, broken), nullptr;
  if (state().config.loaded) state().config.loaded(*installed, w.load_ns);
  return installed;
}

bool better_there(const loop::CompiledCode& code) {
  if (code.is_osr) return versions::find_osr(code.method, code.osr_il_offset) != nullptr;
  InstalledCode* active = versions::active(code.method);
  return active && active->tier == Tier::Optimized;
}

// Publishes optimized code that became usable after the method's first call.
bool publish(const Waiting& w) {
  if (better_there(*w.code)) return false;
  InstalledCode* installed = install(w);
  if (!installed) return false;
  InstalledCode* before = nullptr;
  const bool done = w.code->is_osr ? versions::publish_osr(w.code->method, w.code->osr_il_offset, installed, &before)
                                   : versions::publish(w.code->method, installed, &before);
  if (before && before->tier != Tier::Baseline)
    versions::retire(before, before->tier == Tier::Probed ? versions::RetireReason::ProbesDone : versions::RetireReason::Replaced);
  return done;
}

// The first class that the code still waits for; null: none.
Type* missing_class(const loop::CompiledCode& code) {
  for (const auto& a : code.assumptions)
    if (may_come_true(a)) return class_of(a);
  return nullptr;
}

void wait_or_publish(Waiting w) {
  for (;;) {
    Type* type = missing_class(*w.code);
    if (!type) {
      publish(w);
      return;
    }
    State& s = state();
    std::lock_guard hold(s.lock);
    if (type->is_initialized()) continue;  // in between: class_initialized has been told or will wait for the lock
    s.waiting.emplace(type, std::move(w));
    return;
  }
}

std::optional<Waiting> load(Method* method, Tier tier, bool osr, uint32_t il, bool* pending) {
  State& s = state();
  auto loaded = osr ? s.config.store->find_osr(method->id(), il) : s.config.store->find(method->id(), tier);
  if (!loaded) return std::nullopt;
  if (tier == Tier::Optimized) {
    std::lock_guard hold(s.lock);
    s.seen.insert({method->id().value, osr ? int64_t{il} : -1});
  }
  *pending = !loaded->pending.empty();
  return Waiting{std::make_shared<const loop::CompiledCode>(std::move(loaded->code)), loaded->load_ns};
}

}  // namespace

void init_stored_code(StoredCodeConfig config) { state().config = std::move(config); }

bool may_come_true(const loop::Assumption& a) {
  Type* type = class_of(a);
  return type && !type->is_initialized() && type->needs_class_init();
}

Stored stored_code(Method* method, bool optimized) {
  State& s = state();
  Stored result;
  if (!s.config.store || method->body != load::types::Body::Il) return result;
  bool has_baseline = false, has_optimized = false;
  for (const auto& entry : s.config.store->entries(method->id())) {
    if (entry.osr) result.osr |= optimized;
    else if (entry.tier == Tier::Baseline) has_baseline = true;
    else if (entry.tier == Tier::Optimized) has_optimized = optimized;
  }
  bool pending = false;
  if (has_optimized)
    if (auto w = load(method, Tier::Optimized, false, 0, &pending)) {
      if (pending) wait_or_publish(std::move(*w));
      else result.code = install(*w);
    }
  if (!result.code && s.config.baseline && has_baseline)
    if (auto w = load(method, Tier::Baseline, false, 0, &pending); w && !pending) result.code = install(*w);
  return result;
}

void stored_osr(Method* method) {
  bool pending = false;
  for (const auto& entry : state().config.store->entries(method->id()))
    if (entry.osr && entry.tier == Tier::Optimized)
      if (auto w = load(method, Tier::Optimized, true, entry.osr_il, &pending)) wait_or_publish(std::move(*w));
}

bool stored_instead(const loop::CompilePlan& plan) {
  State& s = state();
  if (!s.config.store || plan.tier != Tier::Optimized) return false;
  const std::pair<uint32_t, int64_t> key{plan.method.value, plan.osr ? int64_t{plan.osr_il_offset} : -1};
  {
    std::lock_guard hold(s.lock);
    // What was decoded once is published, waits, or was not good enough.
    if (!s.seen.insert(key).second) return false;
  }
  bool pending = false;
  auto w = load(Method::from(plan.method), Tier::Optimized, plan.osr, plan.osr_il_offset, &pending);
  return w && !pending && publish(*w);
}

void class_initialized(Type* type) {
  State& s = state();
  if (!s.config.store) return;
  std::vector<Waiting> ready;
  {
    std::lock_guard hold(s.lock);
    auto [begin, end] = s.waiting.equal_range(type);
    for (auto it = begin; it != end; ++it) ready.push_back(std::move(it->second));
    s.waiting.erase(begin, end);
  }
  for (Waiting& w : ready) wait_or_publish(std::move(w));
}

namespace {

using load::types::Assembly;

void add_assemblies_of(Type* type, std::set<Assembly*>& out) {
  if (type->element) add_assemblies_of(type->element, out);
  for (Type* a : type->generic_args) add_assemblies_of(a, out);
  if (type->assembly) out.insert(type->assembly);
}

// With all that they reference, as far as it is loaded. Asked for nearly every method, and the answers are few.
std::set<Assembly*> with_references(const std::set<Assembly*>& start) {
  static std::mutex lock;
  static std::map<std::set<Assembly*>, std::set<Assembly*>> known;
  static size_t known_of = 0;
  const std::vector<Assembly*> loaded = load::types::Loader::get().assemblies();
  std::lock_guard hold(lock);
  if (known_of != loaded.size()) known.clear(), known_of = loaded.size();
  const auto [it, fresh] = known.try_emplace(start, start);
  std::set<Assembly*>& all = it->second;
  if (!fresh) return all;
  std::vector<Assembly*> work(start.begin(), start.end());
  while (!work.empty()) {
    const auto& metadata = *work.back()->metadata;
    work.pop_back();
    for (uint32_t row = 1; row <= metadata.row_count(load::metadata::Table::AssemblyRef); row++) {
      const std::string_view name = metadata.string(metadata.assembly_ref(row).name);
      for (Assembly* a : loaded)
        if (a->name.name == name && all.insert(a).second) work.push_back(a);
    }
  }
  return all;
}

}  // namespace

loop::SharedCode with_assemblies(loop::SharedCode code) {
  std::set<Assembly*> assemblies;
  auto add = [&](Method* m) {
    add_assemblies_of(m->declaring, assemblies);
    for (Type* a : m->generic_args) add_assemblies_of(a, assemblies);
  };
  for (const auto& frame : code->inlined) add(Method::from(frame.method));
  for (const auto& a : code->assumptions)
    if (a.kind == AssumptionKind::MethodBody) add(Method::from({a.id}));
  assemblies = with_references(assemblies);
  assemblies.erase(Method::from(code->method)->declaring->assembly);  // in the method's name already
  if (assemblies.empty()) return code;
  std::vector<loop::Assumption> identities;
  for (Assembly* a : assemblies) {
    Type* module = a->type_of_row(1);  // <Module>: it names the module's version, and has next to no layout of its own
    identities.push_back({AssumptionKind::TypeLayout, module->id().value, 0, module->layout_hash()});
  }
  return loop::with_assumptions(std::move(code), identities);
}

}  // namespace rapgo::vm
