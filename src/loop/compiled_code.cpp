#include "loop/compiled_code.h"

#include <algorithm>
#include <cstddef>
#include <tuple>

namespace rapgo::loop {
namespace {

constexpr auto kSource = std::make_tuple(&CompiledCode::bytes, &CompiledCode::symbols, &CompiledCode::relocs);
constexpr auto kMaps = std::make_tuple(&CompiledCode::unwind, &CompiledCode::il_map, &CompiledCode::inlined, &CompiledCode::handlers,
                                       &CompiledCode::osr_points, &CompiledCode::call_sites, &CompiledCode::landing_pads,
                                       &CompiledCode::assumptions, &CompiledCode::probes);

// f(rows of a, the same rows of b) for each table.
template <class Tables, class F>
void each_of(const Tables& tables, CompiledCode& a, CompiledCode& b, F f) {
  std::apply([&](auto... table) { (f(a.*table, b.*table), ...); }, tables);
}
template <class F>
void each_map(CompiledCode& a, CompiledCode& b, F f) {
  each_of(kMaps, a, b, f);
  f(a.frame.args, b.frame.args);
  f(a.frame.locals, b.frame.locals);
}

size_t rounded(size_t bytes) { return (bytes + 7) & ~size_t{7}; }

template <class Row>
bool by_il(const Row& a, const Row& b) { return a.il_offset < b.il_offset; }

using Block = std::unique_ptr<std::byte[]>;
struct Packed : CompiledCode {
  Block source, maps;
};

struct Extended : CompiledCode {
  SharedCode of;
};

}  // namespace

bool rows_sorted(const CompiledCode& c) {
  return std::is_sorted(c.call_sites.begin(), c.call_sites.end(), by_il<CallSite>) &&
         std::is_sorted(c.osr_points.begin(), c.osr_points.end(), by_il<OsrPoint>);
}

void sort_rows(CompiledCode& c) {
  if (rows_sorted(c)) return;
  std::stable_sort(c.call_sites.begin(), c.call_sites.end(), by_il<CallSite>);
  std::stable_sort(c.osr_points.begin(), c.osr_points.end(), by_il<OsrPoint>);
}

SharedCode pack(CompiledCode& from) {
  sort_rows(from);
  auto packed = std::make_shared<Packed>();
  CompiledCode& to = *packed;
  size_t source = 0, maps = 0;
  each_of(kSource, from, from, [&](auto& rows, auto&) { source += rounded(rows.packed_bytes()); });
  each_map(from, from, [&](auto& rows, auto&) { maps += rounded(rows.packed_bytes()); });
  packed->source = std::make_unique_for_overwrite<std::byte[]>(source);
  packed->maps = std::make_unique_for_overwrite<std::byte[]>(maps);
  to = std::move(from);
  std::byte* place = packed->source.get();
  const auto move_in = [&](auto& rows, auto& kept) {
    kept.swap(rows);
    rows.copy_into(place, kept);
    place += rounded(rows.packed_bytes());
  };
  each_of(kSource, to, from, move_in);
  place = packed->maps.get();
  each_map(to, from, move_in);
  return packed;
}

void drop_source(const SharedCode& code) {
  auto* packed = static_cast<Packed*>(const_cast<CompiledCode*>(code.get()));
  each_of(kSource, *packed, *packed, [](auto& rows, auto&) { rows = {}; });
  packed->source.reset();
}

SharedCode with_assumptions(SharedCode code, std::span<const Assumption> more) {
  auto extended = std::make_shared<Extended>();
  static_cast<CodeFacts&>(*extended) = *code;
  const auto borrow = [](auto& rows, const auto& from) { rows.borrow(from); };
  const CompiledCode& from = *code;
  std::apply([&](auto... table) { (borrow((*extended).*table, from.*table), ...); }, kSource);
  std::apply([&](auto... table) { (borrow((*extended).*table, from.*table), ...); }, kMaps);
  for (const Assumption& a : more) extended->assumptions.push_back(a);
  extended->of = std::move(code);
  return extended;
}

void clear(CompiledCode& code) {
  CompiledCode fresh;
  const auto keep = [](auto& rows, auto& kept) {
    kept.clear();
    rows.swap(kept);
  };
  each_of(kSource, fresh, code, keep);
  each_map(fresh, code, keep);
  code = std::move(fresh);
}

}  // namespace rapgo::loop
