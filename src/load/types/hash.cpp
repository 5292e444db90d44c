// Structural hashes for cache keys and assumptions: of a method's IL with tokens turned into names, and of a type's layout.
// Names come from metadata text alone, so hashing loads nothing.
#include <cstring>

#include "load/types/il_operands.h"
#include "load/types/impl.h"

namespace rapgo::load::types {

namespace {
class Hash {
 public:
  void number(uint64_t n) { state_ = (state_ ^ n) * 0x9FB21C651E98DF25ull, state_ ^= state_ >> 32; }
  void bytes(const void* p, size_t n) {
    number(n);
    auto* b = static_cast<const char*>(p);
    for (; n >= 8; n -= 8, b += 8) {
      uint64_t w;
      std::memcpy(&w, b, 8);
      number(w);
    }
    uint64_t rest = 0;
    std::memcpy(&rest, b, n);
    number(rest);
  }
  void text(std::string_view s) { bytes(s.data(), s.size()); }
  uint64_t done() const { return state_ ? state_ : 1; }

 private:
  uint64_t state_ = 0xC2B2AE3D27D4EB4Full;
};

class TokenNames {
 public:
  TokenNames(const md::Metadata& m, Hash& h) : m_(m), h_(h) {}

  void token(md::Token t, unsigned depth = 0) {
    h_.number(static_cast<uint64_t>(t.table()));
    if (t.is_nil() || depth > 8) return;
    switch (t.table()) {
      case md::Table::TypeDef: h_.text(m_.type_name(t)); break;
      case md::Table::TypeRef: scope(t); break;
      case md::Table::TypeSpec: {
        md::SigReader r(m_.blob(m_.type_spec(t.row()).signature));
        h_.text(md::to_string(m_, md::parse_type(r)));
        break;
      }
      case md::Table::Field: {
        const md::FieldRow f = m_.field(t.row());
        token(md::Token(md::Table::TypeDef, m_.type_of_field(t.row())), depth + 1);
        h_.text(m_.string(f.name));
        h_.text(md::to_string(m_, md::parse_field_sig(m_.blob(f.signature))));
        break;
      }
      case md::Table::MethodDef: {
        const md::MethodDefRow r = m_.method_def(t.row());
        token(md::Token(md::Table::TypeDef, m_.type_of_method(t.row())), depth + 1);
        h_.text(m_.string(r.name));
        h_.text(md::to_string(m_, md::parse_method_sig(m_.blob(r.signature))));
        break;
      }
      case md::Table::MemberRef: {
        const md::MemberRefRow r = m_.member_ref(t.row());
        token(r.parent, depth + 1);
        h_.text(m_.string(r.name));
        const image::Bytes b = m_.blob(r.signature);
        const bool field = !b.empty() && (b[0] & md::sig_kind::kKindMask) == md::sig_kind::kField;
        h_.text(field ? md::to_string(m_, md::parse_field_sig(b)) : md::to_string(m_, md::parse_method_sig(b)));
        break;
      }
      case md::Table::MethodSpec: {
        const md::MethodSpecRow r = m_.method_spec(t.row());
        token(r.method, depth + 1);
        for (const md::SigType& a : md::parse_method_spec(m_.blob(r.instantiation))) h_.text(md::to_string(m_, a));
        break;
      }
      case md::Table::StandAloneSig: {
        const image::Bytes b = m_.blob(m_.stand_alone_sig(t.row()).signature);
        if (!b.empty() && b[0] == md::sig_kind::kLocalSig) {
          for (const md::SigType& l : md::parse_local_sig(b)) h_.text(md::to_string(m_, l));
        } else {
          h_.text(md::to_string(m_, md::parse_method_sig(b)));
        }
        break;
      }
      case md::Table::UserString: {
        const image::Bytes b = m_.user_string(t);
        h_.bytes(b.data(), b.size());
        break;
      }
      default: break;
    }
  }

 private:
  void scope(md::Token t) {
    h_.text(m_.type_name(t));
    const md::Token s = m_.type_ref(t.row()).resolution_scope;
    if (s.is(md::Table::AssemblyRef)) h_.text(m_.string(m_.assembly_ref(s.row()).name));
  }
  const md::Metadata& m_;
  Hash& h_;
};

void hash_code(const md::Metadata& m, image::Bytes code, Hash& h) {
  TokenNames names(m, h);
  md::BlobReader r(code);
  while (!r.at_end()) {
    const uint8_t first = r.u8(), second = first == 0xFE && !r.at_end() ? r.u8() : 0;
    h.number(uint64_t{first} << 8 | second);
    const int n = il_operand_size(first, second);
    if (n == -1) {
      names.token(md::Token(r.u32()));
    } else if (n == -2) {
      const uint32_t count = r.u32();
      const image::Bytes targets = r.bytes(size_t{count} * 4);
      h.bytes(targets.data(), targets.size());
    } else if (n) {
      const image::Bytes b = r.bytes(static_cast<size_t>(n));
      h.bytes(b.data(), b.size());
    }
  }
}
}  // namespace

uint64_t Method::il_hash() {
  std::atomic_ref<uint64_t> cell(il_hash_);
  if (const uint64_t known = cell.load(std::memory_order_relaxed)) return known;
  Hash h;
  h.number(static_cast<uint64_t>(body));
  h.number(attributes & 0x10);
  if (definition != this) {
    h.number(definition->il_hash());
  } else if (body == Body::Il && row) {
    guarded(declaring->assembly, [&] {
      const md::Metadata& m = *declaring->assembly->metadata;
      const md::BodyBytes b = il_body();
      h.number(b.max_stack), h.number(b.init_locals);
      TokenNames(m, h).token(b.local_sig);
      for (const md::RawClause& c : b.clauses) {
        h.number(static_cast<uint64_t>(c.kind));
        h.number(uint64_t{c.try_offset} << 32 | c.try_length);
        h.number(uint64_t{c.handler_offset} << 32 | c.handler_length);
        h.number(c.filter_offset);
        TokenNames(m, h).token(c.catch_type);
      }
      hash_code(m, b.code, h);
      h.text(md::to_string(m, md::parse_method_sig(signature_ref(this, {}).blob)));
    });
  } else {
    h.text(name);
  }
  const uint64_t value = h.done();
  cell.store(value, std::memory_order_relaxed);
  return value;
}

// Everything that compiled code bakes in: sizes, offsets, slots, storage of statics.
uint64_t Type::layout_hash() {
  head();
  Lock lock;
  if (impl->layout_hash) return impl->layout_hash;
  Hash h;
  const abi::TypeHead& d = *impl->head;
  h.number(uint64_t{d.instance_size} << 32 | d.element_size);
  h.number(uint64_t{d.value_size} << 32 | (d.flags & ~static_cast<uint32_t>(abi::kIsInitialized)));
  if (Type* p = parent()) h.number(p->layout_hash());
  if (is_array()) h.text(element->full_name());
  if (typedef_row) {
    for (Field* f : fields()) {
      if (f->is_literal()) continue;
      h.text(f->name);
      h.number(uint64_t{f->attributes} << 32 | f->offset_);
      h.text(f->type()->full_name());
    }
  }
  for (Method* m : vtable()) {
    h.text(m->name);
    h.text(m->declaring->definition->name);
  }
  for (Type* i : interfaces()) h.text(i->full_name());
  return impl->layout_hash = h.done();
}

}  // namespace rapgo::load::types
