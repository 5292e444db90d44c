#include "code/maps/installed_code.h"

#include <algorithm>

namespace rapgo::code::maps {
namespace {
// The last row whose pc is at or below `offset`, in rows sorted by pc.
template <class Row>
const Row* covering(const loop::Rows<Row>& rows, uint32_t offset) {
  auto after = std::upper_bound(rows.begin(), rows.end(), offset, [](uint32_t o, const Row& r) { return o < r.pc; });
  return after == rows.begin() ? nullptr : &*std::prev(after);
}
}  // namespace

const loop::UnwindRow* InstalledCode::unwind_row(uintptr_t pc) const { return covering(code.unwind, offset(pc)); }

bool InstalledCode::il_at(uintptr_t pc, IlPosition& out) const {
  const loop::IlMapRow* row = covering(code.il_map, offset(pc));
  if (row == nullptr) return false;
  out = {row->frame, row->il_offset};
  return true;
}

uintptr_t InstalledCode::landing_pad(uintptr_t return_address) const {
  const loop::LandingPad* pad = covering(code.landing_pads, offset(return_address));
  return pad != nullptr && pad->pc == offset(return_address) ? start + pad->landing_pc : 0;
}

uintptr_t InstalledCode::call_return(uint32_t il_offset) const {
  auto after = std::upper_bound(code.call_sites.begin(), code.call_sites.end(), il_offset,
                                [](uint32_t o, const loop::CallSite& c) { return o < c.il_offset; });
  if (after == code.call_sites.begin() || std::prev(after)->il_offset != il_offset) return 0;
  return start + std::prev(after)->pc;
}

const loop::CallSite* InstalledCode::call_site_at(uintptr_t return_address) const {
  for (const loop::CallSite& site : code.call_sites)
    if (site.pc == offset(return_address)) return &site;
  return nullptr;
}

std::span<const loop::OsrPoint> InstalledCode::osr_points(uint32_t il_offset) const {
  auto less = [](const loop::OsrPoint& p, uint32_t o) { return p.il_offset < o; };
  auto begin = std::lower_bound(code.osr_points.begin(), code.osr_points.end(), il_offset, less);
  auto end = begin;
  while (end != code.osr_points.end() && end->il_offset == il_offset) ++end;
  return {begin, end};
}

const loop::OsrPoint* InstalledCode::osr_point_at(uintptr_t return_address) const {
  for (const loop::OsrPoint& point : code.osr_points)
    if (point.pc + 5 == offset(return_address)) return &point;
  return nullptr;
}

}  // namespace rapgo::code::maps
