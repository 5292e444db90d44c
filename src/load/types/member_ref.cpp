// Method and field tokens: MethodDef, Field, MemberRef, MethodSpec (II.22.25, II.22.29).
#include "load/metadata/attributes.h"
#include "load/types/impl.h"

namespace rapgo::load::types {

namespace {
// Methods and fields share one table of what references mean: fields are marked in the lowest bit.
bool is_field(void* known) { return reinterpret_cast<uintptr_t>(known) & 1; }

Type* parent_type(Assembly* a, md::Token parent, const GenericContext& c, bool* open) {
  if (parent.is(md::Table::TypeSpec)) {
    md::SigReader r(a->metadata->blob(a->metadata->type_spec(parent.row()).signature));
    if (Type* known = a->impl->type_specs[parent.row()]) return known;
    Type* t = read_type(a, r, c, open);
    if (!*open) publish(a->impl->type_specs[parent.row()], t);
    return t;
  }
  if (parent.is(md::Table::ModuleRef)) throw LoadError(LoadErrorKind::NotSupported, "Assemblies of several modules are not supported.");
  return a->resolve_type(parent, c);
}

// `of` or the ancestor (or inherited interface) of it that is an instance of `definition`.
Type* owner_of(Type* of, Type* definition) {
  for (Type* t = of; t; t = t->parent()) if (t->definition == definition) return t;
  for (Type* i : of->interfaces()) if (i->definition == definition) return i;
  return definition->kind == Kind::Object ? definition : nullptr;
}

Method* match_in(Type* level, std::string_view name, const SigRef& wanted) {
  Type* d = level->definition;
  if (!d->typedef_row) return nullptr;
  Method *first = nullptr, *strict = nullptr;
  const md::RowRange rows = d->assembly->metadata->methods_of(d->typedef_row);
  const uint32_t n = rows.size();
  for (uint32_t i = 0; i < n; ++i) {
    if (!method_named(d, rows[i], name)) continue;
    Method* m = definition_method_at(d, i);
    const SigRef have = signature_ref(m, level->generic_args);
    if (!same_signature(wanted, have, m->generic_args)) continue;
    if (!first) first = m;
    else if (!strict) strict = same_modifiers(wanted, signature_ref(first, level->generic_args)) ? first : nullptr;
    if (first != m && !strict && same_modifiers(wanted, have)) strict = m;
  }
  return strict ? strict : first;
}

// Definition found by name and signature in the parent's definition, then upwards.
Method* match(Type* parent, std::string_view name, const SigRef& wanted) {
  for (Type* level = parent->definition; level; level = level->parent())
    if (Method* m = match_in(level, name, wanted)) return m;
  if (parent->is_interface()) {
    for (Type* i : parent->definition->interfaces()) if (Method* m = match_in(i, name, wanted)) return m;
    return match_in(Loader::get().types().object, name, wanted);
  }
  return nullptr;
}

[[noreturn]] void missing_method(Assembly* a, Type* parent, std::string_view name, image::Bytes blob) {
  std::string sig = md::to_string(*a->metadata, md::parse_method_sig(blob));
  const std::string full = parent->full_name() + "." + std::string(name);
  const size_t paren = sig.find('(');
  const std::string text = paren == std::string::npos ? full : sig.substr(0, paren) + full + sig.substr(paren);
  throw LoadError(LoadErrorKind::MissingMethod, "Method not found: '" + text + "'.", full);
}

Method* array_member(Type* array, std::string_view name, image::Bytes blob) {
  md::SigReader r(blob);
  const uint32_t params = r.method_header().param_count;
  for (Method* m : array_methods(array)) if (m->name == name && m->signature().params.size() == params) return m;
  return nullptr;
}

Method* resolve_method_ref(Assembly* a, uint32_t row, const GenericContext& c) {
  const md::Metadata& m = *a->metadata;
  if (row == 0 || row > m.row_count(md::Table::MemberRef)) throw image::BadImage("member reference row out of range");
  if (void* known = a->impl->member_refs[row]) {
    if (is_field(known)) throw image::BadImage("a field where a method is wanted");
    return static_cast<Method*>(known);
  }
  const md::MemberRefRow r = m.member_ref(row);
  const image::Bytes blob = m.blob(r.signature);
  if (blob.empty() || (blob[0] & md::sig_kind::kKindMask) == md::sig_kind::kField) throw image::BadImage("a field where a method is wanted");
  const std::string_view name = m.string(r.name);
  if (r.parent.is(md::Table::MethodDef)) return a->method_of_row(r.parent.row());  // vararg call
  bool open = false;
  Type* parent = parent_type(a, r.parent, c, &open);
  Method* found = nullptr;
  if (parent->is_array()) found = array_member(parent, name, blob);
  if (!found) {
    auto* d = static_cast<Method*>(a->impl->member_ref_defs[row]);
    Type* owner = d ? owner_of(parent, d->declaring) : nullptr;
    if (!owner) {
      d = match(parent->is_array() ? parent->parent() : parent, name, {a, blob, parent->definition->generic_args});
      if (!d) missing_method(a, parent, name, blob);
      owner = owner_of(parent, d->declaring);
      if (!owner) throw_type_load(parent, "its parents are inconsistent");
      a->impl->member_ref_defs[row] = d;
    }
    found = Loader::get().method_on(owner, d);
  }
  if (!open) publish(a->impl->member_refs[row], static_cast<void*>(found));
  return found;
}

Method* resolve_method_spec(Assembly* a, uint32_t row, const GenericContext& c) {
  const md::Metadata& m = *a->metadata;
  if (row == 0 || row > m.row_count(md::Table::MethodSpec)) throw image::BadImage("method specification row out of range");
  if (Method* known = a->impl->method_specs[row]) return known;
  const md::MethodSpecRow r = m.method_spec(row);
  Method* generic = a->resolve_method(r.method, c);
  md::SigReader reader(m.blob(r.instantiation));
  std::vector<Type*> args(reader.method_spec_header());
  bool open = false;
  for (Type*& t : args) t = read_type(a, reader, c, &open);
  Method* found = Loader::get().instantiate(generic, args);
  const bool fixed_parent = !r.method.is(md::Table::MemberRef) || a->impl->member_refs[r.method.row()];
  if (!open && fixed_parent) publish(a->impl->method_specs[row], found);
  return found;
}

Field* resolve_field_ref(Assembly* a, uint32_t row, const GenericContext& c) {
  const md::Metadata& m = *a->metadata;
  if (row == 0 || row > m.row_count(md::Table::MemberRef)) throw image::BadImage("member reference row out of range");
  if (void* known = a->impl->member_refs[row]) {
    if (!is_field(known)) throw image::BadImage("a method where a field is wanted");
    return reinterpret_cast<Field*>(reinterpret_cast<uintptr_t>(known) - 1);
  }
  const md::MemberRefRow r = m.member_ref(row);
  const image::Bytes blob = m.blob(r.signature);
  if (blob.empty() || (blob[0] & md::sig_kind::kKindMask) != md::sig_kind::kField) throw image::BadImage("a method where a field is wanted");
  const std::string_view name = m.string(r.name);
  bool open = false;
  Type* parent = parent_type(a, r.parent, c, &open);
  Field* found = nullptr;
  auto* d = static_cast<Field*>(a->impl->member_ref_defs[row]);
  Type* owner = d ? owner_of(parent, d->declaring) : nullptr;
  for (Type* level = parent->definition; level && !owner; level = level->parent()) {
    for (Field* f : level->definition->fields()) {
      if (f->name != name) continue;
      md::SigReader reader(blob);
      reader.field_header();
      Type* wanted = read_type(a, reader, {parent->definition->generic_args, {}});
      Type* have = Loader::get().substitute(f->type(), {level->generic_args, {}});
      if (wanted != have) continue;
      d = f;
      owner = owner_of(parent, level->definition);
      break;
    }
  }
  if (!owner) {
    const std::string full = parent->full_name() + "." + std::string(name);
    throw LoadError(LoadErrorKind::MissingField, "Field not found: '" + full + "'.", full);
  }
  a->impl->member_ref_defs[row] = d;
  found = Loader::get().field_on(owner, d);
  if (!open) publish(a->impl->member_refs[row], reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(found) + 1));
  return found;
}

// What a token was found to mean before: without the lock. Null: not known, or not to be known this way.
Method* known_method(Assembly* a, md::Token token) {
  const uint32_t row = token.row();
  if (!row || row > a->metadata->row_count(token.table())) return nullptr;
  Method* m = nullptr;
  switch (token.table()) {
    case md::Table::MethodDef: m = published(a->impl->methods[row]); break;
    case md::Table::MethodSpec: m = published(a->impl->method_specs[row]); break;
    case md::Table::MemberRef: {
      void* known = published(a->impl->member_refs[row]);
      if (known && !is_field(known)) m = static_cast<Method*>(known);
      break;
    }
    default: break;
  }
  return m && (!m->is_virtual() || !m->row || is_done(m->definition->declaring, kSlots)) ? m : nullptr;
}

Field* known_field(Assembly* a, md::Token token) {
  const uint32_t row = token.row();
  if (!row || row > a->metadata->row_count(token.table())) return nullptr;
  if (token.is(md::Table::Field)) return published(a->impl->fields[row]);
  if (!token.is(md::Table::MemberRef)) return nullptr;
  void* known = published(a->impl->member_refs[row]);
  return known && is_field(known) ? reinterpret_cast<Field*>(reinterpret_cast<uintptr_t>(known) - 1) : nullptr;
}

Method* with_slot(Method* m) {
  if (m->is_virtual() && m->row) ensure(m->definition->declaring, kSlots);
  return m;
}
}  // namespace

