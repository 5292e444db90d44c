#include "load/il/method_body.h"

#include <algorithm>
#include <bit>

#include "load/il/regions.h"
#include "load/metadata/metadata.h"
#include "load/metadata/signature.h"

namespace rapgo::load::il {

namespace {

using metadata::Table;

// Tokens of a method that came from an assembly. Damaged metadata behind a token is a LoadError like any other.
class AssemblyResolver final : public TokenResolver {
 public:
  AssemblyResolver(types::Assembly* assembly, types::GenericContext context) : assembly_(assembly), context_(context) {}
  Type* type(Token token) override { return guarded([&] { return assembly_->resolve_type(token, context_); }); }
  Method* method(Token token) override { return guarded([&] { return assembly_->resolve_method(token, context_); }); }
  Field* field(Token token) override { return guarded([&] { return assembly_->resolve_field(token, context_); }); }
  types::Signature signature(Token token) override { return guarded([&] { return assembly_->resolve_signature(token, context_); }); }
  types::Signature call_site(Token token) override { return guarded([&] { return assembly_->call_site_signature(token, context_); }); }
  TokenKind kind(Token token) override {
    switch (token.table()) {
      case Table::TypeDef: case Table::TypeRef: case Table::TypeSpec: return TokenKind::Type;
      case Table::MethodDef: case Table::MethodSpec: return TokenKind::Method;
      case Table::Field: return TokenKind::Field;
      case Table::MemberRef:
        return guarded([&] {
          const metadata::Metadata& md = *assembly_->metadata;
          const uint8_t first = metadata::BlobReader(md.blob(md.member_ref(token.row()).signature)).u8();
          return (first & metadata::sig_kind::kKindMask) == metadata::sig_kind::kField ? TokenKind::Field : TokenKind::Method;
        });
      default: throw types::LoadError(types::LoadErrorKind::BadImage, "token of an unexpected table");
    }
  }

