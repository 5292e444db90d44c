// The front end against the class library: every graph it makes must verify, whatever it is asked to build.
#include "compile/il2hir/build.h"

#include <gtest/gtest.h>

#include <iterator>
#include <map>

#include "load/il/method_body.h"
#include "load/il/opcode.h"
#include "load/types/loader_fixture.h"

namespace rapgo::compile::il2hir {
namespace {

using load::types::Method;
using load::types::Type;

struct Tally {
  int built = 0, unsupported = 0, broken = 0;
  std::map<std::string, int> why;
};

void build_all(Tally& tally, bool osr) {
  auto* corlib = load::types::Loader::get().corlib();
  const uint32_t types = corlib->metadata->row_count(load::metadata::Table::TypeDef);
  for (uint32_t row = 2; row <= types; row++) {
    Type* t = nullptr;
    try {
      t = corlib->type_of_row(row);
      if (t->is_generic_definition() || t->contains_vars()) continue;
      for (Method* m : t->methods()) {
        if (m->body != load::types::Body::Il || m->is_generic_definition() || m->contains_vars()) continue;
        Options options;
        try {
          auto graph = build(m, options);
          tally.built++;
          if (std::string broken = hir::verify(*graph); !broken.empty()) {
            if (tally.broken++ < 5) ADD_FAILURE() << m->display_name() << ": " << broken;
          }
        } catch (const Unsupported& e) {
          tally.unsupported++;
          std::string why = e.what();
          tally.why[why.substr(0, why.find(" in "))]++;
        }
      }
    } catch (const load::types::LoadError& e) {
      // Types that the loader refuses are its tests' business.
    }
  }
}

TEST(Build, EveryMethodOfTheClassLibraryVerifiesOrIsRefused) {
  load::types::test_loader();
  Tally tally;
  build_all(tally, false);
  EXPECT_EQ(tally.broken, 0);
  EXPECT_GT(tally.built, 10000);
  for (auto& [why, count] : tally.why)
    if (count > 20) printf("  %5d %s\n", count, why.c_str());
  printf("built %d, refused %d\n", tally.built, tally.unsupported);
}

// ---- IL that no compiler writes ----

namespace il = load::il;
using load::metadata::Token;

// What the last byte of a token counts: wrong ones are LoadErrors, as a missing member would be.
struct Parts final : il::TokenResolver {
  std::vector<Type*> types;
  std::vector<Method*> methods;
  std::vector<load::types::Field*> fields;
  template <class T>
  static T at(const std::vector<T>& list, Token t) {
    const uint32_t n = t.value & 0xFF;
    if (n >= list.size()) throw load::types::LoadError(load::types::LoadErrorKind::TypeLoad, "nothing there");
    return list[n];
  }
  Type* type(Token t) override { return at(types, t); }
  Method* method(Token t) override { return at(methods, t); }
  load::types::Field* field(Token t) override { return at(fields, t); }
  load::types::Signature signature(Token) override { return methods[0]->signature(); }
  TokenKind kind(Token) override { return TokenKind::Type; }
};

struct Body final : il::DynamicBody {
  std::vector<uint8_t> code;
  std::vector<Type*> locals;
  const Parts* parts = nullptr;
  Type* result = load::types::Loader::get().types().void_;
  std::unique_ptr<il::MethodBody> load(Method* m) const override {
    load::metadata::BodyBytes raw;
    raw.code = {code.data(), code.size()};
    raw.max_stack = 8;
    return std::make_unique<il::MethodBody>(m, raw, std::vector<Type*>{}, result, locals, std::vector<bool>(locals.size()),
                                            std::make_unique<Parts>(*parts));
  }
};

Type* corlib_type(const char* name_space, const char* name) { return load::types::Loader::get().corlib()->find_type(name_space, name); }

// Every instruction on every pair of kinds of operands, what is merely unverifiable and what has no meaning included.
TEST(Build, EveryInstructionOnAnyOperandsVerifiesOrIsRefused) {
  load::types::test_loader();
  const auto& known = load::types::Loader::get().types();
  Type* guid = corlib_type("System", "Guid");
  Type* version = corlib_type("System", "Version");
  Parts parts;
  parts.types = {known.i4, guid, known.string, known.object, known.i4->make_array(0), known.r8};
  for (Type* t : {guid, version, corlib_type("System", "DateTime"), corlib_type("System.Globalization", "CultureInfo")})
    for (auto* f : t->fields())
      if (parts.fields.size() < 12) parts.fields.push_back(f);
  for (Type* t : {guid, version, known.string})
    for (Method* m : t->methods())
      if (parts.methods.size() < 12 && !m->contains_vars() && (m->is_constructor() || m->name == "Equals" || m->name == "ToString")) parts.methods.push_back(m);
  // ldc.i4.1, ldc.i8, ldc.r8, ldc.r4, ldnull, ldstr, ldloca.s 0, ldloc.0 (a struct), ldc.i4.1 conv.i
  const std::vector<std::vector<uint8_t>> pushes = {{0x17}, {0x21, 1, 0, 0, 0, 0, 0, 0, 0}, {0x23, 0, 0, 0, 0, 0, 0, 0, 0}, {0x22, 0, 0, 0, 0}, {0x14},
                                                    {0x72, 1, 0, 0, 0x70}, {0x12, 0}, {0x06}, {0x17, 0xD3}};
  Method* host = known.object->find_method("ReferenceEquals", 2);
  ASSERT_TRUE(host);
  Body body;
  body.locals = {guid};
  body.parts = &parts;
  host->dynamic_body = &body;
  int built = 0, refused = 0, broken = 0;
  loop::BaselineFrame frame;
  frame.locals.push_back({});
  frame.locals[0].exposed = true;
  frame.locals[0].size = 16;
  frame.exposed_size = 16;
  for (int n = 0; n < static_cast<int>(il::Opcode::Count); n++) {
    const il::OpcodeInfo& info = il::info(static_cast<il::Opcode>(n));
    size_t tokens = 1, operand = 0;
    uint32_t table = 0;
    switch (info.operand) {
      case il::OperandKind::None: break;
      case il::OperandKind::I1: case il::OperandKind::U1: case il::OperandKind::Branch1: operand = 1; break;
      case il::OperandKind::U2: operand = 2; break;
      case il::OperandKind::I8: case il::OperandKind::R8: operand = 8; break;
      case il::OperandKind::Method: operand = 4; table = 0x06; tokens = parts.methods.size() + 1; break;
      case il::OperandKind::Field: operand = 4; table = 0x04; tokens = parts.fields.size() + 1; break;
      case il::OperandKind::Type: case il::OperandKind::Token: operand = 4; table = 0x02; tokens = parts.types.size() + 1; break;
      default: operand = 4; break;  // a switch of no cases included
    }
    for (size_t token = 0; token < tokens; token++)
      for (size_t below = 0; below < pushes.size(); below++)
        for (size_t top = 0; top < pushes.size(); top++) {
          auto& code = body.code;
          code.assign({0x17});
          for (const auto* push : {&pushes[below], &pushes[top]}) code.insert(code.end(), push->begin(), push->end());
          if (info.code > 0xFF) code.push_back(0xFE);
          code.push_back(static_cast<uint8_t>(info.code));
          for (size_t k = 0; k < operand; k++) code.push_back(k == 0 ? static_cast<uint8_t>(token) : k == 3 ? static_cast<uint8_t>(table) : 0);
          code.insert(code.end(), {0x14, 0x7A});  // ldnull throw
          host->il_hash_ = 0;
          Options options;
          options.baseline_frame = [&](Method* m) { return m == host ? &frame : nullptr; };
          try {
            auto graph = build(host, options);
            built++;
            if (std::string why = hir::verify(*graph); !why.empty() && broken++ < 10)
              ADD_FAILURE() << info.mnemonic << " token " << token << " operands " << below << " " << top << ": " << why;
          } catch (const Unsupported&) {
            refused++;
          }
        }
  }
  // What is returned as something else, by way of an address (a field's, of any operand) or not.
  for (Type* result : {known.i4, known.i8, known.r4, known.r8, known.i, known.string, guid, known.i4->make_byref(), known.void_})
    for (size_t field = 0; field <= parts.fields.size(); field++)
      for (const auto& push : pushes) {
        body.result = result;
        body.code = push;
        if (field < parts.fields.size()) body.code.insert(body.code.end(), {0x7C, static_cast<uint8_t>(field), 0, 0, 4});  // ldflda
        body.code.push_back(0x2A);
        host->il_hash_ = 0;
        Options options;
        options.baseline_frame = [&](Method* m) { return m == host ? &frame : nullptr; };
        try {
          auto graph = build(host, options);
          built++;
          if (std::string why = hir::verify(*graph); !why.empty() && broken++ < 10) ADD_FAILURE() << "field " << field << " as " << result->full_name() << ": " << why;
        } catch (const Unsupported&) {
          refused++;
        }
      }
  host->dynamic_body = nullptr;
  host->il_hash_ = 0;
  EXPECT_EQ(broken, 0);
  EXPECT_GT(built, 1000);
  printf("built %d, refused %d\n", built, refused);
}

}  // namespace
}  // namespace rapgo::compile::il2hir
