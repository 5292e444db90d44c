#include "run/classlib/names.h"

namespace rapgo::run::classlib {

using load::types::Kind;
using load::types::Type;

namespace {

bool is_var(Type* t) { return t->kind == Kind::TypeVar || t->kind == Kind::MethodVar; }

void append_escaped(std::string_view name, std::string& out) {
  for (char c : name) {
    if (c == ',' || c == '+' || c == '&' || c == '*' || c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
}

std::string suffix(Type* t) {
  switch (t->kind) {
    case Kind::SzArray: return "[]";
    case Kind::Array: return t->rank == 1 ? "[*]" : "[" + std::string(t->rank - 1, ',') + "]";
    case Kind::Ptr: return "*";
    default: return "&";
  }
}

bool has_suffix(Type* t) { return t->is_array() || t->kind == Kind::Ptr || t->kind == Kind::ByRef; }

void append(Type* t, NameFormat format, std::string& out) {
  if (has_suffix(t)) {
    append(t->element, format, out);
    out += suffix(t);
    return;
  }
  if (is_var(t)) {
    out += t->name;
    return;
  }
  if (t->kind == Kind::FnPtr) {
    out += "(fnptr)";
    return;
  }
  Type* d = t->definition ? t->definition : t;
  if (d->enclosing) {
    append(d->enclosing->definition ? d->enclosing->definition : d->enclosing, NameFormat::Full, out);
    out += "+";
  } else if (!d->name_space.empty()) {
    append_escaped(d->name_space, out);
    out += ".";
  }
  append_escaped(d->name, out);
  const bool list = format == NameFormat::Display ? !t->generic_args.empty() : t->is_generic_instance();
  if (!list) return;
  out += "[";
  bool first = true;
  for (Type* a : t->generic_args) {
    if (!first) out += ",";
    first = false;
    if (format == NameFormat::Display || is_var(a)) append(a, format, out);
    else out += "[" + type_name(a, NameFormat::AssemblyQualified) + "]";
  }
  out += "]";
}

}  // namespace

Type* root_element(Type* t) {
  while (has_suffix(t)) t = t->element;
  return t;
}

std::string type_name(Type* type, NameFormat format) {
  std::string out;
  append(type, format, out);
  if (format == NameFormat::AssemblyQualified) {
    if (auto* assembly = root_element(type)->assembly) out += ", " + assembly->full_name();
  }
  return out;
}

std::string simple_name(Type* t) {
  if (has_suffix(t)) return simple_name(t->element) + suffix(t);
  return std::string(t->definition ? t->definition->name : t->name);
}

Type* declaring_type(Type* t) {
  if (has_suffix(t) || t->kind == Kind::FnPtr) return nullptr;
  if (t->kind == Kind::MethodVar) return t->var_owner ? t->var_owner->declaring : nullptr;
  return t->definition ? t->definition->enclosing : t->enclosing;
}

std::string name_space_of(Type* t) {
  t = root_element(t);
  while (Type* outer = declaring_type(t)) t = outer;
  return std::string(t->definition ? t->definition->name_space : t->name_space);
}

}  // namespace rapgo::run::classlib
