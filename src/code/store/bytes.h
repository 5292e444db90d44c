#pragma once
// Bytes out and bytes in. Numbers are LEB128 (signed ones zigzag), fixed ones little-endian.
// The reader never reads past its end: after the first failure everything is zero and ok() is false.
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace rapgo::code::store {

class Writer {
 public:
  void u8(uint8_t v) { bytes_.push_back(v); }
  void num(uint64_t v) {
    while (v >= 0x80) bytes_.push_back(static_cast<uint8_t>(v | 0x80)), v >>= 7;
    bytes_.push_back(static_cast<uint8_t>(v));
  }
  void snum(int64_t v) { num(static_cast<uint64_t>(v) << 1 ^ static_cast<uint64_t>(v >> 63)); }
  void fixed64(uint64_t v) { raw(&v, 8); }
  void fixed32(uint32_t v) { raw(&v, 4); }
  void raw(const void* data, size_t size) {
    if (size == 0) return;
    const size_t at = bytes_.size();
    bytes_.resize(at + size);
    memcpy(bytes_.data() + at, data, size);
  }
  void text(std::string_view t) { num(t.size()), raw(t.data(), t.size()); }
  size_t size() const { return bytes_.size(); }
  const uint8_t* data() const { return bytes_.data(); }
  std::vector<uint8_t>& bytes() { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
};

class Reader {
 public:
  Reader(const uint8_t* data, size_t size) : at_(data), end_(data + size) {}
  bool ok() const { return ok_; }
  bool done() const { return ok_ && at_ == end_; }
  size_t left() const { return static_cast<size_t>(end_ - at_); }
  const uint8_t* position() const { return at_; }
  void fail() { ok_ = false, at_ = end_; }

  uint8_t u8() {
    if (at_ == end_) return fail(), 0;
    return *at_++;
  }
  uint64_t num() {
    uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t b = u8();
      v |= static_cast<uint64_t>(b & 0x7F) << shift;
      if (b < 0x80) return v;
    }
    return fail(), 0;
  }
  int64_t snum() {
    const uint64_t v = num();
    return static_cast<int64_t>(v >> 1) ^ -static_cast<int64_t>(v & 1);
  }
  uint32_t num32() {
    const uint64_t v = num();
    if (v >> 32) return fail(), 0;
    return static_cast<uint32_t>(v);
  }
  int32_t snum32() {
    const int64_t v = snum();
    if (v != static_cast<int32_t>(v)) return fail(), 0;
    return static_cast<int32_t>(v);
  }
  // How many elements follow, each of at least `least` bytes: bounds what a damaged count can make us allocate.
  size_t count(size_t least = 1) {
    const uint64_t n = num();
    if (n > left() / least) return fail(), 0;
    return n;
  }
  bool raw(void* out, size_t size) {
    if (size > left()) return fail(), false;
    if (size) memcpy(out, at_, size);
    at_ += size;
    return true;
  }
  uint64_t fixed64() {
    uint64_t v = 0;
    raw(&v, 8);
    return v;
  }
  uint32_t fixed32() {
    uint32_t v = 0;
    raw(&v, 4);
    return v;
  }
  std::string_view text() {
    const size_t n = count();
    std::string_view t(reinterpret_cast<const char*>(at_), n);
    at_ += n;
    return t;
  }
  template <class Enum>
  Enum choice(Enum last) {
    const uint8_t v = u8();
    if (v > static_cast<uint8_t>(last)) return fail(), Enum{};
    return static_cast<Enum>(v);
  }

 private:
  const uint8_t* at_;
  const uint8_t* end_;
  bool ok_ = true;
};

}  // namespace rapgo::code::store
