// The metadata of one module: heaps and tables (ECMA-335 II.22, II.24), read in place from the image's bytes.
// Thread safety: all members are const and may be called from any thread; indexes that are built lazily lock inside.
// Errors: BadImage for every index, row or blob that is out of range. Rows are 1-based, as in tokens.
// Nothing here resolves a type: that is load/types.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "load/image/image.h"
#include "load/metadata/rows.h"
#include "load/metadata/token.h"

namespace rapgo::load::metadata {

using image::BadImage;
using image::Bytes;
using image::Image;

// Rows [first, end) of a table, possibly through an indirection (unoptimized "#-" images, unsorted tables).
// `for (uint32_t row : range)` yields table rows. Valid as long as its Metadata.
class RowRange {
 public:
  class Iterator {
   public:
    Iterator(const uint32_t* map, uint32_t at) : map_(map), at_(at) {}
    uint32_t operator*() const { return map_ ? map_[at_ - 1] : at_; }
    Iterator& operator++() { ++at_; return *this; }
    bool operator==(const Iterator& o) const { return at_ == o.at_; }
    bool operator!=(const Iterator& o) const { return at_ != o.at_; }
   private:
    const uint32_t* map_;
    uint32_t at_;
  };

  RowRange() = default;
  RowRange(uint32_t first, uint32_t end, const uint32_t* map = nullptr) : first_(first), end_(end), map_(map) {}
  Iterator begin() const { return {map_, first_}; }
  Iterator end() const { return {map_, end_}; }
  uint32_t size() const { return end_ - first_; }
  bool empty() const { return first_ == end_; }
  uint32_t operator[](uint32_t i) const { return map_ ? map_[first_ + i - 1] : first_ + i; }  // REQUIRES: i < size()

 private:
  uint32_t first_ = 1, end_ = 1;
  const uint32_t* map_ = nullptr;
};

enum class CodedIndex : uint8_t {  // II.24.2.6
  TypeDefOrRef, HasConstant, HasCustomAttribute, HasFieldMarshal, HasDeclSecurity, MemberRefParent, HasSemantics,
  MethodDefOrRef, MemberForwarded, Implementation, CustomAttributeType, ResolutionScope, TypeOrMethodDef,
};

class Metadata {
 public:
  explicit Metadata(const Image& image);  // keeps a reference: the image must outlive it. Throws BadImage.
  ~Metadata();
  Metadata(const Metadata&) = delete;
  Metadata& operator=(const Metadata&) = delete;

  const Image& image() const { return image_; }
  std::string_view runtime_version() const { return version_; }  // "v4.0.30319"

  // ---- heaps ----
  std::string_view string(StringIndex index) const;       // UTF-8; NUL-terminated behind its end
  Bytes blob(BlobIndex index) const;                       // without the length prefix
  Bytes user_string(Token token) const;                    // UTF-16LE bytes, not aligned, trailing flag byte removed
  std::array<uint8_t, 16> guid(GuidIndex index) const;     // index 0: all zero

  // ---- tables ----
  uint32_t row_count(Table table) const { return tables_[static_cast<size_t>(table)].rows; }
  bool contains(Token token) const;  // an existing row of a real table

  ModuleRow module_row(uint32_t row = 1) const;
  TypeRefRow type_ref(uint32_t row) const;
  TypeDefRow type_def(uint32_t row) const;
  FieldRow field(uint32_t row) const;
  MethodDefRow method_def(uint32_t row) const;
  ParamRow param(uint32_t row) const;
  InterfaceImplRow interface_impl(uint32_t row) const;
  MemberRefRow member_ref(uint32_t row) const;
  ConstantRow constant(uint32_t row) const;
  CustomAttributeRow custom_attribute(uint32_t row) const;
  FieldMarshalRow field_marshal(uint32_t row) const;
  DeclSecurityRow decl_security(uint32_t row) const;
  ClassLayoutRow class_layout(uint32_t row) const;
  FieldLayoutRow field_layout(uint32_t row) const;
  StandAloneSigRow stand_alone_sig(uint32_t row) const;
  EventMapRow event_map(uint32_t row) const;
  EventRow event(uint32_t row) const;
  PropertyMapRow property_map(uint32_t row) const;
  PropertyRow property(uint32_t row) const;
  MethodSemanticsRow method_semantics(uint32_t row) const;
  MethodImplRow method_impl(uint32_t row) const;
  ModuleRefRow module_ref(uint32_t row) const;
  TypeSpecRow type_spec(uint32_t row) const;
  ImplMapRow impl_map(uint32_t row) const;
  FieldRvaRow field_rva(uint32_t row) const;
  AssemblyRow assembly(uint32_t row = 1) const;  // a netmodule has none: check row_count(Table::Assembly)
  AssemblyRefRow assembly_ref(uint32_t row) const;
  FileRow file(uint32_t row) const;
  ExportedTypeRow exported_type(uint32_t row) const;
  ManifestResourceRow manifest_resource(uint32_t row) const;
  NestedClassRow nested_class(uint32_t row) const;
  GenericParamRow generic_param(uint32_t row) const;
  MethodSpecRow method_spec(uint32_t row) const;
  GenericParamConstraintRow generic_param_constraint(uint32_t row) const;

