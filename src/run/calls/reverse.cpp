// Function pointers for native code that call delegates.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "base/found.h"
#include "code/versions/versions.h"
#include "gc/binding/handle.h"
#include "load/metadata/attributes.h"
#include "load/metadata/blob_reader.h"
#include "load/types/classify.h"
#include "load/types/loader.h"
#include "run/calls/delegates.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/calls/marshal.h"
#include "run/calls/native_call_x64.h"
#include "run/calls/native_layout.h"
#include "run/stack/abort.h"
#include "run/stack/call.h"
#include "run/stack/objects.h"
#include "run/stack/throw.h"
#include "run/threads/thread.h"

namespace rapgo::run::calls {

namespace md = load::metadata;
using load::types::Kind;
using load::types::Method;
using load::types::Type;

namespace {

// How a parameter or the result travels from and to native code.
enum class Way : uint8_t {
  Same,          // the same bits, structs and byrefs to such included
  Bool, String, WideString, Delegate,
  Builder,       // StringBuilder: a copy of the text
  Struct,        // by value, laid out otherwise
  Object,        // address of a laid-out class's native form, or null
  Array, StringArray,
  BoolRef, StringRef, WideStringRef, StructRef,
};
struct Passed {
  Way way = Way::Same;
  Type* type = nullptr;        // StructRef: the struct; arrays: the element
  abi::ValueShape shape;       // natively
  bool in = true, out = false;
  int32_t count = 0;           // arrays: that many elements, or as many as parameter `counted_by` says
  int32_t counted_by = -1;
};

// Native code must keep the delegate alive for as long as it uses the pointer (GC.KeepAlive), as on every CLI.
struct Reverse {
  gc::Handle delegate;
  Method* invoke;
  std::vector<Passed> parameters;
  Passed result;
};

std::mutex contexts_lock;
std::unordered_map<uint64_t, Reverse*>& contexts() {  // by the address that native code was given
  static auto* map = new std::unordered_map<uint64_t, Reverse*>;
  return *map;
}

uint32_t trampoline_offset() {
  static constinit base::Found<uint32_t> found;
  return found.get([] { return load::types::Loader::get().types().delegate->find_field("delegate_trampoline")->offset(); });
}

void append(loop::Rows<uint8_t>& out, std::initializer_list<int> bytes, uint64_t immediate) {
  for (int b : bytes) out.push_back(static_cast<uint8_t>(b));
  for (int i = 0; i < 8; i++) out.push_back(static_cast<uint8_t>(immediate >> (8 * i)));
}

[[noreturn]] void refuse(const std::string& why) { stack::throw_new("System.Runtime.InteropServices", "MarshalDirectiveException", why); }

bool is_builder(Type* t) { return t->name == "StringBuilder" && t->name_space == "System.Text"; }
bool has_layout(Type* t) { return (t->attributes & md::type_attr::kLayoutMask) != md::type_attr::kAutoLayout; }

// `marshal`: the blob of MarshalAs (II.23.4), perhaps empty.
Passed describe(Type* t, std::span<const uint8_t> marshal, bool is_result) {
  enum : int { kLPWStr = 0x15, kLPArray = 0x2A };
  md::BlobReader extra(marshal);
  const int native = extra.at_end() ? -1 : extra.u8();
  Passed p;
  p.type = t;
  p.shape = t->is_void() ? abi::ValueShape::nothing() : load::types::shape_of(t);
  const auto way = [&](Way w, Type* type) {
    p.way = w;
    p.type = type;
    return p;
  };
  if (t->is_void()) return p;
  if (t->kind == Kind::Boolean) return way(Way::Bool, t);
  if (t->kind == Kind::String) return way(native == kLPWStr ? Way::WideString : Way::String, t);
  if (t->is_delegate()) return way(Way::Delegate, t);
  if (t->kind == Kind::Struct && !t->underlying()->is_primitive()) {
    if (!has_layout(t)) refuse("Type " + t->full_name() + " which is passed to unmanaged code must have a StructLayout attribute.");
    if (is_blittable(t)) return p;
    p.shape = native_shape(t);
    return way(Way::Struct, t);
  }
  if (t->is_byref() && !is_result) {
    Type* e = t->element;
    if (e->kind == Kind::Boolean) {  // I1 and U1, VARIANT_BOOL, else a BOOL
      p.count = native == 3 || native == 4 ? 1 : native == 0x25 ? 2 : 4;
      return way(Way::BoolRef, e);
    }
    if (e->kind == Kind::String) return way(native == kLPWStr ? Way::WideStringRef : Way::StringRef, e);
    if (is_blittable(t)) return p;
    if (e->kind == Kind::Struct && has_layout(e)) return way(Way::StructRef, e);
    refuse("Rapgo cannot marshal a reference to " + e->full_name() + " to managed code");
  }
  if (t->kind == Kind::SzArray) {
    if (native != kLPArray || is_result) refuse("[MarshalAs] attribute required to marshal arrays to managed code.");
    Type* e = t->element;
    const bool text = e->kind == Kind::String;
    if (!text && !(e->is_value_type() && is_blittable(e))) refuse("Rapgo cannot marshal an array of " + e->full_name() + " to managed code");
    if (!extra.at_end()) extra.u8();  // element's native type
    const int32_t parameter = extra.at_end() ? -1 : static_cast<int32_t>(extra.compressed());
    if (!extra.at_end()) p.count = static_cast<int32_t>(extra.compressed());
    const bool counted = extra.at_end() ? p.count == 0 : extra.compressed() & 1;
    if (counted) p.counted_by = parameter;
    return way(text ? Way::StringArray : Way::Array, e);
  }
  if (t->kind == Kind::Class && is_builder(t) && !is_result) return way(Way::Builder, t);
  if (t->is_reference()) {
    if (t->kind != Kind::Class || !has_layout(t)) refuse("The type `" + t->full_name() + "' layout needs to be Sequential or Explicit");
    native_layout(t);
    return way(Way::Object, t);
  }
  return p;
}

std::unique_ptr<Reverse> describe(Object* delegate) {
  auto context = std::make_unique<Reverse>(Reverse{gc::Handle(delegate, gc::HandleKind::Weak), invoke_method(stack::type_of(delegate)), {}, {}});
  Method* invoke = context->invoke;
  const auto& s = invoke->signature();
  Type* definition = invoke->declaring->definition ? invoke->declaring->definition : invoke->declaring;
  const md::Metadata& m = *definition->assembly->metadata;
  std::vector<std::span<const uint8_t>> marshal(s.params.size() + 1);
  std::vector<uint16_t> attributes(s.params.size() + 1, 0);
  for (uint32_t row : m.params_of(invoke->row)) {
    const auto param = m.param(row);
    if (param.sequence >= attributes.size()) continue;
    attributes[param.sequence] = param.flags;
    if (const auto found = m.field_marshal_of(md::Token(md::Table::Param, row))) marshal[param.sequence] = m.blob(found->native_type);
  }
  context->result = describe(s.ret, marshal[0], true);
  for (size_t i = 0; i < s.params.size(); i++) {
    Passed p = describe(s.params[i], marshal[i + 1], false);
    const uint16_t f = attributes[i + 1];
    p.in = (f & md::param_attr::kIn) || !(f & md::param_attr::kOut);
    p.out = (f & md::param_attr::kOut) || s.params[i]->is_byref();
    context->parameters.push_back(p);
  }
  return context;
}

// The words of a value that native code passes, in the order of the parameters.
class NativeArguments {
 public:
  NativeArguments(const SavedRegisters& registers, const uint64_t* stack, int ints) : registers_(registers), stack_(stack), ints_(ints) {}
  void next(const abi::ValueShape& shape, uint64_t* words) {
    if (shape.is_struct() && shape.memory) {
      std::memcpy(words, stack_, size_t{8} * shape.words());
      stack_ += shape.words();
      return;
    }
    const int count = std::max(1, static_cast<int>(shape.words()));
    int ints = 0, sses = 0;
    for (int i = 0; i < count; i++) (shape.cls[i] == abi::Eightbyte::Sse ? sses : ints)++;
    const bool fits = ints_ + ints <= abi::kIntArgRegisters && sses_ + sses <= abi::kSseArgRegisters;
    for (int i = 0; i < count; i++) {
      if (!fits) words[i] = *stack_++;
      else if (shape.cls[i] == abi::Eightbyte::Sse) std::memcpy(&words[i], &registers_.sses[sses_++], 8);
      else words[i] = registers_.ints[ints_++];
    }
  }

