// The loader: assemblies, token resolution, instantiation. One per process (one application domain at first).
// Thread safety: all functions from any thread in Mode::Runtime; a recursive loader lock inside. May collect: no
// (managed objects such as AssemblyResolve events are reached through hooks, outside the lock).
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "load/metadata/signature.h"
#include "load/types/method.h"
#include "load/types/type.h"

namespace rapgo::load::types {

// Becomes the managed exception named here (DESIGN 4.16). `what()` is its message; `member` the missing name.
enum class LoadErrorKind : uint8_t { BadImage, FileNotFound, FileLoad, TypeLoad, MissingMethod, MissingField, MissingMember, InvalidProgram,
                                     NotSupported, EntryPointNotFound, DllNotFound, MemberAccess, Verification };
class LoadError : public std::runtime_error {
 public:
  LoadError(LoadErrorKind kind, std::string message, std::string name = {}, std::string assembly = {})
      : std::runtime_error(std::move(message)), kind(kind), name(std::move(name)), assembly(std::move(assembly)) {}
  LoadErrorKind kind;
  std::string name, assembly;
};

struct AssemblyName {
  std::string name;
  uint16_t version[4] = {};
  std::string culture;
  uint8_t token[8] = {};
  bool has_token = false;
};
std::string display_name(const AssemblyName& name);  // "lib, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null"

class Assembly {
 public:
  loop::AssemblyId id;               // low address handle
  static Assembly* from(loop::AssemblyId i) { return *reinterpret_cast<Assembly**>(static_cast<uintptr_t>(i.value)); }
  std::string path, directory;
  AssemblyName name;
  std::unique_ptr<metadata::Image> image;
  std::unique_ptr<metadata::Metadata> metadata;
  bool is_corlib = false;
  // From the framework's own folders, which belong to root: its IL is taken at its word, for checking the types of the class library's
  // evaluation stacks in every run would only cost time (tests check them all once).
  bool is_framework = false;
  bool reflection_only = false;      // opened for looking at, never found by name
  void* assembly_object = nullptr;   // frozen managed objects, owned by run/classlib
  void* module_object = nullptr;
  void* native = nullptr;

  // Resolution of tokens found in this assembly's code and signatures, substituted by `context`.
  Type* resolve_type(metadata::Token token, const GenericContext& context);
  Method* resolve_method(metadata::Token token, const GenericContext& context);   // MethodDef, MemberRef, MethodSpec; array methods
  Field* resolve_field(metadata::Token token, const GenericContext& context);
  Signature resolve_signature(metadata::Token stand_alone_sig, const GenericContext& context);  // calli
  std::vector<Type*> resolve_locals(metadata::Token local_sig, const GenericContext& context, std::vector<bool>* pinned = nullptr);
  // Type of a signature at the reader (one type), substituted.
  Type* read_type(metadata::SigReader& reader, const GenericContext& context);
  Type* type_of_row(uint32_t typedef_row);
  Method* method_of_row(uint32_t method_row);
  Field* field_of_row(uint32_t field_row);
  Type* find_type(std::string_view name_space, std::string_view name);  // follows forwards; nullptr if none
  Assembly* referenced(uint32_t assembly_ref_row);
  Method* entry_point();                                  // nullptr if none
  // Signature at a call site: as resolve_method(token)->signature(), but with the extra arguments of a vararg call.
  Signature call_site_signature(metadata::Token token, const GenericContext& context);
  std::string full_name() const;                          // "mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=..."

  struct Impl;
  Impl* impl = nullptr;
};

// Primitive and special types of corlib, valid after Loader::init.
struct WellKnownTypes {
  Type *object, *void_, *boolean, *char_, *i1, *u1, *i2, *u2, *i4, *u4, *i8, *u8, *r4, *r8, *i, *u, *string, *array, *value_type, *enum_,
      *delegate, *multicast_delegate, *exception, *runtime_type, *type, *nullable, *typed_reference, *attribute,
      *runtime_type_handle, *runtime_method_handle, *runtime_field_handle, *object_array, *string_array, *thread, *internal_thread;
};

class Loader {
 public:
  struct Options {
    std::vector<std::string> search_paths;  // MONO_PATH
    std::string framework_dir = "/usr/lib/mono/4.5";
    std::string gac_dir = "/usr/lib/mono/gac";
    // Zeroed memory of the low reservation (code::memory::meta_alloc in the product, a mock in tests): size, alignment.
    void* (*alloc_low)(size_t, size_t) = nullptr;
  };
  // Loads corlib. Throws LoadError. The meta arena (abi/memory_map.h) must be reserved.
  static void init(const Options& options);
  static Loader& get();

