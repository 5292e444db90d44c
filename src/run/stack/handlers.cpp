#include "run/stack/handlers.h"

#include <mutex>

#include "load/types/loader.h"
#include "run/stack/objects.h"

namespace rapgo::run::stack {

using load::types::Method;
using load::types::Type;

const std::vector<Region>& regions_of(Method* method) {
  static std::mutex lock;
  MethodRuntime& runtime = runtime_of(method);
  {
    std::lock_guard hold(lock);
    if (runtime.regions) return *runtime.regions;
  }
  auto list = std::make_unique<std::vector<Region>>();
  if (method->body == load::types::Body::Il) {
    const auto body = method->il_body();
    for (const auto& c : body.clauses) {
      Region r{loop::ClauseKind::Fault, c.try_offset, c.try_end(), nullptr, c.handler_offset, c.handler_end(), c.handler_offset};
      using K = load::metadata::ClauseKind;
      switch (c.kind) {
        case K::Catch:
          r.kind = loop::ClauseKind::Catch;
          r.catch_type = method->declaring->assembly->resolve_type(c.catch_type, method->context());
          break;
        case K::Filter:
          r.kind = loop::ClauseKind::Filter;
          r.filter_begin = c.filter_offset;
          break;
        case K::Finally: r.kind = loop::ClauseKind::Finally; break;
        case K::Fault: break;
      }
      list->push_back(r);
    }
  }
  std::lock_guard hold(lock);
  if (!runtime.regions) runtime.regions = std::move(list);
  return *runtime.regions;
}

const std::vector<Region>* known_regions(Method* method) {
  static const std::vector<Region> none;
  if (method->body != load::types::Body::Il) return &none;
  return runtime_of(method).regions.get();
}

bool catches(Type* catch_type, abi::Object* exception) noexcept {
  Type* thrown = type_of(exception);
  if (catch_type == thrown) return true;
  try {
    return abi::derives_from(exception->head(), catch_type->head());
  } catch (const std::exception&) {
    return false;  // a type that cannot be loaded catches nothing
  }
}

Covering covering(const InstalledCode& code, IlPosition at, abi::Object* exception) {
  Covering found;
  uint32_t frame = at.frame, il = at.il_offset;
  for (;;) {
    const bool outermost = frame == 0 || frame >= code.code.inlined.size();
    Method* method = Method::from(outermost ? code.method : code.code.inlined[frame].method);
    for (const Region& r : regions_of(method)) {
      if (il < r.try_begin || il >= r.try_end) continue;
      if (r.kind == loop::ClauseKind::Filter || (r.kind == loop::ClauseKind::Catch && catches(r.catch_type, exception))) {
        found.catcher = true;
        return found;
      }
      if (r.kind == loop::ClauseKind::Finally || r.kind == loop::ClauseKind::Fault) found.cleanup = true;
    }
    if (outermost) return found;
    il = code.code.inlined[frame].caller_il_offset;
    frame = code.code.inlined[frame].caller;
  }
}

}  // namespace rapgo::run::stack
