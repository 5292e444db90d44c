#include "observe/probes/probes.h"

#include <algorithm>

#include "abi/memory_map.h"
#include "abi/type_head.h"

namespace rapgo::observe {

using loop::ProbeKind;

static uint64_t read(const uint64_t* word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }

uint64_t executions(const code::maps::InstalledCode& code) {
  uint64_t most = 0;
  if (!code.counters) return 0;
  for (const auto& site : code.code.probes)
    if (site.kind == ProbeKind::Block) most = std::max(most, read(code.counters + site.counter));
  return most;
}

static loop::TypeHistogram histogram(const uint64_t* words, bool types) {
  loop::TypeHistogram h;
  for (uint32_t k = 0; k < loop::kReceiverRows; k++) {
    const uint64_t id = read(words + 2 * k), count = read(words + 2 * k + 1);
    // A row may be half written; anything that is no address of ours is dropped.
    if (count == 0 || id < abi::kMetaBase || id >= abi::kMetaEnd) continue;
    h.rows.push_back({types ? abi::head_at(static_cast<uint32_t>(id))->type : static_cast<uint32_t>(id), count});
  }
  h.other = read(words + 2 * loop::kReceiverRows);
  std::stable_sort(h.rows.begin(), h.rows.end(), [](auto& a, auto& b) { return a.count > b.count; });
  return h;
}

loop::MethodProfile read_counters(const code::maps::InstalledCode& code) {
  loop::MethodProfile p;
  p.probed = true;
  if (!code.counters) return p;
  for (const auto& site : code.code.probes) {
    const uint64_t* words = code.counters + site.counter;
    switch (site.kind) {
      case ProbeKind::Block:
      case ProbeKind::TripCount: p.blocks[site.il_offset] += read(words); break;
      case ProbeKind::Edge: p.edges[{site.il_offset, site.target_il}] += read(words); break;
      case ProbeKind::ReceiverType: p.receivers[site.il_offset] = histogram(words, true); break;
      case ProbeKind::CallTarget: p.targets[site.il_offset] = histogram(words, false); break;
    }
  }
  return p;
}

}  // namespace rapgo::observe
