// The named stage of type definitions: rows to Type objects, kinds, generic parameters.
#include "load/metadata/attributes.h"
#include "load/types/impl.h"

namespace rapgo::load::types {

Type* new_type(Kind kind) {
  Loader::Impl& l = loader();
  auto* t = l.make_low<Type>();
  t->kind = kind;
  t->impl = l.arena.make<Type::Impl>();
  return t;
}

Kind primitive_kind(std::string_view n) {
  static constexpr std::pair<std::string_view, Kind> kNames[] = {
      {"Void", Kind::Void},     {"Boolean", Kind::Boolean}, {"Char", Kind::Char},     {"SByte", Kind::I1},   {"Byte", Kind::U1},
      {"Int16", Kind::I2},      {"UInt16", Kind::U2},       {"Int32", Kind::I4},      {"UInt32", Kind::U4},  {"Int64", Kind::I8},
      {"UInt64", Kind::U8},     {"Single", Kind::R4},       {"Double", Kind::R8},     {"IntPtr", Kind::I},   {"UIntPtr", Kind::U},
      {"String", Kind::String}, {"Object", Kind::Object},   {"TypedReference", Kind::TypedByRef}};
  for (auto& [name, kind] : kNames) if (name == n) return kind;
  return Kind::Class;
}

WellKnown well_known_of(const Type* t) {
  using W = WellKnown;
  static constexpr std::pair<std::string_view, W> kSystem[] = {
      {"Nullable`1", W::Nullable}, {"ByReference`1", W::ByReference}, {"Span`1", W::Span}, {"ReadOnlySpan`1", W::ReadOnlySpan},
      {"RuntimeType", W::RuntimeType}, {"Exception", W::Exception}, {"ValueType", W::ValueType}, {"Enum", W::EnumBase},
      {"Array", W::ArrayBase}, {"Delegate", W::DelegateBase}, {"MulticastDelegate", W::MulticastDelegate},
      {"RuntimeTypeHandle", W::RuntimeTypeHandle}, {"RuntimeMethodHandle", W::RuntimeMethodHandle},
      {"RuntimeFieldHandle", W::RuntimeFieldHandle}, {"IntPtr", W::IntPtr}, {"UIntPtr", W::UIntPtr},
      {"TypedReference", W::TypedReference}, {"WeakReference`1", W::WeakReferenceOfT}};
  if (t->enclosing) return t->name == "RawData" && t->enclosing->well_known == W::ArrayBase ? W::ArrayRawData : W::None;
  if (t->name_space == "System") {
    for (auto& [name, w] : kSystem) if (name == t->name) return w;
  } else if (t->name_space == "System.Threading" && t->name == "Thread") {
    return W::Thread;
  }
  return W::None;
}

namespace {
// Value types, enums and delegates are told by their parent (II.10.1.3). Only a parent with one of the three names is
// resolved, so that naming a type loads nothing else.
Kind kind_of(Assembly* a, Type* t, md::Token extends) {
  if (t->attributes & md::type_attr::kInterface) return Kind::Interface;
  if (a->is_corlib && !t->enclosing && t->name_space == "System") {
    const Kind k = primitive_kind(t->name);
    if (k != Kind::Class) return k;
    if (t->name == "Enum" || t->name == "MulticastDelegate") return Kind::Class;
  }
  std::string_view ns, name;
  if (extends.is(md::Table::TypeRef)) {
    const md::TypeRefRow r = a->metadata->type_ref(extends.row());
    ns = a->metadata->string(r.name_space), name = a->metadata->string(r.name);
  } else if (extends.is(md::Table::TypeDef) && a->is_corlib) {
    const md::TypeDefRow r = a->metadata->type_def(extends.row());
    ns = a->metadata->string(r.name_space), name = a->metadata->string(r.name);
  } else {
    return Kind::Class;
  }
  if (ns != "System") return Kind::Class;
  const bool value = name == "ValueType", enumeration = name == "Enum", delegate = name == "MulticastDelegate";
  if (!value && !enumeration && !delegate) return Kind::Class;
  Type* base = a->resolve_type(extends, {});
  if (!base->assembly->is_corlib) return Kind::Class;
  return value ? Kind::Struct : enumeration ? Kind::Enum : Kind::Delegate;
}

Type* make_definition(Assembly* a, uint32_t row) {
  const md::Metadata& m = *a->metadata;
  const md::TypeDefRow r = m.type_def(row);
  Type* enclosing = nullptr;
  if (const uint32_t outer = m.enclosing_type_of(row)) {
    // A cycle of NestedClass rows would recurse for ever.
    uint32_t at = outer;
    for (uint32_t n = 0; at; at = m.enclosing_type_of(at))
      if (++n > kMaxTypeNesting) throw image::BadImage("types are nested in a circle");
    enclosing = a->type_of_row(outer);
  }
  Type* t = new_type(Kind::Class);
  t->assembly = a;
  t->typedef_row = row;
  t->attributes = r.flags;
  t->name = m.string(r.name);
  t->name_space = m.string(r.name_space);
  t->enclosing = enclosing;
  t->definition = t;
  t->kind = kind_of(a, t, r.extends);
  if (a->is_corlib) t->well_known = well_known_of(t);
  const md::RowRange params = m.generic_params_of(md::Token(md::Table::TypeDef, row));
  if (!params.empty()) {
    Loader::Impl& l = loader();
    std::span<Type*> vars = l.arena.make_array<Type*>(params.size());
    for (uint32_t i = 0; i < vars.size(); ++i) {
      const md::GenericParamRow p = m.generic_param(params[i]);
      Type* v = vars[i] = new_type(Kind::TypeVar);
      v->assembly = a;
      v->name = m.string(p.name);
      v->enclosing = t;
      v->definition = v;
      v->var_index = i;
      v->var_flags = p.flags;
      v->contains_vars_ = true;
    }
    t->generic_args = vars;
    t->contains_vars_ = true;
  }
  return publish(a->impl->types[row], t);
}
}  // namespace

Type* Assembly::type_of_row(uint32_t row) {
  if (row && row <= metadata->row_count(md::Table::TypeDef))
    if (Type* known = published(impl->types[row])) return known;
  Lock lock;
  return guarded(this, [&] {
    if (row == 0 || row > metadata->row_count(md::Table::TypeDef)) throw image::BadImage("type definition row out of range");
    Type* t = impl->types[row];
    return t ? t : make_definition(this, row);
  });
}

}  // namespace rapgo::load::types
