// Instance layout (II.10.1.2, II.10.7; DESIGN 4.2). Structs and corlib's classes keep declaration order with natural
// alignment, since native code shares their layouts; other automatic classes put references first and fill gaps.
#include <algorithm>

#include "load/metadata/attributes.h"
#include "load/types/impl.h"

namespace rapgo::load::types {

uint32_t primitive_size(Kind k) {
  switch (k) {
    case Kind::Void: return 0;
    case Kind::Boolean: case Kind::I1: case Kind::U1: return 1;
    case Kind::Char: case Kind::I2: case Kind::U2: return 2;
    case Kind::I4: case Kind::U4: case Kind::R4: return 4;
    default: return 8;
  }
}

namespace {
constexpr uint32_t kMaxInstance = 0x100000;  // as other runtimes: larger value types are refused

uint64_t align_up(uint64_t n, uint32_t a) { return (n + a - 1) & ~uint64_t{a - 1}; }

struct Item {
  Field* field;
  uint32_t size, align;
  bool refs;
};

class Layout {
 public:
  Layout(Type* t, uint32_t start) : type_(t), start_(start), cursor_(start) {}

  void add(Field* f) {
    Type* ft = f->type();
    if (ft->contains_vars() && !ft->is_reference() && ft->kind != Kind::Ptr) throw_type_load(type_, "its layout depends on generic parameters");
    Item i{f, ft->value_size(), ft->value_align(), ft->is_reference() || (ft->is_value_type() && ft->has_references())};
    items_.push_back(i);
    has_refs_ |= i.refs;
  }

  void sequential(uint32_t pack) {
    for (Item& i : items_) place_next(i, pack);
  }

  // References first; what is left of the parent's last word takes small fields.
  void automatic() {
    std::stable_sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) {
      return a.refs != b.refs ? a.refs : a.align > b.align;
    });
    for (size_t i = 0; i < items_.size();) {
      const Item& next = items_[i];
      const uint64_t gap = align_up(cursor_, next.align) - cursor_;
      auto fit = gap == 0 ? items_.end() : std::find_if(items_.begin() + static_cast<ptrdiff_t>(i), items_.end(), [&](const Item& x) {
        return cursor_ % x.align == 0 && x.size <= gap;
      });
      if (fit != items_.end()) std::rotate(items_.begin() + static_cast<ptrdiff_t>(i), fit, fit + 1);
      place_next(items_[i++], 0);
    }
  }

  void explicit_offsets(uint32_t pack) {
    for (Item& i : items_) {
      const auto offset = type_->assembly->metadata->field_offset_of(i.field->row);
      if (!offset || *offset > kMaxInstance) throw_type_load(type_, "field '" + std::string(i.field->name) + "' has no valid offset");
      place(i, start_ + *offset, pack);
    }
    check_overlap();
  }

  void fixed(Field* f, uint32_t offset) {
    Item i{f, f->type()->value_size(), 1, false};
    place(i, offset, 1);
  }

  uint64_t end() const { return end_ > cursor_ ? end_ : cursor_; }
  uint32_t align() const { return align_; }
  bool has_refs() const { return has_refs_; }

 private:
  void place_next(const Item& i, uint32_t pack) {
    const uint32_t a = effective_align(i, pack);
    cursor_ = align_up(cursor_, a);
    place(i, cursor_, pack);
    cursor_ += i.size;
    if (cursor_ > kMaxInstance * uint64_t{8}) throw_type_load(type_, "it is too large");
  }
  void place(const Item& i, uint64_t offset, uint32_t pack) {
    if (i.refs && offset % 8) throw_type_load(type_, "reference field '" + std::string(i.field->name) + "' is misaligned");
    i.field->offset_ = static_cast<uint32_t>(offset);
    end_ = std::max(end_, offset + i.size);
    align_ = std::max(align_, effective_align(i, pack));
  }
  static uint32_t effective_align(const Item& i, uint32_t pack) { return pack && pack < i.align && !i.refs ? pack : i.align; }

  // A reference may only share its word with another reference at the very same place.
  void check_overlap() {
    if (!has_refs_) return;
    std::vector<uint32_t> refs;
    for (const Item& i : items_) collect_refs(i.field->type(), i.field->offset_, refs);
    std::sort(refs.begin(), refs.end());
    refs.erase(std::unique(refs.begin(), refs.end()), refs.end());
    for (const Item& i : items_) {
      std::vector<uint32_t> own;
      collect_refs(i.field->type(), i.field->offset_, own);
      const uint64_t from = i.field->offset_, to = from + i.size;
      for (auto r = std::lower_bound(refs.begin(), refs.end(), from < 7 ? 0 : from - 7); r != refs.end() && *r < to; ++r)
        if (*r + 8 > from && std::find(own.begin(), own.end(), *r) == own.end())
          throw_type_load(type_, "field '" + std::string(i.field->name) + "' overlaps a reference");
    }
  }

  Type* type_;
  uint64_t start_, cursor_, end_ = 0;
  uint32_t align_ = 1;
  bool has_refs_ = false;
  std::vector<Item> items_;
};

void finish_maps(Type* t, uint32_t shift) {
  std::vector<uint32_t> offsets;
  for (Field* f : t->impl->fields)
    if (!f->is_static()) collect_refs(f->type(), f->offset_, offsets);
  if (shift == 0) {  // value type: the boxed instance has a header in front
    t->impl->value_map = make_gc_map(offsets);
    for (uint32_t& o : offsets) o += 8;
    t->impl->object_map = make_gc_map(offsets);
  } else {
    Type* p = t->impl->parent;
    if (p && p->impl->object_map) {
      if (offsets.empty()) {
        t->impl->object_map = p->impl->object_map;
        return;
      }
      const abi::GcMap& map = *p->impl->object_map;
      for (uint32_t i = 0; i < map.run_count; ++i)
        for (uint32_t k = 0; k < map.runs[i].count; ++k) offsets.push_back(map.runs[i].offset + 8 * k);
    }
    t->impl->object_map = make_gc_map(offsets);
  }
}

