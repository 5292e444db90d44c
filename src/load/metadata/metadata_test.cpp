#include "load/metadata/metadata.h"

#include <gtest/gtest.h>

#include "load/metadata/attributes.h"
#include "load/metadata/blob_reader.h"
#include "load/metadata/method_body.h"
#include "load/metadata/signature.h"

namespace rapgo::load::metadata {
namespace {

struct Corlib : testing::Test {
  static const Metadata& md() {
    static const std::unique_ptr<Image> image = Image::open("/usr/lib/mono/4.5/mscorlib.dll");
    static const Metadata metadata(*image);
    return metadata;
  }
  static uint32_t find_method(uint32_t type, std::string_view name, size_t params) {
    for (uint32_t m : md().methods_of(type)) {
      const MethodDefRow row = md().method_def(m);
      if (md().string(row.name) == name && parse_method_sig(md().blob(row.signature)).params.size() == params) return m;
    }
    return 0;
  }
};

TEST_F(Corlib, TablesAndNames) {
  EXPECT_EQ(md().runtime_version(), "v4.0.30319");
  EXPECT_EQ(md().string(md().assembly().name), "mscorlib");
  EXPECT_EQ(md().assembly().major, 4);
  EXPECT_EQ(md().row_count(Table::TypeDef), 2931u) << "mscorlib 4.0.0.0 of Mono 6.8.0.105";
  EXPECT_EQ(md().type_name(Token(Table::TypeDef, 1)), "<Module>");
  const uint32_t object = md().find_type("System", "Object");
  ASSERT_NE(object, 0u);
  EXPECT_TRUE(md().type_def(object).extends.is_nil());
  const uint32_t string = md().find_type("System", "String");
  ASSERT_NE(string, 0u);
  EXPECT_EQ(md().type_def(string).extends, Token(Table::TypeDef, object));
  EXPECT_TRUE(md().type_def(string).flags & type_attr::kSealed);
  EXPECT_NE(md().find_type("System.Collections.Generic", "List`1"), 0u);
  EXPECT_EQ(md().find_type("System", "string"), 0u);
  EXPECT_EQ(md().find_type("", "Object"), 0u);
  EXPECT_EQ(md().find_type("System.Collections.Generic", "Enumerator"), 0u) << "nested types are not top-level";
}

TEST_F(Corlib, EveryTopLevelTypeIsFoundUnderItsName) {
  for (uint32_t row = 1; row <= md().row_count(Table::TypeDef); ++row) {
    const TypeDefRow t = md().type_def(row);
    if ((t.flags & type_attr::kVisibilityMask) >= 2) {
      const uint32_t outer = md().enclosing_type_of(row);
      ASSERT_NE(outer, 0u);
      EXPECT_EQ(md().find_nested_type(outer, md().string(t.name)), row);
    } else {
      EXPECT_EQ(md().find_type(md().string(t.name_space), md().string(t.name)), row);
      EXPECT_EQ(md().enclosing_type_of(row), 0u);
    }
  }
}

TEST_F(Corlib, NestedTypes) {
  const uint32_t list = md().find_type("System.Collections.Generic", "List`1");
  const uint32_t enumerator = md().find_nested_type(list, "Enumerator");
  ASSERT_NE(enumerator, 0u);
  EXPECT_EQ(md().enclosing_type_of(enumerator), list);
  EXPECT_EQ(md().type_name(Token(Table::TypeDef, enumerator)), "System.Collections.Generic.List`1/Enumerator");
  EXPECT_EQ(md().generic_params_of(Token(Table::TypeDef, list)).size(), 1u);
  EXPECT_EQ(md().generic_param(md().generic_params_of(Token(Table::TypeDef, enumerator))[0]).owner, Token(Table::TypeDef, enumerator));
  EXPECT_GE(md().interfaces_of(list).size(), 8u);
}

TEST_F(Corlib, OwnersInvertLists) {
  const uint32_t types = md().row_count(Table::TypeDef);
  size_t fields = 0, methods = 0, properties = 0, events = 0;
  for (uint32_t t = 1; t <= types; ++t) {
    for (uint32_t f : md().fields_of(t)) { ASSERT_EQ(md().type_of_field(f), t); ++fields; }
    for (uint32_t m : md().methods_of(t)) {
      ASSERT_EQ(md().type_of_method(m), t);
      ++methods;
      for (uint32_t p : md().params_of(m)) ASSERT_EQ(md().method_of_param(p), m);
    }
    for (uint32_t p : md().properties_of(t)) { ASSERT_EQ(md().type_of_property(p), t); ++properties; }
    for (uint32_t e : md().events_of(t)) { ASSERT_EQ(md().type_of_event(e), t); ++events; }
  }
  EXPECT_EQ(fields, md().row_count(Table::Field));
  EXPECT_EQ(methods, md().row_count(Table::MethodDef));
  EXPECT_EQ(properties, md().row_count(Table::Property));
  EXPECT_EQ(events, md().row_count(Table::Event));
}

TEST_F(Corlib, StringConcat) {
  const uint32_t string = md().find_type("System", "String");
  const uint32_t concat = find_method(string, "Concat", 3);
  ASSERT_NE(concat, 0u);
  bool found = false;
  for (uint32_t m : md().methods_of(string)) {
    const MethodDefRow row = md().method_def(m);
    if (md().string(row.name) != "Concat") continue;
    const Bytes blob = md().blob(row.signature);
    if (to_string(md(), parse_method_sig(blob)) != "string (string, string)") continue;
    found = true;
    EXPECT_TRUE(row.flags & method_attr::kStatic);
    SigReader r(blob);
    const MethodSigHeader h = r.method_header();
    EXPECT_FALSE(h.has_this());
    ASSERT_EQ(h.param_count, 2u);
    EXPECT_EQ(r.element(), ElementType::String);
    EXPECT_EQ(r.element(), ElementType::String);
    EXPECT_EQ(r.element(), ElementType::String);
    EXPECT_TRUE(r.at_end());
    ASSERT_EQ(md().params_of(m).size(), 2u);
    EXPECT_EQ(md().string(md().param(md().params_of(m)[0]).name), "str0");
    const BodyBytes body = read_body(md().image(), row.rva);
    EXPECT_GT(body.code.size(), 10u);
    EXPECT_EQ(body.code.back(), 0x2A);  // ret
  }
  EXPECT_TRUE(found);
}

TEST_F(Corlib, EverySignatureParsesBothWays) {
  auto agree = [](Bytes blob, auto walk, auto tree) {
    SigReader r(blob);
    walk(r);
    EXPECT_TRUE(r.at_end());
    tree(blob);
  };
  auto walk_method = [](SigReader& r) {
    for (uint32_t n = r.method_header().param_count + 1; n; --n) r.skip_type();
  };
  for (uint32_t i = 1; i <= md().row_count(Table::MethodDef); ++i) {
    agree(md().blob(md().method_def(i).signature), walk_method, parse_method_sig);
  }
  for (uint32_t i = 1; i <= md().row_count(Table::Property); ++i) {
    agree(md().blob(md().property(i).signature), walk_method, parse_method_sig);
  }
  for (uint32_t i = 1; i <= md().row_count(Table::Field); ++i) {
    agree(md().blob(md().field(i).signature), [](SigReader& r) { r.field_header(); r.skip_type(); }, parse_field_sig);
  }
  for (uint32_t i = 1; i <= md().row_count(Table::TypeSpec); ++i) {
    agree(md().blob(md().type_spec(i).signature), [](SigReader& r) { r.skip_type(); }, parse_type_spec);
    EXPECT_NE(md().type_name(Token(Table::TypeSpec, i))[0], '<');
  }
  for (uint32_t i = 1; i <= md().row_count(Table::MethodSpec); ++i) {
    agree(md().blob(md().method_spec(i).instantiation),
          [](SigReader& r) { for (uint32_t n = r.method_spec_header(); n; --n) r.skip_type(); }, parse_method_spec);
  }
  for (uint32_t i = 1; i <= md().row_count(Table::StandAloneSig); ++i) {
    const Bytes blob = md().blob(md().stand_alone_sig(i).signature);
    if (blob[0] != sig_kind::kLocalSig) continue;
    agree(blob, [](SigReader& r) { for (uint32_t n = r.local_header(); n; --n) r.skip_type(); }, parse_local_sig);
  }
}

TEST_F(Corlib, EveryBodyReads) {
  size_t bodies = 0, clauses = 0;
  for (uint32_t i = 1; i <= md().row_count(Table::MethodDef); ++i) {
    const MethodDefRow m = md().method_def(i);
    if (m.rva == 0) continue;
    const BodyBytes body = read_body(md().image(), m.rva);
    ++bodies;
    clauses += body.clauses.size();
  }
  EXPECT_GT(bodies, 20000u);
  EXPECT_GT(clauses, 500u);
}

TEST_F(Corlib, RvaFields) {
  size_t count = 0;
  for (uint32_t f = 1; f <= md().row_count(Table::Field); ++f) {
    const bool flagged = md().field(f).flags & field_attr::kHasRva;
    const auto rva = md().field_rva_of(f);
    EXPECT_EQ(flagged, rva.has_value());
    if (!rva) continue;
    ++count;
    const SigType t = parse_field_sig(md().blob(md().field(f).signature));
    if (t.kind != ElementType::ValueType || !t.token.is(Table::TypeDef)) continue;
    const auto layout = md().class_layout_of(t.token.row());
    ASSERT_TRUE(layout);
    EXPECT_EQ(md().image().rva_to_span(*rva, layout->class_size).size(), layout->class_size);
  }
  EXPECT_EQ(count, 146u);
}

TEST_F(Corlib, ConstantsAttributesAndSemantics) {
  const uint32_t int32 = md().find_type("System", "Int32");
  bool max = false;
  for (uint32_t f : md().fields_of(int32)) {
    if (md().string(md().field(f).name) != "MaxValue") continue;
    const auto c = md().constant_of(Token(Table::Field, f));
    ASSERT_TRUE(c);
    EXPECT_EQ(static_cast<ElementType>(c->type), ElementType::I4);
    EXPECT_EQ(BlobReader(md().blob(c->value)).i32(), 0x7FFFFFFF);
    max = true;
  }
  EXPECT_TRUE(max);
  size_t attributes = 0;
  for (uint32_t t = 1; t <= md().row_count(Table::TypeDef); ++t) {
    for (uint32_t a : md().custom_attributes_of(Token(Table::TypeDef, t))) {
      ++attributes;
      BlobReader r(md().blob(md().custom_attribute(a).value));
      EXPECT_EQ(r.u16(), 1);  // II.23.3 prolog
    }
  }
  EXPECT_GT(attributes, 1000u);
  const uint32_t string = md().find_type("System", "String");
  for (uint32_t p : md().properties_of(string)) {
    if (md().string(md().property(p).name) != "Length") continue;
    const RowRange s = md().semantics_of(Token(Table::Property, p));
    ASSERT_EQ(s.size(), 1u);
    EXPECT_EQ(md().string(md().method_def(md().method_semantics(s[0]).method).name), "get_Length");
  }
}

TEST_F(Corlib, OutOfRangeThrows) {
  EXPECT_THROW(md().type_def(0), BadImage);
  EXPECT_THROW(md().type_def(md().row_count(Table::TypeDef) + 1), BadImage);
  EXPECT_THROW(md().string(StringIndex{0xFFFFFFFF}), BadImage);
  EXPECT_THROW(md().blob(BlobIndex{0xFFFFFFFF}), BadImage);
  EXPECT_THROW(md().user_string(Token(0x70FFFFFF)), BadImage);
  EXPECT_THROW(md().user_string(Token(0x02000001)), BadImage);
  EXPECT_FALSE(md().contains(Token(0xFF000001)));
  EXPECT_FALSE(md().contains(Token()));
  EXPECT_EQ(md().type_name(Token(0x02FFFFFF)), "<type token 0x02ffffff>");
}

TEST(References, ImplMapExportsAndResources) {
  auto image = Image::open("/usr/lib/mono/4.5/System.dll");
  Metadata md(*image);
  ASSERT_GT(md.row_count(Table::ImplMap), 0u);
  const ImplMapRow row = md.impl_map(1);
  const auto found = md.impl_map_of(row.member);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->import_name, row.import_name);
  EXPECT_FALSE(md.string(md.module_ref(row.import_scope).name).empty());
  EXPECT_EQ(md.string(md.assembly_ref(1).name), "mscorlib");
  for (uint32_t i = 1; i <= md.row_count(Table::ManifestResource); ++i) {
    const ManifestResourceRow r = md.manifest_resource(i);
    if (r.implementation.is_nil()) { EXPECT_FALSE(image->resource(r.offset).empty()); }
  }

  auto facade_image = Image::open("/usr/lib/mono/4.5/Facades/System.Runtime.dll");
  Metadata facade(*facade_image);
  const uint32_t row_of_object = facade.find_exported_type("System", "Object");
  ASSERT_NE(row_of_object, 0u);
  const ExportedTypeRow e = facade.exported_type(row_of_object);
  EXPECT_TRUE(e.flags & type_attr::kForwarder);
  ASSERT_TRUE(e.implementation.is(Table::AssemblyRef));
  EXPECT_EQ(facade.string(facade.assembly_ref(e.implementation.row()).name), "mscorlib");
}

}  // namespace
}  // namespace rapgo::load::metadata
