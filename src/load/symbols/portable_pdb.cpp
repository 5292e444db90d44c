// Portable symbol files: metadata with the tables Document and MethodDebugInformation (Portable PDB specification 1.0).
#include <bit>
#include <cstring>

#include "load/metadata/blob_reader.h"
#include "load/symbols/symbols.h"

namespace rapgo::load::symbols {

using image::BadImage;
using image::Bytes;
using metadata::BlobReader;

namespace {

constexpr unsigned kDocument = 0x30, kMethodDebugInformation = 0x31;

class PortablePdb final : public Symbols {
 public:
  explicit PortablePdb(std::vector<uint8_t> bytes) : bytes_(std::move(bytes)) {
    BlobReader root{Bytes(bytes_)};
    if (root.u32() != 0x424a5342) throw BadImage("no portable symbol file");  // "BSJB"
    root.skip(8);
    const uint32_t version = root.u32();
    root.skip(version + 2);
    Bytes tables;
    for (unsigned streams = root.u16(); streams; streams--) {
      const uint32_t offset = root.u32(), size = root.u32();
      std::string name;
      for (;;) {
        const Bytes four = root.bytes(4);
        name.append(four.begin(), four.end());
        if (!four[3]) break;
      }
      name.resize(std::strlen(name.c_str()));
      const Bytes all(bytes_);
      if (offset > all.size() || size > all.size() - offset) throw BadImage("a symbol file that ends too soon");
      const Bytes stream = all.subspan(offset, size);
      if (name == "#Pdb") pdb_ = stream;
      else if (name == "#Blob") blobs_ = stream;
      else if (name == "#~") tables = stream;
    }
    BlobReader in(tables);
    in.skip(6);
    const uint8_t heaps = in.u8();
    in.skip(1);
    const uint64_t valid = in.u64();
    in.skip(8);
    const size_t guid = heaps & 2 ? 4 : 2;
    blob_ = heaps & 4 ? 4 : 2;
    const unsigned before = static_cast<unsigned>(std::popcount(valid & ((uint64_t{1} << kDocument) - 1)));
    in.skip(4 * before);  // none in files of their own
    if (before) throw BadImage("a symbol file with tables of a program");
    for (uint64_t rest = valid; rest; rest &= rest - 1) {
      const uint32_t rows = in.u32();
      const int table = std::countr_zero(rest);
      if (table == kDocument) document_count_ = rows;
      if (table == kMethodDebugInformation) method_count_ = rows;
    }
    document_size_ = 2 * blob_ + 2 * guid;
    row_ = document_count_ > 0xffff ? 4 : 2;
    documents_ = in.bytes(document_size_ * document_count_);
    methods_ = in.bytes((row_ + blob_) * method_count_);
  }

  bool is_of(const uint8_t* guid) const { return pdb_.size() >= 20 && std::memcmp(pdb_.data(), guid, 16) == 0; }

 private:
  std::optional<SourcePlace> look_up(uint32_t method_row, uint32_t il_offset) const override {
    if (method_row == 0 || method_row > method_count_) return std::nullopt;
    BlobReader method(methods_.subspan((method_row - 1) * (row_ + blob_), row_ + blob_));
    uint32_t document = number(method, row_);
    const uint32_t points = number(method, blob_);
    if (!points) return std::nullopt;
    BlobReader in(blob(points));
    in.compressed();  // signature of locals
    if (!document) document = in.compressed();
    uint32_t at = 0, line = 0, column = 0;
    bool first = true, visible = false;
    SourcePlace found;
    uint32_t found_document = 0;
    while (!in.at_end()) {
      const uint32_t step = in.compressed();
      if (!first && step == 0) {
        document = in.compressed();
        continue;
      }
      if (!first && at + step > il_offset) break;
      at += step;
      first = false;
      const uint32_t lines = in.compressed();
      const int32_t columns = lines ? in.compressed_signed() : static_cast<int32_t>(in.compressed());
      if (!lines && !columns) continue;  // hidden
      if (!visible) {
        line = in.compressed();
        column = in.compressed();
        visible = true;
      } else {
        line += static_cast<uint32_t>(in.compressed_signed());
        column += static_cast<uint32_t>(in.compressed_signed());
      }
      found.line = line;
      found.column = column;
      found_document = document;
    }
    if (!visible) return std::nullopt;
    found.il_offset = at;
    found.file = document_name(found_document);
    return found;
  }

  // A separator, then the parts as blobs of their own.
  std::string document_name(uint32_t row) const {
    if (row == 0 || row > document_count_) return {};
    BlobReader document(documents_.subspan((row - 1) * document_size_, document_size_));
    BlobReader in(blob(number(document, blob_)));
    const uint8_t separator = in.u8();
    std::string name;
    for (bool first = true; !in.at_end(); first = false) {
      if (!first && separator) name += static_cast<char>(separator);
      const uint32_t part = in.compressed();
      const Bytes text = part ? blob(part) : Bytes();
      name.append(text.begin(), text.end());
    }
    return name;
  }

  static uint32_t number(BlobReader& in, size_t size) { return size == 4 ? in.u32() : in.u16(); }

  Bytes blob(uint32_t index) const {
    if (index >= blobs_.size()) throw BadImage("a symbol file with a blob out of range");
    BlobReader in(blobs_.subspan(index));
    const uint32_t length = in.compressed();
    return in.bytes(length);
  }

  std::vector<uint8_t> bytes_;
  Bytes pdb_, blobs_, documents_, methods_;
  uint32_t document_count_ = 0, method_count_ = 0;
  size_t blob_ = 2, row_ = 2, document_size_ = 0;
};

}  // namespace

std::unique_ptr<Symbols> open_portable_pdb(std::vector<uint8_t> bytes, const uint8_t* guid) {
  auto symbols = std::make_unique<PortablePdb>(std::move(bytes));
  if (guid && !symbols->is_of(guid)) return nullptr;
  return symbols;
}

}  // namespace rapgo::load::symbols
