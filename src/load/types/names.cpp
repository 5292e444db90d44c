// Names for people and for reflection.
#include "load/types/impl.h"

namespace rapgo::load::types {

namespace {
void append_name(const Type* t, std::string& out, unsigned depth) {
  if (depth > kMaxTypeNesting || out.size() > 16384) {
    out += "...";
    return;
  }
  switch (t->kind) {
    case Kind::SzArray: append_name(t->element, out, depth + 1); out += "[]"; return;
    case Kind::Array:
      append_name(t->element, out, depth + 1);
      out += t->rank == 1 ? "[*" : "[";
      out.append(t->rank - 1, ',');
      out += ']';
      return;
    case Kind::Ptr: append_name(t->element, out, depth + 1); out += '*'; return;
    case Kind::ByRef: append_name(t->element, out, depth + 1); out += '&'; return;
    case Kind::TypeVar: case Kind::MethodVar: out += t->name; return;
    case Kind::FnPtr: {
      const Signature& s = *t->impl->function;
      append_name(s.ret, out, depth + 1);
      out += " *(";
      for (size_t i = 0; i < s.params.size(); ++i) {
        if (i) out += ',';
        append_name(s.params[i], out, depth + 1);
      }
      out += ')';
      return;
    }
    default: break;
  }
  if (t->enclosing) {
    std::vector<const Type*> chain;
    for (const Type* e = t->enclosing; e; e = e->enclosing) chain.push_back(e);
    if (!chain.back()->name_space.empty()) out.append(chain.back()->name_space) += '.';
    for (size_t i = chain.size(); i-- > 0;) out.append(chain[i]->name) += '+';
  } else if (!t->name_space.empty()) {
    out.append(t->name_space) += '.';
  }
  out += t->name;
  if (!t->generic_args.empty()) {
    out += '[';
    for (size_t i = 0; i < t->generic_args.size(); ++i) {
      if (i) out += ',';
      append_name(t->generic_args[i], out, depth + 1);
    }
    out += ']';
  }
}
}  // namespace

std::string Type::full_name() {
  std::string out;
  append_name(this, out, 0);
  return out;
}

std::string Method::display_name() {
  std::string out = declaring->full_name();
  out.append(".").append(name);
  if (!generic_args.empty()) {
    out += '<';
    for (size_t i = 0; i < generic_args.size(); ++i) {
      if (i) out += ',';
      out += generic_args[i]->full_name();
    }
    out += '>';
  }
  out += '(';
  try {
    const Signature& s = signature();
    for (size_t i = 0; i < s.params.size(); ++i) {
      if (i) out += ',';
      out += s.params[i]->full_name();
    }
  } catch (const LoadError&) {
    out += '?';  // a name is wanted most when loading goes wrong
  }
  return out + ')';
}

}  // namespace rapgo::load::types
