#include "run/calls/native_layout.h"

#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>

#include "gc/binding/api.h"
#include "load/metadata/attributes.h"
#include "load/metadata/blob_reader.h"
#include "load/types/loader.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/calls/marshal.h"
#include "run/stack/throw.h"

namespace rapgo::run::calls {

using load::metadata::Table;
using load::metadata::Token;
using load::types::Field;
using load::types::Kind;
using load::types::Loader;
using load::types::Type;
using Form = NativeField::How;

namespace {

enum Unmanaged : int { kBool = 2, kI1 = 3, kU1 = 4, kI2 = 5, kU2 = 6, kI4 = 7, kU4 = 8, kLPStr = 20, kLPWStr = 21, kLPTStr = 22, kByValTStr = 23, kByValArray = 30, kVariantBool = 37, kFunctionPtr = 38, kLPUTF8Str = 48, kDefault = -1 };

Type* definition_of(Type* t) { return t->definition ? t->definition : t; }
std::string subject(Type* t) { return "Type '" + t->full_name() + "' cannot be marshaled as an unmanaged structure; no meaningful size or offset can be computed."; }

struct Builder {
  NativeLayout layout;
  Type* type;
  bool wide, is_explicit;
  uint32_t pack, at = 0;

  explicit Builder(Type* t) : type(t) {
    namespace attr = load::metadata::type_attr;
    if ((t->attributes & attr::kLayoutMask) == attr::kAutoLayout && !t->underlying()->is_primitive()) stack::throw_argument("t", subject(t));
    wide = (t->attributes & attr::kStringFormatMask) == attr::kUnicodeClass;
    is_explicit = (t->attributes & attr::kLayoutMask) == attr::kExplicitLayout;
    Type* d = definition_of(t);
    const auto row = d->assembly->metadata->class_layout_of(d->typedef_row);
    pack = row && row->packing_size ? row->packing_size : 8;
    if (!t->is_value_type() && t->parent() && t->parent() != Loader::get().types().object && (t->parent()->attributes & attr::kLayoutMask) != attr::kAutoLayout) {
      const NativeLayout& base = native_layout(t->parent());
      layout = base;
      at = base.size;
    }
    for (Field* f : t->fields())
      if (!f->is_static()) add(f);
    layout.size = std::max(layout.size, at);
    layout.size = (layout.size + layout.align - 1) / layout.align * layout.align;
    if (row) layout.size = std::max(layout.size, row->class_size);
  }

  void add(Field* f) {
    NativeField n{f, Form::Bits};
    const uint32_t align = describe(f, n);
    const uint32_t used = std::min(align, pack);
    Type* d = definition_of(type);
    if (is_explicit) {
      const auto offset = d->assembly->metadata->field_offset_of(f->row);
      n.offset = offset ? *offset : 0;
    } else {
      n.offset = (at + used - 1) / used * used;
    }
    at = std::max(at, n.offset + n.size);
    layout.align = std::max(layout.align, used);
    layout.fields.push_back(n);
  }

