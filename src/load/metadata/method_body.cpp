#include "load/metadata/method_body.h"

#include "load/metadata/blob_reader.h"

namespace rapgo::load::metadata {

using image::BadImage;

namespace {

constexpr uint8_t kFormatMask = 0x3, kTiny = 0x2, kFat = 0x3;
constexpr uint16_t kMoreSections = 0x8, kInitLocals = 0x10;
constexpr uint8_t kSectionEh = 0x1, kSectionFat = 0x40, kSectionMore = 0x80, kSectionKindMask = 0x3F;

void check_range(uint32_t offset, uint32_t length, size_t code_size, const char* what) {
  if (offset > code_size || length > code_size - offset) throw BadImage(std::string(what) + " lies outside of the method's code");
}

RawClause read_clause(BlobReader& r, bool fat, size_t code_size) {
  RawClause c;
  const uint32_t flags = fat ? r.u32() : r.u16();
  c.try_offset = fat ? r.u32() : r.u16();
  c.try_length = fat ? r.u32() : r.u8();
  c.handler_offset = fat ? r.u32() : r.u16();
  c.handler_length = fat ? r.u32() : r.u8();
  const uint32_t extra = r.u32();
  switch (flags) {
    case 0: c.catch_type = Token(extra); break;
    case 1: c.filter_offset = extra; break;
    case 2: case 4: break;
    default: throw BadImage("unknown kind of exception clause");
  }
  c.kind = static_cast<ClauseKind>(flags);
  check_range(c.try_offset, c.try_length, code_size, "protected block");
  check_range(c.handler_offset, c.handler_length, code_size, "exception handler");
  if (c.try_length == 0 || c.handler_length == 0) throw BadImage("empty exception clause");
  if (c.kind == ClauseKind::Filter && (c.filter_offset >= c.handler_offset || c.in_try(c.filter_offset))) {
    throw BadImage("exception filter does not stand before its handler");
  }
  if (c.in_try(c.handler_offset) || c.in_handler(c.try_offset)) throw BadImage("exception handler overlaps its protected block");
  return c;
}

}  // namespace

BodyBytes read_body(image::Bytes bytes) {
  BlobReader r(bytes);
  BodyBytes body;
  const uint8_t first = r.u8();
  if ((first & kFormatMask) == kTiny) {
    body.code = r.bytes(first >> 2);
    return body;
  }
  if ((first & kFormatMask) != kFat) throw BadImage("unknown method header format");
  const uint16_t flags = static_cast<uint16_t>(first | r.u8() << 8);
  const unsigned header_size = (flags >> 12) * 4;
  if (header_size < 12) throw BadImage("method header too small");
  body.init_locals = (flags & kInitLocals) != 0;
  body.max_stack = r.u16();
  const uint32_t code_size = r.u32();
  const uint32_t local_sig = r.u32();
  if (local_sig != 0) {
    body.local_sig = Token(local_sig);
    if (!body.local_sig.is(Table::StandAloneSig)) throw BadImage("local variable signature is not a StandAloneSig token");
  }
  r.skip(header_size - 12);
  body.code = r.bytes(code_size);

  bool more = (flags & kMoreSections) != 0;
  while (more) {
    // Sections start at multiples of four; header and code start aligned too, so offsets within the body will do.
    r.skip((4 - r.offset() % 4) % 4);
    const uint8_t kind = r.u8();
    more = (kind & kSectionMore) != 0;
    const bool fat = (kind & kSectionFat) != 0;
    uint32_t size = r.u8();
    if (fat) {
      size |= uint32_t{r.u8()} << 8;
      size |= uint32_t{r.u8()} << 16;
    } else {
      r.skip(2);
    }
    const unsigned clause_size = fat ? 24 : 12;
    // Some compilers count the section's four header bytes and some do not: whole clauses decide.
    const uint32_t count = size / clause_size;
    if (size < 4) throw BadImage("method data section too small");
    if ((kind & kSectionKindMask) != kSectionEh) {  // only exception tables are defined
      r.skip(size - 4);
      continue;
    }
    BlobReader section(r.bytes(size_t{count} * clause_size));
    body.clauses.reserve(body.clauses.size() + count);
    for (uint32_t i = 0; i < count; ++i) body.clauses.push_back(read_clause(section, fat, code_size));
  }
  return body;
}

BodyBytes read_body(const image::Image& image, uint32_t rva) {
  if (rva == 0) throw BadImage("method has no body");
  return read_body(image.rva_to_end(rva));
}

}  // namespace rapgo::load::metadata
