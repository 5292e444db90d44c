// Typed rows: columns read in the standard's order.
#include "load/metadata/metadata.h"

namespace rapgo::load::metadata {

// Columns of one row, one call per column in order. Braced initialisers below are evaluated left to right.
class Metadata::Row {
 public:
  Row(const Metadata& m, Table table, uint32_t row) : m_(m), table_(table), row_(row) {}
  uint32_t u4() { return m_.column(table_, row_, column_++); }
  uint16_t u2() { return static_cast<uint16_t>(u4()); }
  StringIndex str() { return StringIndex{u4()}; }
  BlobIndex blob() { return BlobIndex{u4()}; }
  GuidIndex guid() { return GuidIndex{u4()}; }
  Token coded(CodedIndex kind) { return decode(kind, u4()); }

 private:
  const Metadata& m_;
  Table table_;
  uint32_t row_;
  unsigned column_ = 0;
};

Metadata::Row Metadata::row(Table table, uint32_t row) const { return Row(*this, table, row); }

using enum CodedIndex;

ModuleRow Metadata::module_row(uint32_t i) const {
  Row r = row(Table::Module, i);
  return {r.u2(), r.str(), r.guid(), r.guid(), r.guid()};
}
TypeRefRow Metadata::type_ref(uint32_t i) const {
  Row r = row(Table::TypeRef, i);
  return {r.coded(ResolutionScope), r.str(), r.str()};
}
TypeDefRow Metadata::type_def(uint32_t i) const {
  Row r = row(Table::TypeDef, i);
  return {r.u4(), r.str(), r.str(), r.coded(TypeDefOrRef), r.u4(), r.u4()};
}
FieldRow Metadata::field(uint32_t i) const {
  Row r = row(Table::Field, i);
  return {r.u2(), r.str(), r.blob()};
}
MethodDefRow Metadata::method_def(uint32_t i) const {
  Row r = row(Table::MethodDef, i);
  return {r.u4(), r.u2(), r.u2(), r.str(), r.blob(), r.u4()};
}
ParamRow Metadata::param(uint32_t i) const {
  Row r = row(Table::Param, i);
  return {r.u2(), r.u2(), r.str()};
}
InterfaceImplRow Metadata::interface_impl(uint32_t i) const {
  Row r = row(Table::InterfaceImpl, i);
  return {r.u4(), r.coded(TypeDefOrRef)};
}
MemberRefRow Metadata::member_ref(uint32_t i) const {
  Row r = row(Table::MemberRef, i);
  return {r.coded(MemberRefParent), r.str(), r.blob()};
}
ConstantRow Metadata::constant(uint32_t i) const {
  Row r = row(Table::Constant, i);
  return {static_cast<uint8_t>(r.u2()), r.coded(HasConstant), r.blob()};  // the second byte is padding
}
CustomAttributeRow Metadata::custom_attribute(uint32_t i) const {
  Row r = row(Table::CustomAttribute, i);
  return {r.coded(HasCustomAttribute), r.coded(CustomAttributeType), r.blob()};
}
FieldMarshalRow Metadata::field_marshal(uint32_t i) const {
  Row r = row(Table::FieldMarshal, i);
  return {r.coded(HasFieldMarshal), r.blob()};
}
DeclSecurityRow Metadata::decl_security(uint32_t i) const {
  Row r = row(Table::DeclSecurity, i);
  return {r.u2(), r.coded(HasDeclSecurity), r.blob()};
}
ClassLayoutRow Metadata::class_layout(uint32_t i) const {
  Row r = row(Table::ClassLayout, i);
  return {r.u2(), r.u4(), r.u4()};
}
FieldLayoutRow Metadata::field_layout(uint32_t i) const {
  Row r = row(Table::FieldLayout, i);
  return {r.u4(), r.u4()};
}
StandAloneSigRow Metadata::stand_alone_sig(uint32_t i) const { return {row(Table::StandAloneSig, i).blob()}; }
EventMapRow Metadata::event_map(uint32_t i) const {
  Row r = row(Table::EventMap, i);
  return {r.u4(), r.u4()};
}
EventRow Metadata::event(uint32_t i) const {
  Row r = row(Table::Event, i);
  return {r.u2(), r.str(), r.coded(TypeDefOrRef)};
}
PropertyMapRow Metadata::property_map(uint32_t i) const {
  Row r = row(Table::PropertyMap, i);
  return {r.u4(), r.u4()};
}
PropertyRow Metadata::property(uint32_t i) const {
  Row r = row(Table::Property, i);
  return {r.u2(), r.str(), r.blob()};
}
MethodSemanticsRow Metadata::method_semantics(uint32_t i) const {
  Row r = row(Table::MethodSemantics, i);
  return {r.u2(), r.u4(), r.coded(HasSemantics)};
}
MethodImplRow Metadata::method_impl(uint32_t i) const {
  Row r = row(Table::MethodImpl, i);
  return {r.u4(), r.coded(MethodDefOrRef), r.coded(MethodDefOrRef)};
}
ModuleRefRow Metadata::module_ref(uint32_t i) const { return {row(Table::ModuleRef, i).str()}; }
TypeSpecRow Metadata::type_spec(uint32_t i) const { return {row(Table::TypeSpec, i).blob()}; }
ImplMapRow Metadata::impl_map(uint32_t i) const {
  Row r = row(Table::ImplMap, i);
  return {r.u2(), r.coded(MemberForwarded), r.str(), r.u4()};
}
FieldRvaRow Metadata::field_rva(uint32_t i) const {
  Row r = row(Table::FieldRva, i);
  return {r.u4(), r.u4()};
}
AssemblyRow Metadata::assembly(uint32_t i) const {
  Row r = row(Table::Assembly, i);
  return {r.u4(), r.u2(), r.u2(), r.u2(), r.u2(), r.u4(), r.blob(), r.str(), r.str()};
}
AssemblyRefRow Metadata::assembly_ref(uint32_t i) const {
  Row r = row(Table::AssemblyRef, i);
  return {r.u2(), r.u2(), r.u2(), r.u2(), r.u4(), r.blob(), r.str(), r.str(), r.blob()};
}
FileRow Metadata::file(uint32_t i) const {
  Row r = row(Table::File, i);
  return {r.u4(), r.str(), r.blob()};
}
ExportedTypeRow Metadata::exported_type(uint32_t i) const {
  Row r = row(Table::ExportedType, i);
  return {r.u4(), r.u4(), r.str(), r.str(), r.coded(Implementation)};
}
ManifestResourceRow Metadata::manifest_resource(uint32_t i) const {
  Row r = row(Table::ManifestResource, i);
  return {r.u4(), r.u4(), r.str(), r.coded(Implementation)};
}
NestedClassRow Metadata::nested_class(uint32_t i) const {
  Row r = row(Table::NestedClass, i);
  return {r.u4(), r.u4()};
}
GenericParamRow Metadata::generic_param(uint32_t i) const {
  Row r = row(Table::GenericParam, i);
  return {r.u2(), r.u2(), r.coded(TypeOrMethodDef), r.str()};
}
MethodSpecRow Metadata::method_spec(uint32_t i) const {
  Row r = row(Table::MethodSpec, i);
  return {r.coded(MethodDefOrRef), r.blob()};
}
GenericParamConstraintRow Metadata::generic_param_constraint(uint32_t i) const {
  Row r = row(Table::GenericParamConstraint, i);
  return {r.u4(), r.coded(TypeDefOrRef)};
}

}  // namespace rapgo::load::metadata
