// Mono's symbol files (format 50.0): tables of sources and methods, and a line-number program for each method.
#include <cstring>

#include "load/metadata/blob_reader.h"
#include "load/symbols/symbols.h"

namespace rapgo::load::symbols {

using metadata::BlobReader;

namespace {

constexpr uint64_t kMagic = 0x45e82623fd7fa614;
constexpr uint32_t kHiddenLine = 0xfeefee;

uint32_t leb128(BlobReader& in) {
  uint32_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const uint8_t b = in.u8();
    if (shift < 32) value |= static_cast<uint32_t>(b & 0x7f) << shift;
    if (!(b & 0x80)) return value;
  }
}
class Mdb final : public Symbols {
 public:
  explicit Mdb(std::vector<uint8_t> bytes) : bytes_(std::move(bytes)) {
    BlobReader in(at(32));
    in.skip(24);  // total size, data section, compile units
    source_count_ = in.u32();
    sources_ = in.u32();
    in.skip(4);
    method_count_ = in.u32();
    methods_ = in.u32();
    in.skip(4 + 4 + 4 + 4 + 4);  // size, types, scopes
    line_base_ = in.i32();
    line_range_ = in.u32();
    opcode_base_ = in.u32();
    if (!line_range_ || line_range_ > 255 || opcode_base_ > 255) throw image::BadImage("a symbol file with odd line numbers");
  }

 private:
  std::optional<SourcePlace> look_up(uint32_t method_row, uint32_t il_offset) const override {
    const uint32_t program = line_program(0x06000000 | method_row);
    if (!program) return std::nullopt;
    struct { uint32_t offset, line, file; } now{0, 1, 1}, last{0, 0, 0};
    // true: the place wanted lies before `now`.
    const auto passed = [&] {
      if (now.offset > il_offset) return true;
      last = {now.offset, now.line != kHiddenLine ? now.line : last.line, now.file};
      return false;
    };
    const uint32_t largest_step = (255 - opcode_base_) / line_range_;
    for (BlobReader in(at(program));;) {
      const uint8_t op = in.u8();
      bool found = false;
      if (op == 0) {
        BlobReader extended(in.bytes(in.u8()));
        if (extended.u8() == 1) break;  // end of sequence
      } else if (op >= opcode_base_) {
        const uint32_t step = op - opcode_base_;
        now.offset += step / line_range_;
        now.line += static_cast<uint32_t>(line_base_ + static_cast<int32_t>(step % line_range_));
        found = passed();
      } else {
        switch (op) {
          case 1: found = passed(); break;
          case 2: now.offset += leb128(in); break;
          case 3: now.line += leb128(in); break;  // of 32 bits: negative ones wrap
          case 4: now.file = leb128(in); break;
          case 8: now.offset += largest_step; break;
          default: throw image::BadImage("a symbol file with an unknown line-number instruction");
        }
      }
      if (found) break;
    }
    if (!last.file) return std::nullopt;
    return SourcePlace{source(last.file), last.line, 0, last.offset};
  }

  uint32_t line_program(uint32_t token) const {
    uint32_t low = 0, high = method_count_;  // sorted by token
    while (low < high) {
      const uint32_t middle = low + (high - low) / 2;
      BlobReader entry(at(size_t{methods_} + size_t{middle} * 12));
      const uint32_t has = entry.u32();
      if (has == token) return entry.skip(4), entry.u32();
      if (has < token) low = middle + 1;
      else high = middle;
    }
    return 0;
  }

  std::string source(uint32_t index) const {
    for (uint32_t i = 0; i < source_count_; i++) {
      BlobReader entry(at(size_t{sources_} + size_t{i} * 8));
      if (entry.u32() != index) continue;
      BlobReader in(at(entry.u32()));
      const uint32_t length = leb128(in);
      const auto name = in.bytes(length);
      return {name.begin(), name.end()};
    }
    return {};
  }

  image::Bytes at(size_t offset) const {
    if (offset > bytes_.size()) throw image::BadImage("a symbol file that ends too soon");
    return image::Bytes(bytes_).subspan(offset);
  }

  std::vector<uint8_t> bytes_;
  uint32_t source_count_, sources_, method_count_, methods_, line_range_, opcode_base_;
  int32_t line_base_;
};

}  // namespace

std::unique_ptr<Symbols> open_mdb(std::vector<uint8_t> bytes, const std::array<uint8_t, 16>& mvid) {
  BlobReader in{image::Bytes(bytes)};
  if (in.u64() != kMagic || in.u32() != 50 || in.u32() != 0) return nullptr;
  if (std::memcmp(in.bytes(16).data(), mvid.data(), 16) != 0) return nullptr;
  return std::make_unique<Mdb>(std::move(bytes));
}

}  // namespace rapgo::load::symbols
