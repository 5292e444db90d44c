// Row ranges, binary searches and name hashes over the tables.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <numeric>

#include "load/metadata/lazy.h"
#include "load/metadata/signature.h"

namespace rapgo::load::metadata {

// ---- list columns: a row's children run up to the next row's first child (II.22) ----

RowRange Metadata::list_range(Table owner, unsigned col, uint32_t row, Table target, Table ptr) const {
  const uint32_t* map = pointer_map(ptr);
  const uint32_t count = row_count(map ? ptr : target);
  const uint32_t first = column(owner, row, col);
  uint32_t end = row == row_count(owner) ? count + 1 : column(owner, row + 1, col);
  if (first == 0) return {};
  end = std::min(end, count + 1);
  if (first > end) bad("child rows out of order");
  return {first, end, map};
}

uint32_t Metadata::list_owner(Table owner, unsigned col, Table target, Table ptr, uint32_t row) const {
  const uint32_t* map = pointer_map(ptr);
  if (row == 0 || row > row_count(target)) bad("metadata row out of range");
  uint32_t position = row;
  if (map) {
    const uint32_t count = row_count(ptr);
    position = static_cast<uint32_t>(std::find(map, map + count, row) - map) + 1;
    if (position > count) bad("row without an owner");
  }
  // The last owner whose list starts at or before the position: earlier ones with the same start are empty.
  uint32_t low = 1, high = row_count(owner) + 1;
  while (low < high) {
    const uint32_t mid = low + (high - low) / 2;
    if (column(owner, mid, col) <= position) low = mid + 1;
    else high = mid;
  }
  if (low == 1) bad("row without an owner");
  return low - 1;
}

const uint32_t* Metadata::pointer_map(Table ptr) const {
  const uint32_t count = row_count(ptr);
  if (count == 0) return nullptr;
  Lazy::Order& order = lazy_->pointers[static_cast<size_t>(ptr)];
  std::call_once(order.once, [&] {
    order.rows.resize(count);
    for (uint32_t i = 0; i < count; ++i) order.rows[i] = column(ptr, i + 1, 0);
  });
  return order.rows.data();
}

RowRange Metadata::fields_of(uint32_t type_def) const {
  return list_range(Table::TypeDef, 4, type_def, Table::Field, Table::FieldPtr);
}
RowRange Metadata::methods_of(uint32_t type_def) const {
  return list_range(Table::TypeDef, 5, type_def, Table::MethodDef, Table::MethodPtr);
}
RowRange Metadata::params_of(uint32_t method_def) const {
  return list_range(Table::MethodDef, 5, method_def, Table::Param, Table::ParamPtr);
}
RowRange Metadata::properties_of(uint32_t type_def) const {
  const uint32_t map = map_row_of(Table::PropertyMap, type_def);
  return map ? list_range(Table::PropertyMap, 1, map, Table::Property, Table::PropertyPtr) : RowRange();
}
RowRange Metadata::events_of(uint32_t type_def) const {
  const uint32_t map = map_row_of(Table::EventMap, type_def);
  return map ? list_range(Table::EventMap, 1, map, Table::Event, Table::EventPtr) : RowRange();
}

uint32_t Metadata::type_of_field(uint32_t field) const {
  return list_owner(Table::TypeDef, 4, Table::Field, Table::FieldPtr, field);
}
uint32_t Metadata::type_of_method(uint32_t method_def) const {
  return list_owner(Table::TypeDef, 5, Table::MethodDef, Table::MethodPtr, method_def);
}
uint32_t Metadata::method_of_param(uint32_t param) const {
  const uint32_t position = list_owner(Table::MethodDef, 5, Table::Param, Table::ParamPtr, param);
  return pointer_map(Table::MethodPtr) ? pointer_map(Table::MethodPtr)[position - 1] : position;
}
uint32_t Metadata::type_of_property(uint32_t property) const {
  return column(Table::PropertyMap, list_owner(Table::PropertyMap, 1, Table::Property, Table::PropertyPtr, property), 0);
}
uint32_t Metadata::type_of_event(uint32_t event) const {
  return column(Table::EventMap, list_owner(Table::EventMap, 1, Table::Event, Table::EventPtr, event), 0);
}

// ---- key columns ----

const uint32_t* Metadata::sorted_order(Table table, unsigned col) const {
  if (tables_[static_cast<size_t>(table)].sorted) return nullptr;
  Lazy::Order& order = lazy_->orders[static_cast<size_t>(table)];
  std::call_once(order.once, [&] {
    order.rows.resize(row_count(table));
    std::iota(order.rows.begin(), order.rows.end(), 1u);
    std::stable_sort(order.rows.begin(), order.rows.end(),
                     [&](uint32_t a, uint32_t b) { return column(table, a, col) < column(table, b, col); });
  });
  return order.rows.data();
}

RowRange Metadata::equal_range(Table table, unsigned col, uint32_t key) const {
  const uint32_t count = row_count(table);
  if (count == 0) return {};
  const uint32_t* map = sorted_order(table, col);
  auto bound = [&](uint32_t low, auto before) {
    uint32_t high = count + 1;
    while (low < high) {
      const uint32_t mid = low + (high - low) / 2;
      if (before(column(table, map ? map[mid - 1] : mid, col))) low = mid + 1;
      else high = mid;
    }
    return low;
  };
  const uint32_t first = bound(1, [&](uint32_t v) { return v < key; });
  uint32_t end = first;
  // Ranges are short (often empty): step first, search only if it goes on.
  for (unsigned i = 0; i < 8 && end <= count; ++i, ++end) {
    if (column(table, map ? map[end - 1] : end, col) != key) return {first, end, map};
  }
  return {first, bound(end, [&](uint32_t v) { return v <= key; }), map};
}

RowRange Metadata::interfaces_of(uint32_t type_def) const { return equal_range(Table::InterfaceImpl, 0, type_def); }
RowRange Metadata::method_impls_of(uint32_t type_def) const { return equal_range(Table::MethodImpl, 0, type_def); }
RowRange Metadata::custom_attributes_of(Token parent) const {
  return equal_range(Table::CustomAttribute, 0, encode(CodedIndex::HasCustomAttribute, parent));
}
RowRange Metadata::generic_params_of(Token owner) const {
  return equal_range(Table::GenericParam, 2, encode(CodedIndex::TypeOrMethodDef, owner));
}
RowRange Metadata::constraints_of(uint32_t generic_param) const {
  return equal_range(Table::GenericParamConstraint, 0, generic_param);
}
RowRange Metadata::decl_securities_of(Token parent) const {
  return equal_range(Table::DeclSecurity, 1, encode(CodedIndex::HasDeclSecurity, parent));
}
RowRange Metadata::semantics_of(Token event_or_property) const {
  return equal_range(Table::MethodSemantics, 2, encode(CodedIndex::HasSemantics, event_or_property));
}
std::optional<ClassLayoutRow> Metadata::class_layout_of(uint32_t type_def) const {
  const RowRange r = equal_range(Table::ClassLayout, 2, type_def);
  if (r.empty()) return std::nullopt;
  return class_layout(r[0]);
}
std::optional<uint32_t> Metadata::field_offset_of(uint32_t field) const {
  const RowRange r = equal_range(Table::FieldLayout, 1, field);
  if (r.empty()) return std::nullopt;
  return field_layout(r[0]).offset;
}
std::optional<uint32_t> Metadata::field_rva_of(uint32_t field) const {
  const RowRange r = equal_range(Table::FieldRva, 1, field);
  if (r.empty()) return std::nullopt;
  return field_rva(r[0]).rva;
}
std::optional<ConstantRow> Metadata::constant_of(Token parent) const {
  const RowRange r = equal_range(Table::Constant, 1, encode(CodedIndex::HasConstant, parent));
  if (r.empty()) return std::nullopt;
  return constant(r[0]);
}
std::optional<FieldMarshalRow> Metadata::field_marshal_of(Token parent) const {
  const RowRange r = equal_range(Table::FieldMarshal, 0, encode(CodedIndex::HasFieldMarshal, parent));
  if (r.empty()) return std::nullopt;
  return field_marshal(r[0]);
}
std::optional<ImplMapRow> Metadata::impl_map_of(Token member) const {
  const RowRange r = equal_range(Table::ImplMap, 1, encode(CodedIndex::MemberForwarded, member));
  if (r.empty()) return std::nullopt;
  return impl_map(r[0]);
}
uint32_t Metadata::enclosing_type_of(uint32_t type_def) const {
  const RowRange r = equal_range(Table::NestedClass, 0, type_def);
  return r.empty() ? 0 : nested_class(r[0]).enclosing;
}

// ---- children grouped by parent, for tables that are sorted by something else ----

namespace {
RowRange group_range(const std::vector<uint32_t>& keys, const std::vector<uint32_t>& rows, uint32_t key) {
  const auto [first, last] = std::equal_range(keys.begin(), keys.end(), key);
  return {static_cast<uint32_t>(first - keys.begin()) + 1, static_cast<uint32_t>(last - keys.begin()) + 1, rows.data()};
}

// Sorts (key, row) pairs into two parallel vectors.
void group(std::vector<std::pair<uint32_t, uint32_t>>& pairs, std::vector<uint32_t>& keys, std::vector<uint32_t>& rows) {
  std::sort(pairs.begin(), pairs.end());
  keys.reserve(pairs.size());
  rows.reserve(pairs.size());
  for (const auto& [key, row] : pairs) {
    keys.push_back(key);
    rows.push_back(row);
  }
}
}  // namespace

RowRange Metadata::nested_types_of(uint32_t type_def) const {
  Lazy::Grouped& g = lazy_->nested;
  std::call_once(g.once, [&] {
    std::vector<std::pair<uint32_t, uint32_t>> pairs;
    const uint32_t count = row_count(Table::NestedClass);
    pairs.reserve(count);
    for (uint32_t i = 1; i <= count; ++i) {
      const NestedClassRow n = nested_class(i);
      pairs.emplace_back(n.enclosing, n.nested);
    }
    group(pairs, g.keys, g.rows);
  });
  return group_range(g.keys, g.rows, type_def);
}

uint32_t Metadata::map_row_of(Table map, uint32_t type_def) const {
  Lazy::Grouped& g = map == Table::PropertyMap ? lazy_->property_maps : lazy_->event_maps;
  std::call_once(g.once, [&] {
    std::vector<std::pair<uint32_t, uint32_t>> pairs;
    const uint32_t count = row_count(map);
    pairs.reserve(count);
    for (uint32_t i = 1; i <= count; ++i) pairs.emplace_back(column(map, i, 0), i);
    group(pairs, g.keys, g.rows);
  });
  const RowRange r = group_range(g.keys, g.rows, type_def);
  return r.empty() ? 0 : r[0];
}

// ---- names ----

namespace {
uint32_t hash_text(std::string_view s, uint32_t seed) {
  uint64_t h = seed ^ (s.size() * 0x9E3779B97F4A7C15ull);
  size_t i = 0;
  for (; i + 8 <= s.size(); i += 8) {
    uint64_t w;
    std::memcpy(&w, s.data() + i, 8);
    h = (h ^ w) * 0xFF51AFD7ED558CCDull;
    h ^= h >> 32;
  }
  uint64_t tail = 0;
  if (i < s.size()) std::memcpy(&tail, s.data() + i, s.size() - i);
  h = (h ^ tail) * 0xC4CEB9FE1A85EC53ull;
  return static_cast<uint32_t>(h ^ h >> 32);
}
uint32_t hash_name(std::string_view name_space, std::string_view name) { return hash_text(name, hash_text(name_space, 0)); }

// `key_of(row, name, name_space)` gives a row's names, or false where the row is not top-level.
template <class KeyOf>
void build(NameTable& table, uint32_t count, const Metadata& m, KeyOf key_of) {
  uint32_t capacity = 16;
  while (capacity < count * 2) capacity *= 2;
  table.mask = capacity - 1;
  table.slots.assign(capacity, 0);
  StringIndex last_space{~0u};
  uint32_t space_hash = 0;
  for (uint32_t row = 1; row <= count; ++row) {
    StringIndex name, name_space;
    if (!key_of(row, name, name_space)) continue;
    if (name_space != last_space) {  // neighbours mostly share their namespace
      last_space = name_space;
      space_hash = hash_text(m.string(name_space), 0);
    }
    uint32_t at = hash_text(m.string(name), space_hash) & table.mask;
    while (table.slots[at] != 0) at = (at + 1) & table.mask;  // the first of equal names is found first
    table.slots[at] = row;
  }
}

template <class KeyOf>
uint32_t find(const NameTable& table, std::string_view name_space, std::string_view name, const Metadata& m, KeyOf key_of) {
  for (uint32_t at = hash_name(name_space, name) & table.mask; table.slots[at] != 0; at = (at + 1) & table.mask) {
    StringIndex row_name, row_space;
    key_of(table.slots[at], row_name, row_space);
    if (m.string(row_name) == name && m.string(row_space) == name_space) return table.slots[at];
  }
  return 0;
}
}  // namespace

uint32_t Metadata::find_type(std::string_view name_space, std::string_view name) const {
  auto key_of = [&](uint32_t row, StringIndex& n, StringIndex& ns) {
    n = StringIndex{column(Table::TypeDef, row, 1)};
    ns = StringIndex{column(Table::TypeDef, row, 2)};
    return (column(Table::TypeDef, row, 0) & 7) < 2;  // nested types have visibilities from 2 on
  };
  NameTable& table = lazy_->types;
  std::call_once(table.once, [&] { build(table, row_count(Table::TypeDef), *this, key_of); });
  return find(table, name_space, name, *this, key_of);
}

uint32_t Metadata::find_exported_type(std::string_view name_space, std::string_view name) const {
  auto key_of = [&](uint32_t row, StringIndex& n, StringIndex& ns) {
    n = StringIndex{column(Table::ExportedType, row, 2)};
    ns = StringIndex{column(Table::ExportedType, row, 3)};
    return decode(CodedIndex::Implementation, column(Table::ExportedType, row, 4)).table() != Table::ExportedType;
  };
  NameTable& table = lazy_->exported_types;
  std::call_once(table.once, [&] { build(table, row_count(Table::ExportedType), *this, key_of); });
  return find(table, name_space, name, *this, key_of);
}

uint32_t Metadata::find_nested_type(uint32_t enclosing, std::string_view name) const {
  for (uint32_t row : nested_types_of(enclosing)) {
    if (string(StringIndex{column(Table::TypeDef, row, 1)}) == name) return row;
  }
  return 0;
}

std::string Metadata::type_name(Token token) const {
  constexpr unsigned kMaxNesting = 64;  // hostile images nest types in themselves
  try {
    std::string tail;
    for (unsigned depth = 0; depth < kMaxNesting; ++depth) {
      std::string_view name, name_space;
      Token outer;
      if (token.table() == Table::TypeDef) {
        const TypeDefRow row = type_def(token.row());
        name = string(row.name);
        name_space = string(row.name_space);
        if ((row.flags & 7) >= 2) outer = Token(Table::TypeDef, enclosing_type_of(token.row()));
      } else if (token.table() == Table::TypeRef) {
        const TypeRefRow row = type_ref(token.row());
        name = string(row.name);
        name_space = string(row.name_space);
        if (row.resolution_scope.is(Table::TypeRef)) outer = row.resolution_scope;
      } else if (token.table() == Table::TypeSpec) {
        return to_string(*this, parse_type_spec(blob(type_spec(token.row()).signature))) + tail;
      } else {
        break;
      }
      std::string head = name_space.empty() ? std::string(name) : std::string(name_space) + "." + std::string(name);
      tail = tail.empty() ? std::move(head) : head + "/" + tail;
      if (outer.is_nil()) return tail;
      token = outer;
    }
  } catch (const BadImage&) {
  }
  char text[40];
  std::snprintf(text, sizeof text, "<type token 0x%08x>", token.value);
  return text;
}

}  // namespace rapgo::load::metadata
