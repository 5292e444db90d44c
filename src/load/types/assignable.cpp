// Compatibility of reference types (I.8.7), variance (II.9.5) and array elements (I.8.7.1).
#include "load/metadata/attributes.h"
#include "load/types/impl.h"

namespace rapgo::load::types {

namespace {
Kind reduced(Type* t) {  // I.8.7: enums count as their underlying type, unsigned integers as signed ones
  switch (t->underlying()->kind) {
    case Kind::U1: return Kind::I1;
    case Kind::U2: return Kind::I2;
    case Kind::U4: return Kind::I4;
    case Kind::U8: return Kind::I8;
    case Kind::U: return Kind::I;
    default: return t->underlying()->kind;
  }
}

bool argument_compatible(Type* from, Type* to) {
  return from == to || (from->is_reference() && to->is_reference() && from->is_assignable_to(to));
}

bool is_array_interface(Type* definition) {
  for (Type* d : loader().array_interfaces) if (d == definition) return true;
  return false;
}
}  // namespace

bool variant_compatible(Type* from, Type* to) {
  if (from == to) return true;
  if (from->definition != to->definition || from->generic_args.empty()) return false;
  TypeSpan vars = from->definition->generic_args;
  for (size_t i = 0; i < vars.size(); ++i) {
    Type *a = from->generic_args[i], *b = to->generic_args[i];
    switch (vars[i]->var_flags & md::generic_param_attr::kVarianceMask) {
      case md::generic_param_attr::kCovariant: if (!argument_compatible(a, b)) return false; break;
      case md::generic_param_attr::kContravariant: if (!argument_compatible(b, a)) return false; break;
      default: if (a != b) return false;
    }
  }
  return true;
}

bool array_element_compatible(Type* from, Type* to) {
  if (from == to) return true;
  if (from->is_reference()) return to->is_reference() && from->is_assignable_to(to);
  if (from->contains_vars() || to->contains_vars()) return false;
  const bool simple = (from->is_primitive() || from->is_enum()) && (to->is_primitive() || to->is_enum());
  return simple && reduced(from) == reduced(to);
}

bool Type::is_assignable_to(Type* target) {
  if (this == target) return true;
  if (target->is_nullable()) return this == target->element;
  if (target->kind == Kind::Object) return is_reference() || is_value_type();
  if (target->is_interface()) {
    if (is_interface() && variant_compatible(this, target)) return true;
    for (Type* i : interfaces())
      if (i == target || (i->definition == target->definition && variant_compatible(i, target))) return true;
    return kind == Kind::SzArray && target->generic_args.size() == 1 && is_array_interface(target->definition) &&
           array_element_compatible(element, target->generic_args[0]);
  }
  if (target->is_array()) return kind == target->kind && rank == target->rank && array_element_compatible(element, target->element);
  if (target->is_delegate() && variant_compatible(this, target)) return true;
  if (!target->is_reference()) return false;
  for (Type* t = parent(); t; t = t->parent()) if (t == target) return true;
  return false;
}

}  // namespace rapgo::load::types
