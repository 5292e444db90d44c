// Fields and methods as declared. Methods are made one at a time, so that a class costs what is used of it.
#include "load/metadata/attributes.h"
#include "load/types/impl.h"

namespace rapgo::load::types {

namespace {
bool has_attribute(const md::Metadata& m, md::Token owner, std::string_view ns, std::string_view name) {
  for (uint32_t row : m.custom_attributes_of(owner)) {
    const md::Token ctor = m.custom_attribute(row).constructor;
    md::Token type;
    if (ctor.is(md::Table::MemberRef)) type = m.member_ref(ctor.row()).parent;
    else if (ctor.is(md::Table::MethodDef)) type = md::Token(md::Table::TypeDef, m.type_of_method(ctor.row()));
    if (type.is(md::Table::TypeRef)) {
      const md::TypeRefRow r = m.type_ref(type.row());
      if (m.string(r.name) == name && m.string(r.name_space) == ns) return true;
    } else if (type.is(md::Table::TypeDef)) {
      const md::TypeDefRow r = m.type_def(type.row());
      if (m.string(r.name) == name && m.string(r.name_space) == ns) return true;
    }
  }
  return false;
}

bool has_volatile_modifier(const md::Metadata& m, md::BlobIndex signature) {
  md::SigReader r(m.blob(signature));
  r.field_header();
  for (md::CustomMod mod; r.next_mod(mod);)
    if (mod.required && m.type_name(mod.type) == "System.Runtime.CompilerServices.IsVolatile") return true;
  return false;
}
}  // namespace

void build_fields(Type* t) {
  if (!t->typedef_row) return;
  Loader::Impl& l = loader();
  Assembly* a = t->assembly;
  const md::Metadata& m = *a->metadata;
  std::span<Field*> fields;
  if (t->is_generic_instance()) {
    std::span<Field* const> from = t->definition->fields();
    fields = l.arena.make_array<Field*>(from.size());
    for (size_t i = 0; i < from.size(); ++i) {
      Field* f = fields[i] = l.make_low<Field>();
      *f = *from[i];
      f->thread_word = 0;
      f->declaring = t;
      f->type_ = nullptr;
      f->offset_ = ~0u;
    }
  } else {
    const md::RowRange range = m.fields_of(t->typedef_row);
    fields = l.arena.make_array<Field*>(range.size());
    for (uint32_t i = 0; i < fields.size(); ++i) {
      const md::FieldRow r = m.field(range[i]);
      Field* f = fields[i] = l.make_low<Field>();
      f->declaring = t;
      f->name = m.string(r.name);
      f->row = range[i];
      f->index = i;
      f->attributes = r.flags;
      f->definition = f;
      f->is_volatile = has_volatile_modifier(m, r.signature);
      if (f->is_static() && !f->is_literal())
        f->is_thread_static = has_attribute(m, md::Token(md::Table::Field, f->row), "System", "ThreadStaticAttribute");
      publish(a->impl->fields[f->row], f);
    }
  }
  if (t->is_enum()) {
    for (Field* f : fields) {
      if (f->is_static()) continue;
      Type* u = f->type();
      if (t->element && t->element != u) throw_type_load(t, "an enum has one instance field");
      if (!u->is_primitive()) throw_type_load(t, "its underlying type is not primitive");
      t->element = u;
    }
    if (!t->element) throw_type_load(t, "an enum without a value field");
  }
  t->impl->fields = fields;
}

std::span<Field* const> Type::fields() {
  ensure(this, kFields);
  return impl->fields;
}

Field* Type::find_field(std::string_view n) {
  for (Field* f : fields()) if (f->name == n) return f;
  return nullptr;
}

Type* Field::type() {
  std::atomic_ref<Type*> cell(type_);
  if (Type* t = cell.load(std::memory_order_acquire)) return t;
  Lock lock;
  return guarded(declaring->assembly, [&] {
    const md::Metadata& m = *declaring->assembly->metadata;
    md::SigReader r(m.blob(m.field(row).signature));
    r.field_header();
    Type* t = read_type(declaring->assembly, r, {declaring->generic_args, {}});
    if (t->is_void() || (t->is_byref() && is_static())) throw_type_load(declaring, "field '" + std::string(name) + "' has an impossible type");
    cell.store(t, std::memory_order_release);
    return t;
  });
}

std::span<const uint8_t> Field::rva_data() {
  if (!(attributes & md::field_attr::kHasRva)) return {};
  Lock lock;
  return guarded(declaring->assembly, [&]() -> std::span<const uint8_t> {
    const auto rva = declaring->assembly->metadata->field_rva_of(row);
    if (!rva) return {};
    return declaring->assembly->image->rva_to_span(*rva, type()->value_size());
  });
}

uint32_t Field::offset() {
  if (is_static()) {
    if (is_literal()) throw LoadError(LoadErrorKind::MissingField, "A literal field has no storage: " + std::string(name), std::string(name));
    ensure(declaring, kStatics);
  } else {
    ensure(declaring, kLayout);
  }
  return offset_;
}

Field* Loader::field_on(Type* instance, Field* definition) {
  definition = definition->definition;
  if (definition->declaring == instance) return definition;
  return instance->fields()[definition->index];
}

Field* Assembly::field_of_row(uint32_t row) {
  if (row && row <= metadata->row_count(md::Table::Field))
    if (Field* known = published(impl->fields[row])) return known;
  Lock lock;
  return guarded(this, [&] {
    if (row == 0 || row > metadata->row_count(md::Table::Field)) throw image::BadImage("field row out of range");
    if (!impl->fields[row]) ensure(type_of_row(metadata->type_of_field(row)), kFields);
    if (!impl->fields[row]) throw image::BadImage("field belongs to no type");
    return impl->fields[row];
  });
}

// ---- methods ----

uint32_t method_count(Type* t) {
  if (t->is_array()) return static_cast<uint32_t>(array_methods(t).size());
  return t->typedef_row ? t->assembly->metadata->methods_of(t->typedef_row).size() : 0;
}

uint32_t method_row(Type* d, uint32_t index) { return d->assembly->metadata->methods_of(d->typedef_row)[index]; }

std::string_view method_name_at(Type* d, uint32_t index) {
  const md::Metadata& m = *d->assembly->metadata;
  return m.string(static_cast<md::StringIndex>(m.column(md::Table::MethodDef, method_row(d, index), 3)));
}

bool method_named(Type* d, uint32_t row, std::string_view name) {
  const md::Metadata& m = *d->assembly->metadata;
  return m.string_is(static_cast<md::StringIndex>(m.column(md::Table::MethodDef, row, 3)), name);
}

static bool method_is_named(const md::Metadata& m, uint32_t row, std::string_view name) {
  return m.string_is(static_cast<md::StringIndex>(m.column(md::Table::MethodDef, row, 3)), name);
}

Method* method_at(Type* t, uint32_t index) {
  if (t->is_array()) return array_methods(t)[index];
  Type::Impl& impl = *t->impl;
  if (!impl.methods_sized) {
    impl.methods = loader().arena.make_array<Method*>(method_count(t));
    impl.methods_sized = true;
  }
  if (impl.methods[index]) return impl.methods[index];
  Method* d = definition_method_at(t->definition, index);
  return t == t->definition ? d : Loader::get().method_on(t, d);
}

void build_all_methods(Type* t) {
  const uint32_t n = method_count(t);
  if (t->is_array()) return;
  for (uint32_t i = 0; i < n; ++i) method_at(t, i);
}

std::span<Method* const> Type::methods() {
  if (is_array()) {
    Lock lock;
    return array_methods(this);
  }
  ensure(this, kAllMethods);
  return impl->methods;
}

Method* Type::find_method(std::string_view n, int param_count) {
  Lock lock;
  return guarded(assembly, [&]() -> Method* {
    if (is_array()) {
      for (Method* m : array_methods(this))
        if (m->name == n && (param_count < 0 || m->signature().params.size() == static_cast<size_t>(param_count))) return m;
      return nullptr;
    }
    if (!definition->typedef_row) return nullptr;
    const md::RowRange rows = assembly->metadata->methods_of(definition->typedef_row);
    const uint32_t count = rows.size();
    for (uint32_t i = 0; i < count; ++i) {
      if (!method_is_named(*assembly->metadata, rows[i], n)) continue;
      if (param_count >= 0) {
        md::SigReader r(assembly->metadata->blob(assembly->metadata->method_def(rows[i]).signature));
        if (r.method_header().param_count != static_cast<uint32_t>(param_count)) continue;
      }
      return method_at(this, i);
    }
    return nullptr;
  });
}

Method* Type::find_method(std::string_view n, std::span<Type* const> params) {
  Lock lock;
  return guarded(assembly, [&]() -> Method* {
    const uint32_t count = method_count(is_array() ? this : definition);
    for (uint32_t i = 0; i < count; ++i) {
      if (!is_array() && method_name_at(definition, i) != n) continue;
      Method* m = method_at(this, i);
      const Signature& s = m->signature();
      if (m->name == n && std::equal(s.params.begin(), s.params.end(), params.begin(), params.end())) return m;
    }
    return nullptr;
  });
}

void find_cctor(Type* t) {
  if (!t->typedef_row) return;
  // Only special names are looked at: nearly every method can be passed over by its flags.
  const md::Metadata& m = *t->assembly->metadata;
  const md::RowRange rows = m.methods_of(t->typedef_row);
  for (uint32_t i = 0; i < rows.size(); ++i) {
    constexpr uint32_t kWanted = md::method_attr::kStatic | md::method_attr::kSpecialName;
    if ((m.column(md::Table::MethodDef, rows[i], 2) & kWanted) != kWanted || !method_is_named(m, rows[i], ".cctor")) continue;
    t->impl->cctor = t->find_method(".cctor", 0);
    return;
  }
}

Method* Type::static_constructor() {
  ensure(this, kCctor);
  return impl->cctor;
}

}  // namespace rapgo::load::types