Method* resolve_without_slot(Assembly* a, md::Token token, const GenericContext& context) {
  switch (token.table()) {
    case md::Table::MethodDef: return a->method_of_row(token.row());
    case md::Table::MemberRef: return resolve_method_ref(a, token.row(), context);
    case md::Table::MethodSpec: return resolve_method_spec(a, token.row(), context);
    default: throw image::BadImage("not a method token");
  }
}

Method* Assembly::resolve_method(metadata::Token token, const GenericContext& context) {
  if (Method* known = known_method(this, token)) return known;
  Lock lock;
  return guarded(this, [&] { return with_slot(resolve_without_slot(this, token, context)); });
}

Field* Assembly::resolve_field(metadata::Token token, const GenericContext& context) {
  if (Field* known = known_field(this, token)) return known;
  Lock lock;
  return guarded(this, [&]() -> Field* {
    switch (token.table()) {
      case md::Table::Field: return field_of_row(token.row());
      case md::Table::MemberRef: return resolve_field_ref(this, token.row(), context);
      default: throw image::BadImage("not a field token");
    }
  });
}

Signature Assembly::call_site_signature(metadata::Token token, const GenericContext& context) {
  Method* m = resolve_method(token, context);
  if (!m->signature().vararg || !token.is(md::Table::MemberRef)) return m->signature();
  Lock lock;
  return guarded(this, [&] {
    md::SigReader r(metadata->blob(metadata->member_ref(token.row()).signature));
    return read_signature(this, r, m->context());
  });
}

}  // namespace rapgo::load::types
