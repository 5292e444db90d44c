#include "run/calls/pinvoke.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <list>

#include "abi/stub_protocol.h"
#include "gc/binding/api.h"
#include "load/metadata/attributes.h"
#include "load/types/classify.h"
#include "load/types/loader.h"
#include "run/calls/boxed_body.h"
#include "run/calls/class_init.h"
#include "run/calls/compile_hooks.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/calls/managed_arguments.h"
#include "run/calls/marshal.h"
#include "run/calls/native_call_x64.h"
#include "run/calls/native_layout.h"
#include "run/stack/abort.h"
#include "run/stack/call.h"
#include "run/stack/objects.h"
#include "run/stack/throw.h"

namespace rapgo::run::calls {

namespace md = load::metadata;
using load::types::Method;
using load::types::Type;

namespace {

thread_local int32_t last_error = 0;

char* utf8_copy(String* s) {
  if (!s) return nullptr;
  const std::string text = to_utf8(s);
  return strdup(text.c_str());
}

Method* method_of(Type* type, const char* name, int params) {
  for (Type* t = type; t; t = t->parent())
    if (Method* m = t->find_method(name, params)) return m;
  throw load::types::LoadError(load::types::LoadErrorKind::MissingMethod, type->full_name() + " lacks " + name, name);
}

intptr_t handle_of(Object* safe_handle) {
  Type* t = stack::type_of(safe_handle);
  for (; t; t = t->parent())
    if (t->name == "SafeHandle") return *reinterpret_cast<intptr_t*>(reinterpret_cast<uint8_t*>(safe_handle) + t->find_field("handle")->offset());
  return 0;
}

Object* new_safe_handle(Type* type, intptr_t value) {
  Object* object = new_object(type);
  if (Method* constructor = type->find_method(".ctor", 0)) invoke<void>(constructor, object);
  invoke<void>(method_of(type, "SetHandle", 1), object, value);
  return object;
}

// One argument's temporary native memory and what happens to it after the call.
struct Temporary {
  size_t index = 0;
  void* memory = nullptr;       // malloc
  char** strings = nullptr;     // StringArray: memory's elements
  int32_t count = 0;
  Type* converted = nullptr;    // memory is a native form of this type
  bool release_handle = false;
  intptr_t word = 0;            // ByRefBool, ByRefSafeHandle, ByRefString
};

class Marshaller {
 public:
  Marshaller(const Pinvoke& p, const ManagedArguments& args) : p_(p), args_(args) {}
  // Frees and releases whatever happens.
  ~Marshaller() {
    for (Temporary& t : temporaries_) {
      if (t.strings)
        for (int32_t i = 0; i < t.count; i++) free(t.strings[i]);
      if (t.converted && t.memory) destroy_native(t.converted, static_cast<uint8_t*>(t.memory));
      free(t.memory);
      if (t.release_handle) try {
          stack::AbortShield shield;  // it would be lost here
          auto* handle = args_.get<Object*>(t.index);
          invoke<void>(method_of(stack::type_of(handle), "DangerousRelease", 0), handle);
        } catch (...) {  // closing a handle must not hide the call's own outcome
        }
    }
  }

  void pass(NativeCall& call, size_t i);
  void after();

