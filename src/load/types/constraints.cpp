// Constraints of generic parameters (II.10.1.7), checked where an instance is laid out or initialised, so that naming a type
// resolves nothing more.
#include "load/metadata/attributes.h"
#include "load/types/impl.h"

namespace rapgo::load::types {

namespace {
using namespace md::generic_param_attr;

bool has_default_constructor(Type* t) {
  if (t->is_value_type()) return true;
  if (t->is_abstract() || !t->is_reference() || t->is_array()) return false;
  Method* m = t->find_method(".ctor", 0);
  return m && !m->is_static() && (m->attributes & md::method_attr::kAccessMask) == md::method_attr::kPublic;
}

// Of one parameter, by its row.
bool satisfied(Assembly* a, uint32_t row, Type* arg, const GenericContext& c) {
  const md::Metadata& m = *a->metadata;
  const uint16_t flags = m.generic_param(row).flags;
  if ((flags & kReferenceTypeConstraint) && !arg->is_reference()) return false;
  if ((flags & kNotNullableValueTypeConstraint) && (!arg->is_value_type() || arg->is_nullable())) return false;
  if ((flags & kDefaultConstructorConstraint) && !has_default_constructor(arg)) return false;
  for (uint32_t constraint : m.constraints_of(row)) {
    Type* wanted = a->resolve_type(m.generic_param_constraint(constraint).constraint, c);
    if (wanted->contains_vars() || wanted->kind == Kind::Object || arg == wanted) continue;
    if (wanted->is_value_type() || wanted->element || !arg->is_assignable_to(wanted)) {
      if (wanted->is_array() && arg->is_assignable_to(wanted)) continue;
      return false;
    }
  }
  return true;
}

bool all_satisfied(Assembly* a, md::Token owner, TypeSpan args, const GenericContext& c, uint32_t* which = nullptr) {
  const md::RowRange rows = a->metadata->generic_params_of(owner);
  for (uint32_t i = 0; i < args.size() && i < rows.size(); ++i) {
    if (args[i]->contains_vars() || satisfied(a, rows[i], args[i], c)) continue;
    if (which) *which = i;
    return false;
  }
  return true;
}
}  // namespace

bool Loader::satisfies_constraints(Type* d, std::span<Type* const> args) {
  Lock lock;
  return guarded(d->assembly, [&] { return all_satisfied(d->assembly, md::Token(md::Table::TypeDef, d->typedef_row), args, {args, {}}); });
}

bool Loader::satisfies_constraints(Method* d, std::span<Type* const> type_args, std::span<Type* const> args) {
  Lock lock;
  Assembly* a = d->declaring->assembly;
  return guarded(a, [&] { return !d->row || all_satisfied(a, md::Token(md::Table::MethodDef, d->row), args, {type_args, args}); });
}

void check_constraints(Type* t) {
  if (!t->is_generic_instance() || t->contains_vars() || !t->typedef_row) return;
  uint32_t which = 0;
  if (all_satisfied(t->assembly, md::Token(md::Table::TypeDef, t->typedef_row), t->generic_args, {t->generic_args, {}}, &which)) return;
  throw_type_load(t, "'" + t->generic_args[which]->full_name() + "' violates the constraint of type parameter '" +
                         std::string(t->definition->generic_args[which]->name) + "'.");
}

}  // namespace rapgo::load::types
