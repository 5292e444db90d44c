#include "run/threads/binding.h"

#include "gc/binding/binding.h"
#include "load/types/type.h"
#include "run/threads/internal.h"
#include "run/threads/monitor.h"
#include "run/threads/service.h"
#include "run/threads/suspend.h"

namespace rapgo::run::threads {

namespace {

// Registration takes the lock in Mode::Runtime and never stops inside, so a collection finds it free.
struct Roots {
  std::mutex lock;
  struct Statics {
    uint8_t* base;
    const abi::GcMap* map;
  };
  std::vector<Statics> statics;
  std::vector<abi::Object**> slots;
  std::vector<void (*)(gc::PreciseRoots&)> visitors;
  std::vector<void (*)(gc::Survivors&)> weak;
};
Roots& roots() {
  static auto* r = new Roots;
  return *r;
}

class RuntimeBinding final : public gc::Binding {
 public:
  void stop_world() override { threads::stop_world(); }
  void resume_world() override { threads::resume_world(); }
  void poll() override { threads::poll(); }

  void visit_conservative(gc::ConservativeRoots& sink, const void* own_sp) override {
    scan_all_threads(
        [](void* to, const uint64_t* low, const uint64_t* high) { static_cast<gc::ConservativeRoots*>(to)->range(low, high); },
        &sink, own_sp);
  }

  void visit_precise(gc::PreciseRoots& sink) override {
    for (Thread* t : registry()) {
      sink.slot(&t->state->exception);
      sink.slot(&t->state->managed_thread);
      for (UnwindInFlight& u : t->unwinds) sink.slot(&u.exception);
      for (auto* s = t->in_flight; s; s = s->next) sink.slot(&s->object);
    }
    Roots& r = roots();
    for (auto& s : r.statics) sink.mapped(s.base, *s.map);
    for (auto* slot : r.slots) sink.slot(slot);
    for (auto visit : r.visitors) visit(sink);
  }

  void visit_weak(gc::Survivors& survivors) override {
    sweep_monitors(survivors);
    for (auto visit : roots().weak) visit(survivors);
  }

  bool is_finalized_late(const abi::TypeHead* head) override {
    for (load::types::Type* t = load::types::Type::from({head->type}); t; t = t->parent())
      if (t->name == "CriticalFinalizerObject" && t->name_space == "System.Runtime.ConstrainedExecution") return true;
    return false;
  }

  void finalizers_ready() override { request_finalization(); }
};

}  // namespace

gc::Binding& binding() {
  static auto* b = new RuntimeBinding;
  return *b;
}

void register_static_roots(uint8_t* statics, const abi::GcMap* map) {
  if (!statics || !map || map->run_count == 0) return;
  std::lock_guard hold(roots().lock);
  roots().statics.push_back({statics, map});
}
void register_root(abi::Object** slot) {
  std::lock_guard hold(roots().lock);
  roots().slots.push_back(slot);
}
void on_visit_roots(void (*visit)(gc::PreciseRoots&)) {
  std::lock_guard hold(roots().lock);
  roots().visitors.push_back(visit);
}
void on_visit_weak(void (*visit)(gc::Survivors&)) {
  std::lock_guard hold(roots().lock);
  roots().weak.push_back(visit);
}

void scan_all_threads(void (*visit)(void*, const uint64_t*, const uint64_t*), void* sink, const void* own_sp) {
  for (Thread* t : registry()) scan_thread(*t, visit, sink, own_sp);
}

}  // namespace rapgo::run::threads
