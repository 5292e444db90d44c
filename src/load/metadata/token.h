// Table numbers and tokens (ECMA-335 II.22, III.1.9).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace rapgo::load::metadata {

enum class Table : uint8_t {
  Module = 0x00, TypeRef = 0x01, TypeDef = 0x02, FieldPtr = 0x03, Field = 0x04, MethodPtr = 0x05, MethodDef = 0x06,
  ParamPtr = 0x07, Param = 0x08, InterfaceImpl = 0x09, MemberRef = 0x0A, Constant = 0x0B, CustomAttribute = 0x0C,
  FieldMarshal = 0x0D, DeclSecurity = 0x0E, ClassLayout = 0x0F, FieldLayout = 0x10, StandAloneSig = 0x11,
  EventMap = 0x12, EventPtr = 0x13, Event = 0x14, PropertyMap = 0x15, PropertyPtr = 0x16, Property = 0x17,
  MethodSemantics = 0x18, MethodImpl = 0x19, ModuleRef = 0x1A, TypeSpec = 0x1B, ImplMap = 0x1C, FieldRva = 0x1D,
  EncLog = 0x1E, EncMap = 0x1F, Assembly = 0x20, AssemblyProcessor = 0x21, AssemblyOs = 0x22, AssemblyRef = 0x23,
  AssemblyRefProcessor = 0x24, AssemblyRefOs = 0x25, File = 0x26, ExportedType = 0x27, ManifestResource = 0x28,
  NestedClass = 0x29, GenericParam = 0x2A, MethodSpec = 0x2B, GenericParamConstraint = 0x2C,
  UserString = 0x70,  // not a table: ldstr tokens
};
inline constexpr size_t kTableCount = 0x2D;

// Table in the high byte, 1-based row below; row 0 (with any table) is nil.
struct Token {
  uint32_t value = 0;

  constexpr Token() = default;
  constexpr explicit Token(uint32_t v) : value(v) {}
  constexpr Token(Table t, uint32_t row) : value(static_cast<uint32_t>(t) << 24 | (row & 0xFFFFFF)) {}

  constexpr Table table() const { return static_cast<Table>(value >> 24); }
  constexpr uint32_t row() const { return value & 0xFFFFFF; }
  constexpr bool is_nil() const { return row() == 0; }
  constexpr bool is(Table t) const { return table() == t && row() != 0; }
  friend constexpr bool operator==(Token, Token) = default;
  friend constexpr auto operator<=>(Token, Token) = default;
};

}  // namespace rapgo::load::metadata

template <>
struct std::hash<rapgo::load::metadata::Token> {
  size_t operator()(rapgo::load::metadata::Token t) const noexcept { return std::hash<uint32_t>{}(t.value); }
};
