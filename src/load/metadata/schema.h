// Column kinds of every table (ECMA-335 II.22), from which row sizes follow. Private to load/metadata.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "load/metadata/metadata.h"

namespace rapgo::load::metadata {

struct ColumnKind {
  enum Kind : uint8_t { None, U2, U4, Str, Guid, Blob, Row, Coded };
  Kind kind = None;
  uint8_t target = 0;  // Row: Table; Coded: CodedIndex
};

struct TableSchema {
  ColumnKind columns[9];
};

inline constexpr uint8_t kNoTable = 0xFF;

struct CodedSchema {
  uint8_t tag_bits;
  uint8_t table_count;
  uint8_t tables[22];  // kNoTable: unused tag
};

extern const TableSchema kTableSchemas[kTableCount];
extern const CodedSchema kCodedSchemas[13];

}  // namespace rapgo::load::metadata
