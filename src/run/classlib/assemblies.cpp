// RuntimeAssembly, AssemblyName, loading by reflection.
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

#include "abi/thread_state.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/assembly_names.h"
#include "run/classlib/boot.h"
#include "run/classlib/caller.h"
#include "run/classlib/classlib.h"
#include "run/classlib/names.h"
#include "run/classlib/reflection.h"
#include "run/classlib/type_arrays.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

using load::metadata::Table;
using load::metadata::Token;
using load::types::Assembly;
using load::types::LoadError;
using load::types::LoadErrorKind;
using load::types::Loader;

namespace {

Assembly* of(Object* o) { return assembly_of_object(o); }
String* text(std::string_view s) { return calls::new_string(std::string(s).c_str()); }

// ---- what an assembly is ----
String* code_base(Object* o, bool escaped) {
  const std::string& path = of(o)->path;
  if (!escaped) return text("file://" + path);
  std::string out = "file://";
  for (char c : path) {
    if (std::isalnum(static_cast<unsigned char>(c)) || std::strchr("/-_.!~*'();:@&=+$,", c)) {
      out += c;
    } else {
      char hex[4];
      std::snprintf(hex, sizeof hex, "%%%02X", static_cast<unsigned char>(c));
      out += hex;
    }
  }
  return text(out);
}
String* location(Object* o) { return text(of(o)->path); }
String* full_name(Object* o) { return text(of(o)->full_name()); }
String* image_version(Object* o) { return text(of(o)->metadata->runtime_version()); }
bool no_aot_id(Array*) { return false; }
bool in_gac(Object* o) { return of(o)->path.find("/mono/gac/") != std::string::npos; }
bool reflection_only(Object* o) { return of(o)->reflection_only; }
Object* entry_point(Object* o) { return method_object(of(o)->entry_point(), nullptr); }
Object* manifest_module(Object* o) { return module_object(of(o)); }
Array* modules(Object* o) {
  Object* one = module_object(of(o));
  return array_of(Loader::get().corlib_type("System.Reflection", "Module"), {&one, 1});
}
Object* files(Object* o, String* name, bool) {
  if (name) return nullptr;  // no assembly of several files is loaded
  Object* path = text(of(o)->path);
  return array_of(Loader::get().types().string, {&path, 1});
}
NativeName* native_name(Assembly* a) {
  static std::mutex lock;
  static std::map<Assembly*, NativeName*> known;
  std::lock_guard hold(lock);
  NativeName*& name = known[a];
  if (!name) name = native_name_of(*a->metadata);
  return name;
}
struct PointerArray { void** data; int32_t length; };
PointerArray* references(Object* o) {
  const auto& metadata = *of(o)->metadata;
  const uint32_t count = metadata.row_count(Table::AssemblyRef);
  auto* list = static_cast<PointerArray*>(std::malloc(sizeof(PointerArray)));
  list->length = static_cast<int32_t>(count);
  list->data = static_cast<void**>(std::malloc(sizeof(void*) * (count + 1)));
  for (uint32_t i = 0; i < count; i++) list->data[i] = native_name_of_reference(metadata, i + 1);
  return list;
}

// ---- types in it ----
bool is_exported(Type* t) {
  for (; t->enclosing; t = t->enclosing)
    if ((t->attributes & 7) != 2) return false;
  return (t->attributes & 7) == 1;
}
Array* types(Object* o, bool exported) {
  Assembly* a = of(o);
  std::vector<Type*> found;
  for (uint32_t row = 2; row <= a->metadata->row_count(Table::TypeDef); row++) {
    Type* t = a->type_of_row(row);
    if (!exported || is_exported(t)) found.push_back(t);
  }
  return array_of_types(found, false);
}
Object* get_type(Object* o, Object*, String* name, bool throw_on_error, bool ignore_case) {
  Assembly* a = of(o);
  const std::string wanted = calls::to_utf8(name);
  Type* found = nullptr;
  try {
    found = Loader::get().parse_type_name(wanted, a);
  } catch (const LoadError&) {
    if (throw_on_error) throw;
  }
  if (found) {  // the search falls back to the core library; this one does not
    Type* outer = root_element(found);
    if (outer->definition) outer = outer->definition;
    while (outer->enclosing) outer = outer->enclosing;
    if (outer->assembly != a && a->find_type(outer->name_space, outer->name) != outer) found = nullptr;
  }
  if (!found && ignore_case) {
    found = find_ignoring_case(wanted, a);
    if (found && found->assembly != a) found = nullptr;
  }
  if (!found && throw_on_error)
    throw LoadError(LoadErrorKind::TypeLoad, "Could not load type '" + wanted + "' from assembly '" + a->full_name() + "'.", wanted, a->full_name());
  return type_object(found);
}

// ---- resources ----
uint32_t resource_row(Assembly* a, const std::string& name) {
  for (uint32_t row = 1; row <= a->metadata->row_count(Table::ManifestResource); row++)
    if (a->metadata->string(a->metadata->manifest_resource(row).name) == name) return row;
  return 0;
}
Array* resource_names(Object* o) {
  const auto& metadata = *of(o)->metadata;
  const uint32_t count = metadata.row_count(Table::ManifestResource);
  Array* list = calls::new_array(Loader::get().types().string, count);
  for (uint32_t i = 0; i < count; i++) calls::store_ref(list->at<Object*>(i), text(metadata.string(metadata.manifest_resource(i + 1).name)));
  return list;
}
const uint8_t* resource(Object* o, String* name, int32_t* size, Object** module) {
  *size = 0;
  Assembly* a = of(o);
  const uint32_t row = resource_row(a, calls::to_utf8(name));
  if (!row) return nullptr;
  const auto data = a->metadata->manifest_resource(row);
  if (!data.implementation.is_nil()) stack::throw_not_implemented("a resource in another file of the assembly");
  const auto bytes = a->image->resource(data.offset);
  *size = static_cast<int32_t>(bytes.size());
  calls::store_ref(module, module_object(a));
  return bytes.data();
}
constinit const FieldOffset kResourceAssembly("System.Reflection", "ManifestResourceInfo", "<ReferencedAssembly>k__BackingField"),
    kResourceFile("System.Reflection", "ManifestResourceInfo", "<FileName>k__BackingField"),
    kResourceLocation("System.Reflection", "ManifestResourceInfo", "<ResourceLocation>k__BackingField");
bool resource_info(Object* o, String* name, Object* info) {
  Assembly* a = of(o);
  const uint32_t row = resource_row(a, calls::to_utf8(name));
  if (!row) return false;
  const auto data = a->metadata->manifest_resource(row);
  enum { kEmbedded = 1, kInAnotherAssembly = 2, kInManifestFile = 4 };
  if (data.implementation.is_nil()) {
    kResourceLocation.in<int32_t>(info) = kEmbedded | kInManifestFile;
  } else if (data.implementation.table() == Table::File) {
    kResourceFile.set(info, text(a->metadata->string(a->metadata->file(data.implementation.row()).name)));
    kResourceLocation.in<int32_t>(info) = 0;
  } else if (data.implementation.table() == Table::AssemblyRef) {
    Assembly* other = a->referenced(data.implementation.row());
    kResourceAssembly.set(info, assembly_object(other));
    resource_info(assembly_object(other), name, info);
    kResourceLocation.in<int32_t>(info) |= kInAnotherAssembly;
  }
  return true;
}

// ---- events of the application domain ----
// The name as the program gave it, while an internal call looks for it: what AssemblyResolve is told.
thread_local std::string asked_as;

Object* invoke_on_domain(const char* name, int parameters, const void** arguments) {
  Type* domain = Loader::get().corlib_type("System", "AppDomain");
  Method* method = domain->find_method(name, parameters);
  if (!method) return nullptr;
  Object* result = nullptr;
  calls::invoke_raw(method, arguments, &result);
  return result;
}
constinit const FieldOffset kAssemblyLoad("System", "AppDomain", "AssemblyLoad"), kAssemblyResolve("System", "AppDomain", "AssemblyResolve");

// Asks AppDomain.AssemblyResolve, which also sees to it that a handler is not asked for what it is just looking for.
Assembly* resolve_by_event(const load::types::AssemblyName& wanted, Assembly* requester) {
  Object* domain = current_domain();
  if (!domain || !kAssemblyResolve.ref(domain)) return nullptr;
  String* name = text(asked_as.empty() ? load::types::display_name(wanted) : asked_as);
  asked_as.clear();
  Object* from = requester ? assembly_object(requester) : nullptr;
  const bool only_reflection = false;
  const void* arguments[] = {&domain, &name, &from, &only_reflection};
  return assembly_of_object(invoke_on_domain("DoAssemblyResolve", 3, arguments));
}
void tell_loaded(Assembly* a) {
  Object* domain = current_domain();
  if (!domain || !kAssemblyLoad.ref(domain)) return;
  Object* object = assembly_object(a);
  const void* arguments[] = {&domain, &object};
  invoke_on_domain("DoAssemblyLoad", 1, arguments);
}

// ---- finding and loading ----
Object* entry_assembly() {
  const std::string& path = application().path;
  for (Assembly* a : Loader::get().assemblies())
    if (a->path == path) return assembly_object(a);
  return nullptr;
}
Object* executing_assembly() { return assembly_object(calling_assembly()); }
Object* calling_assembly_object() {
  Method* m = calling_method_outside_reflection(1);
  return assembly_object(m ? m->declaring->assembly : calling_assembly());
}
// What Mono calls an invalid path; URIs are those of local files.
std::string path_of(String* name) {
  if (!name) stack::throw_argument_null("assemblyFile");
  std::string path = calls::to_utf8(name);
  if (path.empty()) stack::throw_argument("assemblyFile", "String cannot have zero length.");
  return path.starts_with("file://") ? path.substr(7) : path;
}
Object* load_from(String* name, bool only_reflection, int32_t*) {
  const std::string path = path_of(name);
  return assembly_object(only_reflection ? Loader::get().load_reflection_only(path) : Loader::get().load_from(path));
}
Object* load_file(String* name, int32_t*) {
  const std::string path = path_of(name);
  if (path[0] != '/') stack::throw_argument("assemblyFile", "Absolute path information is required.");
  return assembly_object(Loader::get().load_file(path));
}
Object* load_named(Object*, String* name, Object*, bool only_reflection, int32_t*) {
  ParsedName parsed;
  if (!parse_assembly_name(calls::to_utf8(name), parsed)) return nullptr;  // the managed side reports it
  asked_as = calls::to_utf8(name);
  struct Forget { ~Forget() { asked_as.clear(); } } forget;
  try {
    Assembly* found = Loader::get().load_name(parsed.name, nullptr);
    return assembly_object(only_reflection ? Loader::get().load_reflection_only(found->path) : found);
  } catch (const LoadError& e) {
    if (e.kind == LoadErrorKind::FileNotFound) return nullptr;
    throw;
  }
}
Object* load_partial(String* name, Object*) { return load_named(nullptr, name, nullptr, false, nullptr); }
constinit const FieldOffset kFromBytes("System.Reflection", "RuntimeAssembly", "fromByteArray");
Object* load_raw(Object*, Array* bytes, Array*, Object*, bool) {
  std::vector<uint8_t> copy(bytes->data(), bytes->data() + bytes->length);
  Object* o = assembly_object(Loader::get().load_bytes(std::move(copy), ""));
  kFromBytes.in<bool>(o) = true;
  return o;
}

// ---- AssemblyName ----
bool parse_name(const char* name, NativeName* out, bool* has_version, bool* has_token) {
  ParsedName parsed;
  if (!parse_assembly_name(name, parsed)) return false;
  fill_native_name(parsed, out);
  *has_version = parsed.has_version;
  *has_token = parsed.has_token;
  return true;
}
void free_name(NativeName* name, bool whole) { free_native_name(name, whole); }
void name_of_file(String* file, NativeName* out, String** base) {
  const std::string path = calls::to_utf8(file);
  std::unique_ptr<load::image::Image> image;
  try {
    image = load::image::Image::open(path);
  } catch (const load::image::CannotOpen&) {
    throw LoadError(LoadErrorKind::FileNotFound, "Could not load file or assembly '" + path + "' or one of its dependencies. The system cannot find the file specified.", path);
  }
  const load::metadata::Metadata metadata(*image);
  NativeName* found = native_name_of(metadata);
  *out = *found;
  std::free(found);
  calls::store_ref(base, text("file://" + path));
}
void public_token(uint8_t*, uint8_t*, int32_t) { stack::throw_not_implemented("AssemblyName.get_public_token"); }

#define ASSEMBLY(name, f) RAPGO_ICALL("System.Reflection.Assembly::" name, f)
#define RUNTIME(name, f) RAPGO_ICALL("System.Reflection.RuntimeAssembly::" name, f)
const calls::IcallEntry kEntries[] = {
    ASSEMBLY("GetTypes", types), ASSEMBLY("InternalGetType", get_type), ASSEMBLY("InternalGetAssemblyName", name_of_file),
    ASSEMBLY("GetEntryAssembly", entry_assembly), ASSEMBLY("LoadFrom", load_from), ASSEMBLY("LoadFile_internal", load_file),
    ASSEMBLY("load_with_partial_name", load_partial), ASSEMBLY("GetExecutingAssembly", executing_assembly),
    ASSEMBLY("GetCallingAssembly", calling_assembly_object), ASSEMBLY("InternalGetReferencedAssemblies", references),
    RUNTIME("get_code_base", code_base), RUNTIME("get_location", location), RUNTIME("get_fullname", full_name), RUNTIME("GetAotIdInternal", no_aot_id),
    RUNTIME("InternalImageRuntimeVersion", image_version), RUNTIME("get_global_assembly_cache", in_gac), RUNTIME("get_EntryPoint", entry_point),
    RUNTIME("get_ReflectionOnly", reflection_only), RUNTIME("GetManifestResourceInfoInternal", resource_info),
    RUNTIME("GetManifestResourceNames", resource_names), RUNTIME("GetManifestResourceInternal", resource),
    RUNTIME("GetManifestModuleInternal", manifest_module), RUNTIME("GetModulesInternal", modules), RUNTIME("GetFilesInternal", files),
    RAPGO_ICALL("System.Reflection.AssemblyName::ParseAssemblyName", parse_name),
    RAPGO_ICALL("System.Reflection.AssemblyName::GetNativeName", native_name),
    RAPGO_ICALL("System.Reflection.AssemblyName::get_public_token", public_token),
    RAPGO_ICALL("Mono.RuntimeMarshal::FreeAssemblyName", free_name),
    RAPGO_ICALL("System.AppDomain::LoadAssembly", load_named),
    RAPGO_ICALL("System.AppDomain::LoadAssemblyRaw", load_raw),
};

}  // namespace

thread_local bool runs_no_handlers = false;

void watch_assemblies() {
  // Threads of the runtime's own (compilers, finalizers before managed code ran) run no handlers of the program.
  auto ours = [] { return abi::current().thread && abi::current().mode == abi::Mode::Runtime && !runs_no_handlers; };
  Loader::get().on_resolve_failure = [ours](const load::types::AssemblyName& name, Assembly* requester) { return ours() ? resolve_by_event(name, requester) : nullptr; };
  Loader::get().on_assembly_loaded = [ours](Assembly* a) { if (ours()) tell_loaded(a); };
}

void register_assemblies() {
  calls::register_icalls(kEntries);
  register_modules();
}

}  // namespace rapgo::run::classlib
