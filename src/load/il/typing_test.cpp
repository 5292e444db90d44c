// Bodies and stack typing over the real class library, and hand-made bodies for joins and refusals.
#include <gtest/gtest.h>

#include <sys/mman.h>

#include <cstdlib>
#include <random>

#include "abi/memory_map.h"
#include "load/il/stack_typing.h"

namespace rapgo::load::il {
namespace {

void* alloc_low(size_t size, size_t align) {
  static uintptr_t cursor = 0;
  if (cursor == 0) {
    void* p = mmap(reinterpret_cast<void*>(abi::kMetaBase), abi::kMetaEnd - abi::kMetaBase, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (p == MAP_FAILED) std::abort();
    cursor = abi::kMetaBase;
  }
  cursor = (cursor + align - 1) & ~(align - 1);
  const uintptr_t at = cursor;
  cursor += size;
  return reinterpret_cast<void*>(at);
}

types::Loader& loader() {
  static const bool once = [] {
    types::Loader::Options options;
    options.alloc_low = alloc_low;
    types::Loader::init(options);
    return true;
  }();
  (void)once;
  return types::Loader::get();
}

class NoTokens : public TokenResolver {
 public:
  Type* type(Token) override { return loader().types().object; }
  Method* method(Token) override { throw types::LoadError(types::LoadErrorKind::MissingMethod, "none"); }
  Field* field(Token) override { throw types::LoadError(types::LoadErrorKind::MissingField, "none"); }
  types::Signature signature(Token) override { throw types::LoadError(types::LoadErrorKind::BadImage, "none"); }
  TokenKind kind(Token) override { return TokenKind::Type; }
};

struct Typing : testing::Test {
  const types::WellKnownTypes& t = loader().types();
  std::vector<uint8_t> code;
  std::vector<Type*> args;
  std::vector<metadata::RawClause> clauses;
  Type* ret = t.void_;

  std::unique_ptr<MethodBody> body(std::vector<uint8_t> bytes) {
    code = std::move(bytes);
    metadata::BodyBytes raw;
    raw.code = code;
    raw.max_stack = 8;
    raw.clauses = clauses;
    return std::make_unique<MethodBody>(nullptr, raw, args, ret, std::vector<Type*>{}, std::vector<bool>{}, std::make_unique<NoTokens>());
  }
  void run(std::vector<uint8_t> bytes) {
    auto b = body(std::move(bytes));
    StackTyping typing(*b);
    typing.run();
  }
};

TEST_F(Typing, JoinOfReferencesIsTheCommonBase) {
  args = {t.i4, t.string, t.exception};
  ret = t.object;
  // 0: ldarg.0, 1: brtrue.s 6, 3: ldarg.1, 4: br.s 7, 6: ldarg.2, 7: ret
  auto b = body({0x02, 0x2D, 0x03, 0x03, 0x2B, 0x01, 0x04, 0x2A});
  StackTyping typing(*b);
  typing.run();
  const uint32_t join = b->blocks.index_at(7);
  ASSERT_EQ(typing.entry(join).size(), 1u);
  EXPECT_EQ(typing.entry(join)[0], (StackType{StackKind::Ref, t.object}));
  EXPECT_EQ(typing.max_depth(), 1u);

  args[2] = t.string;
  ret = t.string;
  EXPECT_NO_THROW(run(code));
  args[2] = t.i4;
  EXPECT_THROW(run(code), InvalidProgram);  // kinds differ
}

TEST_F(Typing, NullTakesTheOtherType) {
  args = {t.i4, t.string};
  ret = t.string;
  auto b = body({0x02, 0x2D, 0x03, 0x03, 0x2B, 0x01, 0x14, 0x2A});
  StackTyping typing(*b);
  typing.run();
  EXPECT_EQ(typing.entry(b->blocks.index_at(7))[0], (StackType{StackKind::Ref, t.string}));
}

TEST_F(Typing, RefusesMeaninglessCode) {
  args = {t.i4, t.i8, t.string};
  EXPECT_THROW(run({0x26, 0x2A}), InvalidProgram);                    // pop of nothing
  EXPECT_THROW(run({0x02, 0x03, 0x58, 0x26, 0x2A}), InvalidProgram);  // int32 + int64
  EXPECT_THROW(run({0x02, 0x04, 0x58, 0x26, 0x2A}), InvalidProgram);  // int32 + string
  EXPECT_THROW(run({0x00}), InvalidProgram);                          // falls off the end
  EXPECT_THROW(run({0x02, 0x2D, 0x01, 0x02, 0x2A}), InvalidProgram);  // depths differ at the ret
  EXPECT_THROW(run({0x02, 0x7A}), InvalidProgram);                    // throws a number
  EXPECT_THROW(run({0x02, 0x8E, 0x26, 0x2A}), InvalidProgram);        // length of a number
  EXPECT_THROW(run({0x04, 0x10, 0x00, 0x2A}), InvalidProgram);        // string into an int32 argument
  std::vector<uint8_t> deep(9, 0x16);
  deep.push_back(0x2A);
  EXPECT_THROW(run(deep), InvalidProgram);                            // beyond .maxstack
  EXPECT_NO_THROW(run({0x2A, 0x00}));                                 // unreachable code may be anything
}

TEST_F(Typing, OnePassAgreesOnKindsAndAssumesEmptyForBackwardTargets) {
  args = {t.i4};
  // 0: br.s 4 | 2: nop nop | 4: ldarg.0 brtrue.s 2 | 7: ret | 8: ret (dead)
  auto b = body({0x2B, 0x02, 0x00, 0x00, 0x02, 0x2D, 0xFB, 0x2A, 0x2A});
  StackTyping typing(*b);
  uint32_t entered = 0;
  for (uint32_t n = 0; n < b->blocks.size(); ++n) {
    if (!typing.enter(n)) continue;
    ++entered;
    for (const Instruction& i : b->instructions(b->blocks[n])) typing.step(i);
    typing.leave();
  }
  EXPECT_EQ(entered, 4u);
  EXPECT_FALSE(typing.reachable(4));
}

TEST_F(Typing, HandlersStartWithTheirException) {
  metadata::RawClause c;
  c.kind = ClauseKind::Catch;
  c.try_offset = 0;
  c.try_length = 3;
  c.handler_offset = 3;
  c.handler_length = 3;
  c.catch_type = Token(0x01000001);
  clauses = {c};
  // 0: nop, 1: leave.s 6 | 3: pop, 4: leave.s 6 | 6: ret
  auto b = body({0x00, 0xDE, 0x03, 0x26, 0xDE, 0x00, 0x2A});
  StackTyping typing(*b);
  typing.run();
  ASSERT_EQ(typing.entry(b->blocks.index_at(3)).size(), 1u);
  EXPECT_EQ(typing.entry(b->blocks.index_at(3))[0], (StackType{StackKind::Ref, t.object}));
  EXPECT_EQ(b->innermost_try(1), 0);
  EXPECT_EQ(b->innermost_handler(4), 0);
  EXPECT_EQ(b->innermost_try(4), -1);
  EXPECT_TRUE(b->finallys_between(1, 6).empty());
}

// Every method of the class library types, definitions instantiated over object and over int.
struct Corpus : testing::TestWithParam<const char*> {};

void type_all(types::Assembly* assembly, Type* argument, size_t& typed, size_t& unsupported) {
  auto fill = [&](std::span<Type* const> formals) { return std::vector<Type*>(formals.size(), argument); };
  const uint32_t count = assembly->metadata->row_count(metadata::Table::TypeDef);
  for (uint32_t row = 1; row <= count; ++row) {
    Type* type = assembly->type_of_row(row);
    if (type->is_generic_definition()) type = loader().instantiate(type, fill(type->generic_args));
    for (Method* m : type->methods()) {
      if (m->body != types::Body::Il) continue;
      try {
        if (m->contains_vars()) m = loader().instantiate(m, fill(m->generic_args));
        auto body = MethodBody::load(m);
        StackTyping exact(*body);
        exact.run();
        StackTyping one_pass(*body);
        for (uint32_t n = 0; n < body->blocks.size(); ++n) {
          if (!one_pass.enter(n)) {
            ASSERT_FALSE(exact.reachable(n)) << m->display_name();
            continue;
          }
          if (exact.reachable(n)) {
            ASSERT_EQ(exact.entry(n).size(), one_pass.stack().size());
            for (size_t k = 0; k < one_pass.stack().size(); ++k) ASSERT_EQ(exact.entry(n)[k].kind, one_pass.stack()[k].kind) << m->display_name();
          }
          for (const Instruction& i : body->instructions(body->blocks[n])) one_pass.step(i);
          one_pass.leave();
        }
        ++typed;
      } catch (const types::LoadError& e) {
        if (e.kind == types::LoadErrorKind::NotSupported) {  // variable arguments
          ++unsupported;
          continue;
        }
        if (std::string_view(e.what()).find("violates the constraint") != std::string_view::npos) continue;  // the argument is our choice
        ADD_FAILURE() << m->display_name() << ": " << e.what();
      }
    }
  }
}

TEST_P(Corpus, EveryMethodTypes) {
  types::Assembly* assembly = loader().load_file(std::string("/usr/lib/mono/4.5/") + GetParam());
  size_t typed = 0, unsupported = 0;
  type_all(assembly, loader().types().object, typed, unsupported);
  EXPECT_GT(typed, 3000u);
  EXPECT_LT(unsupported, 5u);
  RecordProperty("typed", static_cast<int>(typed));
}
INSTANTIATE_TEST_SUITE_P(ClassLibrary, Corpus, testing::Values("mscorlib.dll", "System.dll", "System.Core.dll", "System.Xml.dll", "System.Data.dll", "mcs.exe"));

// Real bodies with damaged code: refused with a LoadError or typed, never worse.
TEST(Hostile, DamagedBodies) {
  std::mt19937 random(5);
  types::Assembly* assembly = loader().corlib();
  const uint32_t count = assembly->metadata->row_count(metadata::Table::TypeDef);
  size_t refused = 0, accepted = 0;
  for (uint32_t row = 1; row <= count; row += 3) {
    Type* type = assembly->type_of_row(row);
    if (type->is_generic_definition()) continue;
    for (Method* m : type->methods()) {
      if (m->body != types::Body::Il || m->contains_vars()) continue;
      auto good = MethodBody::load(m);
      for (int round = 0; round < 3; ++round) {
        std::vector<uint8_t> code(good->code().begin(), good->code().end());
        for (uint32_t n = 1 + random() % 3; n > 0; --n) code[random() % code.size()] = static_cast<uint8_t>(random());
        metadata::BodyBytes raw = good->raw;
        raw.code = code;
        try {
          MethodBody body(m, raw, good->args, good->return_type, good->locals, std::vector<bool>(good->pinned.begin(), good->pinned.end()), assembly_resolver(assembly, m->context()));
          StackTyping typing(body);
          typing.run();
          ++accepted;
        } catch (const types::LoadError&) {
          ++refused;
        }
      }
    }
  }
  EXPECT_GT(refused, 3000u);
  EXPECT_GT(accepted, 500u);
}

TEST(CorpusOfInts, CollectionsType) {
  size_t typed = 0;
  for (const char* name : {"List`1", "Dictionary`2", "Queue`1", "Comparer`1"}) {
    Type* definition = loader().corlib()->find_type("System.Collections.Generic", name);
    if (!definition) continue;
    Type* type = loader().instantiate(definition, std::vector<Type*>(definition->generic_args.size(), loader().types().i4));
    for (Method* m : type->methods()) {
      if (m->body != types::Body::Il || m->contains_vars()) continue;
      auto body = MethodBody::load(m);
      StackTyping typing(*body);
      EXPECT_NO_THROW(typing.run()) << m->display_name();
      ++typed;
    }
  }
  EXPECT_GT(typed, 50u);
}

}  // namespace
}  // namespace rapgo::load::il
