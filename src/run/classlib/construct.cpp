// Objects made by reflection, and method bodies as data.
#include <alloca.h>
#include <cstring>

#include "gc/binding/api.h"
#include "load/metadata/method_body.h"
#include "run/calls/arrays.h"
#include "run/calls/delegates.h"
#include "run/calls/invoke.h"
#include "run/classlib/reflection.h"
#include "run/classlib/type_arrays.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

using load::types::Body;
using load::types::Kind;
using load::types::Loader;

Object* construct(Method* m, Array* args, Object** error) {
  Type* type = m->declaring;
  if (type->is_abstract() && !type->is_array()) {
    calls::store_ref(error, stack::make_exception("System.Reflection", "TargetException", "Cannot invoke constructor of an abstract class."));
    return nullptr;
  }
  if (type->is_array()) {
    std::vector<int64_t> dims;
    for (int32_t i = 0; args && i < args->length; i++) {
      Object* n = *args->at<Object*>(i);
      dims.push_back(n ? *static_cast<int32_t*>(calls::unboxed(n)) : 0);
    }
    if (type->kind == Kind::SzArray && dims.size() == 1) return calls::new_array(type->element, dims[0]);
    return calls::new_multi(type, dims);
  }
  if (type->kind == Kind::String) {  // redirected, as newobj is
    Method* create = type->find_method("CreateString", m->signature().params);
    if (!create) stack::throw_not_implemented("this constructor of System.String");
    // CreateString is an instance method called without an instance.
    const size_t n = m->signature().params.size();
    Object* none = nullptr;
    auto** pointers = static_cast<const void**>(alloca(8 * (n + 1)));
    auto* room = static_cast<uint64_t*>(alloca(8 * (n + 1)));
    pointers[0] = &none;
    for (size_t i = 0; i < n; i++) {
      Type* p = m->signature().params[i];
      Object* value = *args->at<Object*>(i);
      room[i] = 0;
      if (p->is_reference()) std::memcpy(&room[i], &value, 8);
      else if (value) std::memcpy(&room[i], calls::unboxed(value), std::min<uint32_t>(8, calls::type_of(value)->value_size()));
      pointers[i + 1] = &room[i];
    }
    uint64_t result[2] = {};
    calls::invoke_raw(create, pointers, result);
    return reinterpret_cast<Object*>(result[0]);
  }
  if (type->is_nullable()) {
    Object* value = *args->at<Object*>(0);
    return value ? gc::clone(value) : calls::new_object(type->element);
  }
  if (m->body == Body::Runtime) stack::throw_not_implemented("constructing a delegate through its constructor by reflection");
  calls::ensure_initialized(type);
  Object* object = calls::new_object(type);
  calls::invoke_boxed(m, object, args);
  return object;
}

Object* on_nullable(Method* m, Object* boxed, Array* args) {
  // `boxed` is the T inside; the method wants the address of a Nullable<T>.
  Type* type = m->declaring;
  Object* holder = gc::alloc_object(type->head());
  if (!holder) stack::throw_out_of_memory();
  calls::unbox_nullable(type, boxed, calls::unboxed(holder));
  return calls::invoke_boxed(m, holder, args);
}

// ---- MethodBody ----
static constinit const FieldOffset kClauses("System.Reflection", "MethodBody", "clauses"), kLocals("System.Reflection", "MethodBody", "locals"),
    kIl("System.Reflection", "MethodBody", "il"), kInitLocals("System.Reflection", "MethodBody", "init_locals"),
    kSigToken("System.Reflection", "MethodBody", "sig_token"), kMaxStack("System.Reflection", "MethodBody", "max_stack");
static constinit const FieldOffset kLocalType("System.Reflection", "LocalVariableInfo", "type"), kLocalPinned("System.Reflection", "LocalVariableInfo", "is_pinned"),
    kLocalPosition("System.Reflection", "LocalVariableInfo", "position");
static constinit const FieldOffset kCatchType("System.Reflection", "ExceptionHandlingClause", "catch_type"),
    kFilterOffset("System.Reflection", "ExceptionHandlingClause", "filter_offset"), kClauseFlags("System.Reflection", "ExceptionHandlingClause", "flags"),
    kTryOffset("System.Reflection", "ExceptionHandlingClause", "try_offset"), kTryLength("System.Reflection", "ExceptionHandlingClause", "try_length"),
    kHandlerOffset("System.Reflection", "ExceptionHandlingClause", "handler_offset"), kHandlerLength("System.Reflection", "ExceptionHandlingClause", "handler_length");

Object* method_body(Method* m) {
  if (m->body != Body::Il) return nullptr;
  Loader& loader = Loader::get();
  const auto bytes = m->il_body();
  Object* body = calls::new_object(loader.corlib_type("System.Reflection", "MethodBody"));
  Array* il = calls::new_array(loader.types().u1, static_cast<int64_t>(bytes.code.size()));
  std::memcpy(il->data(), bytes.code.data(), bytes.code.size());
  kIl.set(body, il);
  kInitLocals.in<bool>(body) = bytes.init_locals;
  kSigToken.in<int32_t>(body) = static_cast<int32_t>(bytes.local_sig.value);
  kMaxStack.in<int32_t>(body) = bytes.max_stack;
  std::vector<bool> pinned;
  std::vector<Type*> locals;
  if (!bytes.local_sig.is_nil()) locals = m->declaring->assembly->resolve_locals(bytes.local_sig, m->context(), &pinned);
  Type* local_type = loader.corlib_type("System.Reflection", "LocalVariableInfo");
  Array* list = calls::new_array(local_type, static_cast<int64_t>(locals.size()));
  kLocals.set(body, list);
  for (size_t i = 0; i < locals.size(); i++) {
    Object* local = calls::new_object(local_type);
    kLocalType.set(local, type_object(locals[i]));
    kLocalPinned.in<bool>(local) = i < pinned.size() && pinned[i];
    kLocalPosition.in<uint16_t>(local) = static_cast<uint16_t>(i);
    gc::store(list, list->at<Object*>(i), local);
  }
  const auto clauses = bytes.clauses;
  Array* regions = calls::new_array(loader.corlib_type("System.Reflection", "ExceptionHandlingClause"), static_cast<int64_t>(clauses.size()));
  kClauses.set(body, regions);
  for (size_t i = 0; i < clauses.size(); i++) {
    const auto& c = clauses[i];
    Object* clause = calls::new_object(loader.corlib_type("System.Reflection", "ExceptionHandlingClause"));
    if (c.kind == load::metadata::ClauseKind::Catch) kCatchType.set(clause, type_object(m->declaring->assembly->resolve_type(c.catch_type, m->context())));
    if (c.kind == load::metadata::ClauseKind::Filter) kFilterOffset.in<int32_t>(clause) = static_cast<int32_t>(c.filter_offset);
    kClauseFlags.in<int32_t>(clause) = static_cast<int32_t>(c.kind);
    kTryOffset.in<int32_t>(clause) = static_cast<int32_t>(c.try_offset);
    kTryLength.in<int32_t>(clause) = static_cast<int32_t>(c.try_length);
    kHandlerOffset.in<int32_t>(clause) = static_cast<int32_t>(c.handler_offset);
    kHandlerLength.in<int32_t>(clause) = static_cast<int32_t>(c.handler_length);
    gc::store(regions, regions->at<Object*>(i), clause);
  }
  return body;
}

}  // namespace rapgo::run::classlib
