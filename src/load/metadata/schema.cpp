#include "load/metadata/schema.h"

namespace rapgo::load::metadata {

namespace {
constexpr ColumnKind u2{ColumnKind::U2}, u4{ColumnKind::U4}, str{ColumnKind::Str}, guid{ColumnKind::Guid}, blob{ColumnKind::Blob};
constexpr ColumnKind row(Table t) { return {ColumnKind::Row, static_cast<uint8_t>(t)}; }
constexpr ColumnKind coded(CodedIndex c) { return {ColumnKind::Coded, static_cast<uint8_t>(c)}; }
constexpr uint8_t t(Table table) { return static_cast<uint8_t>(table); }
using enum CodedIndex;
}  // namespace

const TableSchema kTableSchemas[kTableCount] = {
    /* 00 Module */ {{u2, str, guid, guid, guid}},
    /* 01 TypeRef */ {{coded(ResolutionScope), str, str}},
    /* 02 TypeDef */ {{u4, str, str, coded(TypeDefOrRef), row(Table::Field), row(Table::MethodDef)}},
    /* 03 FieldPtr */ {{row(Table::Field)}},
    /* 04 Field */ {{u2, str, blob}},
    /* 05 MethodPtr */ {{row(Table::MethodDef)}},
    /* 06 MethodDef */ {{u4, u2, u2, str, blob, row(Table::Param)}},
    /* 07 ParamPtr */ {{row(Table::Param)}},
    /* 08 Param */ {{u2, u2, str}},
    /* 09 InterfaceImpl */ {{row(Table::TypeDef), coded(TypeDefOrRef)}},
    /* 0A MemberRef */ {{coded(MemberRefParent), str, blob}},
    /* 0B Constant */ {{u2, coded(HasConstant), blob}},
    /* 0C CustomAttribute */ {{coded(HasCustomAttribute), coded(CustomAttributeType), blob}},
    /* 0D FieldMarshal */ {{coded(HasFieldMarshal), blob}},
    /* 0E DeclSecurity */ {{u2, coded(HasDeclSecurity), blob}},
    /* 0F ClassLayout */ {{u2, u4, row(Table::TypeDef)}},
    /* 10 FieldLayout */ {{u4, row(Table::Field)}},
    /* 11 StandAloneSig */ {{blob}},
    /* 12 EventMap */ {{row(Table::TypeDef), row(Table::Event)}},
    /* 13 EventPtr */ {{row(Table::Event)}},
    /* 14 Event */ {{u2, str, coded(TypeDefOrRef)}},
    /* 15 PropertyMap */ {{row(Table::TypeDef), row(Table::Property)}},
    /* 16 PropertyPtr */ {{row(Table::Property)}},
    /* 17 Property */ {{u2, str, blob}},
    /* 18 MethodSemantics */ {{u2, row(Table::MethodDef), coded(HasSemantics)}},
    /* 19 MethodImpl */ {{row(Table::TypeDef), coded(MethodDefOrRef), coded(MethodDefOrRef)}},
    /* 1A ModuleRef */ {{str}},
    /* 1B TypeSpec */ {{blob}},
    /* 1C ImplMap */ {{u2, coded(MemberForwarded), str, row(Table::ModuleRef)}},
    /* 1D FieldRva */ {{u4, row(Table::Field)}},
    /* 1E EncLog */ {{u4, u4}},
    /* 1F EncMap */ {{u4}},
    /* 20 Assembly */ {{u4, u2, u2, u2, u2, u4, blob, str, str}},
    /* 21 AssemblyProcessor */ {{u4}},
    /* 22 AssemblyOs */ {{u4, u4, u4}},
    /* 23 AssemblyRef */ {{u2, u2, u2, u2, u4, blob, str, str, blob}},
    /* 24 AssemblyRefProcessor */ {{u4, row(Table::AssemblyRef)}},
    /* 25 AssemblyRefOs */ {{u4, u4, u4, row(Table::AssemblyRef)}},
    /* 26 File */ {{u4, str, blob}},
    /* 27 ExportedType */ {{u4, u4, str, str, coded(Implementation)}},
    /* 28 ManifestResource */ {{u4, u4, str, coded(Implementation)}},
    /* 29 NestedClass */ {{row(Table::TypeDef), row(Table::TypeDef)}},
    /* 2A GenericParam */ {{u2, u2, coded(TypeOrMethodDef), str}},
    /* 2B MethodSpec */ {{coded(MethodDefOrRef), blob}},
    /* 2C GenericParamConstraint */ {{row(Table::GenericParam), coded(TypeDefOrRef)}},
};

const CodedSchema kCodedSchemas[13] = {
    /* TypeDefOrRef */ {2, 3, {t(Table::TypeDef), t(Table::TypeRef), t(Table::TypeSpec)}},
    /* HasConstant */ {2, 3, {t(Table::Field), t(Table::Param), t(Table::Property)}},
    /* HasCustomAttribute */
    {5, 22, {t(Table::MethodDef), t(Table::Field), t(Table::TypeRef), t(Table::TypeDef), t(Table::Param),
             t(Table::InterfaceImpl), t(Table::MemberRef), t(Table::Module), t(Table::DeclSecurity), t(Table::Property),
             t(Table::Event), t(Table::StandAloneSig), t(Table::ModuleRef), t(Table::TypeSpec), t(Table::Assembly),
             t(Table::AssemblyRef), t(Table::File), t(Table::ExportedType), t(Table::ManifestResource),
             t(Table::GenericParam), t(Table::GenericParamConstraint), t(Table::MethodSpec)}},
    /* HasFieldMarshal */ {1, 2, {t(Table::Field), t(Table::Param)}},
    /* HasDeclSecurity */ {2, 3, {t(Table::TypeDef), t(Table::MethodDef), t(Table::Assembly)}},
    /* MemberRefParent */
    {3, 5, {t(Table::TypeDef), t(Table::TypeRef), t(Table::ModuleRef), t(Table::MethodDef), t(Table::TypeSpec)}},
    /* HasSemantics */ {1, 2, {t(Table::Event), t(Table::Property)}},
    /* MethodDefOrRef */ {1, 2, {t(Table::MethodDef), t(Table::MemberRef)}},
    /* MemberForwarded */ {1, 2, {t(Table::Field), t(Table::MethodDef)}},
    /* Implementation */ {2, 3, {t(Table::File), t(Table::AssemblyRef), t(Table::ExportedType)}},
    /* CustomAttributeType */ {3, 5, {kNoTable, kNoTable, t(Table::MethodDef), t(Table::MemberRef), kNoTable}},
    /* ResolutionScope */
    {2, 4, {t(Table::Module), t(Table::ModuleRef), t(Table::AssemblyRef), t(Table::TypeRef)}},
    /* TypeOrMethodDef */ {1, 2, {t(Table::TypeDef), t(Table::MethodDef)}},
};

}  // namespace rapgo::load::metadata
