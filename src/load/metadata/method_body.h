// Method bodies as stored (ECMA-335 II.25.4): header, code and exception clauses; nothing resolved or verified.
// Errors: BadImage for truncated or malformed headers, code or clause ranges outside the code.
#pragma once

#include <cstdint>
#include <vector>

#include "load/image/image.h"
#include "load/metadata/token.h"

namespace rapgo::load::metadata {

enum class ClauseKind : uint8_t { Catch = 0, Filter = 1, Finally = 2, Fault = 4 };

// Offsets and lengths are in IL bytes and lie within the code.
struct RawClause {
  ClauseKind kind = ClauseKind::Catch;
  uint32_t try_offset = 0, try_length = 0;
  uint32_t handler_offset = 0, handler_length = 0;
  Token catch_type;            // Catch: TypeDef, TypeRef or TypeSpec
  uint32_t filter_offset = 0;  // Filter: the filter block ends where its handler begins

  uint32_t try_end() const { return try_offset + try_length; }
  uint32_t handler_end() const { return handler_offset + handler_length; }
  bool in_try(uint32_t il) const { return il >= try_offset && il < try_end(); }
  bool in_handler(uint32_t il) const { return il >= handler_offset && il < handler_end(); }
  bool in_filter(uint32_t il) const { return kind == ClauseKind::Filter && il >= filter_offset && il < handler_offset; }
};

struct BodyBytes {
  uint16_t max_stack = 8;
  bool init_locals = false;
  Token local_sig;             // StandAloneSig; nil: no locals
  image::Bytes code;           // points into the image
  std::vector<RawClause> clauses;  // in file order: inner ones first (II.25.4.6, III.1.7.5)
};

// REQUIRES: rva != 0. Throws BadImage.
BodyBytes read_body(const image::Image& image, uint32_t rva);
// The same from bytes that begin with the header (dynamic methods, tests).
BodyBytes read_body(image::Bytes bytes);

}  // namespace rapgo::load::metadata
