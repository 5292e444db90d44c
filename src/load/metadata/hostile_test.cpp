// Damaged input: everything either reads or throws BadImage. Run under address and undefined sanitizers too.
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "load/metadata/blob_reader.h"
#include "load/metadata/metadata.h"
#include "load/metadata/method_body.h"
#include "load/metadata/signature.h"

namespace rapgo::load::metadata {
namespace {

std::vector<uint8_t> read_file(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

template <class F> void quietly(F f) {
  try { f(); } catch (const BadImage&) {}
}

// Touches all that a loader would.
void exercise(const Metadata& md) {
  for (uint32_t t = 1; t <= md.row_count(Table::TypeDef) && t < 200; ++t) {
    quietly([&] { md.string(md.type_def(t).name); md.type_name(Token(Table::TypeDef, t)); });
    quietly([&] { for (uint32_t f : md.fields_of(t)) parse_field_sig(md.blob(md.field(f).signature)); });
    quietly([&] {
      for (uint32_t m : md.methods_of(t)) {
        const MethodDefRow row = md.method_def(m);
        quietly([&] { to_string(md, parse_method_sig(md.blob(row.signature))); });
        quietly([&] { if (row.rva) read_body(md.image(), row.rva); });
        quietly([&] { for (uint32_t p : md.params_of(m)) md.string(md.param(p).name); });
        quietly([&] { md.type_of_method(m); });
      }
    });
    quietly([&] { for (uint32_t i : md.interfaces_of(t)) md.type_name(md.interface_impl(i).interface); });
    quietly([&] { for (uint32_t a : md.custom_attributes_of(Token(Table::TypeDef, t))) md.blob(md.custom_attribute(a).value); });
    quietly([&] { for (uint32_t p : md.properties_of(t)) md.string(md.property(p).name); });
    quietly([&] { for (uint32_t n : md.nested_types_of(t)) md.type_def(n); });
    quietly([&] { for (uint32_t g : md.generic_params_of(Token(Table::TypeDef, t))) md.string(md.generic_param(g).name); });
  }
  quietly([&] { md.find_type("System", "Object"); });
  quietly([&] { md.find_exported_type("System", "Object"); });
  for (uint32_t t = 1; t <= md.row_count(Table::TypeSpec) && t < 200; ++t) quietly([&] { md.type_name(Token(Table::TypeSpec, t)); });
  for (uint32_t i = 1; i <= 20; ++i) quietly([&] { md.user_string(Token(0x70000000 + i)); });
}

TEST(Hostile, RandomDamage) {
  const auto whole = read_file("/usr/lib/mono/4.5/Mono.Tasklets.dll");
  ASSERT_FALSE(whole.empty());
  std::mt19937 random(20260101);
  auto image = Image::from_bytes(whole, "whole");
  const size_t metadata_at = static_cast<size_t>(image->metadata().data() - image->bytes().data());
  const size_t metadata_size = image->metadata().size();
  for (int round = 0; round < 3000; ++round) {
    auto bytes = whole;
    for (int n = 1 + static_cast<int>(random() % 8); n > 0; --n) {
      const size_t at = round % 3 == 0 ? random() % bytes.size() : metadata_at + random() % metadata_size;
      bytes[at] = round % 2 ? static_cast<uint8_t>(random()) : static_cast<uint8_t>(bytes[at] ^ 1 << random() % 8);
    }
    quietly([&] {
      auto damaged = Image::from_bytes(std::move(bytes), "damaged");
      Metadata md(*damaged);
      exercise(md);
    });
  }
}

TEST(Hostile, EveryBitOfTheTableStreamHeader) {
  const auto whole = read_file("/usr/lib/mono/4.5/Mono.Tasklets.dll");
  auto image = Image::from_bytes(whole, "whole");
  const size_t at = static_cast<size_t>(image->metadata().data() - image->bytes().data());
  for (size_t bit = 0; bit < 300 * 8; ++bit) {
    auto bytes = whole;
    bytes[at + bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    quietly([&] {
      auto damaged = Image::from_bytes(std::move(bytes), "damaged");
      Metadata md(*damaged);
      exercise(md);
    });
  }
}

TEST(Hostile, RandomSignaturesAndBodies) {
  std::mt19937 random(7);
  for (int round = 0; round < 200000; ++round) {
    uint8_t bytes[48];
    const size_t n = 1 + random() % sizeof bytes;
    for (size_t i = 0; i < n; ++i) bytes[i] = static_cast<uint8_t>(random() % (round % 2 ? 256 : 0x21));
    const Bytes blob(bytes, n);
    quietly([&] { parse_method_sig(blob); });
    quietly([&] { parse_type_spec(blob); });
    quietly([&] { SigReader(blob).skip_type(); });
    bytes[0] = sig_kind::kLocalSig;
    quietly([&] { parse_local_sig(blob); });
    bytes[0] = static_cast<uint8_t>(random() % 2 ? 0x1B : 0x13);
    bytes[1] = 0x30;
    quietly([&] { read_body(blob); });
  }
}

TEST(Hostile, DeepNestingIsRefused) {
  const std::vector<uint8_t> pointers(100000, static_cast<uint8_t>(ElementType::Ptr));
  EXPECT_THROW(parse_type_spec(pointers), BadImage);
  EXPECT_THROW(SigReader(pointers).skip_type(), BadImage);
  std::vector<uint8_t> functions;
  for (int i = 0; i < 50000; ++i) functions.insert(functions.end(), {0x1B, 0x00, 0x01});
  EXPECT_THROW(parse_type_spec(functions), BadImage);
  EXPECT_THROW(SigReader(functions).skip_type(), BadImage);
}

TEST(BlobReader, CompressedIntegers) {
  auto unsigned_of = [](std::vector<uint8_t> b) { return BlobReader(b).compressed(); };
  auto signed_of = [](std::vector<uint8_t> b) { return BlobReader(b).compressed_signed(); };
  // The examples of II.23.2.
  EXPECT_EQ(unsigned_of({0x03}), 3u);
  EXPECT_EQ(unsigned_of({0x7F}), 0x7Fu);
  EXPECT_EQ(unsigned_of({0x80, 0x80}), 0x80u);
  EXPECT_EQ(unsigned_of({0xAE, 0x57}), 0x2E57u);
  EXPECT_EQ(unsigned_of({0xBF, 0xFF}), 0x3FFFu);
  EXPECT_EQ(unsigned_of({0xC0, 0x00, 0x40, 0x00}), 0x4000u);
  EXPECT_EQ(unsigned_of({0xDF, 0xFF, 0xFF, 0xFF}), 0x1FFFFFFFu);
  EXPECT_EQ(signed_of({0x06}), 3);
  EXPECT_EQ(signed_of({0x7B}), -3);
  EXPECT_EQ(signed_of({0x80, 0x80}), 64);
  EXPECT_EQ(signed_of({0x01}), -64);
  EXPECT_EQ(signed_of({0xC0, 0x00, 0x40, 0x00}), 8192);
  EXPECT_EQ(signed_of({0x80, 0x01}), -8192);
  EXPECT_EQ(signed_of({0xDF, 0xFF, 0xFF, 0xFE}), 268435455);
  EXPECT_EQ(signed_of({0xC0, 0x00, 0x00, 0x01}), -268435456);
  EXPECT_THROW(unsigned_of({0xC0, 0x00}), BadImage);
  EXPECT_THROW(unsigned_of({0xE0, 0, 0, 0}), BadImage);
}

TEST(MethodBody, FatHeaderAndClauses) {
  std::vector<uint8_t> b = {0x1B, 0x30, 0x03, 0x00, 8, 0, 0, 0, 0x01, 0x00, 0x00, 0x11};  // fat, more sections, init
  b.insert(b.end(), 8, 0x00);
  b.insert(b.end(), {0x01, 0x10, 0, 0, 2, 0, 0, 0, 2, 2, 0, 2, 0, 0, 0, 0});  // one small finally clause
  const BodyBytes body = read_body(b);
  EXPECT_EQ(body.max_stack, 3);
  EXPECT_TRUE(body.init_locals);
  EXPECT_EQ(body.local_sig, Token(0x11000001));
  ASSERT_EQ(body.clauses.size(), 1u);
  EXPECT_EQ(body.clauses[0].kind, ClauseKind::Finally);
  EXPECT_EQ(body.clauses[0].try_end(), 2u);
  EXPECT_EQ(body.clauses[0].handler_offset, 2u);
  for (size_t n = 0; n < b.size(); ++n) EXPECT_THROW(read_body(Bytes(b.data(), n)), BadImage);
}

}  // namespace
}  // namespace rapgo::load::metadata
