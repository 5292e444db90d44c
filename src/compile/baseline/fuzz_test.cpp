// Damaged bodies: real methods with some bytes changed are compiled or refused, nothing else.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "compile/baseline/baseline.h"
#include "compile/baseline/test_runtime.h"
#include "load/il/method_body.h"
#include "load/image/image.h"
#include "load/types/loader.h"

namespace rapgo::compile::baseline {
namespace {

using namespace load::types;
namespace il = load::il;

class Tokens : public il::TokenResolver {
 public:
  explicit Tokens(Method* m) : a_(m->declaring->assembly), context_(m->context()) {}
  Type* type(il::Token t) override { return a_->resolve_type(t, context_); }
  Method* method(il::Token t) override { return a_->resolve_method(t, context_); }
  Field* field(il::Token t) override { return a_->resolve_field(t, context_); }
  Signature signature(il::Token t) override { return a_->resolve_signature(t, context_); }
  TokenKind kind(il::Token t) override {
    switch (t.table()) {
      case load::metadata::Table::Field: return TokenKind::Field;
      case load::metadata::Table::MethodDef: case load::metadata::Table::MethodSpec: case load::metadata::Table::MemberRef: return TokenKind::Method;
      default: return TokenKind::Type;
    }
  }

 private:
  Assembly* a_;
  GenericContext context_;
};

TEST(Fuzz, DamagedBodies) {
  testing::loader();
  Assembly* corlib = Loader::get().corlib();
  const uint32_t rows = corlib->metadata->row_count(load::metadata::Table::MethodDef);
  const char* seed_text = std::getenv("SEED");
  std::mt19937 random(seed_text ? static_cast<uint32_t>(std::atoi(seed_text)) : 12345);
  const char* rounds_text = std::getenv("ROUNDS");
  const int rounds = rounds_text ? std::atoi(rounds_text) : 6000;
  int compiled = 0, refused = 0;
  for (int n = 0; n < rounds; ++n) {
    Method* m = corlib->method_of_row(1 + random() % rows);
    if (m->body != Body::Il || m->contains_vars() || !m->generic_args.empty() || !m->declaring->generic_args.empty()) continue;
    try {
      auto good = il::MethodBody::load(m);
      std::vector<uint8_t> code(good->code().begin(), good->code().end());
      if (code.size() > 2000) continue;
      const int changes = 1 + static_cast<int>(random() % 4);
      for (int c = 0; c < changes; ++c) {
        uint8_t& byte = code[random() % code.size()];
        switch (random() % 3) {
          case 0: byte = static_cast<uint8_t>(random()); break;
          case 1: byte = static_cast<uint8_t>(random() % 0xE1); break;
          default: byte = static_cast<uint8_t>(byte + random() % 5 - 2);
        }
      }
      load::metadata::BodyBytes raw = good->raw;
      raw.code = code;
      il::MethodBody bad(m, raw, good->args, good->return_type, good->locals, std::vector<bool>(good->pinned.begin(), good->pinned.end()), std::make_unique<Tokens>(m));
      Options options;
      options.probes = n & 1;
      compile(bad, options);
      ++compiled;
    } catch (const LoadError&) {
      ++refused;
    } catch (const load::image::BadImage&) {
      ++refused;
    }
  }
  std::printf("%d compiled, %d refused\n", compiled, refused);
  EXPECT_GT(compiled, 50);
  EXPECT_GT(refused, 50);
}

}  // namespace
}  // namespace rapgo::compile::baseline
