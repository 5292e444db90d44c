// Object, ValueType, GC, RuntimeHelpers, Buffer, memory.
#include <cstdlib>
#include <cstring>

#include "gc/binding/api.h"
#include "run/calls/class_init.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/boot.h"
#include "run/classlib/classlib.h"
#include "run/classlib/objects.h"
#include "run/stack/throw.h"
#include "run/threads/monitor.h"
#include "run/threads/service.h"

namespace rapgo::run::classlib {

using stack::throw_argument;
using stack::throw_argument_null;
using stack::throw_null_reference;

namespace {

// ---- Object ----
Object* get_type(Object* self) {
  if (!self) throw_null_reference();
  return type_object(calls::type_of(self));
}
Object* memberwise_clone(Object* self) {
  Object* copy = gc::clone(self);
  if (!copy) stack::throw_out_of_memory();
  return copy;
}
int32_t hash_code(Object* object) { return object ? threads::identity_hash(object) : 0; }

// A managed list filled one by one: a native one would hide its objects from the collector.
class FieldList {
 public:
  explicit FieldList(size_t most) : most_(most) {}
  void add(Object* o) {
    if (!list_) list_ = calls::new_array(load::types::Loader::get().types().object, static_cast<int64_t>(most_));
    gc::store(list_, list_->at<Object*>(count_++), o);
  }
  Array* get() const { return list_; }  // null: nothing was added. Unused elements are null, which the managed side passes over

