// The store's way to names and back: ids are process-local, names are not. Implemented in vm over load/.
// Thread safety: callable from any thread that is not in managed code. Errors: nullopt, never throws.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "loop/ids.h"

namespace rapgo::loop {

class SymbolNames {
 public:
  virtual ~SymbolNames() = default;
  // Persistent names: assembly MVID + token + instantiation, spelled as one string.
  virtual std::optional<std::string> method_name(MethodId) = 0;
  virtual std::optional<std::string> type_name(TypeId) = 0;
  virtual std::optional<std::string> field_name(FieldId) = 0;
  virtual std::optional<std::string> assembly_name(AssemblyId) = 0;
  virtual std::optional<MethodId> method_id(std::string_view) = 0;
  virtual std::optional<TypeId> type_id(std::string_view) = 0;
  virtual std::optional<FieldId> field_id(std::string_view) = 0;
  virtual std::optional<AssemblyId> assembly_id(std::string_view) = 0;
  // Structural hashes for keys and assumptions.
  virtual uint64_t il_hash(MethodId) = 0;
  virtual uint64_t layout_hash(TypeId) = 0;
  virtual std::string display_name(MethodId) = 0;  // Namespace.Type.Method(args), for people
};

}  // namespace rapgo::loop
