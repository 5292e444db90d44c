// code::versions::Resolver over loader and collector; assumptions against the loaded world.
// Thread safety: any attached thread in Mode::Runtime.
#pragma once
#include "code/versions/versions.h"
#include "load/types/loader.h"

namespace rapgo::vm {

class WorldResolver final : public code::versions::Resolver {
 public:
  uint64_t resolve(const loop::Symbol&) override;
  bool holds(const loop::Assumption&) override;
};

// loader hook: a type is about to become instantiable. Retires what assumed that there was no such type.
void type_completed(load::types::Type* type, void (*broken)(loop::MethodId));

}  // namespace rapgo::vm
