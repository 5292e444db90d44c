// Dispatch, layout and statics on compiled C#; skipped where there is no mcs.
#include <cstdlib>
#include <algorithm>
#include <fstream>

#include "load/types/loader_fixture.h"
#include "load/types/testdata_cs.h"

namespace rapgo::load::types {
namespace {

Assembly* compiled() {
  static Assembly* assembly = [] () -> Assembly* {
    test_loader();
    char dir[] = "/tmp/rapgo_types_XXXXXX";
    if (!mkdtemp(dir)) return nullptr;
    const std::string base = dir;
    std::ofstream(base + "/d.cs") << kDispatchSource;
    const bool failed = std::system(("timeout 60 mcs -warn:0 -unsafe -out:" + base + "/d.exe " + base + "/d.cs >/dev/null 2>&1").c_str()) != 0;
    Assembly* a = failed ? nullptr : Loader::get().load_file(base + "/d.exe");
    std::system(("rm -r " + base).c_str());
    return a;
  }();
  return assembly;
}

class Dispatch : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v mcs >/dev/null") != 0) GTEST_SKIP() << "mcs is not installed";
    ASSERT_NE(compiled(), nullptr) << "the source does not compile";
  }
  static Type* type(std::string_view name) {
    Type* t = Loader::get().parse_type_name(name, compiled());
    if (!t) ADD_FAILURE() << "no type " << name;
    return t;
  }
  static std::string answer(std::string_view t, std::string_view iface, std::string_view method) {
    Method* m = type(t)->find_virtual(type(iface)->find_method(method));
    return m ? m->declaring->full_name() + "::" + std::string(m->name) : "none";
  }
};

TEST_F(Dispatch, ReimplementedInterfaces) {
  EXPECT_EQ(answer("A", "I", "M"), "A::I.M");
  EXPECT_EQ(answer("B", "I", "M"), "A::I.M");
  EXPECT_EQ(answer("C", "I", "M"), "C::M");
  EXPECT_EQ(answer("D", "I", "M"), "C::M");
  EXPECT_EQ(answer("Con", "I", "M"), "Con::M");
  EXPECT_EQ(answer("UsesInherited", "I", "M"), "Inherits::M");
  EXPECT_EQ(answer("Val", "I", "M"), "Val::M");
}

TEST_F(Dispatch, OverridesAreMatchedOnTheDefinition) {
  Type* base = type("Base`1[System.Int32]");
  ASSERT_EQ(base->methods().size(), 3u);
  base->head();
  Type* i4[] = {Loader::get().types().i4};
  EXPECT_NE(base->methods()[1]->slot, base->methods()[2]->slot);  // both F(int)
  EXPECT_EQ(base->find_method("F", i4)->slot, base->methods()[1]->slot);
  Type* d2 = type("Derived2`1[System.String]");
  Type* b2 = d2->parent();
  EXPECT_EQ(d2->find_virtual(b2->methods()[1])->declaring, d2);
  EXPECT_EQ(d2->find_virtual(b2->methods()[2])->declaring, b2);
}

TEST_F(Dispatch, TwoInstancesOfOneInterface) {
  EXPECT_EQ(answer("Both", "J`1[System.Int32]", "Name"), "Both::J<int>.Name");
  EXPECT_EQ(answer("Both", "J`1[System.String]", "Name"), "Both::J<string>.Name");
  EXPECT_EQ(answer("Both", "J`1[System.Int32]", "Get"), "Both::Get");
  EXPECT_EQ(answer("Both", "J`1[System.String]", "Get"), "Both::J<string>.Get");
}

TEST_F(Dispatch, GenericVirtualMethods) {
  Loader& l = Loader::get();
  Method* g = type("IGen")->find_method("G");
  Type* arg[] = {l.types().i4};
  Method* declared = l.instantiate(g, arg);
  EXPECT_EQ(type("Gen")->find_virtual(declared)->display_name(), "Gen.G<System.Int32>(System.Int32)");
  EXPECT_EQ(type("Gen2")->find_virtual(declared)->display_name(), "Gen2.G<System.Int32>(System.Int32)");
  EXPECT_EQ(type("ExplicitGen")->find_virtual(declared)->display_name(), "ExplicitGen.IGen.G<System.Int32>(System.Int32)");
  Method* on_class = l.instantiate(type("Gen")->find_method("G"), arg);
  EXPECT_EQ(type("Gen2")->find_virtual(on_class)->declaring, type("Gen2"));
}

