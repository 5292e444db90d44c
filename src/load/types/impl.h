// Private to load/types: stage data, the loader's tables and the functions that the stages share.
// Everything here is called with the loader lock held unless it says otherwise.
#pragma once
#include <atomic>
#include <mutex>
#include <unordered_map>

#include "abi/object.h"
#include "base/arena.h"
#include "base/pointer_table.h"
#include "load/types/config.h"
#include "load/types/loader.h"

namespace rapgo::load::types {

namespace md = metadata;
using TypeSpan = std::span<Type* const>;

// Nesting of generic arguments beyond this is taken for infinite expansion (II.9.2) and answered with TypeLoad.
inline constexpr uint32_t kMaxTypeNesting = 128;
inline constexpr uint32_t kMaxInheritance = 1024;

enum Stage : uint32_t {
  kHierarchy = 1 << 0,
  kFields = 1 << 1,
  kAllMethods = 1 << 2,
  kLayout = 1 << 3,
  kStatics = 1 << 4,
  kSlots = 1 << 5,  // definitions: slot table
  kVtable = 1 << 6,
  kHead = 1 << 7,
  kCctor = 1 << 8,
  kConstraints = 1 << 9,  // instances: arguments satisfy the definition's constraints
};

// One vtable slot of a definition. The method belongs to the ancestor (self included) at inheritance depth `depth`, so
// that every instance finds its own copy without matching signatures again.
struct SlotEntry {
  Method* impl;
  uint32_t impl_depth;
  uint32_t name_hash;  // of decl: most slots need not be looked at closer
  Method* decl;        // newest declaration by name in this slot: what `override` matches; MethodImpls do not change it
  uint32_t decl_depth;
};

struct Type::Impl {
  std::atomic<uint32_t> done{0};
  uint32_t busy = 0;
  uint32_t nesting = 0;
  uint32_t hash = 0;
  // hierarchy
  Type* parent = nullptr;
  uint32_t depth = 0;
  TypeSpan interfaces;  // transitive
  TypeSpan declared;    // this type's own InterfaceImpl rows
  // members
  std::span<Field*> fields;
  std::span<Method*> methods;  // filled one by one until kAllMethods
  bool methods_sized = false;
  Method* cctor = nullptr;
  // layout
  uint32_t size = 0, align = 1;  // of a value
  uint32_t instance_size = 0;    // of an object, header included
  uint32_t fields_end = 8;       // where a subclass may go on
  bool has_refs = false;
  const abi::GcMap* value_map = nullptr;
  const abi::GcMap* object_map = nullptr;
  uint8_t* statics = nullptr;
  const abi::GcMap* statics_map = nullptr;
  uint64_t layout_hash = 0;
  // vtable
  std::span<SlotEntry> slots;
  std::span<Method* const> vtable;
  abi::TypeHead* head = nullptr;  // also while under construction (lock held)
  std::unordered_map<Method*, Method*>* dispatch = nullptr;
  // related types
  Type *vector = nullptr, *pointer = nullptr, *byref = nullptr;
  Type* arrays = nullptr;  // chain of multi-dimensional arrays of this element
  Type* next_array = nullptr;
  const Signature* function = nullptr;  // FnPtr
};

// Row tables are written under the lock, with what is finished; and read without, where that is enough.
template <class T> T* published(T* const& cell) { return __atomic_load_n(&cell, __ATOMIC_ACQUIRE); }
template <class T> T* publish(T*& cell, T* what) {
  __atomic_store_n(&cell, what, __ATOMIC_RELEASE);
  return what;
}

struct Assembly::Impl {
  // Indexed by row, zero pages until used.
  Type **types = nullptr, **type_refs = nullptr, **type_specs = nullptr;
  Method **methods = nullptr, **method_specs = nullptr;
  Field** fields = nullptr;
  void** member_refs = nullptr;      // resolved Method* or Field*, where no type variable is involved
  void** member_ref_defs = nullptr;  // definition found for a generic parent
  Assembly** refs = nullptr;
};

using base::PointerTable;

struct Loader::Impl {
  Loader::Options options;
  std::recursive_mutex mutex;
  base::Arena arena;  // stage data that machine code never names
  char *low_cursor = nullptr, *low_limit = nullptr;
  PointerTable<Type> instances;
  PointerTable<Method> method_instances;
  std::vector<Type*> fnptrs;
  std::vector<Assembly*> assemblies;
  BindingConfig config;  // of the application
  std::unordered_map<std::string, Assembly*> by_path;
  std::vector<Method*> without_entry;  // made before make_entry was set
  uint32_t thread_static_words = 0;
  std::vector<Field*> thread_statics;
  Type* array_interfaces[5] = {};  // IList`1, ICollection`1, IEnumerable`1, IReadOnlyList`1, IReadOnlyCollection`1

