#include "load/image/image.h"
#include "load/image/version_resource.h"

#include <gtest/gtest.h>

#include <fstream>

namespace rapgo::load::image {
namespace {

constexpr const char* kCorlib = "/usr/lib/mono/4.5/mscorlib.dll";

std::vector<uint8_t> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Image, OpensTheClassLibrary) {
  auto image = Image::open(kCorlib);
  EXPECT_GT(image->bytes().size(), 4'000'000u);
  EXPECT_TRUE(image->is_dll());
  EXPECT_FALSE(image->is_pe32_plus());
  EXPECT_TRUE(image->cli().flags & CliHeader::kIlOnly);
  EXPECT_GE(image->sections().size(), 2u);
  EXPECT_EQ(image->metadata()[0], 'B');
}

TEST(Image, MissingFileAndDirectorySayWhy) {
  try {
    Image::open("/nonexistent/x.dll");
    FAIL();
  } catch (const CannotOpen& e) {
    EXPECT_EQ(e.error_number, ENOENT);
    EXPECT_NE(std::string(e.what()).find("/nonexistent/x.dll"), std::string::npos);
  }
  EXPECT_THROW(Image::open("/tmp"), CannotOpen);
}

TEST(Image, RejectsOtherFiles) {
  EXPECT_THROW(Image::open("/proc/self/exe"), BadImage);  // ELF
  EXPECT_THROW(Image::open("/dev/null"), BadImage);
  EXPECT_THROW(Image::from_bytes({}, "empty"), BadImage);
  EXPECT_THROW(Image::from_bytes(std::vector<uint8_t>(4096), "zeros"), BadImage);
}

TEST(Image, AddressesOutsideOfSectionsThrow) {
  auto image = Image::open(kCorlib);
  EXPECT_THROW(image->rva_to_end(0), BadImage);
  EXPECT_THROW(image->rva_to_end(0xFFFFFFFF), BadImage);
  const Section& s = image->sections().front();
  EXPECT_EQ(image->rva_to_span(s.rva, s.file_size).size(), s.file_size);
  EXPECT_THROW(image->rva_to_span(s.rva, 0xFFFFFFFF), BadImage);
  EXPECT_THROW(image->rva_to_span(s.rva + s.file_size - 1, 2), BadImage);
  EXPECT_THROW(image->resource(0xFFFFFFF0), BadImage);
}

TEST(Image, TruncationNeverCrashes) {
  const auto whole = read_file("/usr/lib/mono/4.5/Accessibility.dll");
  ASSERT_FALSE(whole.empty());
  for (size_t n = 0; n < whole.size(); n += n < 1024 ? 1 : 97) {
    try {
      auto image = Image::from_bytes({whole.begin(), whole.begin() + static_cast<long>(n)}, "truncated");
      for (const Section& s : image->sections()) if (s.file_size) (void)image->rva_to_end(s.rva);
    } catch (const BadImage&) {
    }
  }
}

TEST(Image, VersionResource) {
  const auto resource = version_resource(*Image::open(kCorlib));
  ASSERT_TRUE(resource);
  EXPECT_EQ(resource->file_version[0], 4);
  EXPECT_EQ(resource->strings.at(u"OriginalFilename"), u"mscorlib.dll");
}

TEST(Image, DamagedVersionResourceIsNoHarm) {
  const auto bytes = read_file("/usr/lib/mono/4.5/mcs.exe");
  const auto whole = Image::from_bytes(bytes, "mcs");
  const size_t at = static_cast<size_t>(whole->rva_to_end(whole->win32_resources().rva).data() - whole->bytes().data());
  for (size_t i = at; i < std::min(at + 900, bytes.size()); i++)
    for (const uint8_t value : {0x00, 0xFF, 0x80}) {
      auto damaged = bytes;
      damaged[i] = value;
      version_resource(*Image::from_bytes(std::move(damaged), "damaged"));
    }
}

TEST(Image, FlippedHeaderBitsNeverCrash) {
  const auto whole = read_file("/usr/lib/mono/4.5/Accessibility.dll");
  for (size_t bit = 0; bit < 1024 * 8; ++bit) {
    auto bytes = whole;
    bytes[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    try {
      auto image = Image::from_bytes(std::move(bytes), "flipped");
      if (image->cli().resources.rva) (void)image->resource(0);
    } catch (const BadImage&) {
    }
  }
}

}  // namespace
}  // namespace rapgo::load::image
