// RuntimeModule: tokens by reflection.
#include <cstring>

#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/objects.h"
#include "run/classlib/reflection.h"
#include "run/classlib/type_arrays.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

using load::metadata::Table;
using load::metadata::Token;
using load::types::Assembly;
using load::types::GenericContext;
using load::types::Loader;

namespace {

enum Error : int32_t { kOutOfRange, kBadTable, kOther };

constinit const FieldOffset kImpl("System.Reflection", "RuntimeModule", "_impl");
Assembly* of(Object* module) { return kImpl.in<Assembly*>(module); }

int32_t metadata_token(Object*) { return 1; }
int32_t stream_version(Assembly*) { return 0x20000; }
Array* all_types(Assembly* a) {
  std::vector<Type*> found;
  for (uint32_t row = 2; row <= a->metadata->row_count(Table::TypeDef); row++) found.push_back(a->type_of_row(row));
  return array_of_types(found, false);
}
int64_t instance_handle(Assembly* a) { return reinterpret_cast<int64_t>(a->image->bytes().data()); }
void guid(Assembly* a, Array* out) {
  const auto bytes = a->metadata->guid(a->metadata->module_row().mvid);
  std::memcpy(out->data(), bytes.data(), std::min<size_t>(bytes.size(), static_cast<size_t>(out->length)));
}
Object* global_type(Assembly* a) { return type_object(a->type_of_row(1)); }

struct Arguments {
  std::vector<Type*> of_type, of_method;
  GenericContext context;
  Arguments(Array* types, Array* methods) {
    for (int32_t i = 0; types && i < types->length; i++) of_type.push_back(*types->at<Type*>(i));
    for (int32_t i = 0; methods && i < methods->length; i++) of_method.push_back(*methods->at<Type*>(i));
    context = {of_type, of_method};
  }
};
bool check(Assembly* a, Token token, std::initializer_list<Table> tables, int32_t* error) {
  bool right = false;
  for (Table t : tables) right = right || token.table() == t;
  *error = right ? kOutOfRange : kBadTable;
  return right && a->metadata->contains(token);
}
Type* resolve_type(Assembly* a, int32_t raw, Array* types, Array* methods, int32_t* error) {
  const Token token(static_cast<uint32_t>(raw));
  if (!check(a, token, {Table::TypeDef, Table::TypeRef, Table::TypeSpec}, error)) return nullptr;
  return a->resolve_type(token, Arguments(types, methods).context);
}
bool is_field_ref(Assembly* a, Token token) {
  const auto blob = a->metadata->blob(a->metadata->member_ref(token.row()).signature);
  return !blob.empty() && blob[0] == 6;
}
Method* resolve_method(Assembly* a, int32_t raw, Array* types, Array* methods, int32_t* error) {
  const Token token(static_cast<uint32_t>(raw));
  if (!check(a, token, {Table::MethodDef, Table::MemberRef, Table::MethodSpec}, error)) return nullptr;
  if (token.table() == Table::MemberRef && is_field_ref(a, token)) {
    *error = kBadTable;
    return nullptr;
  }
  return a->resolve_method(token, Arguments(types, methods).context);
}
Field* resolve_field(Assembly* a, int32_t raw, Array* types, Array* methods, int32_t* error) {
  const Token token(static_cast<uint32_t>(raw));
  if (!check(a, token, {Table::Field, Table::MemberRef}, error)) return nullptr;
  if (token.table() == Table::MemberRef && !is_field_ref(a, token)) {
    *error = kBadTable;
    return nullptr;
  }
  return a->resolve_field(token, Arguments(types, methods).context);
}
String* resolve_string(Assembly* a, int32_t raw, int32_t* error) {
  const Token token(static_cast<uint32_t>(raw));
  *error = token.table() == Table::UserString ? kOutOfRange : kBadTable;
  if (token.table() != Table::UserString) return nullptr;
  try {
    const auto bytes = a->metadata->user_string(token);
    std::u16string s(bytes.size() / 2, u'\0');
    std::memcpy(s.data(), bytes.data(), s.size() * 2);
    return calls::new_string(s.data(), s.size());
  } catch (const load::image::BadImage&) {
    return nullptr;
  }
}
Object* resolve_member(Assembly* a, int32_t raw, Array* types, Array* methods, int32_t* error) {
  const Token token(static_cast<uint32_t>(raw));
  switch (token.table()) {
    case Table::TypeDef: case Table::TypeRef: case Table::TypeSpec: return type_object(resolve_type(a, raw, types, methods, error));
    case Table::MethodDef: case Table::MethodSpec: return method_object(resolve_method(a, raw, types, methods, error), nullptr);
    case Table::Field: {
      Field* f = resolve_field(a, raw, types, methods, error);
      return f ? field_object(f, nullptr) : nullptr;
    }
    case Table::MemberRef:
      if (!a->metadata->contains(token)) break;
      if (is_field_ref(a, token)) return field_object(resolve_field(a, raw, types, methods, error), nullptr);
      return method_object(resolve_method(a, raw, types, methods, error), nullptr);
    default: *error = kBadTable; return nullptr;
  }
  *error = kOutOfRange;
  return nullptr;
}
Array* resolve_signature(Assembly* a, int32_t raw, int32_t* error) {
  const Token token(static_cast<uint32_t>(raw));
  if (!check(a, token, {Table::StandAloneSig}, error)) return nullptr;
  const auto blob = a->metadata->blob(a->metadata->stand_alone_sig(token.row()).signature);
  Array* out = calls::new_array(Loader::get().types().u1, static_cast<int64_t>(blob.size()));
  std::memcpy(out->data(), blob.data(), blob.size());
  return out;
}
void pe_kind(Assembly* a, int32_t* kinds, int32_t* machine) {
  using load::image::CliHeader;
  const uint32_t flags = a->image->cli().flags;
  *kinds = static_cast<int32_t>((flags & CliHeader::kIlOnly ? 1u : 0u) | (flags & CliHeader::k32BitRequired ? 2u : 0u) | (a->image->is_pe32_plus() ? 4u : 0u));
  *machine = a->image->machine();
}

#define MODULE(name, f) RAPGO_ICALL("System.Reflection.RuntimeModule::" name, f)
const calls::IcallEntry kEntries[] = {
    MODULE("get_MetadataToken", metadata_token), MODULE("GetMDStreamVersion", stream_version), MODULE("InternalGetTypes", all_types),
    MODULE("GetHINSTANCE", instance_handle), MODULE("GetGuidInternal", guid), MODULE("GetGlobalType", global_type),
    MODULE("ResolveTypeToken", resolve_type), MODULE("ResolveMethodToken", resolve_method), MODULE("ResolveFieldToken", resolve_field),
    MODULE("ResolveStringToken", resolve_string), MODULE("ResolveMemberToken", resolve_member), MODULE("ResolveSignature", resolve_signature),
    MODULE("GetPEKind", pe_kind),
};

}  // namespace

void register_modules() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