  void* low(size_t size, size_t align);
  template <class T> T* make_low() { return new (low(sizeof(T), alignof(T))) T(); }
  template <class T> std::span<T> copy(const std::vector<T>& v) { return arena.copy(std::span<const T>(v)); }
};

inline Loader::Impl& loader() { return *Loader::get().impl; }

class Lock {
 public:
  Lock() : mutex_(loader().mutex) {
    if (depth_ == 0 && !mutex_.try_lock()) wait();
    ++depth_;
  }
  ~Lock() {
    if (--depth_ == 0) mutex_.unlock();
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  void wait();
  std::recursive_mutex& mutex_;
  // Most acquisitions are nested ones: this thread's are counted here, much cheaper than by the mutex.
  static inline constinit thread_local uint32_t depth_ = 0;
};

// Metadata errors become LoadErrors at the border of this library.
[[noreturn]] void throw_bad_image(const Assembly* assembly, const char* what);
template <class F> decltype(auto) guarded(const Assembly* assembly, F&& f) {
  try {
    return f();
  } catch (const image::BadImage& e) {
    throw_bad_image(assembly, e.what());
  }
}
[[noreturn]] void throw_type_load(Type* type, const std::string& reason);
[[noreturn]] void throw_type_load(const std::string& name, const Assembly* assembly);

// Runs a stage unless it is done. Takes the lock.
void complete(Type* type, Stage stage);
inline bool is_done(const Type* type, Stage stage) { return type->impl->done.load(std::memory_order_acquire) & stage; }
inline void ensure(Type* type, Stage stage) { if (!is_done(type, stage)) complete(type, stage); }

// ---- stages (one file each) ----
void build_hierarchy(Type*);
void build_fields(Type*);
void build_all_methods(Type*);
void build_layout(Type*);
void build_statics(Type*);
void build_slots(Type*);
void build_vtable(Type*);
void build_head(Type*);
void find_cctor(Type*);
void check_constraints(Type*);

// ---- types ----
Type* new_type(Kind kind);  // with Impl
WellKnown well_known_of(const Type* type);
Kind primitive_kind(std::string_view name);  // Kind::Class if none
uint32_t primitive_size(Kind kind);
inline uint32_t word(const void* p) { return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(p)); }
inline uint32_t mix(uint32_t hash, const void* p) {
  uint64_t x = (uint64_t{hash} << 32 | word(p)) * 0x9E3779B97F4A7C15ull;
  return static_cast<uint32_t>(x >> 32) ^ static_cast<uint32_t>(x);
}
bool any_open(TypeSpan types);
Type* ancestor_at(Type* type, uint32_t depth);

// ---- signatures ----
// `open` (if given) is set where a type variable was read.
Type* read_type(Assembly* assembly, md::SigReader& reader, const GenericContext& context, bool* open = nullptr);
Signature read_signature(Assembly* assembly, md::SigReader& reader, const GenericContext& context, bool* open = nullptr);
struct SigRef {
  Assembly* assembly;
  image::Bytes blob;
  TypeSpan type_args;
};
SigRef signature_ref(Method* definition, TypeSpan type_args);
// Type identity after substitution; generic method parameters are matched by number. Custom modifiers are ignored unless `strict`.
bool same_signature(const SigRef& a, const SigRef& b, TypeSpan method_vars, bool strict = false);
bool same_modifiers(const SigRef& a, const SigRef& b);

// ---- members ----
// Assembly::resolve_method, but the method may not know its slot yet: for use while slots are given.
Method* resolve_without_slot(Assembly* assembly, md::Token token, const GenericContext& context);
uint32_t method_count(Type* definition);
uint32_t method_row(Type* definition, uint32_t index);
Method* method_at(Type* type, uint32_t index);  // definition or instance; made on demand
Method* definition_method_at(Type* definition, uint32_t index);
std::string_view method_name_at(Type* definition, uint32_t index);
bool method_named(Type* definition, uint32_t row, std::string_view name);
void give_entry(Method* method);
void give_waiting_entries();  // to methods made before make_entry was set
Method* new_method();
Intrinsic intrinsic_of(Method* method);
std::span<Method*> array_methods(Type* array);
// The array method that answers an interface method of IList<T> and its kin; nullptr if `method` is none of those.
Method* array_interface_method(Type* array, Method* method);
void append_array_interfaces(Type* array, std::vector<Type*>& out);

// ---- layout ----
void collect_refs(Type* value, uint32_t at, std::vector<uint32_t>& offsets);
const abi::GcMap* make_gc_map(std::vector<uint32_t>& offsets);  // nullptr for none; sorts

// ---- compatibility ----
bool variant_compatible(Type* from, Type* to);  // same definition, II.9.5
bool array_element_compatible(Type* from, Type* to);

// ---- assemblies ----
// Opened but not yet known to anybody; publish_assembly makes it one of the loaded ones. Errors: LoadError.
std::unique_ptr<Assembly> open_assembly(const std::string& path);
std::unique_ptr<Assembly> open_assembly(std::unique_ptr<md::Image> image, const std::string& path);
Assembly* publish_assembly(std::unique_ptr<Assembly> assembly);
std::string canonical_path(const std::string& path);
AssemblyName parse_assembly_name(std::string_view text);

}  // namespace rapgo::load::types
