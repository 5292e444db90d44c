// Type initialisers (ECMA-335 I.8.9.5, II.10.5.3): each runs once; two threads that wait for each other see the types uninitialised
// instead of a deadlock; a failure is remembered and thrown again as TypeInitializationException.
// Thread safety: attached threads in Mode::Runtime. May collect, may throw, runs managed code.
#pragma once
#include "load/types/type.h"

namespace rapgo::run::calls {

void ensure_initialized(load::types::Type* type);
// Told of every type whose initialiser has run, on the thread that ran it, Mode::Runtime, no lock held. May be null.
extern void (*on_class_initialized)(load::types::Type* type);
inline bool is_initialized(const load::types::Type* type) { return type->is_initialized(); }

}  // namespace rapgo::run::calls
