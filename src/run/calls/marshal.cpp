#include "run/calls/marshal.h"

#include "load/metadata/attributes.h"
#include "load/types/classify.h"
#include "load/types/loader.h"
#include "run/calls/native_layout.h"

namespace rapgo::run::calls {

namespace md = load::metadata;
using load::types::Field;
using load::types::Kind;
using load::types::Method;
using load::types::Type;

namespace {

enum Native : int { kNone = -1, kBool = 0x02, kI1 = 0x03, kU1 = 0x04, kBStr = 0x13, kLPStr = 0x14, kLPWStr = 0x15, kLPTStr = 0x16,
                    kUtf8 = 0x30, kVariantBool = 0x25, kLPArray = 0x2A, kCustom = 0x2C };

int native_type(load::types::Assembly& a, uint32_t param_row) {
  if (!param_row) return kNone;
  const auto row = a.metadata->field_marshal_of(md::Token(md::Table::Param, param_row));
  if (!row) return kNone;
  const auto blob = a.metadata->blob(row->native_type);
  return blob.empty() ? static_cast<int>(kNone) : static_cast<int>(blob[0]);
}

bool derives(Type* t, std::string_view name_space, std::string_view name) {
  for (; t; t = t->parent())
    if (t->name == name && t->name_space == name_space) return true;
  return false;
}

bool has_layout(Type* t) { return (t->attributes & md::type_attr::kLayoutMask) != md::type_attr::kAutoLayout; }

Parameter classify(Type* t, int native, bool unicode, bool is_result) {
  Parameter p;
  p.type = t;
  const auto how = [&](How h) {
    p.how = h;
    return p;
  };
  if (native == kCustom || native == kBStr || native == kVariantBool) return how(How::Unsupported);
  if (t->is_void()) return p;
  if (t->kind == Kind::Boolean) return how(How::Bool);
  if (t->kind == Kind::Char && !unicode && native != 0x05 && native != 0x06) return how(How::Direct);  // Latin text is the same byte
  if (is_blittable(t)) return p;
  if (t->kind == Kind::String) return how(native == kLPWStr || (native != kLPStr && native != kUtf8 && unicode) ? How::WideString : How::Utf8String);
  if (t->is_delegate()) return how(How::Delegate);
  if (t->kind == Kind::Struct) return how(t->name == "HandleRef" ? How::HandleRef : has_layout(t) ? How::Struct : How::Unsupported);
  if (t->is_byref()) {
    Type* e = t->element;
    if (e->kind == Kind::Boolean) return how(How::ByRefBool);
    if (e->kind == Kind::String) return how(unicode ? How::Unsupported : How::ByRefString);
    if (e->kind == Kind::Class && derives(e, "System.Runtime.InteropServices", "SafeHandle")) return how(How::ByRefSafeHandle);
    return how(e->kind == Kind::Struct && e->name != "HandleRef" && has_layout(e) ? How::ByRefStruct : How::Unsupported);
  }
  if (t->kind == Kind::SzArray) {
    if (is_blittable(t->element)) return how(How::Array);
    if (t->element->kind == Kind::String && !unicode) return how(How::StringArray);
    return how(How::Unsupported);
  }
  if (t->kind == Kind::Class) {
    if (derives(t, "System.Runtime.InteropServices", "SafeHandle")) return how(How::SafeHandle);
    if (t->name == "StringBuilder" && t->name_space == "System.Text")
      return how(is_result ? How::Unsupported : unicode || native == kLPWStr ? How::StringBuilderWide : How::StringBuilderUtf8);
    if (has_layout(t)) return how(!(t->head()->flags & abi::kHasReferences) && same_layout(t) ? How::FormattedClass : How::ConvertedClass);
  }
  return how(How::Unsupported);
}

}  // namespace

bool is_blittable(Type* t) {
  if (t->kind == Kind::Ptr || t->kind == Kind::FnPtr || t->is_enum()) return true;
  if (t->is_primitive()) return t->kind != Kind::Boolean;
  if (t->is_byref()) return t->element->is_value_type() && t->element->kind != Kind::Boolean && is_blittable(t->element);
  if (t->kind != Kind::Struct || t->name == "HandleRef") return false;
  for (Field* f : t->fields())
    if (!f->is_static() && f->type()->kind != Kind::Boolean && !is_blittable(f->type())) return false;
  if (t->has_references()) return false;
  return !has_layout(t) || same_layout(t);
}

Pinvoke describe_pinvoke(Method* method) {
  Pinvoke p;
  auto& a = *method->declaring->assembly;
  const auto map = a.metadata->impl_map_of(md::Token(md::Table::MethodDef, method->row));
  const uint16_t flags = map ? map->flags : 0;
  const bool unicode = (flags & md::pinvoke_attr::kCharSetMask) == md::pinvoke_attr::kCharSetUnicode;
  p.capture_errno = flags & md::pinvoke_attr::kSupportsLastError;
  p.preserve_sig = method->impl_attributes & md::method_impl_attr::kPreserveSig;
  const auto& s = method->signature();
  std::vector<uint32_t> rows(s.params.size() + 1, 0);
  std::vector<uint16_t> attributes(s.params.size() + 1, 0);
  for (uint32_t row : a.metadata->params_of(method->row)) {
    const auto param = a.metadata->param(row);
    if (param.sequence < rows.size()) rows[param.sequence] = row, attributes[param.sequence] = param.flags;
  }
  p.result = classify(s.ret, native_type(a, rows[0]), unicode, true);
  for (size_t i = 0; i < s.params.size(); i++) {
    Parameter one = classify(s.params[i], native_type(a, rows[i + 1]), unicode, false);
    const uint16_t f = attributes[i + 1];
    one.in = (f & md::param_attr::kIn) || !(f & md::param_attr::kOut);
    one.out = (f & md::param_attr::kOut) || one.type->is_byref();
    p.parameters.push_back(one);
  }
  p.managed = load::types::call_layout_of(method);
  return p;
}

Pinvoke describe_native_call(const load::types::Signature& s) {
  Pinvoke p;
  if (s.has_this) {
    p.parameters.push_back({});
    p.parameters.back().type = load::types::Loader::get().types().i;
  }
  for (Type* t : s.params) {
    p.parameters.push_back(classify(t, kNone, false, false));
    p.parameters.back().out = t->is_byref();
  }
  p.result = classify(s.ret, kNone, false, true);
  // The values lie one behind the other, from a word of its own each.
  uint32_t word = 0;
  for (const Parameter& one : p.parameters) {
    abi::ArgLocation at;
    at.stack_word = word;
    const abi::ValueShape shape = load::types::shape_of(one.type);
    at.words = std::max(1u, shape.words());
    word += at.words;
    p.managed.args.push_back(at);
    p.managed.shapes.push_back(shape);
  }
  p.managed.result_shape = load::types::shape_of(s.ret);
  p.managed.hidden_result = abi::returns_hidden(p.managed.result_shape);
  return p;
}

}  // namespace rapgo::run::calls