  // Fills how and size; returns the natural alignment.
  uint32_t describe(Field* f, NativeField& n) {
    Type* t = f->type();
    Type* d = definition_of(type);
    int native = kDefault;
    load::metadata::BlobReader extra;
    if (auto row = d->assembly->metadata->field_marshal_of(Token(Table::Field, f->row))) {
      extra = load::metadata::BlobReader(d->assembly->metadata->blob(row->native_type));
      native = extra.u8();
    }
    const auto fixed = [&](Form how, uint32_t size) {
      n.how = how;
      n.size = size;
      return size;
    };
    Type* u = t->underlying();
    switch (u->kind) {
      case Kind::Boolean: return fixed(Form::Bool, native == kI1 || native == kU1 ? 1 : native == kVariantBool ? 2 : 4);
      case Kind::Char:
        n.wide = native == kDefault ? wide : native == kI2 || native == kU2;
        return fixed(Form::Char, n.wide ? 2 : 1);
      case Kind::String:
        if (native == kByValTStr) {
          n.wide = wide;
          n.count = extra.at_end() ? 0 : extra.compressed();
          const uint32_t unit = wide ? 2 : 1;
          fixed(Form::InlineString, n.count * unit);
          return unit;
        }
        return fixed(native == kLPWStr || (wide && (native == kDefault || native == kLPTStr)) ? Form::WideString : Form::String, 8);
      case Kind::SzArray: {
        if (native != kByValArray) stack::throw_argument("t", subject(type));
        n.type = t->element;
        n.count = extra.at_end() ? 1 : extra.compressed();
        uint32_t align;
        if (n.type->is_value_type() && !n.type->underlying()->is_primitive()) {
          const NativeLayout& element = native_layout(n.type);
          n.element_size = element.size;
          align = element.align;
        } else if (n.type->kind == Kind::Char) {
          align = n.element_size = wide ? 2 : 1;
          n.wide = wide;
        } else if (n.type->is_value_type()) {
          align = n.element_size = n.type->kind == Kind::Boolean ? 4 : n.type->value_size();
        } else {
          stack::throw_argument("t", subject(type));
        }
        fixed(Form::InlineArray, n.count * n.element_size);
        return align;
      }
      case Kind::Delegate: return fixed(Form::Delegate, 8);
      case Kind::Ptr: case Kind::FnPtr: return fixed(Form::Bits, 8);
      default: break;
    }
    if (u->is_primitive()) return fixed(Form::Bits, u->value_size());
    if (t->is_value_type()) {
      const bool date = t->assembly && t->assembly->is_corlib && t->name == "DateTime" && t->name_space == "System";
      if (date) stack::throw_not_implemented("marshalling a structure with a DateTime");
      const NativeLayout& inner = native_layout(t);
      n.type = t;
      fixed(Form::Struct, inner.size);
      return inner.align;
    }
    stack::throw_argument("t", subject(type));
  }
};

char* native_string(const String* s) {
  if (!s) return nullptr;
  const std::string text = calls::to_utf8(s);
  auto* out = static_cast<char*>(std::malloc(text.size() + 1));
  std::memcpy(out, text.c_str(), text.size() + 1);
  return out;
}
char16_t* native_wide(const String* s) {
  if (!s) return nullptr;
  auto* out = static_cast<char16_t*>(std::malloc((static_cast<size_t>(s->length) + 1) * 2));
  std::memcpy(out, s->chars, (static_cast<size_t>(s->length) + 1) * 2);
  return out;
}
size_t wide_length(const char16_t* s) {
  size_t n = 0;
  while (s[n]) n++;
  return n;
}
// Offsets of value types count from the value's start, those of classes from the object's.
uint32_t managed_offset(const NativeField& n) { return n.field->offset() - (n.field->declaring->is_value_type() ? 0 : sizeof(Object)); }

void array_to_native(const NativeField& n, Array* a, uint8_t* to) {
  std::memset(to, 0, n.size);
  if (!a) return;
  const size_t count = std::min<size_t>(n.count, static_cast<size_t>(a->length));
  for (size_t i = 0; i < count; i++) {
    uint8_t* at = to + i * n.element_size;
    const uint8_t* from = a->data() + i * a->head()->element_size;
    if (n.type->kind == Kind::Char) {
      const char16_t c = *a->at<char16_t>(i);
      std::memcpy(at, &c, n.element_size);
    } else if (n.type->kind == Kind::Boolean) {
      const int32_t b = *from != 0;
      std::memcpy(at, &b, n.element_size);
    } else if (n.type->underlying()->is_primitive()) {
      std::memcpy(at, from, n.element_size);
    } else {
      to_native(n.type, from, at);
    }
  }
}
Array* array_from_native(const NativeField& n, const uint8_t* from) {
  Array* a = calls::new_array(n.type, n.count);
  for (size_t i = 0; i < n.count; i++) {
    const uint8_t* at = from + i * n.element_size;
    uint8_t* to = a->data() + i * a->head()->element_size;
    if (n.type->kind == Kind::Char) {
      char16_t c = 0;
      std::memcpy(&c, at, n.element_size);
      *a->at<char16_t>(i) = c;
    } else if (n.type->kind == Kind::Boolean) {
      int32_t b = 0;
      std::memcpy(&b, at, n.element_size);
      *to = b != 0;
    } else if (n.type->underlying()->is_primitive()) {
      std::memcpy(to, at, n.element_size);
    } else {
      from_native(n.type, at, to);
    }
  }
  return a;
}

}  // namespace

const NativeLayout& native_layout(Type* type) {
  static std::recursive_mutex lock;
  static std::map<Type*, std::unique_ptr<NativeLayout>> known;
  {
    std::lock_guard hold(lock);
    if (auto found = known.find(type); found != known.end()) return *found->second;
  }
  auto made = std::make_unique<NativeLayout>();
  if (type->underlying()->is_primitive()) {
    Type* u = type->underlying();
    made->size = made->align = u->kind == Kind::Boolean ? 4 : u->kind == Kind::Char ? 1 : u->value_size();
  } else {
    *made = Builder(type).layout;
  }
  std::lock_guard hold(lock);
  return *known.emplace(type, std::move(made)).first->second;
}

void to_native(Type* type, const uint8_t* value, uint8_t* native) {
  const NativeLayout& layout = native_layout(type);
  if (layout.fields.empty()) {
    if (type->underlying()->is_primitive()) std::memcpy(native, value, std::min(layout.size, type->value_size()));
    return;
  }
  for (const NativeField& n : layout.fields) {
    const uint8_t* from = value + managed_offset(n);
    uint8_t* to = native + n.offset;
    Object* ref = n.field->type()->is_reference() ? *reinterpret_cast<Object* const*>(from) : nullptr;
    switch (n.how) {
      case Form::Bits: std::memcpy(to, from, n.size); break;
      case Form::Bool: {
        const int32_t b = *from ? (n.size == 2 ? -1 : 1) : 0;
        std::memcpy(to, &b, n.size);
        break;
      }
      case Form::Char: std::memcpy(to, from, n.size); break;
      case Form::String: { char* s = native_string(static_cast<String*>(ref)); std::memcpy(to, &s, 8); break; }
      case Form::WideString: { char16_t* s = native_wide(static_cast<String*>(ref)); std::memcpy(to, &s, 8); break; }
      case Form::InlineString: {
        std::memset(to, 0, n.size);
        if (!ref || !n.count) break;
        auto* s = static_cast<String*>(ref);
        if (n.wide) {
          std::memcpy(to, s->chars, 2 * std::min<size_t>(static_cast<size_t>(s->length), n.count - 1));
        } else {
          const std::string text = calls::to_utf8(s);
          std::memcpy(to, text.data(), std::min<size_t>(text.size(), n.count - 1));
        }
        break;
      }
      case Form::InlineArray: array_to_native(n, static_cast<Array*>(ref), to); break;
      case Form::Struct: to_native(n.type, from, to); break;
      case Form::Delegate: {
        void* p = ref ? calls::native_pointer_of(ref) : nullptr;
        std::memcpy(to, &p, 8);
        break;
      }
    }
  }
}

void from_native(Type* type, const uint8_t* native, uint8_t* value) {
  const NativeLayout& layout = native_layout(type);
  if (layout.fields.empty()) {
    if (type->underlying()->is_primitive()) std::memcpy(value, native, std::min(layout.size, type->value_size()));
    return;
  }
  for (const NativeField& n : layout.fields) {
    uint8_t* to = value + managed_offset(n);
    const uint8_t* from = native + n.offset;
    const auto store = [&](Object* o) { gc::store_ref(reinterpret_cast<Object**>(to), o); };
    switch (n.how) {
      case Form::Bits: std::memcpy(to, from, n.size); break;
      case Form::Bool: {
        int32_t b = 0;
        std::memcpy(&b, from, n.size);
        *to = b != 0;
        break;
      }
      case Form::Char: {
        char16_t c = 0;
        std::memcpy(&c, from, n.size);
        std::memcpy(to, &c, 2);
        break;
      }
      case Form::String: {
        const char* s;
        std::memcpy(&s, from, 8);
        store(s ? calls::new_string(s) : nullptr);
        break;
      }
      case Form::WideString: {
        const char16_t* s;
        std::memcpy(&s, from, 8);
        store(s ? calls::new_string(s, wide_length(s)) : nullptr);
        break;
      }
      case Form::InlineString:
        if (n.wide) {
          const auto* s = reinterpret_cast<const char16_t*>(from);
          size_t length = 0;
          while (length < n.count && s[length]) length++;
          store(calls::new_string(s, length));
        } else {
          const auto* s = reinterpret_cast<const char*>(from);
          store(calls::new_string(std::string(s, strnlen(s, n.count)).c_str()));
        }
        break;
      case Form::InlineArray: store(array_from_native(n, from)); break;
      case Form::Struct: from_native(n.type, from, to); break;
      case Form::Delegate: {
        void* function;
        std::memcpy(&function, from, 8);
        Object* known = function ? delegate_behind(function) : nullptr;
        store(known ? known : function ? delegate_for_native(n.field->type(), function) : nullptr);
        break;
      }
    }
  }
}

namespace {
// Classes of the eightbytes touched; false: beyond 16 bytes, or not naturally aligned.
bool classes_of(Type* type, uint32_t at, bool integer[2], bool sse[2]) {
  const NativeLayout& layout = native_layout(type);
  const auto touch = [&](uint32_t offset, uint32_t size, bool is_float) {
    if (!size || offset % size || offset + size > 16) return false;
    (is_float ? sse : integer)[offset / 8] = true;
    return true;
  };
  const auto is_float = [](Type* t) {
    const Kind k = t->underlying()->kind;
    return k == Kind::R4 || k == Kind::R8;
  };
  for (const NativeField& n : layout.fields) {
    const uint32_t offset = at + n.offset;
    switch (n.how) {
      case Form::Struct:
        if (!classes_of(n.type, offset, integer, sse)) return false;
        break;
      case Form::InlineArray:
        for (uint32_t i = 0; i < n.count; i++) {
          const bool nested = !n.type->underlying()->is_primitive();
          if (nested ? !classes_of(n.type, offset + i * n.element_size, integer, sse) : !touch(offset + i * n.element_size, n.element_size, is_float(n.type))) return false;
        }
        break;
      case Form::InlineString:
        for (uint32_t i = 0; i < n.count; i++)
          if (!touch(offset + i * (n.size / n.count), n.size / n.count, false)) return false;
        break;
      default:
        if (!touch(offset, n.size, n.how == Form::Bits && is_float(n.field->type()))) return false;
    }
  }
  return true;
}
}  // namespace

bool same_layout(Type* type) {
  if (type->underlying()->is_primitive()) return type->underlying()->kind != Kind::Boolean && type->underlying()->kind != Kind::Char;
  const NativeLayout& layout = native_layout(type);
  for (const NativeField& n : layout.fields) {
    if (n.how == Form::Struct ? !same_layout(n.type) : n.how != Form::Bits && !(n.how == Form::Char && n.wide)) return false;
    if (managed_offset(n) != n.offset) return false;
  }
  return !type->is_value_type() || layout.size == type->value_size();
}

abi::ValueShape native_shape(Type* type) {
  abi::ValueShape shape;
  shape.kind = loop::ValueKind::Struct;
  shape.size = native_layout(type).size;
  bool integer[2] = {}, sse[2] = {};
  shape.memory = shape.size > 16 || !classes_of(type, 0, integer, sse);
  for (int i = 0; i < 2 && !shape.memory; i++) shape.cls[i] = sse[i] && !integer[i] ? abi::Eightbyte::Sse : abi::Eightbyte::Integer;
  return shape;
}

void destroy_native(Type* type, uint8_t* native) {
  for (const NativeField& n : native_layout(type).fields) {
    uint8_t* at = native + n.offset;
    if (n.how == Form::Struct) {
      destroy_native(n.type, at);
    } else if (n.how == Form::InlineArray && !n.type->underlying()->is_primitive()) {
      for (uint32_t i = 0; i < n.count; i++) destroy_native(n.type, at + i * n.element_size);
    } else if (n.how == Form::String || n.how == Form::WideString) {
      void* p;
      std::memcpy(&p, at, 8);
      std::free(p);
      std::memset(at, 0, 8);
    }
  }
}

}  // namespace rapgo::run::calls
