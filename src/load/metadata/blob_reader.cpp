#include "load/metadata/blob_reader.h"

namespace rapgo::load::metadata {

void throw_truncated() { throw image::BadImage("truncated blob"); }

namespace {
// Value and width in bytes of a compressed integer; the sign of signed ones sits in bit 0 of the value.
struct Compressed {
  uint32_t value;
  unsigned width;
};

Compressed read_compressed(BlobReader& r) {
  const uint32_t b = r.u8();
  if ((b & 0x80) == 0) return {b, 1};
  if ((b & 0x40) == 0) return {(b & 0x3F) << 8 | r.u8(), 2};
  if ((b & 0x20) != 0) throw image::BadImage("malformed compressed integer");
  uint32_t v = (b & 0x1F) << 24;
  v |= uint32_t{r.u8()} << 16;
  v |= uint32_t{r.u8()} << 8;
  v |= r.u8();
  return {v, 4};
}
}  // namespace

uint32_t BlobReader::compressed() { return read_compressed(*this).value; }

int32_t BlobReader::compressed_signed() {
  const Compressed c = read_compressed(*this);
  const auto magnitude = static_cast<int32_t>(c.value >> 1);
  if ((c.value & 1) == 0) return magnitude;
  // Rotated two's complement in 7, 14 or 29 bits.
  const int32_t bias = c.width == 1 ? 0x40 : c.width == 2 ? 0x2000 : 0x10000000;
  return magnitude - bias;
}

bool BlobReader::ser_string(std::string_view& out) {
  if (peek() == 0xFF) {
    u8();
    out = {};
    return false;
  }
  const uint32_t length = compressed();
  const image::Bytes b = bytes(length);
  out = {reinterpret_cast<const char*>(b.data()), b.size()};
  return true;
}

}  // namespace rapgo::load::metadata