void layout_fields(Type* t) {
  Type::Impl& impl = *t->impl;
  const bool value = t->is_value_type();
  Type* parent = t->parent();
  uint32_t start = value ? 0 : 8;
  bool inherited_refs = false;
  if (!value && parent) {
    ensure(parent, kLayout);
    start = parent->impl->fields_end;
    inherited_refs = parent->impl->has_refs;
  }
  const auto info = t->assembly->metadata->class_layout_of(t->typedef_row);
  const uint32_t pack = info ? info->packing_size : 0;
  if (pack & (pack - 1) || pack > 128) throw_type_load(t, "its packing size is not a power of two");
  const uint32_t mode = t->attributes & md::type_attr::kLayoutMask;
  if (mode == md::type_attr::kExplicitLayout && !value) start = static_cast<uint32_t>(align_up(start, 8));

  Layout layout(t, start);
  if (t->well_known == WellKnown::ArrayRawData) {
    // The managed picture of abi::Array: both words of its preamble overlay length and bounds offset.
    for (Field* f : t->fields()) if (!f->is_static()) layout.fixed(f, f->name == "Data" ? abi::kArrayDataOffset : abi::kArrayLengthOffset);
  } else {
    for (Field* f : t->fields()) if (!f->is_static()) layout.add(f);
    if (mode == md::type_attr::kExplicitLayout) layout.explicit_offsets(pack);
    else if (value || mode == md::type_attr::kSequentialLayout || t->assembly->is_corlib) layout.sequential(pack);
    else layout.automatic();
  }
  uint64_t end = std::max<uint64_t>(layout.end(), start);
  if (info && info->class_size && mode != md::type_attr::kAutoLayout) {
    if (info->class_size > kMaxInstance * 8) throw_type_load(t, "it is too large");
    end = std::max<uint64_t>(value ? align_up(end, 1) : end, start + uint64_t{info->class_size});
  }
  impl.has_refs = inherited_refs || layout.has_refs();
  if (value) {
    impl.align = layout.align();
    const bool sized = info && info->class_size && end == info->class_size && end > layout.end();
    uint64_t size = sized && !layout.has_refs() ? end : align_up(end, impl.align);
    if (size == 0) size = 1;
    impl.size = static_cast<uint32_t>(size);
    impl.instance_size = static_cast<uint32_t>(std::max<uint64_t>(align_up(8 + size, 8), abi::kMinObjectSize));
  } else {
    impl.fields_end = static_cast<uint32_t>(end);
    impl.instance_size = static_cast<uint32_t>(std::max<uint64_t>(align_up(end, 8), abi::kMinObjectSize));
  }
  if (impl.has_refs) finish_maps(t, value ? 0 : 8);
}
}  // namespace

void build_layout(Type* t) {
  Type::Impl& impl = *t->impl;
  switch (t->kind) {
    case Kind::Enum:
      ensure(t, kFields);
      impl.size = impl.align = primitive_size(t->element->kind);
      for (Field* f : t->fields()) if (!f->is_static()) f->offset_ = 0;
      break;
    case Kind::Interface: case Kind::SzArray: case Kind::Array: case Kind::FnPtr: case Kind::Ptr: case Kind::ByRef:
    case Kind::TypeVar: case Kind::MethodVar:
      return;
    case Kind::Struct: case Kind::TypedByRef: case Kind::Class: case Kind::Delegate: case Kind::Object:
      return layout_fields(t);
    case Kind::String:
      layout_fields(t);
      impl.instance_size = abi::kStringCharsOffset;
      if (t->find_field("m_firstChar") || t->find_field("_firstChar")) {
        for (Field* f : t->fields())
          if (!f->is_static() && f->offset_ != (f->type()->kind == Kind::Char ? abi::kStringCharsOffset : abi::kStringLengthOffset))
            throw_type_load(t, "the class library's String has an unknown layout");
      }
      return;
    default:  // primitives: their one field is of their own type
      impl.size = primitive_size(t->kind);
      impl.align = std::max(1u, impl.size);
      for (Field* f : t->fields()) if (!f->is_static()) f->offset_ = 0;
      break;
  }
  impl.instance_size = static_cast<uint32_t>(std::max<uint64_t>(align_up(8 + impl.size, 8), abi::kMinObjectSize));
}

uint32_t Type::value_size() {
  if (is_primitive() || is_void()) return primitive_size(kind);
  if (!is_value_type()) return kind == Kind::TypeVar || kind == Kind::MethodVar ? (throw_type_load(this, "a generic parameter has no size"), 0) : 8;
  ensure(this, kLayout);
  return impl->size;
}

uint32_t Type::value_align() {
  if (is_primitive()) return primitive_size(kind);
  if (is_void()) return 1;
  if (!is_value_type()) return 8;
  ensure(this, kLayout);
  return impl->align;
}

bool Type::has_references() {
  if (is_array()) return element->is_reference() || (element->is_value_type() && element->has_references());
  if (is_interface()) return false;
  ensure(this, kLayout);
  return impl->has_refs;
}

const abi::GcMap* Type::value_gc_map() {
  if (!is_value_type()) return nullptr;
  ensure(this, kLayout);
  return impl->value_map;
}

}  // namespace rapgo::load::types