  const WellKnownTypes& types() const { return types_; }
  Assembly* corlib() const { return corlib_; }
  // By path (Assembly.LoadFile, the program itself); one assembly per file. Errors: LoadError.
  Assembly* load_file(const std::string& path);
  // Assembly.LoadFrom: an assembly of the same name, version, culture and key that is loaded already is preferred to the file.
  Assembly* load_from(const std::string& path);
  Assembly* load_reflection_only(const std::string& path);
  Assembly* load_bytes(std::vector<uint8_t> bytes, const std::string& name);  // Assembly.Load(byte[]); always a new assembly
  // What is loaded (a strong name by its version too), then codeBase, the framework for framework names (MONO_PATH before it),
  // application base (culture folders and private paths), MONO_PATH, GAC, framework, the requester's folder. Name, culture and
  // public key must match; a file of any version does, as the framework remaps its own and Mono accepts others'.
  // Last on_resolve_failure.
  Assembly* load_name(const AssemblyName& name, Assembly* requester);
  std::vector<Assembly*> assemblies();                                    // loaded so far
  void set_application_base(std::string dir) { application_base_ = std::move(dir); }
  // Reads binding redirects, codeBase and `probing privatePath` of an application configuration file. A missing file changes
  // nothing, of a malformed one counts what stands before the error.
  void read_application_config(const std::string& path);

  Type* instantiate(Type* definition, std::span<Type* const> args);       // checks arity; constraints when the instance is laid out
  Method* instantiate(Method* definition, std::span<Type* const> args);
  // II.10.1.7: do closed arguments satisfy the constraints of the definition's parameters? Open ones are not looked at.
  bool satisfies_constraints(Type* definition, std::span<Type* const> args);
  bool satisfies_constraints(Method* definition, std::span<Type* const> type_args, std::span<Type* const> args);
  Type* substitute(Type* open, const GenericContext& context);
  Method* method_on(Type* instance, Method* definition);                  // the instance's copy of a definition's method
  Field* field_on(Type* instance, Field* definition);
  Type* make_fnptr(const Signature& signature);
  // Namespace-qualified lookup in corlib; throws TypeLoad if missing.
  Type* corlib_type(std::string_view name_space, std::string_view name);
  // Type by reflection syntax ("Ns.Outer+Inner`1[[System.Int32]]", assembly-qualified too); nullptr if absent.
  Type* parse_type_name(std::string_view name, Assembly* default_assembly);

  // Hooks, set by vm before init returns to user code. Called with the loader lock held (register_static_roots, make_*,
  // register_cells, interface_miss_entry, on_type_complete): they must not wait for a thread that may want the loader.
  std::function<uint64_t(Method*)> make_entry;                            // initial entry-slot value (first-call stub)
  struct VtableCell {
    loop::MethodId method;
    uint64_t* cell;
  };
  std::function<void(std::span<const VtableCell>)> register_cells;        // vtable words that hold their methods' entries
  // Methods declared by value types take a byref `this`, objects in vtables are boxed: their vtable words hold a permanent
  // stub (`this` += 8, jmp [entry slot]) made here, and are not registered. Interface dispatch needs the same stub.
  std::function<uint64_t(Method*)> make_unboxing_entry;
  std::function<uint64_t()> interface_miss_entry;                         // initial imt word
  std::function<void(Type*)> on_type_complete;                            // vtable stage done, *before* the type can be instantiated
  // Locks the mutex where another thread holds it: vm waits in Mode::Native, so that a collection need not wait for us.
  std::function<void(std::recursive_mutex&)> lock_contended;
  std::function<void(uint8_t* statics, const abi::GcMap*)> register_static_roots;
  // Runs AppDomain.AssemblyResolve; nullptr: not found. The lock may be held: managed code of this thread may come back in,
  // but must not wait for another thread that loads types.
  std::function<Assembly*(const AssemblyName&, Assembly* requester)> on_resolve_failure;
  std::function<void(Assembly*)> on_assembly_loaded;                      // the same goes for this one

  // Thread statics: words used so far in every thread's table (grows as types load), and the fields with their first word
  // in offset(). References in them lie where the field type's value_gc_map says (or are the word itself).
  uint32_t thread_static_words();
  std::vector<Field*> thread_statics();

  struct Impl;
  Impl* impl = nullptr;

 private:
  WellKnownTypes types_{};
  Assembly* corlib_ = nullptr;
  std::string application_base_;
  friend struct Impl;
};

}  // namespace rapgo::load::types
