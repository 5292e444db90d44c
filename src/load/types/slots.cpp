// Slot tables of definitions (II.10.3, II.12): which method of which ancestor answers each vtable slot. Overrides are
// matched on the definition, in its own type variables, so that instances cannot collide; instances share the table.
#include <functional>

#include "load/metadata/attributes.h"
#include "load/types/impl.h"

namespace rapgo::load::types {

namespace {
using namespace md::method_attr;

uint16_t flags_of(Type* d, uint32_t row) { return static_cast<uint16_t>(d->assembly->metadata->column(md::Table::MethodDef, row, 2)); }

uint32_t name_hash_of(const Method* m) { return static_cast<uint32_t>(std::hash<std::string_view>()(m->name)); }

// The slot that `m`, declared by `d` without newslot, overrides; -1 if none.
int find_overridden(Type* d, Method* m, uint32_t name_hash, const std::vector<SlotEntry>& table) {
  int best = -1;
  uint32_t best_depth = 0;
  const SigRef own = signature_ref(m, d->generic_args);
  for (size_t i = table.size(); i-- > 0;) {
    const SlotEntry& s = table[i];
    if (s.name_hash != name_hash || s.decl->name != m->name || (best >= 0 && s.decl_depth <= best_depth)) continue;
    if ((s.decl->attributes & kAccessMask) == kPrivate && s.decl->declaring != d) continue;
    if (s.decl->declaring == d) continue;
    Type* level = ancestor_at(d, s.decl_depth);
    if (!same_signature(signature_ref(s.decl, level->generic_args), own, m->generic_args)) continue;
    best = static_cast<int>(i);
    best_depth = s.decl_depth;
  }
  return best;
}

// Is the parent of a MemberRef/MethodDef token an interface? Resolves the type, not the member.
bool declared_by_interface(Type* d, md::Token decl) {
  Assembly* a = d->assembly;
  md::Token parent;
  if (decl.is(md::Table::MemberRef)) parent = a->metadata->member_ref(decl.row()).parent;
  else parent = md::Token(md::Table::TypeDef, a->metadata->type_of_method(decl.row()));
  if (parent.is(md::Table::MethodDef)) parent = md::Token(md::Table::TypeDef, a->metadata->type_of_method(parent.row()));
  return a->resolve_type(parent, {d->generic_args, {}})->is_interface();
}

void apply_class_overrides(Type* d, std::vector<SlotEntry>& table, uint32_t depth) {
  Assembly* a = d->assembly;
  for (uint32_t row : a->metadata->method_impls_of(d->typedef_row)) {
    const md::MethodImplRow r = a->metadata->method_impl(row);
    if (declared_by_interface(d, r.declaration)) continue;
    const GenericContext c{d->generic_args, {}};
    Method* decl = resolve_without_slot(a, r.declaration, c)->definition;
    Method* body = resolve_without_slot(a, r.body, c)->definition;
    if (decl->declaring != d) ensure(decl->declaring, kSlots);
    if (body->declaring != d) throw_type_load(d, "a method implementation has its body elsewhere");
    if (decl->slot < 0 || static_cast<size_t>(decl->slot) >= table.size() || !decl->is_virtual() || !d->derives_from(ancestor_at(d, decl->declaring->impl->depth)))
      throw_type_load(d, "it overrides '" + std::string(decl->name) + "', which is not virtual");
    SlotEntry& s = table[static_cast<size_t>(decl->slot)];
    Type* level = ancestor_at(d, decl->declaring->impl->depth);
    if (body->is_static() || !same_signature(signature_ref(body, d->generic_args), signature_ref(decl, level->generic_args), body->generic_args))
      throw_type_load(d, "the signature of '" + std::string(body->name) + "' differs from that of the method it implements");
    s.impl = body;
    s.impl_depth = depth;
  }
}
}  // namespace

void build_slots(Type* t) {
  Type* d = t->definition;
  if (d != t) {
    ensure(d, kSlots);
    t->impl->slots = d->impl->slots;
    return;
  }
  if (!d->typedef_row) return;
  const md::RowRange rows = d->assembly->metadata->methods_of(d->typedef_row);
  const uint32_t count = rows.size();
  if (d->is_interface()) {
    int32_t next = 0;
    for (uint32_t i = 0; i < count; ++i)
      if (flags_of(d, rows[i]) & kVirtual) definition_method_at(d, i)->slot = next++;
    return;
  }
  std::vector<SlotEntry> table;
  if (Type* p = d->parent()) {
    ensure(p->definition, kSlots);
    table.assign(p->definition->impl->slots.begin(), p->definition->impl->slots.end());
  }
  const uint32_t depth = d->impl->depth;
  const size_t inherited = table.size();
  for (uint32_t i = 0; i < count; ++i) {
    const uint16_t flags = flags_of(d, rows[i]);
    if (!(flags & kVirtual) || (flags & kStatic)) continue;
    Method* m = definition_method_at(d, i);
    const uint32_t name_hash = name_hash_of(m);
    int slot = -1;
    if (!(flags & kNewSlot) && inherited) slot = find_overridden(d, m, name_hash, table);
    if (slot < 0) {
      slot = static_cast<int>(table.size());
      table.push_back({m, depth, name_hash, m, depth});
    } else {
      if (table[static_cast<size_t>(slot)].impl->is_final())
        throw_type_load(d, "'" + std::string(m->name) + "' overrides a final method");
      table[static_cast<size_t>(slot)] = {m, depth, name_hash, m, depth};
    }
    m->slot = slot;
  }
  if (d->assembly->metadata->row_count(md::Table::MethodImpl)) apply_class_overrides(d, table, depth);
  d->impl->slots = loader().copy(table);
}

void build_vtable(Type* t) {
  Loader& l = Loader::get();
  if (t->is_array()) {
    ensure(l.types().array, kVtable);
    t->impl->vtable = l.types().array->impl->vtable;
    return;
  }
  if (!t->typedef_row || t->is_interface()) return;
  ensure(t, kSlots);
  std::span<SlotEntry> slots = t->definition->impl->slots;
  std::span<Method*> table = loader().arena.make_array<Method*>(slots.size());
  Type* parent = t->parent();
  std::span<Method* const> inherited = parent && !parent->contains_vars() ? parent->vtable() : std::span<Method* const>();
  Type* level = nullptr;
  uint32_t level_depth = ~0u;
  for (size_t i = 0; i < slots.size(); ++i) {
    const SlotEntry& s = slots[i];
    if (s.impl_depth != t->impl->depth && i < inherited.size()) {
      table[i] = inherited[i];
      continue;
    }
    if (level_depth != s.impl_depth) level = ancestor_at(t, level_depth = s.impl_depth);
    table[i] = l.method_on(level, s.impl);
  }
  t->impl->vtable = table;
}

std::span<Method* const> Type::vtable() {
  ensure(this, kVtable);
  return impl->vtable;
}

}  // namespace rapgo::load::types
