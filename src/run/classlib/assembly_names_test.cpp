#include "run/classlib/assembly_names.h"

#include <cstdlib>

#include <gtest/gtest.h>

namespace rapgo::run::classlib {
namespace {

TEST(AssemblyNames, WholeName) {
  ParsedName n;
  ASSERT_TRUE(parse_assembly_name("Foo.Bar, Version=1.2.3.4, Culture=neutral, PublicKeyToken=b77a5c561934e089", n));
  EXPECT_EQ(n.name.name, "Foo.Bar");
  EXPECT_TRUE(n.has_version);
  EXPECT_EQ(n.name.version[0], 1);
  EXPECT_EQ(n.name.version[3], 4);
  EXPECT_TRUE(n.has_culture);
  EXPECT_EQ(n.name.culture, "");
  EXPECT_TRUE(n.name.has_token);
  EXPECT_EQ(n.name.token[0], 0xb7);
  EXPECT_EQ(n.name.token[7], 0x89);
  NativeName native;
  fill_native_name(n, &native);
  EXPECT_STREQ(native.name, "Foo.Bar");
  EXPECT_STREQ(native.culture, "");
  EXPECT_STREQ(native.token, "b77a5c561934e089");
  EXPECT_EQ(native.minor, 2);
  free_native_name(&native, false);
  EXPECT_EQ(native.name, nullptr);
}

TEST(AssemblyNames, BareName) {
  ParsedName n;
  ASSERT_TRUE(parse_assembly_name("System", n));
  EXPECT_FALSE(n.has_version);
  EXPECT_FALSE(n.has_token);
  NativeName native;
  fill_native_name(n, &native);
  EXPECT_EQ(native.culture, nullptr);
  EXPECT_EQ(native.token[0], 0);
  free_native_name(&native, false);
}

TEST(AssemblyNames, OtherOrdersQuotesAndNull) {
  ParsedName n;
  ASSERT_TRUE(parse_assembly_name("\"a,b\" , publickeytoken=null , version=4.0", n));
  EXPECT_EQ(n.name.name, "a,b");
  EXPECT_TRUE(n.has_token);
  EXPECT_FALSE(n.name.has_token);
  EXPECT_EQ(n.name.version[0], 4);
  EXPECT_EQ(n.name.version[2], 0);
}

TEST(AssemblyNames, Refused) {
  for (const char* bad : {"", ", Version=1.0.0.0", "a, Version=x", "a, Version=1.2.3.4.5", "a, Version=1.70000.0.0", "a, PublicKeyToken=12", "a, PublicKeyToken=b77a5c561934e08g", "a, nonsense"}) {
    ParsedName n;
    EXPECT_FALSE(parse_assembly_name(bad, n)) << bad;
  }
}

TEST(AssemblyNames, LongPublicKeysCarryTheirLength) {
  ParsedName n;
  n.name.name = "k";
  n.public_key.assign(160, 'x');
  NativeName native;
  fill_native_name(n, &native);
  EXPECT_EQ(native.public_key[0], 0x80);  // II.23.2: two bytes
  EXPECT_EQ(native.public_key[1], 160);
  EXPECT_EQ(native.public_key[2], 'x');
  free_native_name(&native, false);
}

}  // namespace
}  // namespace rapgo::run::classlib
