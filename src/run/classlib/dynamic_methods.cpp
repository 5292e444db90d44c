// System.Reflection.Emit.DynamicMethod: IL made at run time, and the little of AssemblyBuilder that it hangs on.
// A dynamic method is never given back.
#include <algorithm>
#include <cstring>
#include <mutex>
#include <unordered_map>

#include "code/memory/low_memory.h"
#include "gc/binding/api.h"
#include "gc/binding/handle.h"
#include "load/il/method_body.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/objects.h"
#include "run/stack/throw.h"
#include "run/threads/runtime_lock.h"

namespace rapgo::run::classlib {

using load::metadata::ClauseKind;
using load::metadata::Token;
using load::types::Loader;
using load::types::Signature;
namespace il = load::il;

namespace {

struct Reference {
  Type* type = nullptr;
  Method* method = nullptr;
  Field* field = nullptr;
  const Signature* signature = nullptr;  // of a calli
};
using References = std::unordered_map<uint32_t, Reference>;

class Resolver : public il::TokenResolver {
 public:
  explicit Resolver(const References& references) : references_(references) {}
  Type* type(Token t) override { return need(at(t).type); }
  Method* method(Token t) override { return need(at(t).method); }
  Field* field(Token t) override { return need(at(t).field); }
  Signature signature(Token t) override { return *need(at(t).signature); }
  TokenKind kind(Token t) override {
    const Reference r = at(t);
    return r.type ? TokenKind::Type : r.method ? TokenKind::Method : TokenKind::Field;
  }

 private:
  Reference at(Token t) const {
    const auto found = references_.find(t.value);
    return found == references_.end() ? Reference{} : found->second;
  }
  template <class T>
  T* need(T* found) const {
    if (!found) throw load::types::LoadError(load::types::LoadErrorKind::InvalidProgram, "a token of a dynamic method names nothing, or something else");
    return found;
  }
  const References& references_;
};

class Body : public il::DynamicBody {
 public:
  std::vector<uint8_t> code;
  load::metadata::BodyBytes raw;  // `code` points into the vector
  std::vector<Type*> args, locals;
  std::vector<bool> pinned;
  Type* result = nullptr;
  References references;

