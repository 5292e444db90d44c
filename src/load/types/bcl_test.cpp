// The class library as test data: every type, signature, token and interface implementation in it must load.
#include "load/metadata/blob_reader.h"
#include "load/types/il_operands.h"
#include "load/types/loader_fixture.h"

namespace rapgo::load::types {
namespace {

constexpr const char* kAssemblies[] = {"mscorlib",       "System",     "System.Core",   "System.Xml", "System.Numerics", "System.Data", "System.Xml.Linq",
                                       "System.Runtime.Serialization", "Microsoft.CSharp", "Mono.Security", "System.Configuration",
                                       "System.ComponentModel.Composition", "System.ServiceModel.Internals", "Mono.CSharp"};

class Bcl : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    assembly_ = test_loader().load_file(std::string("/usr/lib/mono/4.5/") + GetParam() + ".dll");
  }
  template <class F> void each_type(F&& f) {
    const uint32_t n = assembly_->metadata->row_count(metadata::Table::TypeDef);
    for (uint32_t row = 1; row <= n && failures_ < 20; ++row) {
      Type* t = assembly_->type_of_row(row);
      attempt(t->full_name(), [&] { f(t); });
    }
  }
  template <class F> void attempt(const std::string& what, F&& f) {
    try {
      f();
    } catch (const LoadError& e) {
      // The types that parameters are filled with here are not legal arguments everywhere.
      if (std::string_view(e.what()).find("violates the constraint") != std::string_view::npos) return;
      ADD_FAILURE() << what << ": " << e.what();
      ++failures_;
    }
  }
  Assembly* assembly_;
  int failures_ = 0;
};

// Non-generic types, and generic ones over object, int and string where they take any argument.
Type* closed(Type* t, Type* arg) {
  if (!t->contains_vars()) return t;
  std::vector<Type*> args(t->generic_args.size(), arg);
  return test_loader().instantiate(t, args);
}

TEST_P(Bcl, EveryHead) {
  each_type([&](Type* t) {
    closed(t, test_loader().types().object)->head();
    if (t->contains_vars()) closed(t, test_loader().types().i4)->head();
    for (Field* f : t->fields()) f->type();
    for (Method* m : t->methods()) m->signature();
  });
}

TEST_P(Bcl, EveryInterfaceMethodIsImplemented) {
  each_type([&](Type* definition) {
    Type* t = closed(definition, test_loader().types().string);
    if (t->is_interface() || t->is_abstract()) return;
    for (Type* i : t->interfaces())
      for (Method* m : i->methods()) {
        if (!m->is_virtual()) continue;
        Method* found = t->find_virtual(m);
        if (!found || found->is_abstract()) {
          ADD_FAILURE() << t->full_name() << " lacks " << m->display_name();
          ++failures_;
        }
      }
    for (Method* m : t->vtable())
      if (m->is_abstract()) {
        ADD_FAILURE() << t->full_name() << " leaves abstract " << m->display_name();
        ++failures_;
      }
  });
}

TEST_P(Bcl, EveryTokenInCode) {
  using metadata::Table;
  each_type([&](Type* t) {
    for (Method* m : t->methods()) {
      if (m->body != Body::Il || failures_ > 20) continue;
      attempt(m->display_name(), [&] {
        const metadata::BodyBytes body = m->il_body();
        const GenericContext c = m->context();
        t->assembly->resolve_locals(body.local_sig, c);
        metadata::BlobReader r(body.code);
        while (!r.at_end()) {
          const uint8_t first = r.u8(), second = first == 0xFE ? r.u8() : 0;
          const int n = il_operand_size(first, second);
          if (n >= 0) { r.skip(static_cast<size_t>(n)); continue; }
          const uint32_t value = r.u32();
          if (n == -2) { r.skip(size_t{value} * 4); continue; }
          const metadata::Token token(value);
          attempt(m->display_name(), [&] {
            switch (token.table()) {
              case Table::UserString: return;
              case Table::StandAloneSig: t->assembly->resolve_signature(token, c); return;
              case Table::TypeDef: case Table::TypeRef: case Table::TypeSpec: t->assembly->resolve_type(token, c); return;
              case Table::Field: t->assembly->resolve_field(token, c); return;
              case Table::MemberRef: {
                const auto blob = t->assembly->metadata->blob(t->assembly->metadata->member_ref(token.row()).signature);
                if ((blob[0] & 15) == 6) t->assembly->resolve_field(token, c);
                else t->assembly->resolve_method(token, c)->signature();
                return;
              }
              default: t->assembly->resolve_method(token, c)->signature();
            }
          });
        }
        EXPECT_NE(m->il_hash(), 0u);
      });
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Framework, Bcl, testing::ValuesIn(kAssemblies), [](const auto& p) {
  std::string s = p.param;
  std::replace(s.begin(), s.end(), '.', '_');
  return s;
});

}  // namespace
}  // namespace rapgo::load::types
