// Stage dispatch, low memory and errors.
#include "load/types/impl.h"

namespace rapgo::load::types {

void* Loader::Impl::low(size_t size, size_t align) {
  constexpr size_t kChunk = 64 * 1024;
  auto at = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(low_cursor) + align - 1) & ~(align - 1));
  if (!low_cursor || at + size > low_limit) {
    if (size > kChunk / 4) return options.alloc_low(size, align < 16 ? 16 : align);
    low_cursor = static_cast<char*>(options.alloc_low(kChunk, 64));
    low_limit = low_cursor + kChunk;
    at = low_cursor;
  }
  low_cursor = at + size;
  return at;
}

void Lock::wait() {
  if (Loader::get().lock_contended) Loader::get().lock_contended(mutex_);
  else mutex_.lock();
}

void throw_bad_image(const Assembly* assembly, const char* what) {
  const std::string name = assembly ? assembly->name.name : std::string();
  throw LoadError(LoadErrorKind::BadImage, name.empty() ? std::string(what) : name + ": " + what, {}, name);
}

void throw_type_load(Type* type, const std::string& reason) {
  const std::string name = type->full_name();
  throw LoadError(LoadErrorKind::TypeLoad,
                  "Could not load type '" + name + "' from assembly '" + (type->assembly ? type->assembly->full_name() : "?") + "': " + reason,
                  name, type->assembly ? type->assembly->full_name() : "");
}

void throw_type_load(const std::string& name, const Assembly* assembly) {
  throw LoadError(LoadErrorKind::TypeLoad, "Could not load type '" + name + "' from assembly '" + (assembly ? assembly->full_name() : "?") + "'.",
                  name, assembly ? assembly->full_name() : "");
}

namespace {
void run(Type* type, Stage stage) {
  switch (stage) {
    case kHierarchy: return build_hierarchy(type);
    case kFields: return build_fields(type);
    case kAllMethods: return build_all_methods(type);
    case kLayout: return build_layout(type);
    case kStatics: return build_statics(type);
    case kSlots: return build_slots(type);
    case kVtable: return build_vtable(type);
    case kHead: return build_head(type);
    case kCctor: return find_cctor(type);
    case kConstraints: return check_constraints(type);
  }
}

const char* recursion_message(Stage stage) {
  switch (stage) {
    case kHierarchy: return "it derives from itself";
    case kLayout: return "it contains a field of its own type";
    default: return "its definition is recursive";
  }
}
}  // namespace

void complete(Type* type, Stage stage) {
  Lock lock;
  Type::Impl& impl = *type->impl;
  if (impl.done.load(std::memory_order_relaxed) & stage) return;
  if (impl.busy & stage) throw_type_load(type, recursion_message(stage));
  impl.busy |= stage;
  struct Leave {
    Type::Impl& impl;
    Stage stage;
    ~Leave() { impl.busy &= ~stage; }
  } leave{impl, stage};
  if ((stage & (kLayout | kStatics | kHead)) && type->is_generic_instance()) ensure(type, kConstraints);
  guarded(type->assembly, [&] { run(type, stage); });
  impl.done.fetch_or(stage, std::memory_order_release);
}

}  // namespace rapgo::load::types
