// Configuration files: what binding takes from them, whatever else stands in there.
#include "load/types/config.h"

#include <gtest/gtest.h>

#include <random>

#include "load/types/loader.h"

namespace rapgo::load::types {
namespace {

TEST(Config, RedirectsPathsAndCodeBases) {
  const BindingConfig c = parse_binding_config(R"(<?xml version="1.0"?>
    <configuration><startup/><!-- <probing privatePath="no"/> --><probing privatePath="outside of assemblyBinding"/>
    <runtime><assemblyBinding xmlns="urn:schemas-microsoft-com:asm.v1"><probing privatePath="a;b\c;;/abs;../up;x/../../y;d"/>
    <dependentAssembly><assemblyIdentity name='lib' publicKeyToken="0011223344556677" culture="neutral" />
      <bindingRedirect oldVersion="0.0.0.0-1.65535.2" newVersion="3.4.5.6"/><bindingRedirect oldVersion="x" newVersion="1.0"/>
      <codeBase version="1.0.0.0" href="sub/l&amp;ib.dll"/></dependentAssembly>
    <dependentAssembly><assemblyIdentity name="other"/><bindingRedirect oldVersion="2.0" newVersion="2.1"/></dependentAssembly>
    </assemblyBinding></runtime></configuration>)");
  EXPECT_EQ(c.private_paths, (std::vector<std::string>{"a", "b/c", "d"}));
  ASSERT_EQ(c.redirects.size(), 2u);
  EXPECT_EQ(c.redirects[0].identity.name, "lib");
  EXPECT_TRUE(c.redirects[0].identity.has_token);
  EXPECT_EQ(c.redirects[0].identity.token[7], 0x77);
  EXPECT_EQ(c.redirects[0].high, 0x0001'FFFF'0002'0000u);
  EXPECT_EQ(c.redirects[0].to, 0x0003'0004'0005'0006u);
  EXPECT_EQ(c.redirects[1].low, c.redirects[1].high);
  ASSERT_EQ(c.code_bases.size(), 1u);
  EXPECT_EQ(c.code_bases[0].href, "sub/l&ib.dll");
}

TEST(Config, BrokenTextCountsUpToTheError) {
  EXPECT_EQ(parse_binding_config("<assemblyBinding><probing privatePath=\"a\"/><probing privatePath=\"b").private_paths.size(), 1u);
  EXPECT_TRUE(parse_binding_config("").private_paths.empty());
  EXPECT_TRUE(parse_binding_config("no xml < at all").private_paths.empty());
}

TEST(Config, DamagedTextIsNoHarm) {
  const std::string good = "<a><assemblyBinding><probing privatePath='a;b'/><dependentAssembly><assemblyIdentity name=\"l\" publicKeyToken=\"00\"/>"
                           "<bindingRedirect oldVersion='1.0-2.0' newVersion=\"3\"/></dependentAssembly></assemblyBinding><!-- c --><![CDATA[x]]></a>";
  std::mt19937 random(1);
  for (int n = 0; n < 20000; ++n) {
    std::string text = good.substr(0, random() % (good.size() + 1));
    for (int k = 0; k < 3 && !text.empty(); ++k) text[random() % text.size()] = "<>\"'=/!-&; a\0"[random() % 13];
    parse_binding_config(text);
  }
}

}  // namespace
}  // namespace rapgo::load::types