  std::unique_ptr<il::MethodBody> load(Method* method) const override {
    return std::make_unique<il::MethodBody>(method, raw, args, result, locals, pinned, std::make_unique<Resolver>(references));
  }
};

constinit const FieldOffset kHandle("System.Reflection.Emit", "DynamicMethod", "mhandle"), kName("System.Reflection.Emit", "DynamicMethod", "name"),
    kReturn("System.Reflection.Emit", "DynamicMethod", "returnType"), kParameters("System.Reflection.Emit", "DynamicMethod", "parameters"),
    kInitLocals("System.Reflection.Emit", "DynamicMethod", "init_locals"), kGenerator("System.Reflection.Emit", "DynamicMethod", "ilgen"),
    kCount("System.Reflection.Emit", "DynamicMethod", "nrefs"), kReferences("System.Reflection.Emit", "DynamicMethod", "refs");
constinit const FieldOffset kCode("System.Reflection.Emit", "ILGenerator", "code"), kCodeLength("System.Reflection.Emit", "ILGenerator", "code_len"),
    kMaxStack("System.Reflection.Emit", "ILGenerator", "max_stack"), kLocals("System.Reflection.Emit", "ILGenerator", "locals"),
    kHandlers("System.Reflection.Emit", "ILGenerator", "ex_handlers");
constinit const FieldOffset kLocalType("System.Reflection", "LocalVariableInfo", "type"), kLocalPinned("System.Reflection", "LocalVariableInfo", "is_pinned");
constinit const FieldOffset kArrayMethodName("System.Reflection", "MonoArrayMethod", "name"), kArrayMethodParent("System.Reflection", "MonoArrayMethod", "parent");

Type* finished(Object* o) {
  Type* t = type_of_object(o);
  if (!t) stack::throw_not_implemented("a type under construction in a dynamic method");
  return t;
}

constinit const FieldOffset kSigArguments("System.Reflection.Emit", "SignatureHelper", "arguments"), kSigReturn("System.Reflection.Emit", "SignatureHelper", "returnType"),
    kSigConvention("System.Reflection.Emit", "SignatureHelper", "callConv"), kSigUnmanaged("System.Reflection.Emit", "SignatureHelper", "unmanagedCallConv");

// What EmitCalli refers to. Lives for ever, as the body does.
const Signature* call_signature(Object* helper) {
  enum : int32_t { kVarArgs = 2, kHasThis = 0x20, kExplicitThis = 0x40 };  // System.Reflection.CallingConventions
  const auto convention = kSigConvention.in<int32_t>(helper), unmanaged = kSigUnmanaged.in<int32_t>(helper);
  if (convention & kVarArgs) stack::throw_not_implemented("EmitCalli with a variable argument list");
  auto* s = new Signature;
  s->has_this = (convention & kHasThis) && !(convention & kExplicitThis);
  s->call_conv = static_cast<uint8_t>(unmanaged > 1 ? unmanaged - 1 : unmanaged);  // II.23.2.3: C = 1
  Object* ret = kSigReturn.ref(helper);
  s->ret = ret ? finished(ret) : Loader::get().types().void_;
  auto* params = new std::vector<Type*>;
  if (auto* arguments = static_cast<Array*>(kSigArguments.ref(helper)))
    for (int32_t i = 0; i < arguments->length; i++) params->push_back(finished(*arguments->at<Object*>(static_cast<size_t>(i))));
  s->params = *params;
  return s;
}

Reference reference_to(Object* o) {
  Reference r;
  if (Type* t = type_of_object(o)) {
    r.type = t;
    return r;
  }
  const std::string_view kind = calls::type_of(o)->name;
  static constinit const FieldOffset field_handle("System.Reflection", "RuntimeFieldInfo", "fhandle");
  if (kind == "RuntimeMethodInfo" || kind == "RuntimeConstructorInfo") r.method = method_of_object(o);
  else if (kind == "RuntimeFieldInfo") r.field = field_handle.in<Field*>(o);
  else if (kind == "DynamicMethod") r.method = kHandle.in<Method*>(o);
  else if (kind == "MonoArrayMethod") r.method = finished(kArrayMethodParent.ref(o))->find_method(calls::to_utf8(static_cast<String*>(kArrayMethodName.ref(o))));
  else if (kind == "SignatureHelper") r.signature = call_signature(o);
  else if (kind != "String") stack::throw_not_implemented("a reference to a " + calls::type_of(o)->full_name() + " in a dynamic method");
  return r;
}

template <class T>
T member(uint8_t* value, Type* type, const char* name) {
  T out;
  std::memcpy(&out, value + type->find_field(name)->offset(), sizeof out);
  return out;
}

// Handlers as ILGenerator keeps them: per protected block its clauses. Inner ones come first, as in a file.
void read_clauses(Array* blocks, Body& body) {
  enum { kCatch = 0, kFilter = 1, kFinally = 2, kFault = 4 };
  if (!blocks) return;
  Type* info = calls::type_of(blocks)->element;
  for (int32_t i = 0; i < blocks->length; i++) {
    uint8_t* block = blocks->data() + static_cast<size_t>(i) * blocks->head()->element_size;
    auto* handlers = member<Array*>(block, info, "handlers");
    if (!handlers) continue;
    Type* clause_type = calls::type_of(handlers)->element;
    for (int32_t h = 0; h < handlers->length; h++) {
      uint8_t* handler = handlers->data() + static_cast<size_t>(h) * handlers->head()->element_size;
      const auto type = member<int32_t>(handler, clause_type, "type");
      if (type < 0) continue;  // the start of a filter, which its handler names too
      load::metadata::RawClause c;
      c.kind = static_cast<ClauseKind>(type);
      c.try_offset = member<uint32_t>(block, info, "start");
      c.try_length = member<uint32_t>(block, info, "len");
      c.handler_offset = member<uint32_t>(handler, clause_type, "start");
      c.handler_length = member<uint32_t>(handler, clause_type, "len");
      if (type == kFilter) c.filter_offset = member<uint32_t>(handler, clause_type, "filter_offset");
      if (type == kFinally || type == kFault) {  // these protect the catch handlers of the same block as well
        for (int32_t other = 0; other < h; other++) {
          uint8_t* before = handlers->data() + static_cast<size_t>(other) * handlers->head()->element_size;
          const auto end = member<uint32_t>(before, clause_type, "start") + member<uint32_t>(before, clause_type, "len");
          if (end > c.try_offset + c.try_length) c.try_length = end - c.try_offset;
        }
      }
      if (type == kCatch) {
        const uint32_t token = 0x01000000 + static_cast<uint32_t>(body.raw.clauses.size());
        c.catch_type = Token(token);
        body.references[token].type = finished(member<Object*>(handler, clause_type, "extype"));
      }
      body.raw.clauses.push_back(c);
    }
  }
  // Blocks come in the order of their beginnings; inner ones have to come first.
  std::stable_sort(body.raw.clauses.begin(), body.raw.clauses.end(), [](const auto& a, const auto& b) { return a.try_length < b.try_length; });
}

// Methods that call each other: of two, one is created before the other is. Nothing runs before both are.
struct Waiting {
  gc::Handle target;
  Reference* reference;  // in the body of a method that was created, which stays
};

void create(Object* self) {
  static std::recursive_mutex lock;
  static std::vector<Waiting> waiting;  // guarded by lock
  threads::RuntimeLock hold(lock);
  if (kHandle.in<Method*>(self)) return;
  Object* generator = kGenerator.ref(self);
  if (!generator) stack::throw_not_implemented("dynamic methods made of raw bytes (DynamicILInfo)");
  auto* body = new Body;

  auto* references = static_cast<Array*>(kReferences.ref(self));
  for (int32_t i = 0; references && i < kCount.in<int32_t>(self); i += 2)
    if (Object* o = *references->at<Object*>(static_cast<size_t>(i))) {
      Reference& r = body->references[static_cast<uint32_t>(i) + 1] = reference_to(o);
      if (!r.method && calls::type_of(o)->name == "DynamicMethod") waiting.push_back({gc::Handle(o), &r});
    }

  auto* code = static_cast<Array*>(kCode.ref(generator));
  body->code.assign(code->data(), code->data() + kCodeLength.in<int32_t>(generator));
  // Strings are named by the address of a frozen object (calls::string_literal).
  for (const il::Instruction& i : il::Instructions(body->code)) {
    if (i.op != il::Opcode::Ldstr) continue;
    auto* text = static_cast<String*>(*references->at<Object*>(i.token().value - 1));
    const auto address = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(calls::intern(text)));
    std::memcpy(body->code.data() + i.next_offset - 4, &address, 4);
  }
  body->raw.code = body->code;
  body->raw.max_stack = static_cast<uint16_t>(kMaxStack.in<int32_t>(generator));
  body->raw.init_locals = kInitLocals.in<bool>(self);
  read_clauses(static_cast<Array*>(kHandlers.ref(generator)), *body);

