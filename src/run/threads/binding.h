// What the collector asks of the runtime (gc::Binding), and where roots are registered.
// Thread safety: registration from any thread in Mode::Runtime.
#pragma once
#include <cstdint>

#include "abi/object.h"
#include "abi/type_head.h"

namespace rapgo::gc {
class Binding;
class PreciseRoots;
class Survivors;
}  // namespace rapgo::gc

namespace rapgo::run::threads {

gc::Binding& binding();  // the one to hand to gc::init

void register_static_roots(uint8_t* statics, const abi::GcMap* map);
void register_root(abi::Object** slot);
// Called at every collection, world stopped (see gc::Binding for the rules).
void on_visit_roots(void (*visit)(gc::PreciseRoots&));
void on_visit_weak(void (*visit)(gc::Survivors&));

}  // namespace rapgo::run::threads
