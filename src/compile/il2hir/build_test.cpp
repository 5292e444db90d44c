// The front end against the class library: every graph it makes must verify, whatever it is asked to build.
#include "compile/il2hir/build.h"

#include <gtest/gtest.h>

#include <map>

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

}  // namespace
}  // namespace rapgo::compile::il2hir
