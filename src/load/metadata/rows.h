// One struct per table of ECMA-335 II.22, columns in the standard's order.
// Heap indexes are strong types (Metadata::string/blob/guid read them). Coded indexes are decoded to tokens (row 0: nil).
// Columns that point into one fixed table hold the 1-based row (0: nil). *_list columns are raw; use the range helpers.
#pragma once

#include <cstdint>

#include "load/metadata/token.h"

namespace rapgo::load::metadata {

enum class StringIndex : uint32_t {};
enum class BlobIndex : uint32_t {};
enum class GuidIndex : uint32_t {};

struct ModuleRow { uint16_t generation; StringIndex name; GuidIndex mvid, enc_id, enc_base_id; };
struct TypeRefRow { Token resolution_scope; StringIndex name, name_space; };  // scope: Module|ModuleRef|AssemblyRef|TypeRef
struct TypeDefRow { uint32_t flags; StringIndex name, name_space; Token extends; uint32_t field_list, method_list; };
struct FieldRow { uint16_t flags; StringIndex name; BlobIndex signature; };
struct MethodDefRow {
  uint32_t rva;
  uint16_t impl_flags, flags;
  StringIndex name;
  BlobIndex signature;
  uint32_t param_list;
};
struct ParamRow { uint16_t flags, sequence; StringIndex name; };
struct InterfaceImplRow { uint32_t type_def; Token interface; };
struct MemberRefRow { Token parent; StringIndex name; BlobIndex signature; };  // TypeDef|TypeRef|ModuleRef|MethodDef|TypeSpec
struct ConstantRow { uint8_t type; Token parent; BlobIndex value; };  // type: an ElementType; parent: Field|Param|Property
struct CustomAttributeRow { Token parent, constructor; BlobIndex value; };  // constructor: MethodDef|MemberRef
struct FieldMarshalRow { Token parent; BlobIndex native_type; };  // Field|Param
struct DeclSecurityRow { uint16_t action; Token parent; BlobIndex permission_set; };
struct ClassLayoutRow { uint16_t packing_size; uint32_t class_size, type_def; };
struct FieldLayoutRow { uint32_t offset, field; };
struct StandAloneSigRow { BlobIndex signature; };
struct EventMapRow { uint32_t type_def, event_list; };
struct EventRow { uint16_t flags; StringIndex name; Token type; };
struct PropertyMapRow { uint32_t type_def, property_list; };
struct PropertyRow { uint16_t flags; StringIndex name; BlobIndex signature; };
struct MethodSemanticsRow { uint16_t semantics; uint32_t method; Token association; };  // Event|Property
struct MethodImplRow { uint32_t type_def; Token body, declaration; };  // MethodDef|MemberRef both
struct ModuleRefRow { StringIndex name; };
struct TypeSpecRow { BlobIndex signature; };
struct ImplMapRow { uint16_t flags; Token member; StringIndex import_name; uint32_t import_scope; };  // ModuleRef row
struct FieldRvaRow { uint32_t rva, field; };
struct AssemblyRow {
  uint32_t hash_algorithm;
  uint16_t major, minor, build, revision;
  uint32_t flags;
  BlobIndex public_key;
  StringIndex name, culture;
};
struct AssemblyRefRow {
  uint16_t major, minor, build, revision;
  uint32_t flags;
  BlobIndex public_key_or_token;
  StringIndex name, culture;
  BlobIndex hash_value;
};
struct FileRow { uint32_t flags; StringIndex name; BlobIndex hash_value; };
struct ExportedTypeRow {
  uint32_t flags;  // type_attr::kForwarder with an AssemblyRef implementation: a forwarded type
  uint32_t type_def_hint;
  StringIndex name, name_space;
  Token implementation;  // File|AssemblyRef|ExportedType
};
struct ManifestResourceRow { uint32_t offset, flags; StringIndex name; Token implementation; };  // nil: in this image
struct NestedClassRow { uint32_t nested, enclosing; };
struct GenericParamRow { uint16_t number, flags; Token owner; StringIndex name; };  // TypeDef|MethodDef
struct MethodSpecRow { Token method; BlobIndex instantiation; };  // MethodDef|MemberRef
struct GenericParamConstraintRow { uint32_t generic_param; Token constraint; };

}  // namespace rapgo::load::metadata