 private:
  size_t most_, count_ = 0;
  Array* list_ = nullptr;
};

// ---- ValueType: equality and hash of structs that do not bring their own. Without references and padding: the bits; otherwise field by field, which the managed side does
// for what is handed back. ----
bool value_equals(Object* self, Object* other, Array** fields) {
  *fields = nullptr;
  if (!other || self->type != other->type) return false;
  Type* type = calls::type_of(self);
  // `fields` receives pairs of boxed values that the runtime does not compare itself.
  FieldList pairs(2 * type->fields().size());
  for (Field* f : type->fields()) {
    if (f->is_static()) continue;
    const uint8_t* a = reinterpret_cast<uint8_t*>(self) + 8 + f->offset();
    const uint8_t* b = reinterpret_cast<uint8_t*>(other) + 8 + f->offset();
    Type* t = f->type()->underlying();
    if (t->is_primitive() && t->kind != load::types::Kind::R4 && t->kind != load::types::Kind::R8) {
      if (std::memcmp(a, b, t->value_size()) != 0) return false;
      continue;
    }
    if (t->is_reference()) {
      Object* x = *reinterpret_cast<Object* const*>(a);
      Object* y = *reinterpret_cast<Object* const*>(b);
      if (x == y) continue;
      if (!x || !y) return false;
      pairs.add(x);
      pairs.add(y);
      continue;
    }
    pairs.add(calls::box(f->type(), a));
    pairs.add(calls::box(f->type(), b));
  }
  if (!pairs.get()) return true;
  calls::store_ref(fields, pairs.get());
  return false;
}
int32_t value_hash(Object* self, Array** fields) {
  *fields = nullptr;
  Type* type = calls::type_of(self);
  uint32_t hash = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(type)) * 16777619u;
  FieldList others(type->fields().size());
  for (Field* f : type->fields()) {
    if (f->is_static()) continue;
    const uint8_t* at = reinterpret_cast<uint8_t*>(self) + 8 + f->offset();
    Type* t = f->type()->underlying();
    if (t->is_primitive() && t->kind != load::types::Kind::R4 && t->kind != load::types::Kind::R8) {
      uint64_t bits = 0;
      std::memcpy(&bits, at, t->value_size());
      hash = hash * 31 + static_cast<uint32_t>(bits ^ (bits >> 32));
    } else if (t->is_reference()) {
      if (Object* x = *reinterpret_cast<Object* const*>(at)) others.add(x);
    } else {
      others.add(calls::box(f->type(), at));
    }
  }
  if (others.get()) calls::store_ref(fields, others.get());
  return static_cast<int32_t>(hash);
}

// ---- GC ----
void gc_collect(int32_t generation) { gc::collect(generation < 0 || generation > gc::kMaxGeneration ? gc::kMaxGeneration : generation); }
int32_t gc_max_generation() { return gc::kMaxGeneration; }
int32_t gc_generation(Object* o) { return gc::generation_of(o); }
int32_t gc_count(int32_t generation) { return static_cast<int32_t>(gc::collection_count(std::min(generation, gc::kMaxGeneration))); }
int64_t gc_total(bool collect) {
  if (collect) gc::collect();
  return static_cast<int64_t>(gc::total_memory());
}
int64_t gc_allocated_current_thread() { return static_cast<int64_t>(gc::stats().bytes_allocated); }
void gc_keep_alive(Object*) {}
void gc_suppress(Object* o) { gc::suppress_finalize(o); }
void gc_reregister(Object* o) { gc::reregister_for_finalize(o); }
void gc_wait() { threads::wait_for_pending_finalizers(-1); }
Object* tombstone() { return gc::ephemeron_tombstone(); }
void register_ephemerons(Array* a) { gc::register_ephemeron_array(a); }
void record_pressure(int64_t bytes) { gc::add_memory_pressure(bytes); }

// ---- GCHandle ----
bool handle_check_current_domain(int32_t) { return true; }
void handle_free(int32_t id) { gc::handle_free(static_cast<gc::HandleId>(id)); }
Object* handle_target(int32_t id) { return gc::handle_get(static_cast<gc::HandleId>(id)); }
int32_t handle_target_new(Object* target, int32_t id, int32_t kind) {
  if (id) {
    gc::handle_set(static_cast<gc::HandleId>(id), target);
    return id;
  }
  return static_cast<int32_t>(gc::handle_new(target, static_cast<gc::HandleKind>(kind)));
}
intptr_t handle_address(int32_t id) {
  if (gc::handle_kind(static_cast<gc::HandleId>(id)) != gc::HandleKind::Pinned) return -2;
  Object* o = gc::handle_get(static_cast<gc::HandleId>(id));
  if (!o) return 0;
  auto* at = reinterpret_cast<uint8_t*>(o);
  Type* t = calls::type_of(o);
  if (t->is_array()) return reinterpret_cast<intptr_t>(at + abi::kArrayDataOffset);
  if (t->kind == load::types::Kind::String) return reinterpret_cast<intptr_t>(at + abi::kStringCharsOffset);
  return reinterpret_cast<intptr_t>(at + 8);
}

// ---- RuntimeHelpers ----
void initialize_array(Array* array, Field* field) {
  if (!array) throw_argument_null("array");
  auto data = field->rva_data();
  const size_t bytes = static_cast<size_t>(array->length) * array->head()->element_size;
  if (data.size() < bytes) throw_argument("fldHandle", "Value does not fall within the expected range.");
  std::memcpy(array->data(), data.data(), bytes);
}
int32_t offset_to_string_data() { return abi::kStringCharsOffset; }
Object* object_value(Object* o) {
  if (!o || !(o->head()->flags & abi::kIsValueType)) return o;
  return memberwise_clone(o);
}
void run_class_constructor(Type* t) { calls::ensure_initialized(t); }
bool sufficient_stack() {
  uint64_t here = reinterpret_cast<uint64_t>(__builtin_frame_address(0));
  return here - abi::current().stack_low > 64 * 1024;
}

// ---- Buffer and raw memory ----
void internal_memcpy(uint8_t* to, const uint8_t* from, int32_t count) { std::memmove(to, from, static_cast<size_t>(count)); }
void runtime_memmove(uint8_t* to, const uint8_t* from, uint32_t count) { std::memmove(to, from, count); }
// memmove_wbarrier(byte*, byte*, uint elements, IntPtr type)
void memmove_typed(uint8_t* to, uint8_t* from, uint32_t count, Type* type) {
  const size_t bytes = size_t{count} * type->value_size();
  if (type->is_reference() || type->has_references()) gc::copy_refs_with_barrier(to, from, bytes / 8);
  else std::memmove(to, from, bytes);
}
bool block_copy(Array* from, int32_t from_offset, Array* to, int32_t to_offset, int32_t count) {
  const int64_t from_bytes = int64_t{from->length} * from->head()->element_size, to_bytes = int64_t{to->length} * to->head()->element_size;
  if (from_offset < 0 || to_offset < 0 || count < 0 || int64_t{from_offset} + count > from_bytes || int64_t{to_offset} + count > to_bytes) return false;
  std::memmove(to->data() + to_offset, from->data() + from_offset, static_cast<size_t>(count));
  return true;
}
int32_t buffer_byte_length(Array* a) {
  Type* t = calls::type_of(a)->element->underlying();
  if (!t->is_primitive()) return -1;
  return static_cast<int32_t>(int64_t{a->length} * a->head()->element_size);
}
uint8_t buffer_get_byte(Array* a, int32_t i) { return a->data()[i]; }
void buffer_set_byte(Array* a, int32_t i, uint8_t v) { a->data()[i] = v; }

// ---- Mono's own string and pointer array marshalling ----
intptr_t string_to_utf8(String* s) {
  if (!s) return 0;
  const std::string text = calls::to_utf8(s);
  auto* copy = static_cast<char*>(std::malloc(text.size() + 1));
  std::memcpy(copy, text.c_str(), text.size() + 1);
  return reinterpret_cast<intptr_t>(copy);
}
void gfree(intptr_t p) { std::free(reinterpret_cast<void*>(p)); }
struct GPtrArray { void** data; int32_t length; };
void gptr_array_free(GPtrArray* a) {
  if (!a) return;
  std::free(a->data);
  std::free(a);
}

// ---- contexts (remoting is not supported beyond the default one) ----
void release_context(Object*) {}
void register_context(Object*) {}

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.Object::GetType", get_type),
    RAPGO_ICALL("System.Object::MemberwiseClone", memberwise_clone),
    RAPGO_ICALL("System.Object::InternalGetHashCode", hash_code),
    RAPGO_ICALL("System.Runtime.CompilerServices.RuntimeHelpers::InternalGetHashCode", hash_code),
    RAPGO_ICALL("System.ValueType::InternalEquals", value_equals),
    RAPGO_ICALL("System.ValueType::InternalGetHashCode", value_hash),
    RAPGO_ICALL("System.GC::InternalCollect", gc_collect),
    RAPGO_ICALL("System.GC::GetMaxGeneration", gc_max_generation),
    RAPGO_ICALL("System.GC::get_MaxGeneration", gc_max_generation),
    RAPGO_ICALL("System.GC::GetGeneration", gc_generation),
    RAPGO_ICALL("System.GC::GetCollectionCount", gc_count),
    RAPGO_ICALL("System.GC::CollectionCount", gc_count),
    RAPGO_ICALL("System.GC::GetTotalMemory", gc_total),
    RAPGO_ICALL("System.GC::GetAllocatedBytesForCurrentThread", gc_allocated_current_thread),
    RAPGO_ICALL("System.GC::KeepAlive", gc_keep_alive),
    RAPGO_ICALL("System.GC::_SuppressFinalize", gc_suppress),
    RAPGO_ICALL("System.GC::_ReRegisterForFinalize", gc_reregister),
    RAPGO_ICALL("System.GC::WaitForPendingFinalizers", gc_wait),
    RAPGO_ICALL("System.GC::get_ephemeron_tombstone", tombstone),
    RAPGO_ICALL("System.GC::register_ephemeron_array", register_ephemerons),
    RAPGO_ICALL("System.GC::RecordPressure", record_pressure),
    RAPGO_ICALL("System.Runtime.InteropServices.GCHandle::CheckCurrentDomain", handle_check_current_domain),
    RAPGO_ICALL("System.Runtime.InteropServices.GCHandle::FreeHandle", handle_free),
    RAPGO_ICALL("System.Runtime.InteropServices.GCHandle::GetTarget", handle_target),
    RAPGO_ICALL("System.Runtime.InteropServices.GCHandle::GetTargetHandle", handle_target_new),
    RAPGO_ICALL("System.Runtime.InteropServices.GCHandle::GetAddrOfPinnedObject", handle_address),
    RAPGO_ICALL("System.Runtime.CompilerServices.RuntimeHelpers::InitializeArray(System.Array,intptr)", initialize_array),
    RAPGO_ICALL("System.Runtime.CompilerServices.RuntimeHelpers::InitializeArray", initialize_array),
    RAPGO_ICALL("System.Runtime.CompilerServices.RuntimeHelpers::get_OffsetToStringData", offset_to_string_data),
    RAPGO_ICALL("System.Runtime.CompilerServices.RuntimeHelpers::GetObjectValue", object_value),
    RAPGO_ICALL("System.Runtime.CompilerServices.RuntimeHelpers::RunClassConstructor", run_class_constructor),
    RAPGO_ICALL("System.Runtime.CompilerServices.RuntimeHelpers::SufficientExecutionStack", sufficient_stack),
    RAPGO_ICALL("System.Buffer::InternalMemcpy", internal_memcpy),
    RAPGO_ICALL("System.Buffer::InternalBlockCopy", block_copy),
    RAPGO_ICALL("System.Buffer::_ByteLength", buffer_byte_length),
    RAPGO_ICALL("System.Buffer::_GetByte", buffer_get_byte),
    RAPGO_ICALL("System.Buffer::_SetByte", buffer_set_byte),
    RAPGO_ICALL("System.Runtime.RuntimeImports::Memmove", runtime_memmove),
    RAPGO_ICALL("System.Runtime.RuntimeImports::Memmove_wbarrier", memmove_typed),
    RAPGO_ICALL("Mono.SafeStringMarshal::StringToUtf8", string_to_utf8),
    RAPGO_ICALL("Mono.SafeStringMarshal::GFree", gfree),
    RAPGO_ICALL("Mono.RuntimeGPtrArrayHandle::GPtrArrayFree", gptr_array_free),
    RAPGO_ICALL("System.Runtime.Remoting.Contexts.Context::ReleaseContext", release_context),
    RAPGO_ICALL("System.Runtime.Remoting.Contexts.Context::RegisterContext", register_context),
};

}  // namespace

void register_core() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
