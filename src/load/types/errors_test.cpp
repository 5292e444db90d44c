// Bad input: what is missing or impossible gives a LoadError with the name in it; damaged images never crash.
#include <cstdlib>
#include <fstream>
#include <random>

#include "load/types/loader_fixture.h"

namespace rapgo::load::types {
namespace {

constexpr const char* kIl = R"il(
.assembly extern mscorlib { .publickeytoken = (B7 7A 5C 56 19 34 E0 89) .ver 4:0:0:0 }
.assembly extern Bae { .ver 1:0:0:0 }
.assembly extern NoSuchAssembly { .ver 1:2:3:4 }
.assembly Bad { .ver 1:0:0:0 }
.class public sequential sealed SelfField extends [mscorlib]System.ValueType { .field public valuetype SelfField f }
.class public sequential sealed P1 extends [mscorlib]System.ValueType { .field public valuetype P2 f }
.class public sequential sealed P2 extends [mscorlib]System.ValueType { .field public valuetype P1 f }
.class public sequential sealed Grow`1<T> extends [mscorlib]System.ValueType { .field public valuetype Grow`1<valuetype Grow`1<!T>> f }
.class public CycleA extends [Bae]CycleB { }
.class public CycleB extends CycleA { }
.class interface public abstract ISelf`1<T> implements class ISelf`1<class ISelf`1<!T>> { }
.class public explicit Overlap extends [mscorlib]System.Object { .field [0] public object o .field [4] public int32 i }
.class public explicit Misaligned extends [mscorlib]System.Object { .field [4] public object o }
.class public Gone extends [NoSuchAssembly]No.Such { }
.class public GoneType extends [mscorlib]System.NoSuchType { }
.class public SealedParent extends [mscorlib]System.String { }
.class public LeavesAbstract extends AbstractBase { }
.class public abstract AbstractBase extends [mscorlib]System.Object { .method public abstract virtual void M() cil managed { } }
.class public FinalBase extends [mscorlib]System.Object { .method public virtual final newslot void M() cil managed { ret } }
.class public OverridesFinal extends FinalBase { .method public virtual void M() cil managed { ret } }
.class public Good extends [mscorlib]System.Object {
  .method public static void Missing() cil managed { call void [mscorlib]System.Console::NoSuchMethod(int32) ldsfld int32 [mscorlib]System.Math::NoSuchField pop call string [mscorlib]System.Object::ToString() pop ret }
  .method public static void Main() cil managed { .entrypoint ret }
}
)il";

std::string assembled(const char* source) {
  char dir[] = "/tmp/rapgo_il_XXXXXX";
  if (!mkdtemp(dir)) return {};
  const std::string base = dir;
  std::ofstream(base + "/b.il") << source;
  std::string bytes;
  if (std::system(("timeout 60 ilasm /exe /output:" + base + "/b.exe " + base + "/b.il >/dev/null 2>&1").c_str()) == 0) {
    std::ifstream in(base + "/b.exe", std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
    // ilasm sees through cycles within one assembly: "Bae" becomes a reference to itself here.
    if (const size_t at = bytes.find(std::string("\0Bae\0", 5)); at != std::string::npos) bytes[at + 3] = 'd';
  }
  std::system(("rm -r " + base).c_str());
  return bytes;
}

class Errors : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v ilasm >/dev/null") != 0) GTEST_SKIP() << "ilasm is not installed";
    static const std::string bytes = assembled(kIl);
    ASSERT_FALSE(bytes.empty());
    static Assembly* const assembly = test_loader().load_bytes({bytes.begin(), bytes.end()}, "Bad");
    bad = assembly;
  }
  template <class F> std::string error(LoadErrorKind kind, F&& f) {
    try {
      f();
    } catch (const LoadError& e) {
      EXPECT_EQ(e.kind, kind) << e.what();
      return e.what();
    }
    ADD_FAILURE() << "no error";
    return {};
  }
  std::string head_error(const char* name, LoadErrorKind kind = LoadErrorKind::TypeLoad) {
    return error(kind, [&] {
      Type* t = bad->find_type({}, name);
      if (t->contains_vars()) {
        Type* arg = test_loader().types().i4;
        t = test_loader().instantiate(t, {&arg, 1});
      }
      t->head();
    });
  }
  Assembly* bad;
};

TEST_F(Errors, ImpossibleTypes) {
  for (const char* n : {"SelfField", "P1", "Grow`1", "CycleA", "ISelf`1", "Overlap", "Misaligned", "SealedParent", "LeavesAbstract", "OverridesFinal"}) {
    const std::string first = head_error(n);
    EXPECT_NE(first.find("Could not load type"), std::string::npos) << first;
    EXPECT_EQ(head_error(n).substr(0, 30), first.substr(0, 30)) << "the second attempt must say the same";
  }
}