 private:
  template <class F> auto guarded(F f) -> decltype(f()) {
    try {
      return f();
    } catch (const image::BadImage& e) {
      throw types::LoadError(types::LoadErrorKind::BadImage, e.what());
    }
  }
  types::Assembly* assembly_;
  types::GenericContext context_;
};

std::pmr::vector<Clause> resolve_clauses(const metadata::BodyBytes& raw, TokenResolver* resolver, std::pmr::memory_resource* memory) {
  std::pmr::vector<Clause> clauses(memory);
  clauses.reserve(raw.clauses.size());
  for (const metadata::RawClause& c : raw.clauses) {
    Type* catch_type = c.kind == ClauseKind::Catch ? resolver->type(c.catch_type) : nullptr;
    clauses.push_back({c.kind, c.try_offset, c.try_end(), c.handler_offset, c.handler_end(), c.filter_offset, catch_type});
  }
  return clauses;
}

BlockMap checked_blocks(const metadata::BodyBytes& raw, size_t args, size_t locals, std::pmr::memory_resource* memory) {
  BlockMap blocks = find_blocks(raw, static_cast<uint32_t>(args), static_cast<uint32_t>(locals), !raw.clauses.empty(), memory);
  if (!raw.clauses.empty()) RegionTree(raw, blocks).check(raw, blocks);
  return blocks;
}

}  // namespace

std::unique_ptr<TokenResolver> assembly_resolver(types::Assembly* assembly, types::GenericContext context) {
  return std::make_unique<AssemblyResolver>(assembly, context);
}

MethodBody::MethodBody(Method* m, metadata::BodyBytes bytes, std::span<Type* const> arg_types, Type* ret, std::span<Type* const> local_types,
                       const std::vector<bool>& pins, std::unique_ptr<TokenResolver> resolver)
    : method(m), raw(std::move(bytes)), args(arg_types.begin(), arg_types.end(), memory_.get()), return_type(ret),
      locals(local_types.begin(), local_types.end(), memory_.get()), pinned(pins.begin(), pins.end(), memory_.get()),
      clauses(resolve_clauses(raw, resolver.get(), memory_.get())), blocks(checked_blocks(raw, args.size(), locals.size(), memory_.get())),
      resolver_(std::move(resolver)) {}

std::unique_ptr<MethodBody> MethodBody::load(Method* method) {
  if (method->dynamic_body) return static_cast<const DynamicBody*>(method->dynamic_body)->load(method);
  types::Assembly* assembly = method->declaring->assembly;
  const types::GenericContext context = method->context();
  try {
    std::vector<Type*> args(method->arg_count());
    for (uint32_t i = 0; i < args.size(); ++i) args[i] = method->arg_type(i);
    metadata::BodyBytes raw = method->il_body();
    std::vector<Type*> locals;
    std::vector<bool> pinned;
    if (!raw.local_sig.is_nil()) locals = assembly->resolve_locals(raw.local_sig, context, &pinned);
    pinned.resize(locals.size());
    return std::make_unique<MethodBody>(method, std::move(raw), args, method->signature().ret, locals, pinned, assembly_resolver(assembly, context));
  } catch (const InvalidProgram& e) {
    throw InvalidProgram(e, method->display_name());
  } catch (const image::BadImage& e) {
    throw types::LoadError(types::LoadErrorKind::BadImage, method->display_name() + ": " + e.what());
  }
}

// One small open-addressing table for all kinds: the kind is part of the key, since hostile IL may use one member
// reference as a field here and as a method there.
template <class F>
const void* MethodBody::cached(uint64_t key, F resolve) const {
  if (cached_count_ * 4 >= cache_.size() * 3) {
    std::pmr::vector<Cached> old(cache_.empty() ? std::bit_ceil(std::max<size_t>(16, raw.code.size() / 8)) : cache_.size() * 2,
                                 memory_.get());
    old.swap(cache_);
    for (const Cached& c : old) {
      if (c.key == 0) continue;
      size_t at = c.key * 0x9E3779B97F4A7C15ull >> 32;
      while (cache_[at &= cache_.size() - 1].key != 0) ++at;
      cache_[at] = c;
    }
  }
  size_t at = key * 0x9E3779B97F4A7C15ull >> 32;
  for (; cache_[at &= cache_.size() - 1].key != 0; ++at) {
    if (cache_[at].key == key) return cache_[at].value;
  }
  const void* value = resolve();
  cache_[at] = {key, value};
  ++cached_count_;
  return value;
}

namespace {
uint64_t key_of(Token token, uint64_t kind) { return kind << 32 | token.value; }
}  // namespace

Type* MethodBody::type(Token t) const {
  return static_cast<Type*>(const_cast<void*>(cached(key_of(t, 1), [&] { return resolver_->type(t); })));
}
Method* MethodBody::method_at(Token t) const {
  return static_cast<Method*>(const_cast<void*>(cached(key_of(t, 2), [&] { return resolver_->method(t); })));
}
Field* MethodBody::field(Token t) const {
  return static_cast<Field*>(const_cast<void*>(cached(key_of(t, 3), [&] { return resolver_->field(t); })));
}
const types::Signature& MethodBody::signature(Token t) const {
  return *static_cast<const types::Signature*>(cached(key_of(t, 4), [&] {
    signatures_.push_back(std::make_unique<types::Signature>(resolver_->signature(t)));
    return signatures_.back().get();
  }));
}

const types::Signature& MethodBody::call_site(Token t) const {
  return *static_cast<const types::Signature*>(cached(key_of(t, 5), [&] {
    signatures_.push_back(std::make_unique<types::Signature>(resolver_->call_site(t)));
    return signatures_.back().get();
  }));
}

int MethodBody::innermost_try(uint32_t il) const {
  for (size_t n = 0; n < clauses.size(); ++n) {
    if (clauses[n].in_try(il)) return static_cast<int>(n);
  }
  return -1;
}

int MethodBody::innermost_handler(uint32_t il) const {
  int best = -1;
  uint32_t best_length = ~0u;
  for (size_t n = 0; n < clauses.size(); ++n) {
    const Clause& c = clauses[n];
    if (!c.in_handler(il) && !c.in_filter(il)) continue;
    const uint32_t length = c.handler_end - (c.kind == ClauseKind::Filter ? c.filter_begin : c.handler_begin);
    if (length < best_length) {
      best = static_cast<int>(n);
      best_length = length;
    }
  }
  return best;
}

std::vector<uint32_t> MethodBody::finallys_between(uint32_t from, uint32_t to) const {
  std::vector<uint32_t> path;
  for (size_t n = 0; n < clauses.size(); ++n) {
    if (clauses[n].kind == ClauseKind::Finally && clauses[n].in_try(from) && !clauses[n].in_try(to)) path.push_back(static_cast<uint32_t>(n));
  }
  return path;
}

}  // namespace rapgo::load::il
