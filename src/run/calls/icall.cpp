#include "run/calls/icall.h"

#include <mutex>
#include <unordered_map>

#include "abi/thread_state.h"
#include "load/types/loader.h"
#include "run/stack/border.h"

namespace rapgo::run::calls {

using load::types::Kind;
using load::types::Method;
using load::types::Type;

namespace {

struct Registry {
  std::mutex lock;
  std::unordered_map<std::string, IcallEntry> entries;
};
Registry& registry() {
  static auto* r = [] {
    auto* made = new Registry;
    made->entries.reserve(2048);
    return made;
  }();
  return *r;
}

constexpr struct { const char *keyword, *name; } kKeywords[] = {
    {"bool", "System.Boolean"}, {"char", "System.Char"},    {"sbyte", "System.SByte"},   {"byte", "System.Byte"},
    {"short", "System.Int16"},  {"ushort", "System.UInt16"}, {"int", "System.Int32"},     {"uint", "System.UInt32"},
    {"long", "System.Int64"},   {"ulong", "System.UInt64"}, {"float", "System.Single"},  {"double", "System.Double"},
    {"string", "System.String"}, {"object", "System.Object"}, {"intptr", "System.IntPtr"}, {"uintptr", "System.UIntPtr"},
    {"void", "System.Void"},
};

// "Ns.T::M(int,byte[])" -> full names, so that both spellings meet.
std::string normalised(std::string_view name) {
  const size_t open = name.find('(');
  if (open == name.npos) return std::string(name);
  std::string out(name.substr(0, open + 1));
  size_t at = open + 1;
  while (at < name.size() && name[at] != ')') {
    size_t end = at;
    while (end < name.size() && name[end] != ',' && name[end] != ')') end++;
    std::string_view part = name.substr(at, end - at);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    size_t stem = 0;
    while (stem < part.size() && part[stem] != '[' && part[stem] != '&' && part[stem] != '*') stem++;
    std::string_view base = part.substr(0, stem);
    for (const auto& k : kKeywords)
      if (base == k.keyword) base = k.name;
    out += base;
    out += part.substr(stem);
    if (end < name.size() && name[end] == ',') out += ',';
    at = end + (end < name.size() && name[end] == ',' ? 1 : 0);
  }
  return out + ")";
}

void append_type(Type* t, std::string& out) {
  switch (t->kind) {
    case Kind::SzArray: append_type(t->element, out), out += "[]"; return;
    case Kind::Array: append_type(t->element, out), out += "[" + std::string(t->rank - 1, ',') + "]"; return;
    case Kind::Ptr: append_type(t->element, out), out += "*"; return;
    case Kind::ByRef: append_type(t->element, out), out += "&"; return;
    default: break;
  }
  Type* d = t->definition ? t->definition : t;
  if (d->enclosing && !(d->kind == Kind::TypeVar || d->kind == Kind::MethodVar)) {
    append_type(d->enclosing, out);
    out += "/";
  } else if (!d->name_space.empty()) {
    out += d->name_space;
    out += ".";
  }
  out += d->name;
}

}  // namespace

void register_icall(std::string_view name, void* function, bool leaf) {
  std::lock_guard hold(registry().lock);
  registry().entries.insert_or_assign(normalised(name), IcallEntry{nullptr, function, leaf});
}

void register_icalls(std::span<const IcallEntry> entries) {
  for (const IcallEntry& e : entries) register_icall(e.name, e.function, e.leaf);
}

// Instantiations answer for their definition: the name has no generic arguments.
std::string icall_name(Method* method, bool with_arguments) {
  Method* m = method->definition ? method->definition : method;
  std::string out;
  append_type(m->declaring, out);
  out += "::";
  out += m->name;
  if (!with_arguments) return out;
  out += "(";
  bool first = true;
  for (Type* p : m->signature().params) {
    if (!first) out += ",";
    first = false;
    append_type(p, out);
  }
  return out + ")";
}

const IcallEntry* find_icall(Method* method) {
  const std::string full = icall_name(method, true), plain = icall_name(method, false);
  std::lock_guard hold(registry().lock);
  auto& map = registry().entries;
  auto found = map.find(full);
  if (found == map.end()) found = map.find(plain);
  if (found == map.end()) return nullptr;
  method->native_code = found->second.function;
  return &found->second;  // entries are never removed; unordered_map keeps addresses
}

Method* current_icall() { return Method::from({static_cast<uint32_t>(abi::current().icall_method)}); }

void exception_at_border() noexcept { stack::catch_at_border(); }

}  // namespace rapgo::run::calls