TEST_F(Errors, MissingThingsAreNamed) {
  EXPECT_NE(head_error("Gone", LoadErrorKind::FileNotFound).find("NoSuchAssembly, Version=1.2.3.4"), std::string::npos);
  EXPECT_NE(head_error("GoneType").find("System.NoSuchType"), std::string::npos);
  const auto body = bad->find_type({}, "Good")->find_method("Missing")->il_body();
  auto token = [&](size_t at) { return metadata::Token(uint32_t{body.code[at]} | uint32_t{body.code[at + 1]} << 8 | uint32_t{body.code[at + 2]} << 16 | uint32_t{body.code[at + 3]} << 24); };
  EXPECT_NE(error(LoadErrorKind::MissingMethod, [&] { bad->resolve_method(token(1), {}); }).find("System.Console.NoSuchMethod"), std::string::npos);
  EXPECT_NE(error(LoadErrorKind::MissingField, [&] { bad->resolve_field(token(6), {}); }).find("System.Math.NoSuchField"), std::string::npos);
  error(LoadErrorKind::MissingMethod, [&] { bad->resolve_method(token(12), {}); });  // static in the reference, instance in the class
  error(LoadErrorKind::BadImage, [&] { bad->resolve_type(metadata::Token(0x02FFFFFF), {}); });
  error(LoadErrorKind::BadImage, [&] { bad->resolve_method(metadata::Token(0x70000001), {}); });
}

// Everything reachable from the metadata, errors swallowed.
void touch(Assembly* a) {
  using metadata::Table;
  auto attempt = [](auto&& f) {
    try {
      f();
    } catch (const LoadError&) {
    } catch (const image::BadImage&) {
    }
  };
  Type* arg = test_loader().types().string;
  for (uint32_t row = 1; row <= a->metadata->row_count(Table::TypeDef) && row < 3000; ++row)
    attempt([&] {
      Type* t = a->type_of_row(row);
      if (t->contains_vars()) t = test_loader().instantiate(t, std::vector<Type*>(t->generic_args.size(), arg));
      attempt([&] { t->head(); });
      attempt([&] { for (Field* f : t->fields()) attempt([&] { f->type(); f->rva_data(); }); });
      attempt([&] {
        for (Method* m : t->methods()) attempt([&] { m->signature(); m->display_name(); m->il_hash(); });
      });
      attempt([&] {
        for (Type* i : t->interfaces()) for (Method* m : i->methods()) attempt([&] { t->find_virtual(m); });
      });
    });
  const GenericContext c{{&arg, 1}, {&arg, 1}};
  for (auto [table, limit] : {std::pair{Table::MemberRef, 2000u}, {Table::MethodSpec, 2000u}})
    for (uint32_t row = 1; row <= a->metadata->row_count(table) && row < limit; ++row) {
      attempt([&] { a->resolve_method(metadata::Token(table, row), c); });
      if (table == Table::MemberRef) attempt([&] { a->resolve_field(metadata::Token(table, row), c); });
    }
  for (uint32_t row = 1; row <= a->metadata->row_count(Table::TypeSpec) && row < 2000; ++row) attempt([&] { a->resolve_type(metadata::Token(Table::TypeSpec, row), c); });
  for (uint32_t row = 1; row <= a->metadata->row_count(Table::StandAloneSig) && row < 2000; ++row) {
    attempt([&] { a->resolve_locals(metadata::Token(Table::StandAloneSig, row), c); });
    attempt([&] { a->resolve_signature(metadata::Token(Table::StandAloneSig, row), c); });
  }
  attempt([&] { a->entry_point(); });
}

TEST_F(Errors, DamagedImagesNeverCrash) {
  std::vector<std::string> seeds{assembled(kIl)};
  for (const char* f : {"/usr/lib/mono/4.5/Mono.Messaging.dll", "/usr/lib/mono/4.5/System.Json.dll", "/usr/lib/mono/4.5/Mono.Parallel.dll"})
    if (std::ifstream in(f, std::ios::binary); in) seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  const char* rounds = std::getenv("RAPGO_FUZZ_ROUNDS");
  const int count = rounds ? std::atoi(rounds) : 40;
  std::mt19937 random(std::getenv("RAPGO_FUZZ_SEED") ? static_cast<unsigned>(std::atoi(std::getenv("RAPGO_FUZZ_SEED"))) : 7u);
  for (const std::string& seed : seeds) {
    touch(test_loader().load_bytes({seed.begin(), seed.end()}, "seed"));
    for (int i = 0; i < count; ++i) {
      std::vector<uint8_t> bytes(seed.begin(), seed.end());
      // The metadata is most of a small image; hit it mostly.
      for (int k = 0, n = 1 + static_cast<int>(random() % 12); k < n; ++k) bytes[bytes.size() / 8 + random() % (bytes.size() * 7 / 8)] = static_cast<uint8_t>(random());
      try {
        touch(test_loader().load_bytes(std::move(bytes), "damaged"));
      } catch (const LoadError&) {
      }
    }
  }
}

}  // namespace
}  // namespace rapgo::load::types
