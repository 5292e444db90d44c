// The TypeHead: what machine code and the collector see of a type.
#include "load/types/impl.h"

namespace rapgo::load::types {

namespace {
uint32_t head_word(Type* t) { return t ? word(t->head()) : 0; }

// The words follow their methods' entry slots from now on. A publish may happen at any moment on another thread: it writes the entry
// slot first and the registered cells then, so after registering we write until the two agree.
void fill_vtable(Loader& l, std::span<Method* const> vtable, uint64_t* words) {
  std::vector<Loader::VtableCell> cells;
  cells.reserve(vtable.size());
  for (size_t i = 0; i < vtable.size(); ++i) {
    Method* m = vtable[i];
    if (m->is_abstract()) continue;  // an abstract class has no instances
    if (m->declaring->is_value_type()) {
      if (l.make_unboxing_entry) std::atomic_ref(words[i]).store(l.make_unboxing_entry(m), std::memory_order_release);
    } else {
      cells.push_back({m->id(), &words[i]});
    }
  }
  if (l.register_cells) l.register_cells(cells);
  for (const Loader::VtableCell& cell : cells) {
    std::atomic_ref<uint64_t> c(*cell.cell), entry(Method::from(cell.method)->entry);
    for (uint64_t e = entry.load();; ) {
      c.store(e);
      const uint64_t now = entry.load();
      if (now == e) break;
      e = now;
    }
  }
}

void describe_array(Type* t, abi::TypeHead& h) {
  Type* e = t->element;
  h.flags |= abi::kIsArray;
  if (t->kind == Kind::Array) {
    h.flags |= abi::kIsMultiDim;
    h.rank = t->rank;
  }
  h.instance_size = abi::kArrayDataOffset;
  h.element = head_word(e);
  h.element_size = e->value_size();
  if (e->is_reference()) h.flags |= abi::kElementsAreReferences | abi::kHasReferences;
  else if (e->is_value_type() && e->has_references()) {
    h.flags |= abi::kHasReferences;
    h.gc_map = word(e->value_gc_map());
  }
}

Method* finalizer_of(Type* t) {
  if (t->is_value_type()) return nullptr;
  for (Method* m : t->vtable())
    if (m->name == "Finalize" && m->declaring->kind != Kind::Object && m->signature().params.empty() && m->signature().ret->is_void()) {
      Type* object = Loader::get().types().object;
      for (size_t i = 0; i < object->vtable().size(); ++i)
        if (object->vtable()[i]->name == "Finalize" && t->vtable()[i] == m) return m;
    }
  return nullptr;
}

void describe(Type* t, abi::TypeHead& h) {
  using namespace abi;
  if (t->is_value_type() || t->element) {
    if (t->is_value_type()) h.flags |= kIsValueType | kIsSealed;
  }
  if (t->is_sealed()) h.flags |= kIsSealed;
  if (t->is_interface()) h.flags |= kIsInterface;
  if (t->is_delegate()) h.flags |= kIsDelegate;
  if (t->kind == Kind::Ptr || t->kind == Kind::ByRef || t->kind == Kind::FnPtr || t->is_void()) {
    h.flags |= kIsAbstractOrOpen;
    h.value_size = t->value_size();
    h.instance_size = kMinObjectSize;
    return;
  }
  if (t->is_array()) return describe_array(t, h);
  if (t->is_interface()) {
    h.flags |= kIsAbstractOrOpen;
    return;
  }
  if (t->is_abstract()) h.flags |= kIsAbstractOrOpen;
  ensure(t, kLayout);
  h.instance_size = t->impl->instance_size;
  if (t->kind == Kind::String) {
    h.flags |= kIsString;
    h.element_size = 2;
    h.instance_size = kStringCharsOffset;  // the collector adds the characters and their NUL
  }
  if (t->is_value_type()) h.value_size = t->value_size();
  if (t->is_nullable() || t->is_enum()) h.element = head_word(t->element);
  if (t->is_nullable()) h.flags |= kIsNullable;
  if (t->impl->has_refs) h.flags |= kHasReferences;
  h.gc_map = word(t->impl->object_map);
  if (Method* f = finalizer_of(t)) {
    h.flags |= kHasFinalizer | kAllocateSlowly;
    h.finalizer_or_zero = f->id().value;
  }
}

void count_subclass(Type* t) {
  const bool concrete = !t->is_interface() && !t->is_abstract();
  auto count = [&](Type* super) {
    ++super->subclass_count;
    if (concrete) {
      ++super->concrete_count;
      super->last_concrete = t;
    }
  };
  for (Type* p = t->parent(); p; p = p->parent()) count(p);
  for (Type* i : t->interfaces()) count(i);
}

void check_no_abstract_left(Type* t) {
  if (t->is_abstract() || t->is_interface()) return;
  for (Method* m : t->impl->vtable)
    if (m->is_abstract()) throw_type_load(t, "it does not implement the abstract method '" + m->display_name() + "'");
  // The framework's own classes are complete: looking through their interfaces would only cost time.
  if (!t->typedef_row || t->assembly->is_framework) return;
  Type* parent = t->parent();
  for (Type* i : t->interfaces()) {
    if (parent && !parent->is_abstract() && parent->implements(i)) continue;
    for (Method* m : i->methods())
      if (m->is_abstract() && !m->is_static() && !t->find_virtual(m)) throw_type_load(t, "it does not implement '" + m->display_name() + "'");
  }
}
}  // namespace

void build_head(Type* t) {
  Loader& l = Loader::get();
  if (t->contains_vars()) throw_type_load(t, "it has generic parameters that are not bound");
  give_waiting_entries();
  if (t->is_enum()) ensure(t, kFields);
  Type* parent = t->parent();
  if (parent) parent->head();
  ensure(t, kVtable);
  check_no_abstract_left(t);
  ensure(t, kStatics);
  std::span<Method* const> vtable = t->impl->vtable;
  const size_t size = offsetof(abi::TypeHead, vtable) + 8 * std::max<size_t>(1, vtable.size());
  auto* h = static_cast<abi::TypeHead*>(l.impl->low(size, 16));
  struct Withdraw {  // a failure below leaves no half-made head behind
    Type* t;
    bool keep = false;
    ~Withdraw() { if (!keep) t->impl->head = nullptr; }
  } withdraw{t};
  t->impl->head = h;
  h->type = t->id().value;
  h->parent = parent ? word(parent->impl->head) : 0;
  h->depth = t->impl->depth;
  if (parent) std::copy(parent->impl->head->display, parent->impl->head->display + abi::kDisplaySize, h->display);
  if (!t->is_interface() && h->depth < abi::kDisplaySize) h->display[h->depth] = word(h);
  describe(t, *h);
  TypeSpan interfaces = t->interfaces();
  if (!interfaces.empty()) {
    auto* list = static_cast<uint32_t*>(l.impl->low(4 * interfaces.size(), 8));
    for (size_t i = 0; i < interfaces.size(); ++i) list[i] = head_word(interfaces[i]);
    h->interfaces = word(list);
    h->interface_count = static_cast<uint32_t>(interfaces.size());
  }
  h->statics = word(t->impl->statics);
  if (!t->static_constructor()) h->flags |= abi::kIsInitialized;
  const uint64_t miss = l.interface_miss_entry ? l.interface_miss_entry() : 0;
  for (uint64_t& e : h->imt) e = miss;
  h->vtable_length = static_cast<uint32_t>(vtable.size());
  fill_vtable(l, vtable, h->vtable);
  count_subclass(t);
  if (l.on_type_complete) l.on_type_complete(t);
  withdraw.keep = true;
}

abi::TypeHead* Type::head() {
  if (!is_done(this, kHead)) {
    Lock lock;
    if (impl->head && (impl->busy & kHead)) return impl->head;  // being built further up this very stack
    ensure(this, kHead);
  }
  return impl->head;
}

bool Type::is_initialized() const {
  if (is_done(this, kHead)) return std::atomic_ref(impl->head->flags).load(std::memory_order_acquire) & abi::kIsInitialized;
  return !const_cast<Type*>(this)->static_constructor();
}

bool Type::needs_class_init() { return !is_initialized(); }

}  // namespace rapgo::load::types
