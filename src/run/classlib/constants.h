// Constants in metadata: literal fields and default values (ECMA-335 II.22.9).
// Thread safety: attached thread in Mode::Runtime. May collect where objects are made.
#pragma once
#include "run/classlib/objects.h"

namespace rapgo::run::classlib {

uint64_t constant_bits(Field* literal);  // of an integer or enum literal, sign-extended
// The boxed value of a constant as `type` (an enum is boxed as such); a string, or null.
Object* constant_object(const load::metadata::Metadata& metadata, const load::metadata::ConstantRow& row, Type* type);

}  // namespace rapgo::run::classlib
