#include "vm/names.h"

#include <charconv>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <fmt/format.h>

namespace rapgo::vm {

using namespace load::types;

const std::string& LoaderNames::module_name(Assembly* a) {
  std::lock_guard hold(lock_);
  auto [it, made] = modules_.try_emplace(a);
  if (made) {
    it->second = a->name.name + "|";
    for (uint8_t b : a->metadata->guid(a->metadata->module_row().mvid)) it->second += fmt::format("{:02x}", b);
    // Tools that rewrite an assembly may leave its MVID as it was: headers, sizes and the head of the metadata tell them apart.
    const auto file = a->image->bytes(), metadata = a->image->metadata();
    uint64_t mark = XXH3_64bits(file.data(), std::min<size_t>(file.size(), 1024));
    mark = XXH3_64bits_withSeed(metadata.data(), std::min<size_t>(metadata.size(), 64 << 10), mark ^ file.size() ^ uint64_t{metadata.size()} << 32);
    it->second += fmt::format("{:016x}", mark);
  }
  return it->second;
}

Assembly* LoaderNames::module_by_name(std::string_view name) {
  for (Assembly* a : Loader::get().assemblies())
    if (module_name(a) == name) return a;
  return nullptr;
}

namespace {

struct Unnameable {};

// Spelling.
class Writer {
 public:
  explicit Writer(std::function<const std::string&(Assembly*)> module) : module_(std::move(module)) {}
  std::string out;

  void type(Type* t) {
    if (t->is_generic_instance()) {
      out += "G(";
      type(t->definition);
      list(';', t->generic_args);
      out += ')';
    } else if (t->kind == Kind::SzArray || t->kind == Kind::Array) {
      constructed(fmt::format("A{}(", t->kind == Kind::SzArray ? 0 : t->rank), t->element);
    } else if (t->kind == Kind::Ptr) {
      constructed("P(", t->element);
    } else if (t->kind == Kind::ByRef) {
      constructed("R(", t->element);
    } else if (t->typedef_row && t->assembly) {
      out += fmt::format("T{}.{}", module_(t->assembly), t->typedef_row);
    } else {
      throw Unnameable{};  // function pointers, type variables
    }
  }
  void list(char first, std::span<Type* const> args) {
    for (Type* a : args) {
      out += first;
      first = ',';
      type(a);
    }
  }

 private:
  void constructed(const std::string& head, Type* element) {
    out += head;
    type(element);
    out += ')';
  }
  std::function<const std::string&(Assembly*)> module_;
};

// Reading back. Any mismatch is Unnameable: the name comes from a file.
class Reader {
 public:
  Reader(std::string_view text, std::function<Assembly*(std::string_view)> module) : text_(text), module_(std::move(module)) {}

  Type* type() {
    switch (next()) {
      case 'T': {
        const size_t dot = text_.find('.', at_ + text_.substr(at_).find('|'));
        if (dot == std::string_view::npos) throw Unnameable{};
        Assembly* a = module_(text_.substr(at_, dot - at_));
        at_ = dot + 1;
        const uint32_t row = number();
        if (!a || row == 0 || row > a->metadata->row_count(load::metadata::Table::TypeDef)) throw Unnameable{};
        return a->type_of_row(row);
      }
      case 'G': {
        expect('(');
        Type* definition = type();
        std::vector<Type*> args;
        for (char c = ';'; peek() == c; c = ',') {
          at_++;
          args.push_back(type());
        }
        expect(')');
        if (!definition->is_generic_definition() || definition->generic_args.size() != args.size()) throw Unnameable{};
        return Loader::get().instantiate(definition, args);
      }
      case 'A': {
        const uint32_t rank = number();
        expect('(');
        Type* element = type();
        expect(')');
        return element->make_array(rank);
      }
      case 'P': return wrapped()->make_pointer();
      case 'R': return wrapped()->make_byref();
      default: throw Unnameable{};
    }
  }

  Method* method() {
    const char kind = next();
    const uint32_t row = number();
    expect('@');
    Type* t = type();
    Method* found = nullptr;
    if (kind == 'm') {
      auto all = t->methods();
      if (row >= all.size()) throw Unnameable{};
      found = all[row];
    } else if (kind == 'M') {
      // Not through methods(): that would make all of them.
      Type* definition = t->definition ? t->definition : t;
      if (!definition->assembly || row == 0 || row > definition->assembly->metadata->row_count(load::metadata::Table::MethodDef)) throw Unnameable{};
      found = definition->assembly->method_of_row(row);
      if (found && found->declaring != definition) throw Unnameable{};
      if (found && t != definition) found = Loader::get().method_on(t, found);
    }
    if (!found) throw Unnameable{};
    if (peek() == '<') {
      at_++;
      std::vector<Type*> args{type()};
      while (peek() == ',') {
        at_++;
        args.push_back(type());
      }
      expect('>');
      if (!found->is_generic_definition() || found->generic_args.size() != args.size()) throw Unnameable{};
      found = Loader::get().instantiate(found, args);
    }
    return found;
  }