  // ---- ranges owned by a row ----
  RowRange fields_of(uint32_t type_def) const;
  RowRange methods_of(uint32_t type_def) const;
  RowRange params_of(uint32_t method_def) const;      // Param rows; sequence 0 is the return value, rows may be missing
  RowRange properties_of(uint32_t type_def) const;
  RowRange events_of(uint32_t type_def) const;
  uint32_t type_of_field(uint32_t field) const;       // owning TypeDef row; throws BadImage if none
  uint32_t type_of_method(uint32_t method_def) const;
  uint32_t type_of_property(uint32_t property) const;
  uint32_t type_of_event(uint32_t event) const;
  uint32_t method_of_param(uint32_t param) const;

  // ---- rows that refer to a token (binary search) ----
  RowRange interfaces_of(uint32_t type_def) const;             // InterfaceImpl rows, in table order
  RowRange method_impls_of(uint32_t type_def) const;
  RowRange custom_attributes_of(Token parent) const;
  RowRange generic_params_of(Token owner) const;               // by Number
  RowRange constraints_of(uint32_t generic_param) const;
  RowRange decl_securities_of(Token parent) const;
  RowRange semantics_of(Token event_or_property) const;        // MethodSemantics rows
  std::optional<ClassLayoutRow> class_layout_of(uint32_t type_def) const;
  std::optional<uint32_t> field_offset_of(uint32_t field) const;      // FieldLayout
  std::optional<uint32_t> field_rva_of(uint32_t field) const;
  std::optional<ConstantRow> constant_of(Token parent) const;
  std::optional<FieldMarshalRow> field_marshal_of(Token parent) const;
  std::optional<ImplMapRow> impl_map_of(Token member) const;
  uint32_t enclosing_type_of(uint32_t type_def) const;         // 0: not nested
  RowRange nested_types_of(uint32_t type_def) const;           // TypeDef rows

  // ---- names (hashes built at first use) ----
  // Top-level type; 0 if there is none. Exact, case-sensitive match.
  uint32_t find_type(std::string_view name_space, std::string_view name) const;
  uint32_t find_nested_type(uint32_t enclosing, std::string_view name) const;
  // Top-level exported or forwarded type: ExportedType row; 0 if none.
  uint32_t find_exported_type(std::string_view name_space, std::string_view name) const;

  // "Namespace.Outer/Inner" for messages; never throws.
  std::string type_name(Token type_def_or_ref) const;

  // Raw column (0-based, II.22 order) as stored: heap offset, row, or undecoded coded index.
  uint32_t column(Table table, uint32_t row, unsigned column) const {
    const TableInfo& info = tables_[static_cast<size_t>(table)];
    if (row - 1 >= info.rows || column >= kMaxColumns) [[unlikely]]
      bad("metadata row out of range");
    const uint8_t* p = info.data + size_t{row - 1} * info.stride + info.offset[column];
    static_assert(std::endian::native == std::endian::little);
    if (info.width[column] == 2) {
      uint16_t v;
      std::memcpy(&v, p, 2);
      return v;
    }
    uint32_t v = 0;
    if (info.width[column] == 4) std::memcpy(&v, p, 4);
    return v;
  }
  // string(index) == text, without looking for the string's end.
  bool string_is(StringIndex index, std::string_view text) const {
    const auto at = static_cast<uint32_t>(index);
    if (at >= strings_.size() || strings_.size() - at <= text.size()) return at == 0 && text.empty();
    const uint8_t* p = strings_.data() + at;
    return p[text.size()] == 0 && std::memcmp(p, text.data(), text.size()) == 0;
  }

  // Coded-index codecs (II.24.2.6). decode throws BadImage on an unused tag; signatures use them for TypeDefOrRef.
  static Token decode(CodedIndex kind, uint32_t value);
  static uint32_t encode(CodedIndex kind, Token token);  // REQUIRES: the token's table belongs to the kind

 private:
  static constexpr unsigned kMaxColumns = 9;
  struct TableInfo {
    const uint8_t* data = nullptr;
    uint32_t rows = 0;
    uint16_t stride = 0;
    bool sorted = false;
    uint8_t offset[kMaxColumns] = {};
    uint8_t width[kMaxColumns] = {};
  };
  struct Lazy;  // indexes built at first use
  class Row;    // one row, columns read in order

  void read_streams();
  void read_tables(Bytes stream);
  Row row(Table table, uint32_t row) const;
  RowRange list_range(Table owner, unsigned col, uint32_t row, Table target, Table ptr) const;
  uint32_t list_owner(Table owner, unsigned col, Table target, Table ptr, uint32_t row) const;
  RowRange equal_range(Table table, unsigned col, uint32_t key) const;
  const uint32_t* sorted_order(Table table, unsigned col) const;
  const uint32_t* pointer_map(Table ptr) const;
  uint32_t map_row_of(Table map, uint32_t type_def) const;
  [[noreturn]] void bad(const std::string& reason) const;
  [[noreturn]] void bad(const char* reason) const;

  const Image& image_;
  std::string_view version_;
  Bytes strings_, blobs_, user_strings_, guids_;
  std::array<TableInfo, 256> tables_;  // indexed by any Table value, so that a hostile token finds no rows
  std::unique_ptr<Lazy> lazy_;
};

}  // namespace rapgo::load::metadata
