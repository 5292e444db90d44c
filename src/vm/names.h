// loop::SymbolNames over the loader: persistent names made of module MVIDs, metadata rows and instantiations.
//   type:   T<module>.<row> | G(<type>;<type>,...) | A<rank>(<type>) | P(<type>) | R(<type>)
//   method: M<row>@<type> | M<row>@<type><<type>,...> | m<index>@<array type>
//   field:  F<row>@<type>            module: <assembly name>|<32 hex digits of its MVID><16 of a hash of its headers>
// Thread safety: any thread in Mode::Runtime or Native (takes the loader lock). Names of modules that are not loaded are not found:
// a store entry never makes a program load an assembly.
#pragma once
#include <mutex>
#include <unordered_map>

#include "load/types/loader.h"
#include "loop/symbol_names.h"

namespace rapgo::vm {

class LoaderNames final : public loop::SymbolNames {
 public:
  std::optional<std::string> method_name(loop::MethodId) override;
  std::optional<std::string> type_name(loop::TypeId) override;
  std::optional<std::string> field_name(loop::FieldId) override;
  std::optional<std::string> assembly_name(loop::AssemblyId) override;
  std::optional<loop::MethodId> method_id(std::string_view) override;
  std::optional<loop::TypeId> type_id(std::string_view) override;
  std::optional<loop::FieldId> field_id(std::string_view) override;
  std::optional<loop::AssemblyId> assembly_id(std::string_view) override;
  uint64_t il_hash(loop::MethodId) override;
  uint64_t layout_hash(loop::TypeId) override;
  std::string display_name(loop::MethodId) override;

 private:
  const std::string& module_name(load::types::Assembly*);
  load::types::Assembly* module_by_name(std::string_view);

  std::mutex lock_;
  std::unordered_map<load::types::Assembly*, std::string> modules_;
};

}  // namespace rapgo::vm
