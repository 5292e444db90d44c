// GC maps (abi::GcMap) from lists of reference offsets.
#include <algorithm>

#include "load/types/impl.h"

namespace rapgo::load::types {

const abi::GcMap* make_gc_map(std::vector<uint32_t>& offsets) {
  if (offsets.empty()) return nullptr;
  std::sort(offsets.begin(), offsets.end());
  offsets.erase(std::unique(offsets.begin(), offsets.end()), offsets.end());
  uint32_t runs = 1;
  for (size_t i = 1; i < offsets.size(); ++i) runs += offsets[i] != offsets[i - 1] + 8;
  auto* map = static_cast<abi::GcMap*>(loader().low(sizeof(uint32_t) + runs * sizeof(abi::GcMap::Run), 8));
  map->run_count = 0;
  for (size_t i = 0; i < offsets.size(); ++i) {
    if (i == 0 || offsets[i] != offsets[i - 1] + 8) map->runs[map->run_count++] = {offsets[i], 0};
    ++map->runs[map->run_count - 1].count;
  }
  return map;
}

void collect_refs(Type* t, uint32_t at, std::vector<uint32_t>& offsets) {
  if (t->is_reference()) {
    offsets.push_back(at);
  } else if (const abi::GcMap* map = t->is_value_type() ? t->value_gc_map() : nullptr) {
    for (uint32_t i = 0; i < map->run_count; ++i)
      for (uint32_t k = 0; k < map->runs[i].count; ++k) offsets.push_back(at + map->runs[i].offset + 8 * k);
  }
}

}  // namespace rapgo::load::types
