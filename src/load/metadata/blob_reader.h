// Bounds-checked little-endian cursor over bytes of an image. Reading past the end throws BadImage.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "load/image/image.h"

namespace rapgo::load::metadata {

[[noreturn]] void throw_truncated();  // out of line: keeps the readers small

class BlobReader {
 public:
  BlobReader() = default;
  explicit BlobReader(image::Bytes bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()), begin_(at_) {}

  size_t remaining() const { return static_cast<size_t>(end_ - at_); }
  bool at_end() const { return at_ == end_; }
  size_t offset() const { return static_cast<size_t>(at_ - begin_); }
  image::Bytes rest() const { return {at_, end_}; }

  uint8_t peek() const { need(1); return *at_; }
  uint8_t u8() { need(1); return *at_++; }
  int8_t i8() { return static_cast<int8_t>(u8()); }
  uint16_t u16() { return fixed<uint16_t>(); }
  int16_t i16() { return fixed<int16_t>(); }
  uint32_t u32() { return fixed<uint32_t>(); }
  int32_t i32() { return fixed<int32_t>(); }
  uint64_t u64() { return fixed<uint64_t>(); }
  int64_t i64() { return fixed<int64_t>(); }
  float r4() { return fixed<float>(); }
  double r8() { return fixed<double>(); }

  uint32_t compressed();        // unsigned, II.23.2
  int32_t compressed_signed();  // II.23.2
  // Custom-attribute string (II.23.3): compressed length + UTF-8. false: null string (0xFF).
  bool ser_string(std::string_view& out);
  image::Bytes bytes(size_t n) { need(n); image::Bytes r{at_, n}; at_ += n; return r; }
  void skip(size_t n) { need(n); at_ += n; }

 private:
  void need(size_t n) const { if (remaining() < n) throw_truncated(); }
  template <class T> T fixed() {
    need(sizeof(T));
    T v;
    std::memcpy(&v, at_, sizeof(T));
    at_ += sizeof(T);
    return v;
  }
  const uint8_t* at_ = nullptr;
  const uint8_t* end_ = nullptr;
  const uint8_t* begin_ = nullptr;
};

}  // namespace rapgo::load::metadata
