#include "run/classlib/caller.h"

#include <strings.h>

#include "run/stack/walk.h"

namespace rapgo::run::classlib {

using load::types::Assembly;
using load::types::Loader;

static constinit const FieldOffset kAssemblyHandle("System.Reflection", "RuntimeAssembly", "_mono_assembly");

Assembly* assembly_of_object(Object* o) { return o ? kAssemblyHandle.in<Assembly*>(o) : nullptr; }

static bool is_reflection(Type* t) {
  if (!t->assembly || !t->assembly->is_corlib) return false;
  if (t->name_space == "System.Reflection") return true;
  return t->name_space == "System" && (t->name == "Type" || t->name == "RuntimeType" || t->name == "RuntimeTypeHandle" || t->name == "Activator" || t->name == "AppDomain");
}

Method* calling_method_outside_reflection(int skip) {
  Method* found = nullptr;
  stack::walk_stack(nullptr, [&](const stack::VirtualFrame& f) {
    if (!f.method) return true;
    Method* m = Method::from(f.method);
    if (is_reflection(m->declaring)) return true;
    if (skip-- > 0) return true;
    found = m;
    return false;
  });
  return found;
}

Assembly* calling_assembly() {
  Method* m = calling_method_outside_reflection();
  return m ? m->declaring->assembly : Loader::get().corlib();
}

Type* find_ignoring_case(std::string_view name, Assembly* assembly) {
  if (!assembly) assembly = Loader::get().corlib();
  const auto& metadata = *assembly->metadata;
  const uint32_t rows = metadata.row_count(load::metadata::Table::TypeDef);
  for (uint32_t row = 1; row <= rows; row++) {
    Type* t = assembly->type_of_row(row);
    const std::string full = t->full_name();
    const std::string_view bare = std::string_view(full).substr(0, full.find('['));
    if (bare.size() == name.size() && strncasecmp(bare.data(), name.data(), name.size()) == 0) return t;
  }
  return assembly->is_corlib ? nullptr : find_ignoring_case(name, Loader::get().corlib());
}

}  // namespace rapgo::run::classlib
