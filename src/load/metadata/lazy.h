// Indexes of a Metadata that are built at first use. Private to load/metadata.
#pragma once

#include <mutex>
#include <vector>

#include "load/metadata/metadata.h"

namespace rapgo::load::metadata {

// Open-addressing hash from (namespace, name) to rows; names are compared in the heap, so nothing is copied.
struct NameTable {
  std::once_flag once;
  uint32_t mask = 0;
  std::vector<uint32_t> slots;  // row or 0
};

struct Metadata::Lazy {
  NameTable types;           // top-level TypeDef rows
  NameTable exported_types;  // top-level ExportedType rows

  // Child rows grouped by parent; `keys` ascending and parallel to `rows`.
  struct Grouped {
    std::once_flag once;
    std::vector<uint32_t> keys, rows;
  };
  Grouped nested;                          // by enclosing type
  Grouped event_maps, property_maps;       // map rows by TypeDef row

  // Rows of a table that is not stored sorted, in key order; only unoptimized images need these.
  struct Order {
    std::once_flag once;
    std::vector<uint32_t> rows;
  };
  Order orders[kTableCount];

  // Contents of FieldPtr, MethodPtr, ParamPtr, EventPtr, PropertyPtr.
  Order pointers[kTableCount];
};

}  // namespace rapgo::load::metadata