  auto* signature = new Signature;
  Object* ret = kReturn.ref(self);
  signature->ret = body->result = ret ? finished(ret) : Loader::get().types().void_;
  if (auto* parameters = static_cast<Array*>(kParameters.ref(self)))
    for (int32_t i = 0; i < parameters->length; i++) body->args.push_back(finished(*parameters->at<Object*>(static_cast<size_t>(i))));
  signature->params = body->args;
  if (auto* locals = static_cast<Array*>(kLocals.ref(generator))) {
    for (int32_t i = 0; i < locals->length; i++) {
      Object* local = *locals->at<Object*>(static_cast<size_t>(i));
      if (!local) break;
      body->locals.push_back(finished(kLocalType.ref(local)));
      body->pinned.push_back(kLocalPinned.in<bool>(local));
    }
  }

  auto* method = new (code::memory::meta_alloc(sizeof(Method), alignof(Method))) Method;
  method->declaring = Loader::get().types().object;  // as Mono shows it
  method->name = *new std::string(calls::to_utf8(static_cast<String*>(kName.ref(self))));
  method->attributes = 0x16;  // public static
  method->definition = method;
  method->signature_ = signature;
  method->dynamic_body = static_cast<const il::DynamicBody*>(body);
  method->entry = Loader::get().make_entry(method);
  kHandle.in<Method*>(self) = method;
  std::erase_if(waiting, [&](Waiting& w) {
    if (w.target.get() != self) return false;
    w.reference->method = method;
    return true;
  });
}

// ---- the assembly that hosts them. It holds no types: building types is not supported. ----
void init_assembly(Object*) {}
void init_module(Object*) {}
void set_wrappers(Object*, Object*) {}
constinit const FieldOffset kTypeName("System.Reflection.Emit", "TypeBuilder", "tname");
// Every dynamic module makes an empty type of its own, named by a row that no type has; nobody looks into it.
Object* create_class(Object* builder) {
  const std::string name = calls::to_utf8(static_cast<String*>(kTypeName.ref(builder)));
  if (name == "type_16777215") return type_object(Loader::get().corlib()->type_of_row(1));
  stack::throw_not_implemented("Rapgo does not build types at run time yet: " + name);
}

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.Reflection.Emit.DynamicMethod::create_dynamic_method", create),
    RAPGO_ICALL("System.Reflection.Emit.AssemblyBuilder::basic_init", init_assembly),
    RAPGO_ICALL("System.Reflection.Emit.ModuleBuilder::basic_init", init_module),
    RAPGO_ICALL("System.Reflection.Emit.TypeBuilder::create_runtime_class", create_class),
    RAPGO_ICALL("System.Reflection.Emit.ModuleBuilder::set_wrappers_type", set_wrappers),
};

}  // namespace

Method* dynamic_method_of(Object* object) { return kHandle.in<Method*>(object); }

void register_dynamic_methods() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
