#include "gc/binding/api.h"
#include "load/types/loader.h"
#include "run/calls/bodies.h"
#include "run/calls/class_init.h"
#include "run/calls/invoke.h"
#include "run/calls/strings.h"
#include "run/calls/thread_statics.h"
#include "run/calls/type_check.h"
#include "run/stack/objects.h"
#include "run/stack/throw.h"
#include "run/threads/monitor.h"
#include "run/threads/thread.h"

namespace rapgo::run::calls {

using abi::Helper;
using abi::TypeHead;
using load::types::Type;

namespace {

constexpr uint64_t kNullZone = 65536;  // addresses that a null reference plus an offset can make
bool is_null(const void* p) { return reinterpret_cast<uint64_t>(p) < kNullZone; }

Type* type_of_head(const TypeHead* head) { return Type::from({head->type}); }

Object* cast_class(Object* object, TypeHead* type) {
  if (!object || is_instance_of(object->head(), type)) return object;
  throw_bad_cast(object, type_of_head(type));
}

// unbox: exactly T; an enum and its underlying type may stand for each other, as on Mono.
void* unbox_check(Object* object, TypeHead* type) {
  if (!object) stack::throw_null_reference();
  const TypeHead* head = object->head();
  if (head != type) {
    Type *from = type_of_head(head), *to = type_of_head(type);
    if (!from->is_value_type() || from->underlying() != to->underlying()) throw_bad_cast(object, to);
  }
  return unboxed(object);
}

void element_address_check(Object* array, TypeHead* element) {
  if (!array) stack::throw_null_reference();
  if (abi::head_at(array->head()->element) != element) stack::throw_new("System", "ArrayTypeMismatchException");
}

void store_element(Array* array, int64_t index, Object* value) {
  if (!array) stack::throw_null_reference();
  if (static_cast<uint64_t>(index) >= static_cast<uint32_t>(array->length)) stack::throw_index_out_of_range();
  if (value) {
    const TypeHead* element = abi::head_at(array->head()->element);
    if (value->head() != element && !is_instance_of(value->head(), element)) stack::throw_new("System", "ArrayTypeMismatchException");
  }
  gc::store_ref(array->at<Object*>(static_cast<size_t>(index)), value);
}

void copy_struct(void* to, const void* from, TypeHead* type) {
  if (is_null(to) || is_null(from)) stack::throw_null_reference();
  gc::copy_refs_with_barrier(to, from, (type->value_size + 7) / 8);
}

void init_class(TypeHead* type) { ensure_initialized(type_of_head(type)); }

void* thread_static(uint64_t field) { return thread_static_address(load::types::Field::from({static_cast<uint32_t>(field)})); }

Object* load_string(load::types::Assembly* assembly, int64_t token) {
  return string_literal(assembly, load::metadata::Token(static_cast<uint32_t>(token)));
}

void enter(Object* object) {
  if (!object) stack::throw_argument_null("obj");
  threads::monitor_enter(object);
}
void exit(Object* object) {
  if (!object) stack::throw_argument_null("obj");
  if (!threads::monitor_exit(object))
    stack::throw_new("System.Threading", "SynchronizationLockException", "Object synchronization method was called from an unsynchronized block of code.");
}

void poll_body() { threads::safepoint(); }

}  // namespace

Object* is_instance(Object* object, Type* type) { return object && is_instance_of(object->head(), type->head()) ? object : nullptr; }
Type* type_of(Object* object) { return stack::type_of(object); }

void register_type_bodies() {
  init_type_checks();
  abi::helper_body(Helper::IsInst) = reinterpret_cast<void*>(&isinst_body);
  set_body<&cast_class>(Helper::CastClass);
  set_body<&unbox_check>(Helper::UnboxCheck);
  set_body<&element_address_check>(Helper::ElementAddressCheck);
  set_body<&store_element>(Helper::StoreElement);
  set_body<&copy_struct>(Helper::CopyStruct);
  set_body<&init_class>(Helper::InitClass);
  set_body<&thread_static>(Helper::ThreadStatic);
  set_body<&load_string>(Helper::LoadString);
  set_body<&enter>(Helper::MonitorEnter);
  set_body<&exit>(Helper::MonitorExit);
  set_body<&poll_body>(Helper::Poll);
}

}  // namespace rapgo::run::calls
