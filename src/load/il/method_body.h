// A method's body with its signature, locals and clauses resolved, its blocks found, and token resolution for its code.
// Thread safety: one MethodBody belongs to one compilation, hence one thread at a time (the token caches are not locked).
// Errors: types::LoadError (InvalidProgram and BadImage among them) with the method's name. May block on the loader lock;
// never collects.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "load/il/blocks.h"
#include "load/il/body_memory.h"
#include "load/types/loader.h"

namespace rapgo::load::il {

using metadata::ClauseKind;
using types::Field;
using types::Method;
using types::Type;

// What the tokens of one body mean. Bodies from assemblies have one of their own; Reflection.Emit brings another.
class TokenResolver {
 public:
  enum class TokenKind : uint8_t { Type, Method, Field };
  virtual ~TokenResolver() = default;
  virtual Type* type(Token token) = 0;
  virtual Method* method(Token token) = 0;
  virtual Field* field(Token token) = 0;
  virtual types::Signature signature(Token stand_alone_sig) = 0;
  // What a call of the method passes: with the extra arguments where it takes a variable list.
  virtual types::Signature call_site(Token method_token) { return method(method_token)->signature(); }
  virtual TokenKind kind(Token token) = 0;  // for ldtoken
};

// Tokens as the assembly's metadata defines them, substituted by `context`.
std::unique_ptr<TokenResolver> assembly_resolver(types::Assembly* assembly, types::GenericContext context);

struct Clause {
  ClauseKind kind;
  uint32_t try_begin, try_end;          // IL offsets, half open
  uint32_t handler_begin, handler_end;
  uint32_t filter_begin;                // Filter: [filter_begin, handler_begin) is the filter
  Type* catch_type;                     // Catch
  bool in_try(uint32_t il) const { return il >= try_begin && il < try_end; }
  bool in_handler(uint32_t il) const { return il >= handler_begin && il < handler_end; }
  bool in_filter(uint32_t il) const { return kind == ClauseKind::Filter && il >= filter_begin && il < handler_begin; }
};

class MethodBody;

// Where the body of a dynamic method comes from (Method::dynamic_body): made by reflection, lives for ever, immutable.
class DynamicBody {
 public:
  virtual ~DynamicBody() = default;
  virtual std::unique_ptr<MethodBody> load(Method* method) const = 0;
};

class MethodBody {
  BodyMemory memory_;  // of all below

 public:
  // REQUIRES: method->body == types::Body::Il, nothing open in it.
  static std::unique_ptr<MethodBody> load(Method* method);
  // From parts, for dynamic methods and tests. `raw.code` must outlive the body.
  MethodBody(Method* method, metadata::BodyBytes raw, std::span<Type* const> args, Type* return_type, std::span<Type* const> locals,
             const std::vector<bool>& pinned, std::unique_ptr<TokenResolver> resolver);

  Method* const method;
  const metadata::BodyBytes raw;
  const std::pmr::vector<Type*> args;   // `this` first; byref where the declaring type is a value type
  Type* const return_type;              // never null; void is Kind::Void
  const std::pmr::vector<Type*> locals;
  const std::pmr::vector<bool> pinned;    // per local
  const std::pmr::vector<Clause> clauses; // inner ones first
  const BlockMap blocks;                // with edges where there are clauses, and after want_edges
  void want_edges() const { blocks.find_edges(raw.code); }

  Bytes code() const { return raw.code; }
  const BodyFacts& facts() const { return blocks.facts(); }
  Instructions instructions() const { return Instructions(raw.code); }
  Instructions instructions(const Block& b) const { return Instructions(raw.code, b.begin, b.end); }

  // Resolved and remembered. Throw LoadError.
  Type* type(Token token) const;
  Method* method_at(Token token) const;
  Field* field(Token token) const;
  const types::Signature& signature(Token stand_alone_sig) const;  // calli
  const types::Signature& call_site(Token method_token) const;     // with the extra arguments of a vararg call
  TokenResolver::TokenKind kind(Token token) const { return resolver_->kind(token); }

  int innermost_try(uint32_t il) const;      // index of the innermost clause whose try block contains `il`; -1 if none
  int innermost_handler(uint32_t il) const;  // the same for handlers, filters included
  // Clauses whose finally a `leave` from `from` to `to` runs, in that order.
  std::vector<uint32_t> finallys_between(uint32_t from, uint32_t to) const;

 private:
  struct Cached {
    uint64_t key = 0;  // kind and token; 0: free
    const void* value = nullptr;
  };
  template <class F> const void* cached(uint64_t key, F resolve) const;

  std::unique_ptr<TokenResolver> resolver_;
  mutable std::pmr::vector<Cached> cache_{memory_.get()};
  mutable uint32_t cached_count_ = 0;
  mutable std::vector<std::unique_ptr<types::Signature>> signatures_;
};

}  // namespace rapgo::load::il
