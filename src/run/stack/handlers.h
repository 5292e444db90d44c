// Which handlers cover a place. Private to run/stack. Thread safety: Mode::Runtime; may load types, which may throw LoadError.
#pragma once
#include <vector>

#include "abi/object.h"
#include "run/stack/call.h"
#include "run/stack/cursor.h"

namespace rapgo::run::stack {

// Exception clauses of the IL body, inner ones first; remembered.
const std::vector<Region>& regions_of(load::types::Method* method);
// The same without locks or loading: null if nobody has asked yet.
const std::vector<Region>* known_regions(load::types::Method* method);
bool catches(load::types::Type* catch_type, abi::Object* exception) noexcept;
inline bool in_try(const loop::HandlerRow& h, uint32_t il) { return il >= h.try_begin && il < h.try_end; }

// Optimized code: does any method present at this place (inlined ones included) have a handler for the exception (catch of its
// type, or a filter, which counts as one), or a finally or fault handler?
struct Covering {
  bool catcher = false;
  bool cleanup = false;
};
Covering covering(const InstalledCode& code, IlPosition at, abi::Object* exception);

}  // namespace rapgo::run::stack
