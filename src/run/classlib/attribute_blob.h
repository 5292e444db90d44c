// Custom attributes as metadata: who carries which, and their argument blobs (ECMA-335 II.21, II.23.3).
// Thread safety: attached thread in Mode::Runtime. May collect, may throw (LoadError for what does not resolve, BadImage).
#pragma once
#include <string>
#include <vector>

#include "load/metadata/blob_reader.h"
#include "run/classlib/objects.h"

namespace rapgo::run::classlib {

struct AttributeParent {
  load::types::Assembly* assembly = nullptr;
  load::metadata::Token token;  // nil: carries none
};
// Of a reflection object (type, member, parameter, assembly, module); nil for those that cannot carry attributes.
AttributeParent attribute_parent(Object* provider);


struct AttributeValue {
  Type* type = nullptr;    // as declared
  Object* object = nullptr;  // boxed; lives on the stack of the reader
};
// Reads the fixed arguments, then the named ones.
class AttributeReader {
 public:
  AttributeReader(load::image::Bytes blob, load::types::Assembly* assembly);
  AttributeValue fixed(Type* parameter);
  uint32_t named_count();  // after all fixed arguments
  struct Named { bool is_property; std::string name; };
  Named named(AttributeValue& value);

 private:
  Type* encoded_type();
  Object* value(Type* type);
  Type* named_type(std::string_view name);
  load::metadata::BlobReader reader_;
  load::types::Assembly* assembly_;
};

}  // namespace rapgo::run::classlib
