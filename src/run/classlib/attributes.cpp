// Custom attributes (ECMA-335 II.23.3).
#include "run/calls/icall.h"
#include "run/classlib/classlib.h"
#include "run/classlib/reflection.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

Object* marshal_info(load::types::Assembly* assembly, load::metadata::Token parent) {
  if (!assembly->metadata->field_marshal_of(parent)) return nullptr;
  stack::throw_not_implemented("MarshalAsAttribute by reflection");
}

Object* return_marshal(Method* m) {
  const uint32_t row = parameter_row(m, 0);
  return row ? marshal_info(m->declaring->assembly, load::metadata::Token(load::metadata::Table::Param, row)) : nullptr;
}

void register_attributes() {}

}  // namespace rapgo::run::classlib
