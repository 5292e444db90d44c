// Type names in reflection syntax: "Ns.Outer+Inner`1[[System.Int32, mscorlib],Foo][], Assembly, Version=1.0.0.0".
#include <cstdio>
#include <cstring>

#include "load/types/impl.h"

namespace rapgo::load::types {

AssemblyName parse_assembly_name(std::string_view text) {
  AssemblyName n;
  auto trim = [](std::string_view s) {
    while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
    while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
    return s;
  };
  bool first = true;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    std::string_view part = trim(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    if (first) {
      n.name = part;
      first = false;
      continue;
    }
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string key(trim(part.substr(0, equals))), value(trim(part.substr(equals + 1)));
    if (strcasecmp(key.c_str(), "Version") == 0) {
      unsigned v[4] = {};
      std::sscanf(value.c_str(), "%u.%u.%u.%u", &v[0], &v[1], &v[2], &v[3]);
      for (int i = 0; i < 4; ++i) n.version[i] = static_cast<uint16_t>(v[i]);
    } else if (strcasecmp(key.c_str(), "Culture") == 0) {
      if (strcasecmp(value.c_str(), "neutral") != 0) n.culture = value;
    } else if (strcasecmp(key.c_str(), "PublicKeyToken") == 0 && value.size() == 16) {
      n.has_token = true;
      for (size_t i = 0; i < 8; ++i) n.token[i] = static_cast<uint8_t>(std::strtoul(value.substr(2 * i, 2).c_str(), nullptr, 16));
    }
  }
  return n;
}

namespace {
class NameParser {
 public:
  NameParser(std::string_view text, Assembly* home) : text_(text), home_(home) {}

  Type* whole() {
    Type* t = qualified(false);
    return t && at_ == text_.size() ? t : nullptr;
  }

 private:
  bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool take(char c) {
    if (!at(c)) return false;
    ++at_;
    return true;
  }
  void spaces() { while (at(' ')) ++at_; }

  std::string identifier() {
    std::string out;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\\' && at_ + 1 < text_.size()) out += text_[++at_];
      else if (std::strchr("+,[]&*", c)) break;
      else out += c;
    }
    return out;
  }

  // The assembly stands behind the name, so the name is parsed to a form first and looked up then.
  Type* qualified(bool bracketed) {
    if (++depth_ > 64) return nullptr;
    spaces();
    std::vector<std::string> path{identifier()};
    while (take('+')) path.push_back(identifier());
    struct Suffix { char kind; uint32_t rank; };
    std::vector<Suffix> suffixes;
    std::vector<Type*> args;
    bool failed = false;
    while (at('[') || at('*') || at('&')) {
      if (take('*')) { suffixes.push_back({'*', 0}); continue; }
      if (take('&')) { suffixes.push_back({'&', 0}); continue; }
      ++at_;
      if (at(']')) { ++at_; suffixes.push_back({'[', 0}); continue; }
      if (at(',') || at('*')) {
        uint32_t rank = 1;
        for (; at(',') || at('*'); ++at_) rank += text_[at_] == ',';
        if (!take(']')) return nullptr;
        suffixes.push_back({'[', rank});
        continue;
      }
      if (!args.empty()) return nullptr;
      do {
        spaces();
        Type* arg;
        if (take('[')) {
          arg = qualified(true);
          if (!take(']')) return nullptr;
        } else {
          arg = unqualified_argument();
        }
        if (!arg) failed = true;
        args.push_back(arg);
      } while (take(','));
      if (!take(']')) return nullptr;
    }
    Assembly* assembly = nullptr;
    if (!nested_argument_ && take(',')) {
      const size_t end = bracketed ? text_.find(']', at_) : text_.size();
      if (end == std::string_view::npos) return nullptr;
      const AssemblyName name = parse_assembly_name(text_.substr(at_, end - at_));
      at_ = end;
      try {
        assembly = Loader::get().load_name(name, nullptr);
      } catch (const LoadError& e) {
        if (e.kind != LoadErrorKind::FileNotFound) throw;
        return nullptr;
      }
    }
    --depth_;
    if (failed) return nullptr;
    Type* t = assembly ? find(assembly, path) : nullptr;
    if (!assembly) {
      if (home_) t = find(home_, path);
      if (!t) t = find(Loader::get().corlib(), path);
    }
    if (!t) return nullptr;
    if (!args.empty()) {
      if (args.size() != t->generic_args.size()) return nullptr;
      t = Loader::get().instantiate(t, args);
    }
    for (const Suffix& s : suffixes) t = s.kind == '*' ? t->make_pointer() : s.kind == '&' ? t->make_byref() : t->make_array(s.rank);
    return t;
  }

  // Without brackets of its own an argument cannot name an assembly: the comma ends it.
  Type* unqualified_argument() {
    const bool before = nested_argument_;
    nested_argument_ = true;
    Type* t = qualified(false);
    nested_argument_ = before;
    return t;
  }

  static Type* find(Assembly* a, const std::vector<std::string>& path) {
    const std::string& outer = path[0];
    // The namespace ends at the last dot that is not part of a name such as ".ctor"; names rarely contain dots.
    size_t dot = outer.rfind('.');
    Type* t = nullptr;
    while (true) {
      const std::string_view whole = outer;
      t = dot == std::string::npos ? a->find_type({}, whole) : a->find_type(whole.substr(0, dot), whole.substr(dot + 1));
      if (t || dot == std::string::npos) break;
      dot = dot == 0 ? std::string::npos : outer.rfind('.', dot - 1);
    }
    for (size_t i = 1; t && i < path.size(); ++i) {
      const uint32_t row = t->assembly->metadata->find_nested_type(t->typedef_row, path[i]);
      t = row ? t->assembly->type_of_row(row) : nullptr;
    }
    return t;
  }

  std::string_view text_;
  Assembly* home_;
  size_t at_ = 0;
  unsigned depth_ = 0;
  bool nested_argument_ = false;
};
}  // namespace

Type* Loader::parse_type_name(std::string_view name, Assembly* default_assembly) {
  Lock lock;
  return guarded(default_assembly, [&] { return NameParser(name, default_assembly).whole(); });
}

}  // namespace rapgo::load::types
