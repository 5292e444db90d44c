#include "vm/loops.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>

#include "load/il/method_body.h"

namespace rapgo::vm {

using load::il::Opcode;

static std::unique_ptr<MethodLoops> find_loops(load::types::Method* method) {
  auto found = std::make_unique<MethodLoops>();
  if (method->body != load::types::Body::Il) return found;
  try {
    auto body = load::il::MethodBody::load(method);
    found->il_bytes = static_cast<uint32_t>(body->code().size());
    std::map<uint32_t, uint32_t> ends;
    for (const auto& i : body->instructions()) {
      auto back = [&](uint32_t target) {
        if (target <= i.offset) ends[target] = std::max(ends[target], i.next_offset);
      };
      switch (i.info().flow) {
        case load::il::Flow::Branch:
        case load::il::Flow::CondBranch:
        case load::il::Flow::Leave: back(i.target()); break;
        case load::il::Flow::Switch:
          for (uint32_t k = 0; k < i.switch_count(); k++) back(i.switch_target(k));
          break;
        default: break;
      }
      if (i.op == Opcode::Callvirt) {
        try {
          load::types::Method* target = body->method_at(i.token());
          if (target->is_virtual() && !target->is_final() && !target->declaring->is_sealed()) found->has_virtual_calls = true;
        } catch (const std::exception&) {
          // A call that does not resolve is baseline code's to report.
        }
      }
    }
    for (auto [header, end] : ends)
      if (body->innermost_handler(header) < 0) found->loops.push_back({header, end});
    std::stable_sort(found->loops.begin(), found->loops.end(), [](auto& a, auto& b) { return a.end - a.header > b.end - b.header; });
  } catch (const std::exception&) {
    // IL that cannot be read is baseline code's to report.
  }
  return found;
}

const MethodLoops& loops_of(load::types::Method* method) {
  static std::mutex lock;
  static std::map<load::types::Method*, std::unique_ptr<MethodLoops>> known;
  {
    std::lock_guard hold(lock);
    auto it = known.find(method);
    if (it != known.end()) return *it->second;
  }
  auto made = find_loops(method);  // outside: it takes the loader lock
  std::lock_guard hold(lock);
  auto& slot = known[method];
  if (!slot) slot = std::move(made);
  return *slot;
}

}  // namespace rapgo::vm