TEST_F(Dispatch, Variance) {
  EXPECT_EQ(answer("Co", "ICo`1[System.Object]", "Get"), "Co::Get");
  EXPECT_EQ(answer("Contra", "IContra`1[System.String]", "Put"), "Contra::Put");
  EXPECT_EQ(answer("Co", "ICo`1[System.Int32]", "Get"), "none");
  EXPECT_TRUE(type("Fn`2[System.Object,System.String]")->is_assignable_to(type("Fn`2[System.String,System.Object]")));
  EXPECT_FALSE(type("Fn`2[System.Object,System.Int32]")->is_assignable_to(type("Fn`2[System.String,System.Object]")));
}

TEST_F(Dispatch, RecursiveTypesLoad) {
  for (const char* n : {"Node`1[System.Int32]", "Node`1[Node2`1[System.String]]", "SelfArray", "Grow`1[System.Int32]", "Cur", "Curious`1[Cur]", "Deep", "Outer`1+Inner[System.Int32]",
                        "Outer`1+Inner2`1[System.Int32,System.Int64]"})
    EXPECT_NE(type(n)->head(), nullptr) << n;
  EXPECT_EQ(type("SelfArray")->value_size(), 16u);
  EXPECT_EQ(type("Outer`1+Inner2`1[System.Int32,System.Int64]")->parent(), type("Outer`1+Inner[System.Int32]"));
}

TEST_F(Dispatch, Layouts) {
  EXPECT_EQ(type("Union")->value_size(), 16u);
  EXPECT_EQ(type("Union")->find_field("f")->offset(), 0u);
  EXPECT_EQ(type("Packed")->value_size(), 7u);
  EXPECT_EQ(type("Sized")->value_size(), 100u);
  Type* mixed = type("Mixed");
  EXPECT_EQ(mixed->find_field("o1")->offset(), 8u);  // references first
  EXPECT_EQ(mixed->find_field("o2")->offset(), 16u);
  EXPECT_EQ(mixed->head()->instance_size, 40u);      // 8 + 2*8 + 8 + 4 + 2 + 1 + 1
  Type* child = type("MixedChild");
  EXPECT_EQ(child->head()->instance_size, 56u);
  EXPECT_EQ(child->find_field("o3")->offset() % 8, 0u);
  auto* map = reinterpret_cast<abi::GcMap*>(static_cast<uintptr_t>(child->head()->gc_map));
  ASSERT_NE(map, nullptr);
  EXPECT_EQ(map->runs[0].offset, 8u);
  EXPECT_EQ(map->runs[0].count, 2u);
  EXPECT_EQ(type("E8")->value_size(), 1u);
  EXPECT_EQ(type("E64")->stack_kind(), StackKind::Int64);
  EXPECT_EQ(abi::head_at(type("E8")->head()->element), Loader::get().types().u1->head());
}

TEST_F(Dispatch, Statics) {
  Type* s = type("Statics");
  ASSERT_NE(s->statics(), nullptr);
  ASSERT_NE(s->statics_gc_map(), nullptr);
  uint32_t words = 0;
  for (uint32_t i = 0; i < s->statics_gc_map()->run_count; ++i) words += s->statics_gc_map()->runs[i].count;
  EXPECT_EQ(words, 3u);
  EXPECT_TRUE(s->find_field("t2")->is_thread_static);
  const uint32_t t2 = s->find_field("t2")->offset(), t3 = s->find_field("t3")->offset();
  EXPECT_EQ(t3, t2 + 2);
  EXPECT_EQ(type("StaticsOf`1[System.String]")->statics_gc_map()->run_count, 1u);
  EXPECT_EQ(type("StaticsOf`1[System.Int32]")->statics_gc_map(), nullptr);
  EXPECT_TRUE(type("StaticsOf`1[System.Int32]")->needs_class_init());
  EXPECT_FALSE(type("A")->needs_class_init());
  EXPECT_TRUE(type("Data")->find_field("v")->is_volatile);
  // An RVA field: its storage starts out with the image's data.
  bool found = false;
  for (uint32_t row = 1; row <= compiled()->metadata->row_count(metadata::Table::FieldRva); ++row) {
    Field* f = compiled()->field_of_row(compiled()->metadata->field_rva(row).field);
    if (f->rva_data().size() != 32) continue;
    found = true;
    EXPECT_EQ(f->rva_data()[4], 2);
    EXPECT_EQ(f->declaring->statics()[f->offset() + 4], 2);
  }
  EXPECT_TRUE(found);
}