 private:
  Temporary& temporary(size_t i) {
    temporaries_.push_back({});
    temporaries_.back().index = i;
    return temporaries_.back();
  }
  const Pinvoke& p_;
  const ManagedArguments& args_;
  std::list<Temporary> temporaries_;  // list: addresses of elements are handed out
};

void Marshaller::pass(NativeCall& call, size_t i) {
  const Parameter& p = p_.parameters[i];
  switch (p.how) {
    case How::Direct: {
      uint64_t room[2] = {};
      call.add(load::types::shape_of(p.type), args_.at(i, room));
      return;
    }
    case How::Bool: call.add_word(args_.get<uint8_t>(i) != 0); return;
    case How::Utf8String: {
      Temporary& t = temporary(i);
      t.memory = utf8_copy(args_.get<String*>(i));
      call.add_word(reinterpret_cast<uint64_t>(t.memory));
      return;
    }
    case How::WideString: {
      auto* s = args_.get<String*>(i);
      call.add_word(s ? reinterpret_cast<uint64_t>(s->chars) : 0);
      return;
    }
    case How::StringBuilderUtf8:
    case How::StringBuilderWide: {
      auto* builder = args_.get<Object*>(i);
      Temporary& t = temporary(i);
      if (builder) {
        const int32_t capacity = invoke<int32_t>(method_of(stack::type_of(builder), "get_Capacity", 0), builder);
        auto* text = invoke<String*>(stack::type_of(builder)->find_method("ToString", 0), builder);
        const bool wide = p.how == How::StringBuilderWide;
        t.memory = calloc(static_cast<size_t>(capacity) + 4, wide ? 2 : 4);
        if (wide) {
          std::memcpy(t.memory, text->chars, size_t{2} * static_cast<size_t>(text->length));
        } else {
          const std::string utf8 = to_utf8(text);
          std::memcpy(t.memory, utf8.data(), utf8.size());
        }
      }
      call.add_word(reinterpret_cast<uint64_t>(t.memory));
      return;
    }
    case How::Array: {
      auto* array = args_.get<Array*>(i);
      call.add_word(array ? reinterpret_cast<uint64_t>(array->data()) : 0);
      return;
    }
    case How::StringArray: {
      auto* array = args_.get<Array*>(i);
      if (!array) return call.add_word(0);
      Temporary& t = temporary(i);
      t.count = array->length;
      t.memory = calloc(static_cast<size_t>(t.count) + 1, sizeof(char*));
      t.strings = static_cast<char**>(t.memory);
      for (int32_t k = 0; k < t.count; k++) t.strings[k] = utf8_copy(*array->at<String*>(static_cast<size_t>(k)));
      call.add_word(reinterpret_cast<uint64_t>(t.memory));
      return;
    }
    case How::ByRefString: {
      Temporary& t = temporary(i);
      auto** slot = args_.get<String**>(i);
      t.memory = p.in && slot ? utf8_copy(*slot) : nullptr;
      t.word = reinterpret_cast<intptr_t>(t.memory);
      call.add_word(slot ? reinterpret_cast<uint64_t>(&t.word) : 0);
      return;
    }
    case How::ByRefBool: {
      Temporary& t = temporary(i);
      auto* slot = args_.get<uint8_t*>(i);
      t.word = slot ? *slot != 0 : 0;
      call.add_word(slot ? reinterpret_cast<uint64_t>(&t.word) : 0);
      return;
    }
    case How::ByRefSafeHandle: {
      Temporary& t = temporary(i);
      auto** slot = args_.get<Object**>(i);
      t.word = p.in && slot && *slot ? handle_of(*slot) : 0;
      call.add_word(reinterpret_cast<uint64_t>(&t.word));
      return;
    }
    case How::SafeHandle: {
      auto* handle = args_.get<Object*>(i);
      if (!handle) stack::throw_argument_null("handle");
      uint64_t added = 0;
      invoke<void>(method_of(stack::type_of(handle), "DangerousAddRef", 1), handle, static_cast<void*>(&added));
      temporary(i).release_handle = added & 0xFF;
      call.add_word(static_cast<uint64_t>(handle_of(handle)));
      return;
    }
    case How::HandleRef: {
      uint64_t room[2] = {};
      const auto* bytes = static_cast<const uint8_t*>(args_.at(i, room));
      uint64_t handle = 0;
      for (load::types::Field* f : p.type->fields())
        if (!f->is_static() && !f->type()->is_reference()) std::memcpy(&handle, bytes + f->offset(), 8);
      call.add_word(handle);
      return;
    }
    case How::Delegate: {
      auto* delegate = args_.get<Object*>(i);
      call.add_word(delegate ? reinterpret_cast<uint64_t>(native_pointer_of(delegate)) : 0);
      return;
    }
    case How::FormattedClass: {
      auto* object = args_.get<Object*>(i);
      call.add_word(object ? reinterpret_cast<uint64_t>(unboxed(object)) : 0);
      return;
    }
    case How::Struct:
    case How::ByRefStruct:
    case How::ConvertedClass: {
      Temporary& t = temporary(i);
      uint64_t room[2] = {};
      const auto* value = static_cast<const uint8_t*>(args_.at(i, room));
      Type* type = p.type;
      if (p.how == How::ByRefStruct) {
        value = args_.get<const uint8_t*>(i);
        type = type->element;
      } else if (p.how == How::ConvertedClass) {
        auto* object = args_.get<Object*>(i);
        value = object ? static_cast<const uint8_t*>(unboxed(object)) : nullptr;
      }
      if (!value) return call.add_word(0);
      const abi::ValueShape shape = native_shape(type);
      t.memory = calloc(shape.words() + 1, 8);
      t.converted = type;
      if (p.in) to_native(type, value, static_cast<uint8_t*>(t.memory));
      if (p.how == How::Struct) call.add(shape, t.memory);
      else call.add_word(reinterpret_cast<uint64_t>(t.memory));
      return;
    }
    case How::Unsupported: break;
  }
  stack::throw_new("System.Runtime.InteropServices", "MarshalDirectiveException",
                   "Rapgo cannot marshal parameter " + std::to_string(i + 1) + " of type " + p.type->full_name() + " yet");
}

void Marshaller::after() {
  for (Temporary& t : temporaries_) {
    const Parameter& p = p_.parameters[t.index];
    switch (p.how) {
      case How::StringBuilderUtf8:
      case How::StringBuilderWide: {
        auto* builder = args_.get<Object*>(t.index);
        if (!builder) break;
        String* text = p.how == How::StringBuilderUtf8 ? new_string(static_cast<char*>(t.memory)) : nullptr;
        if (!text) {
          const auto* wide = static_cast<const char16_t*>(t.memory);
          text = new_string(wide, std::char_traits<char16_t>::length(wide));
        }
        Type* type = stack::type_of(builder);
        invoke<void>(method_of(type, "set_Length", 1), builder, int32_t{0});
        Type* params[] = {load::types::Loader::get().types().string};
        invoke<Object*>(type->find_method("Append", std::span<Type* const>(params)), builder, text);
        break;
      }
      case How::ByRefBool:
        if (auto* slot = args_.get<uint8_t*>(t.index)) *slot = static_cast<int32_t>(t.word) != 0;
        break;
      case How::ByRefString:
        if (auto** slot = args_.get<Object**>(t.index))
          gc::store_ref(slot, t.word ? new_string(reinterpret_cast<const char*>(t.word)) : nullptr);
        break;
      case How::ByRefSafeHandle:
        if (auto** slot = args_.get<Object**>(t.index)) {
          if (!*slot || handle_of(*slot) != t.word) gc::store_ref(slot, new_safe_handle(p.type->element, t.word));
        }
        break;
      case How::ByRefStruct:
        if (t.converted && p.out) from_native(t.converted, static_cast<uint8_t*>(t.memory), args_.get<uint8_t*>(t.index));
        break;
      case How::ConvertedClass:
        if (t.converted && p.out) from_native(t.converted, static_cast<uint8_t*>(t.memory), static_cast<uint8_t*>(unboxed(args_.get<Object*>(t.index))));
        break;
      default: break;
    }
  }
}

// Mono's messages end so, whatever the method.
constexpr const char* kMonoTail = " assembly:<unknown assembly> type:<unknown type> member:(null)";

void* resolve(Method* method) {
  auto& a = *method->declaring->assembly;
  const auto map = a.metadata->impl_map_of(md::Token(md::Table::MethodDef, method->row));
  if (!map) stack::throw_new("System", "EntryPointNotFoundException", std::string(method->name));
  const std::string library(a.metadata->string(a.metadata->module_ref(map->import_scope).name));
  std::string function(a.metadata->string(map->import_name));
  if (function.empty()) function = method->name;
  const MappedName mapped = map_name(library, function, a.path);
  void* handle = open_library(mapped.library, a.directory);
  if (!handle) stack::throw_new("System", "DllNotFoundException", library + kMonoTail);
  void* symbol = find_symbol(handle, mapped.function);
  const uint16_t charset = map->flags & md::pinvoke_attr::kCharSetMask;
  if (!symbol && !(map->flags & md::pinvoke_attr::kNoMangle))
    symbol = find_symbol(handle, mapped.function + (charset == md::pinvoke_attr::kCharSetUnicode ? "W" : "A"));
  if (!symbol) stack::throw_new("System", "EntryPointNotFoundException", mapped.function + kMonoTail);
  return symbol;
}

// Numbers and pointers only: nothing here can point into the moving heap but what `fixed` holds.
bool needs_no_marshalling(const Pinvoke& p) {
  const auto simple = [](const Parameter& one) {
    return one.how == How::Direct && !one.type->is_byref() && !(one.type->kind == load::types::Kind::Struct && one.type->value_size() > 16);
  };
  for (const Parameter& one : p.parameters)
    if (!simple(one)) return false;
  return simple(p.result) && p.result.type->value_size() != 1 && p.result.type->value_size() != 2;
}

void run_generic(Method* method, SavedRegisters* registers, const uint64_t* stack_words) {
  const auto& p = *static_cast<Pinvoke*>(stack::runtime_of(method).extra);
  const uint64_t hidden = p.managed.hidden_result ? registers->ints[0] : 0;
  uint64_t result[2] = {};
  call_converting(p, p.function, ManagedArguments(p.managed, registers, stack_words), hidden, result);
  const abi::ArgLocation& to = p.managed.result;
  registers->ints[0] = result[0];
  for (int i = 0; i < to.pieces && !hidden; i++) {
    if (to.cls[i] == abi::Eightbyte::Integer) registers->ints[to.reg[i]] = result[i];
    else std::memcpy(&registers->sses[to.reg[i]], &result[i], 8);
  }
}

}  // namespace

void call_converting(const Pinvoke& p, void* function, const ManagedArguments& args, uint64_t hidden, uint64_t result[2]) {
  NativeCall call;
  const bool converted = p.result.how == How::Struct;
  const abi::ValueShape native = converted ? native_shape(p.result.type) : p.managed.result_shape;
  std::vector<uint64_t> room(converted ? native.words() + 2 : 0);  // of a converted result
  if (abi::returns_hidden(native)) call.add_word(converted ? reinterpret_cast<uint64_t>(room.data()) : hidden);
  int error = 0;
  {
    Marshaller marshaller(p, args);
    for (size_t i = 0; i < p.parameters.size(); i++) marshaller.pass(call, i);
    call.call(function, &error);
    if (p.capture_errno) last_error = error;
    marshaller.after();
  }
  switch (p.result.how) {
    case How::Direct:
      if (p.result.type->is_void() || hidden) result[0] = hidden;
      else call.result(p.managed.result_shape, result);
      break;
    case How::Struct:
      if (!abi::returns_hidden(native)) call.result(native, room.data());
      from_native(p.result.type, reinterpret_cast<const uint8_t*>(room.data()), reinterpret_cast<uint8_t*>(hidden ? hidden : reinterpret_cast<uint64_t>(result)));
      if (hidden) result[0] = hidden;
      break;
    case How::Bool: result[0] = static_cast<int32_t>(call.result_word()) != 0; break;
    case How::Utf8String: {
      auto* text = reinterpret_cast<char*>(call.result_word());
      result[0] = text ? reinterpret_cast<uint64_t>(new_string(text)) : 0;
      free(text);  // as Mono does: the callee allocated it for us
      break;
    }
    case How::SafeHandle: result[0] = reinterpret_cast<uint64_t>(new_safe_handle(p.result.type, static_cast<intptr_t>(call.result_word()))); break;
    default:
      stack::throw_new("System.Runtime.InteropServices", "MarshalDirectiveException",
                       "Rapgo cannot marshal a result of type " + p.result.type->full_name() + " yet");
  }
  // Narrow integers are widened for the managed caller.
  using K = load::types::Kind;
  switch (p.result.type->underlying()->kind) {
    case K::I1: result[0] = static_cast<uint64_t>(static_cast<int64_t>(static_cast<int8_t>(result[0]))); break;
    case K::U1: result[0] = static_cast<uint8_t>(result[0]); break;
    case K::I2: result[0] = static_cast<uint64_t>(static_cast<int64_t>(static_cast<int16_t>(result[0]))); break;
    case K::U2: case K::Char: result[0] = static_cast<uint16_t>(result[0]); break;
    default: break;
  }
}

uint64_t install_pinvoke_method(Method* method) {
  auto p = std::make_unique<Pinvoke>(describe_pinvoke(method));
  // Libraries may register internal calls under the names of their P/Invokes.
  if (const IcallEntry* e = find_icall(method)) return compile_hooks.install_icall(method, e->function, p->managed.stack_words, e->leaf);
  // Set already: the method behind a delegate for native code.
  p->function = method->native_code ? method->native_code : resolve(method);
  method->native_code = p->function;
  if (needs_no_marshalling(*p)) return compile_hooks.install_pinvoke(method, p->function, p->managed.stack_words, p->capture_errno);
  const uint32_t words = p->managed.stack_words;
  stack::runtime_of(method).extra = p.release();
  return compile_hooks.install_icall(method, reinterpret_cast<const void*>(&rapgo_pinvoke_entry), words, false);
}

int32_t last_pinvoke_error() { return last_error; }
void set_last_pinvoke_error(int32_t error) { last_error = error; }
void save_errno() { last_error = errno; }

}  // namespace rapgo::run::calls

extern "C" __attribute__((used, visibility("hidden"))) void rapgo_pinvoke_generic(rapgo::run::calls::SavedRegisters* registers, const uint64_t* stack, uint64_t) noexcept {
  using namespace rapgo::run::calls;
  try {
    auto* method = current_icall();
    if (method->body == rapgo::load::types::Body::Runtime) run_boxed_body(method, registers, stack);
    else run_generic(method, registers, stack);
  } catch (...) {
    exception_at_border();
  }
}
