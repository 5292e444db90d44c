// Tokens to types and stand-alone signatures. What does not depend on type variables is remembered by row.
#include "load/types/impl.h"

namespace rapgo::load::types {

namespace {
Type* resolve_type_ref(Assembly* a, uint32_t row, unsigned depth = 0) {
  if (row == 0 || row > a->metadata->row_count(md::Table::TypeRef)) throw image::BadImage("type reference row out of range");
  Type*& known = a->impl->type_refs[row];
  if (known) return known;
  if (depth > kMaxTypeNesting) throw image::BadImage("type references are nested in a circle");
  const md::Metadata& m = *a->metadata;
  const md::TypeRefRow r = m.type_ref(row);
  const std::string_view ns = m.string(r.name_space), name = m.string(r.name);
  Assembly* from = a;
  Type* found = nullptr;
  switch (r.resolution_scope.is_nil() ? md::Table::Module : r.resolution_scope.table()) {
    case md::Table::AssemblyRef:
      from = a->referenced(r.resolution_scope.row());
      found = from->find_type(ns, name);
      break;
    case md::Table::TypeRef: {
      Type* outer = resolve_type_ref(a, r.resolution_scope.row(), depth + 1);
      from = outer->assembly;
      const uint32_t nested = from->metadata->find_nested_type(outer->typedef_row, name);
      if (nested) found = from->type_of_row(nested);
      if (!found) throw_type_load(outer->full_name() + "+" + std::string(name), from);
      break;
    }
    case md::Table::ModuleRef:
      throw LoadError(LoadErrorKind::NotSupported, "Assemblies of several modules are not supported: '" + std::string(name) + "'", std::string(name));
    default: found = a->find_type(ns, name);
  }
  if (!found) throw_type_load(ns.empty() ? std::string(name) : std::string(ns) + "." + std::string(name), from);
  return publish(a->impl->type_refs[row], found);
}

Type* resolve_type_spec(Assembly* a, uint32_t row, const GenericContext& c) {
  if (row == 0 || row > a->metadata->row_count(md::Table::TypeSpec)) throw image::BadImage("type specification row out of range");
  if (Type* known = a->impl->type_specs[row]) return known;
  static thread_local unsigned depth = 0;  // a TypeSpec whose blob names itself
  struct Level {
    Level() { if (++depth > md::kMaxSigDepth) { --depth; throw image::BadImage("type specifications are nested in a circle"); } }
    ~Level() { --depth; }
  } level;
  md::SigReader r(a->metadata->blob(a->metadata->type_spec(row).signature));
  bool open = false;
  Type* t = read_type(a, r, c, &open);
  if (!open) publish(a->impl->type_specs[row], t);
  return t;
}
}  // namespace

Type* Assembly::resolve_type(metadata::Token token, const GenericContext& context) {
  if (const uint32_t row = token.row(); row && row <= metadata->row_count(token.table())) {
    Type* known = nullptr;
    switch (token.table()) {
      case md::Table::TypeDef: known = published(impl->types[row]); break;
      case md::Table::TypeRef: known = published(impl->type_refs[row]); break;
      case md::Table::TypeSpec: known = published(impl->type_specs[row]); break;
      default: break;
    }
    if (known) return known;
  }
  Lock lock;
  return guarded(this, [&]() -> Type* {
    switch (token.table()) {
      case md::Table::TypeDef: return type_of_row(token.row());
      case md::Table::TypeRef: return resolve_type_ref(this, token.row());
      case md::Table::TypeSpec: return resolve_type_spec(this, token.row(), context);
      default: throw image::BadImage("not a type token");
    }
  });
}

Type* Assembly::read_type(metadata::SigReader& reader, const GenericContext& context) {
  Lock lock;
  return guarded(this, [&] { return types::read_type(this, reader, context); });
}

Signature Assembly::resolve_signature(metadata::Token token, const GenericContext& context) {
  Lock lock;
  return guarded(this, [&] {
    if (!token.is(md::Table::StandAloneSig)) throw image::BadImage("not a signature token");
    md::SigReader r(metadata->blob(metadata->stand_alone_sig(token.row()).signature));
    return read_signature(this, r, context);
  });
}

std::vector<Type*> Assembly::resolve_locals(metadata::Token local_sig, const GenericContext& context, std::vector<bool>* pinned) {
  Lock lock;
  return guarded(this, [&] {
    std::vector<Type*> out;
    if (local_sig.is_nil()) return out;
    if (!local_sig.is(md::Table::StandAloneSig)) throw image::BadImage("not a signature token");
    md::SigReader r(metadata->blob(metadata->stand_alone_sig(local_sig.row()).signature));
    const uint32_t n = r.local_header();
    out.reserve(n);
    for (uint32_t i = 0; i < n; ++i) {
      r.skip_mods();
      const bool pin = r.skip_if(md::ElementType::Pinned);
      out.push_back(types::read_type(this, r, context));
      if (out.back()->is_void()) throw image::BadImage("local variable of type void");
      if (pinned) pinned->push_back(pin);
    }
    return out;
  });
}

}  // namespace rapgo::load::types