  Field* field() {
    if (next() != 'F') throw Unnameable{};
    const uint32_t row = number();
    expect('@');
    for (Field* f : type()->fields())
      if (f->row == row) return f;
    throw Unnameable{};
  }
  void end() {
    if (at_ != text_.size()) throw Unnameable{};
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  char next() {
    if (at_ >= text_.size() || ++depth_ > 4096) throw Unnameable{};
    return text_[at_++];
  }
  void expect(char c) {
    if (next() != c) throw Unnameable{};
  }
  uint32_t number() {
    uint32_t n = 0;
    auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), n);
    if (error != std::errc()) throw Unnameable{};
    at_ = static_cast<size_t>(end - text_.data());
    return n;
  }
  Type* wrapped() {
    expect('(');
    Type* t = type();
    expect(')');
    return t;
  }

  std::string_view text_;
  std::function<Assembly*(std::string_view)> module_;
  size_t at_ = 0, depth_ = 0;
};

template <class F>
auto attempt(F&& f) -> std::optional<decltype(f())> {
  try {
    return f();
  } catch (const Unnameable&) {
  } catch (const LoadError&) {
  } catch (const load::image::BadImage&) {
  }
  return std::nullopt;
}

}  // namespace

#define MODULE_OF [this](Assembly* a) -> const std::string& { return module_name(a); }
#define MODULE_BY [this](std::string_view n) { return module_by_name(n); }

std::optional<std::string> LoaderNames::type_name(loop::TypeId id) {
  return attempt([&] {
    Writer w(MODULE_OF);
    w.type(Type::from(id));
    return w.out;
  });
}

std::optional<std::string> LoaderNames::method_name(loop::MethodId id) {
  return attempt([&] {
    Method* m = Method::from(id);
    Writer w(MODULE_OF);
    if (m->row) {
      w.out = fmt::format("M{}@", m->row);
    } else {
      auto all = m->declaring->methods();
      size_t index = 0;
      while (index < all.size() && all[index] != m) index++;
      if (index == all.size()) throw Unnameable{};
      w.out = fmt::format("m{}@", index);
    }
    w.type(m->declaring);
    if (m->definition != m && !m->generic_args.empty()) {
      w.list('<', m->generic_args);
      w.out += '>';
    }
    return w.out;
  });
}

std::optional<std::string> LoaderNames::field_name(loop::FieldId id) {
  return attempt([&] {
    Field* f = Field::from(id);
    Writer w(MODULE_OF);
    w.out = fmt::format("F{}@", f->row);
    w.type(f->declaring);
    return w.out;
  });
}

std::optional<std::string> LoaderNames::assembly_name(loop::AssemblyId id) {
  for (Assembly* a : Loader::get().assemblies())
    if (a->id == id) return module_name(a);
  return std::nullopt;
}

std::optional<loop::TypeId> LoaderNames::type_id(std::string_view name) {
  return attempt([&] {
    Reader r(name, MODULE_BY);
    Type* t = r.type();
    r.end();
    return t->id();
  });
}

std::optional<loop::MethodId> LoaderNames::method_id(std::string_view name) {
  return attempt([&] {
    Reader r(name, MODULE_BY);
    Method* m = r.method();
    r.end();
    return m->id();
  });
}

std::optional<loop::FieldId> LoaderNames::field_id(std::string_view name) {
  return attempt([&] {
    Reader r(name, MODULE_BY);
    Field* f = r.field();
    r.end();
    return f->id();
  });
}

std::optional<loop::AssemblyId> LoaderNames::assembly_id(std::string_view name) {
  Assembly* a = module_by_name(name);
  return a ? std::optional(a->id) : std::nullopt;
}

// The name holds the module's version, so the bytes as they stand say enough: what their tokens mean cannot differ. Much cheaper than
// Method::il_hash, which is independent of the module; and asked at every look-up.
uint64_t LoaderNames::il_hash(loop::MethodId id) {
  return attempt([&] {
           Method* m = Method::from(id)->definition;
           if (m->body != Body::Il || !m->row) return m->il_hash();
           const auto body = m->il_body();
           uint64_t h = (uint64_t{body.max_stack} << 33 | uint64_t{body.init_locals} << 32 | body.local_sig.value) ^ body.code.size() * 0x9E3779B97F4A7C15ull;
           auto mix = [&h](uint64_t v) { h = (h ^ v) * 0xD6E8FEB86659FD93ull, h ^= h >> 29; };
           for (const auto& c : body.clauses) {
             mix(uint64_t{c.try_offset} << 32 | c.try_length);
             mix(uint64_t{c.handler_offset} << 32 | c.handler_length);
             mix(uint64_t{c.filter_offset} << 32 | c.catch_type.value);
             mix(static_cast<uint64_t>(c.kind));
           }
           size_t i = 0;
           for (uint64_t word; i + 8 <= body.code.size(); i += 8) {
             std::memcpy(&word, body.code.data() + i, 8);
             mix(word);
           }
           for (; i < body.code.size(); i++) mix(body.code[i]);
           mix(h >> 32);
           return h ? h : 1;
         }).value_or(0);
}
uint64_t LoaderNames::layout_hash(loop::TypeId id) { return attempt([&] { return Type::from(id)->layout_hash(); }).value_or(0); }
std::string LoaderNames::display_name(loop::MethodId id) { return attempt([&] { return Method::from(id)->display_name(); }).value_or("?"); }

}  // namespace rapgo::vm