 private:
  const SavedRegisters& registers_;
  const uint64_t* stack_;
  int ints_, sses_ = 0;
};

char* native_text(Object* text) { return text ? strdup(to_utf8(static_cast<String*>(text)).c_str()) : nullptr; }
char16_t* native_wide(Object* text) {
  if (!text) return nullptr;
  const auto* s = static_cast<String*>(text);
  const size_t bytes = size_t{2} * static_cast<size_t>(s->length);
  auto* out = static_cast<char16_t*>(calloc(1, bytes + 2));
  std::memcpy(out, s->chars, bytes);
  return out;
}
Object* managed_text(uint64_t text) { return text ? new_string(reinterpret_cast<const char*>(text)) : nullptr; }
Object* managed_wide(uint64_t text) {
  const auto* chars = reinterpret_cast<const char16_t*>(text);
  return text ? new_string(chars, std::char_traits<char16_t>::length(chars)) : nullptr;
}

size_t length_of(const Passed& p, const Reverse& context, const uint64_t* words, const size_t* first) {
  int64_t n = p.count;
  if (p.counted_by >= 0 && static_cast<size_t>(p.counted_by) < context.parameters.size()) {
    const Passed& counter = context.parameters[static_cast<size_t>(p.counted_by)];
    const uint64_t& word = words[first[p.counted_by]];
    const bool by_reference = counter.type->is_byref();
    const auto* from = by_reference ? reinterpret_cast<const uint8_t*>(word) : reinterpret_cast<const uint8_t*>(&word);
    const uint32_t size = by_reference ? counter.type->element->value_size() : counter.shape.size;
    int64_t wide = 0;
    int32_t narrow = 0;
    if (from && size == 8) std::memcpy(&wide, from, 8);
    else if (from) std::memcpy(&narrow, from, std::min(size, 4u));
    n += wide + narrow;
  }
  return n < 0 ? 0 : static_cast<size_t>(n);
}

void run_reverse(SavedRegisters* registers, const uint64_t* stack_words, Reverse& context) {
  Object* delegate = context.delegate.get();
  if (!delegate) base::fatal("native code called a delegate that was collected");
  const size_t count = context.parameters.size();
  const Passed& returned = context.result;
  const bool hidden = abi::returns_hidden(returned.shape);
  const uint64_t hidden_result = registers->ints[0];
  size_t total = 0;
  for (const Passed& p : context.parameters) total += std::max(1u, p.shape.words());
  // All of it lies on this stack: it may come to hold references.
  auto* words = static_cast<uint64_t*>(__builtin_alloca(8 * (total + 1)));       // as native code passed them
  auto* first = static_cast<size_t*>(__builtin_alloca(sizeof(size_t) * (count + 1)));
  auto* made = static_cast<uint64_t*>(__builtin_alloca(8 * (count + 1)));        // references and addresses that stand for them
  auto** args = static_cast<const void**>(__builtin_alloca(8 * (count + 2)));
  std::memset(made, 0, 8 * (count + 1));
  args[0] = &delegate;
  NativeArguments native(*registers, stack_words, hidden ? 1 : 0);
  size_t at = 0;
  for (size_t i = 0; i < count; i++) {
    first[i] = at;
    native.next(context.parameters[i].shape, words + at);
    at += std::max(1u, context.parameters[i].shape.words());
  }
  for (size_t i = 0; i < count; i++) {
    const Passed& p = context.parameters[i];
    uint64_t* value = words + first[i];
    args[i + 1] = &made[i];
    const auto set = [&](Object* o) { made[i] = reinterpret_cast<uint64_t>(o); };
    switch (p.way) {
      case Way::Same: args[i + 1] = value; break;
      case Way::Bool: made[i] = static_cast<uint32_t>(*value) != 0; break;
      case Way::String: set(managed_text(*value)); break;
      case Way::WideString: set(managed_wide(*value)); break;
      case Way::Delegate: {
        auto* function = reinterpret_cast<void*>(*value);
        Object* known = function ? delegate_behind(function) : nullptr;
        set(known ? known : function ? delegate_for_native(p.type, function) : nullptr);
        break;
      }
      case Way::Builder: {
        if (!*value) break;
        Object* text = managed_text(*value);
        set(new_object(p.type));
        Type* params[] = {load::types::Loader::get().types().string};
        invoke<void>(p.type->find_method(".ctor", std::span<Type* const>(params)), reinterpret_cast<Object*>(made[i]), text);
        break;
      }
      case Way::Struct: {
        const size_t bytes = (p.type->value_size() + 7u) & ~size_t{7};
        auto* room = static_cast<uint8_t*>(__builtin_alloca(bytes));
        std::memset(room, 0, bytes);
        from_native(p.type, reinterpret_cast<const uint8_t*>(value), room);
        args[i + 1] = room;
        break;
      }
      case Way::Object:
        if (!*value) break;
        set(new_object(p.type));
        if (p.in) from_native(p.type, reinterpret_cast<const uint8_t*>(*value), static_cast<uint8_t*>(unboxed(reinterpret_cast<Object*>(made[i]))));
        break;
      case Way::Array: {
        if (!*value) break;
        const size_t n = length_of(p, context, words, first);
        Array* array = new_array(p.type, static_cast<int64_t>(n));
        set(array);
        if (p.in) std::memcpy(array->data(), reinterpret_cast<const void*>(*value), n * p.type->value_size());
        break;
      }
      case Way::StringArray: {
        if (!*value) break;
        const size_t n = length_of(p, context, words, first);
        Array* array = new_array(p.type, static_cast<int64_t>(n));
        set(array);
        for (size_t k = 0; p.in && k < n; k++) store_ref(array->at<Object*>(k), managed_text(reinterpret_cast<const uint64_t*>(*value)[k]));
        break;
      }
      case Way::BoolRef:
      case Way::StringRef:
      case Way::WideStringRef: {
        auto* room = static_cast<uint64_t*>(__builtin_alloca(8));
        *room = 0;
        made[i] = reinterpret_cast<uint64_t>(room);
        if (!*value || !p.in) break;
        const auto* from = reinterpret_cast<const uint8_t*>(*value);
        uint64_t w = 0;
        std::memcpy(&w, from, p.way == Way::BoolRef ? static_cast<size_t>(p.count) : 8);
        *room = p.way == Way::BoolRef ? w != 0 : reinterpret_cast<uint64_t>(p.way == Way::StringRef ? managed_text(w) : managed_wide(w));
        break;
      }
      case Way::StructRef: {
        const size_t bytes = (p.type->value_size() + 7u) & ~size_t{7};
        auto* room = static_cast<uint8_t*>(__builtin_alloca(bytes));
        std::memset(room, 0, bytes);
        made[i] = reinterpret_cast<uint64_t>(room);
        if (*value && p.in) from_native(p.type, reinterpret_cast<const uint8_t*>(*value), room);
        break;
      }
    }
  }
  const size_t result_bytes = std::max<size_t>(16, context.invoke->signature().ret->is_void() ? 0 : (load::types::shape_of(context.invoke->signature().ret).size + 7u) & ~7u);
  auto* result = static_cast<uint64_t*>(__builtin_alloca(result_bytes));
  std::memset(result, 0, result_bytes);
  stack::call_managed(context.invoke, args, result);
  for (size_t i = 0; i < count; i++) {
    const Passed& p = context.parameters[i];
    const uint64_t value = words[first[i]];
    if (!p.out || !value) continue;
    auto* to = reinterpret_cast<uint8_t*>(value);
    auto* object = reinterpret_cast<Object*>(made[i]);
    const auto* room = reinterpret_cast<const uint8_t*>(made[i]);
    switch (p.way) {
      case Way::BoolRef: {
        const int32_t b = *room ? (p.count == 2 ? -1 : 1) : 0;  // VARIANT_TRUE is -1
        std::memcpy(to, &b, static_cast<size_t>(p.count));
        break;
      }
      case Way::StringRef: *reinterpret_cast<char**>(to) = native_text(*reinterpret_cast<Object* const*>(room)); break;
      case Way::WideStringRef: *reinterpret_cast<char16_t**>(to) = native_wide(*reinterpret_cast<Object* const*>(room)); break;
      case Way::StructRef: to_native(p.type, room, to); break;
      case Way::Object: to_native(p.type, static_cast<const uint8_t*>(unboxed(object)), to); break;
      case Way::Array: {
        auto* array = static_cast<Array*>(object);
        std::memcpy(to, array->data(), static_cast<size_t>(array->length) * p.type->value_size());
        break;
      }
      case Way::StringArray: {
        auto* array = static_cast<Array*>(object);
        for (int32_t k = 0; k < array->length; k++) reinterpret_cast<char**>(to)[k] = native_text(*array->at<Object*>(static_cast<size_t>(k)));
        break;
      }
      default: break;
    }
  }
  auto* object = reinterpret_cast<Object*>(result[0]);
  uint64_t* words_out = result;
  switch (returned.way) {
    case Way::Bool: result[0] = static_cast<uint8_t>(result[0]) != 0; break;
    case Way::String: result[0] = reinterpret_cast<uint64_t>(native_text(object)); break;
    case Way::WideString: result[0] = reinterpret_cast<uint64_t>(native_wide(object)); break;
    case Way::Delegate: result[0] = object ? reinterpret_cast<uint64_t>(native_pointer_of(object)) : 0; break;
    case Way::Object: {
      if (!object) break;
      auto* block = static_cast<uint8_t*>(calloc(1, native_layout(returned.type).size));
      to_native(returned.type, static_cast<const uint8_t*>(unboxed(object)), block);
      result[0] = reinterpret_cast<uint64_t>(block);
      break;
    }
    case Way::Struct: {
      const size_t bytes = std::max<size_t>(16, 8u * returned.shape.words());
      words_out = static_cast<uint64_t*>(__builtin_alloca(bytes));
      std::memset(words_out, 0, bytes);
      to_native(returned.type, reinterpret_cast<const uint8_t*>(result), reinterpret_cast<uint8_t*>(words_out));
      break;
    }
    default: break;
  }
  if (returned.shape.is_void) return;
  if (hidden) {
    std::memcpy(reinterpret_cast<void*>(hidden_result), words_out, returned.shape.size);
    registers->ints[0] = hidden_result;
    return;
  }
  int ints = 0, sses = 0;
  for (uint32_t i = 0; i < std::max(1u, returned.shape.words()); i++) {
    if (returned.shape.cls[i] == abi::Eightbyte::Sse) std::memcpy(&registers->sses[sses++], &words_out[i], 8);
    else registers->ints[ints++] = words_out[i];
  }
}

}  // namespace

void* native_pointer_of(Object* delegate) {
  static std::mutex lock;
  auto& word = delegate_word(delegate, trampoline_offset());
  {
    std::lock_guard hold(lock);
    if (word) return reinterpret_cast<void*>(word);
  }
  Reverse* context = describe(delegate).release();
  loop::CompiledCode code;
  code.tier = loop::Tier::Stub;
  append(code.bytes, {0x48, 0xB8}, reinterpret_cast<uint64_t>(context));               // mov rax, context
  append(code.bytes, {0x49, 0xBB}, reinterpret_cast<uint64_t>(&rapgo_reverse_entry));  // mov r11, entry
  for (int b : {0x41, 0xFF, 0xE3}) code.bytes.push_back(static_cast<uint8_t>(b));      // jmp r11
  code.code_size = static_cast<uint32_t>(code.bytes.size());
  code.unwind.push_back({0, 8, false});
  const uint64_t entry = code::versions::install_stub(std::move(code), "delegate for native code")->entry();
  {
    std::lock_guard hold(contexts_lock);
    contexts()[entry] = context;
  }
  std::lock_guard hold(lock);
  if (!word) word = entry;
  return reinterpret_cast<void*>(word);
}

Object* delegate_behind(void* function) {
  std::lock_guard hold(contexts_lock);
  const auto found = contexts().find(reinterpret_cast<uint64_t>(function));
  return found == contexts().end() ? nullptr : found->second->delegate.get();
}

}  // namespace rapgo::run::calls

extern "C" __attribute__((used, visibility("hidden"))) void rapgo_reverse_generic(rapgo::run::calls::SavedRegisters* registers, const uint64_t* words, void* context) noexcept {
  using namespace rapgo::run;
  if (!threads::current_thread()) {  // a thread of the library's own stays attached: it may call again
    threads::attach_current(true);
    rapgo::abi::current().native_sp = reinterpret_cast<uint64_t>(__builtin_frame_address(0));
    rapgo::abi::current().mode.store(rapgo::abi::Mode::Native);
  }
  threads::RuntimeScope runtime;
  stack::AbortShield shield;
  try {
    calls::run_reverse(registers, words, *static_cast<calls::Reverse*>(context));
  } catch (const stack::ManagedException& e) {
    // No frame of native code may be skipped: the exception ends the program, as it would on Mono.
    _Exit(stack::report_unhandled(e.object()));
  } catch (const std::exception& e) {
    rapgo::base::fatal(e.what());
  }
}
