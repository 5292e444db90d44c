// Streams, heaps and the table layout (II.24). Rows: rows.cpp. Ranges and names: lookup.cpp.
#include "load/metadata/metadata.h"

#include <bit>
#include <cstring>

#include "load/metadata/blob_reader.h"
#include "load/metadata/lazy.h"
#include "load/metadata/schema.h"

namespace rapgo::load::metadata {

Metadata::Metadata(const Image& image) : image_(image), lazy_(std::make_unique<Lazy>()) {
  try {
    read_streams();
  } catch (const BadImage& e) {
    if (std::string_view(e.what()).starts_with("'")) throw;
    bad(e.what());
  }
}

Metadata::~Metadata() = default;

void Metadata::bad(const std::string& reason) const { throw BadImage("'" + image_.path() + "': " + reason); }
void Metadata::bad(const char* reason) const { bad(std::string(reason)); }

void Metadata::read_streams() {
  const Bytes root = image_.metadata();
  BlobReader r(root);
  if (r.u32() != 0x424A5342) bad("no metadata signature");
  r.skip(8);  // versions, reserved
  const uint32_t version_size = r.u32();
  const Bytes version = r.bytes(version_size);
  const void* nul = std::memchr(version.data(), 0, version.size());
  const auto* start = reinterpret_cast<const char*>(version.data());
  version_ = {start, nul ? static_cast<size_t>(static_cast<const char*>(nul) - start) : version.size()};
  r.skip((4 - r.offset() % 4) % 4);
  r.skip(2);  // flags
  const unsigned count = r.u16();

  Bytes tables;
  for (unsigned i = 0; i < count; ++i) {
    const uint32_t offset = r.u32(), size = r.u32();
    if (offset > root.size() || size > root.size() - offset) bad("metadata stream outside of the metadata");
    const Bytes stream = root.subspan(offset, size);
    char name[33] = {};
    for (unsigned n = 0; n < 32; ++n) {
      name[n] = static_cast<char>(r.u8());
      if (name[n] == 0) break;
      if (n == 31) bad("metadata stream name too long");
    }
    r.skip((4 - r.offset() % 4) % 4);
    const std::string_view s(name);
    if (s == "#~" || s == "#-") tables = stream;
    else if (s == "#Strings") strings_ = stream;
    else if (s == "#Blob") blobs_ = stream;
    else if (s == "#US") user_strings_ = stream;
    else if (s == "#GUID") guids_ = stream;
  }
  if (tables.empty()) bad("no metadata table stream");
  read_tables(tables);
}

void Metadata::read_tables(Bytes stream) {
  BlobReader r(stream);
  r.skip(6);
  const uint8_t heap_sizes = r.u8();
  r.skip(1);
  const uint64_t valid = r.u64(), sorted = r.u64();
  if (valid >> kTableCount) bad("unknown metadata tables");
  for (unsigned t = 0; t < kTableCount; ++t) {
    if ((valid >> t & 1) == 0) continue;
    tables_[t].rows = r.u32();
    if (tables_[t].rows > 0xFFFFFF) bad("metadata table too large");
  }
  if (heap_sizes & 0x40) r.skip(4);  // extra data, as edit-and-continue writers leave it

  auto width_of = [&](ColumnKind c) -> unsigned {
    switch (c.kind) {
      case ColumnKind::U2: return 2;
      case ColumnKind::U4: return 4;
      case ColumnKind::Str: return heap_sizes & 1 ? 4 : 2;
      case ColumnKind::Guid: return heap_sizes & 2 ? 4 : 2;
      case ColumnKind::Blob: return heap_sizes & 4 ? 4 : 2;
      case ColumnKind::Row: return tables_[c.target].rows > 0xFFFF ? 4 : 2;
      case ColumnKind::Coded: {
        const CodedSchema& s = kCodedSchemas[c.target];
        uint32_t most = 0;
        for (unsigned i = 0; i < s.table_count; ++i) {
          if (s.tables[i] != kNoTable) most = std::max(most, tables_[s.tables[i]].rows);
        }
        return most >= (1u << (16 - s.tag_bits)) ? 4 : 2;
      }
      case ColumnKind::None: break;
    }
    return 0;
  };
  for (unsigned t = 0; t < kTableCount; ++t) {
    TableInfo& info = tables_[t];
    if (info.rows == 0) continue;
    info.sorted = sorted >> t & 1;
    unsigned at = 0;
    for (unsigned c = 0; c < kMaxColumns && kTableSchemas[t].columns[c].kind != ColumnKind::None; ++c) {
      info.offset[c] = static_cast<uint8_t>(at);
      info.width[c] = static_cast<uint8_t>(width_of(kTableSchemas[t].columns[c]));
      at += info.width[c];
    }
    info.stride = static_cast<uint16_t>(at);
    info.data = r.bytes(size_t{info.rows} * at).data();
  }
  if (tables_[static_cast<size_t>(Table::Module)].rows == 0) bad("no module row");
}

std::string_view Metadata::string(StringIndex index) const {
  const auto at = static_cast<uint32_t>(index);
  if (at >= strings_.size()) {
    if (at == 0) return {"", 0};
    bad("string index outside of the heap");
  }
  const auto* start = reinterpret_cast<const char*>(strings_.data() + at);
  const void* nul = std::memchr(start, 0, strings_.size() - at);
  if (!nul) bad("unterminated string in the heap");
  return {start, static_cast<size_t>(static_cast<const char*>(nul) - start)};
}

Bytes Metadata::blob(BlobIndex index) const {
  const auto at = static_cast<uint32_t>(index);
  if (at >= blobs_.size()) {
    if (at == 0) return {};
    bad("blob index outside of the heap");
  }
  BlobReader r(blobs_.subspan(at));
  const uint32_t size = r.compressed();
  return r.bytes(size);
}

Bytes Metadata::user_string(Token token) const {
  if (token.table() != Table::UserString || token.row() >= user_strings_.size()) bad("user string outside of the heap");
  BlobReader r(user_strings_.subspan(token.row()));
  const uint32_t size = r.compressed();
  const Bytes b = r.bytes(size);
  return b.first(b.size() & ~size_t{1});  // the odd last byte flags special characters
}

std::array<uint8_t, 16> Metadata::guid(GuidIndex index) const {
  std::array<uint8_t, 16> g{};
  const auto at = static_cast<uint32_t>(index);
  if (at == 0) return g;
  if (at > guids_.size() / 16) bad("GUID index outside of the heap");
  std::memcpy(g.data(), guids_.data() + (at - 1) * size_t{16}, 16);
  return g;
}

bool Metadata::contains(Token token) const {
  return token.row() != 0 && token.row() <= tables_[static_cast<size_t>(token.table())].rows;
}

Token Metadata::decode(CodedIndex kind, uint32_t value) {
  const CodedSchema& s = kCodedSchemas[static_cast<size_t>(kind)];
  const uint32_t tag = value & ((1u << s.tag_bits) - 1), row = value >> s.tag_bits;
  if (tag >= s.table_count || s.tables[tag] == kNoTable) {
    if (row == 0) return {};
    throw BadImage("unused tag in a coded index");
  }
  if (row > 0xFFFFFF) throw BadImage("row of a coded index out of range");
  return Token(static_cast<Table>(s.tables[tag]), row);
}

uint32_t Metadata::encode(CodedIndex kind, Token token) {
  const CodedSchema& s = kCodedSchemas[static_cast<size_t>(kind)];
  for (unsigned tag = 0; tag < s.table_count; ++tag) {
    if (s.tables[tag] == static_cast<uint8_t>(token.table())) return token.row() << s.tag_bits | tag;
  }
  throw BadImage("token does not fit its coded index");
}

}  // namespace rapgo::load::metadata