TEST_F(Dispatch, HeadFlags) {
  EXPECT_TRUE(type("FinChild")->head()->flags & abi::kHasFinalizer);
  EXPECT_EQ(type("FinChild")->head()->finalizer_or_zero, type("Fin")->find_method("Finalize")->id().value);
  EXPECT_FALSE(type("A")->head()->flags & abi::kHasFinalizer);
  EXPECT_TRUE(type("Abs")->head()->flags & abi::kIsAbstractOrOpen);
  EXPECT_TRUE(type("Fn`2[System.Int32,System.Int32]")->head()->flags & abi::kIsDelegate);
  EXPECT_TRUE(type("System.Nullable`1[System.Int32]")->head()->flags & abi::kIsNullable);
  abi::TypeHead* cube = type("System.Int32[,,]")->head();
  EXPECT_TRUE(cube->flags & abi::kIsMultiDim);
  EXPECT_EQ(cube->rank, 3u);
  // Boxed values are reached through unboxing stubs.
  Type* val = type("Val");
  Method* to_string = val->find_method("ToString");
  EXPECT_EQ(val->head()->vtable[to_string->slot], uint64_t{to_string->id().value} + 2);
  type("Con")->head();
  EXPECT_EQ(type("Abs")->concrete_count, 1u);
  EXPECT_EQ(type("Abs")->last_concrete, type("Con"));
}

TEST_F(Dispatch, ArrayMethods) {
  Type* cube = type("System.Int32[,,]");
  EXPECT_EQ(cube->find_method(".ctor", 3)->body, Body::ArrayMethod);
  EXPECT_NE(cube->find_method(".ctor", 6), nullptr);
  EXPECT_EQ(cube->find_method("Get", 3)->signature().ret->kind, Kind::I4);
  EXPECT_EQ(cube->find_method("Set", 4)->signature().ret->kind, Kind::Void);
  EXPECT_TRUE(cube->find_method("Address", 3)->signature().ret->is_byref());
  EXPECT_EQ(type("System.Int32[][]")->find_method(".ctor", 2)->signature().params.size(), 2u);
}

TEST_F(Dispatch, VarargCallSite) {
  Method* call = type("Params")->find_method("Call");
  const auto body = call->il_body();
  for (size_t i = 0; i + 5 <= body.code.size(); ++i) {
    if (body.code[i] != 0x28) continue;
    const metadata::Token token(uint32_t{body.code[i + 1]} | uint32_t{body.code[i + 2]} << 8 | uint32_t{body.code[i + 3]} << 16 | uint32_t{body.code[i + 4]} << 24);
    EXPECT_EQ(compiled()->resolve_method(token, {})->name, "V");
    EXPECT_EQ(compiled()->call_site_signature(token, {}).params.size(), 3u);
    return;
  }
  FAIL() << "no call";
}

TEST_F(Dispatch, NamesRoundTrip) {
  for (const char* n : {"System.Collections.Generic.Dictionary`2[System.String,System.Collections.Generic.List`1[System.Int32]]", "Outer`1+Inner2`1[System.Int32,System.String][,][]",
                        "System.Int32*", "System.Int32&", "Outer`1+Inner+Kind[System.Byte]"})
    EXPECT_EQ(type(n)->full_name(), n);
  EXPECT_EQ(type("System.Collections.Generic.List`1[[System.Xml.XmlNode, System.Xml, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089]]")->generic_args[0]->name, "XmlNode");
  EXPECT_EQ(Loader::get().parse_type_name("No.Such", compiled()), nullptr);
  EXPECT_EQ(Loader::get().parse_type_name("System.Int32[", compiled()), nullptr);
  EXPECT_EQ(Loader::get().parse_type_name("System.Int32, NoSuchAssembly", compiled()), nullptr);
  EXPECT_EQ(compiled()->entry_point()->display_name(), "Program.Main()");
}

TEST_F(Dispatch, HashesAreStable) {
  EXPECT_EQ(type("Base`1[System.Int32]")->find_method("F")->il_hash(), type("Base`1[System.String]")->find_method("F")->il_hash());
  EXPECT_NE(type("Con")->find_method("M")->il_hash(), type("Inherits")->find_method("M")->il_hash());
  EXPECT_NE(type("Mixed")->layout_hash(), type("MixedChild")->layout_hash());
}

}  // namespace
}  // namespace rapgo::load::types
