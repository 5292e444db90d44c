// Values of managed types: copying with barriers, widening primitives.
// Thread safety: attached thread in Mode::Runtime. Does not collect.
#pragma once
#include "run/classlib/objects.h"

namespace rapgo::run::classlib {

// *to = *from, both of `type` (a value type). `owner`: the object that `to` lies in, or null for stacks, statics and unknown places.
void copy_value(Object* owner, void* to, const void* from, Type* type);

enum class Conversion { Done, Narrowing, Impossible };
// Widens a primitive (or enum) to another one as Array.SetValue, Attribute arguments and late binding allow it.
Conversion convert_primitive(Type* from, const void* value, Type* to, void* out);

}  // namespace rapgo::run::classlib
