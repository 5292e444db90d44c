// Static storage: one block per type in low memory, references first, so that the roots are one run; thread statics get
// words in every thread's table.
#include <algorithm>
#include <cstring>

#include "load/metadata/attributes.h"
#include "load/types/impl.h"

namespace rapgo::load::types {

namespace {
uint32_t align_up(uint32_t n, uint32_t a) { return (n + a - 1) & ~(a - 1); }

int order(Field* f) {
  Type* t = f->type();
  if (t->is_reference()) return 0;
  if (t->is_value_type() && t->has_references()) return 1;
  switch (t->value_align()) {
    case 8: return 2;
    case 4: return 3;
    case 2: return 4;
    case 1: return 5;
    default: return 2;
  }
}
}  // namespace

void build_statics(Type* t) {
  if (t->contains_vars() || !t->typedef_row) return;
  std::vector<std::pair<int, Field*>> fields;
  for (Field* f : t->fields()) {
    if (!f->is_static() || f->is_literal()) continue;
    if (f->is_thread_static) {
      Loader::Impl& l = loader();
      f->type()->value_size();
      f->offset_ = l.thread_static_words;
      l.thread_static_words += std::max(1u, (f->type()->value_size() + 7) / 8);
      l.thread_statics.push_back(f);
    } else {
      fields.push_back({order(f), f});
    }
  }
  if (fields.empty()) return;
  std::stable_sort(fields.begin(), fields.end(), [](auto& a, auto& b) { return a.first < b.first; });
  uint64_t end = 0;
  std::vector<uint32_t> refs;
  for (auto& [rank, f] : fields) {
    Type* ft = f->type();
    const uint32_t at = align_up(static_cast<uint32_t>(end), std::min(ft->value_align(), 16u));
    f->offset_ = at;
    end = uint64_t{at} + ft->value_size();
    if (end > 0x8000000) throw_type_load(t, "its static fields are too large");
    if (!(f->attributes & md::field_attr::kHasRva)) collect_refs(ft, at, refs);
    else if (ft->is_reference() || ft->has_references()) throw_type_load(t, "a field with initial data holds references");
  }
  auto* block = static_cast<uint8_t*>(loader().low(align_up(static_cast<uint32_t>(end), 8), 16));
  for (auto& [rank, f] : fields) {
    const std::span<const uint8_t> data = f->rva_data();
    if (!data.empty()) std::memcpy(block + f->offset_, data.data(), data.size());
  }
  const abi::GcMap* map = make_gc_map(refs);
  if (map && Loader::get().register_static_roots) Loader::get().register_static_roots(block, map);
  t->impl->statics_map = map;
  t->impl->statics = block;
}

uint8_t* Type::statics() {
  ensure(this, kStatics);
  return impl->statics;
}

const abi::GcMap* Type::statics_gc_map() {
  ensure(this, kStatics);
  return impl->statics_map;
}

uint32_t Loader::thread_static_words() {
  Lock lock;
  return impl->thread_static_words;
}

std::vector<Field*> Loader::thread_statics() {
  Lock lock;
  return impl->thread_statics;
}

}  // namespace rapgo::load::types
