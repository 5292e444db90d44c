#include "run/calls/strings.h"

#include <cstring>
#include <mutex>
#include <string>
#include <unordered_map>

#include "abi/memory_map.h"
#include "gc/binding/api.h"
#include "load/types/loader.h"
#include "run/calls/invoke.h"
#include "run/stack/objects.h"
#include "run/stack/throw.h"

namespace rapgo::run::calls {

namespace {

struct Table {
  std::mutex lock;  // no marked point inside: the frozen space does not collect
  std::unordered_map<std::u16string_view, abi::String*> texts;  // views into the frozen strings themselves
};
Table& table() {
  static auto* t = new Table;
  return *t;
}

}  // namespace

abi::String* intern_text(std::u16string_view text) {
  abi::TypeHead* head = load::types::Loader::get().types().string->head();
  Table& t = table();
  std::lock_guard hold(t.lock);
  if (const auto known = t.texts.find(text); known != t.texts.end()) return known->second;
  abi::String* s = gc::alloc_frozen_string(head, static_cast<int32_t>(text.size()));
  if (!s) throw std::bad_alloc();
  std::memcpy(s->chars, text.data(), text.size() * 2);
  t.texts.emplace(std::u16string_view(s->chars, text.size()), s);
  return s;
}

abi::String* find_interned(std::u16string_view text) {
  Table& t = table();
  std::lock_guard hold(t.lock);
  const auto known = t.texts.find(text);
  return known == t.texts.end() ? nullptr : known->second;
}

abi::String* string_literal(load::types::Assembly* assembly, load::metadata::Token token) {
  // Dynamic methods name their strings by the address of the frozen object, which no user string's token looks like.
  if (token.table() != load::metadata::Table::UserString && token.value >= abi::kFrozenBase && token.value < abi::kFrozenEnd)
    return reinterpret_cast<abi::String*>(static_cast<uintptr_t>(token.value));
  const auto bytes = assembly->metadata->user_string(token);
  std::u16string text(bytes.size() / 2, u'\0');
  std::memcpy(text.data(), bytes.data(), text.size() * 2);
  return intern_text(text);
}

abi::String* intern(abi::String* s) { return intern_text({s->chars, static_cast<size_t>(s->length)}); }
abi::String* is_interned(abi::String* s) { return find_interned({s->chars, static_cast<size_t>(s->length)}); }
abi::String* new_string(const char16_t* chars, size_t length) { return stack::make_string(std::u16string_view(chars, length)); }
abi::String* new_string(const char* utf8) { return stack::make_string(std::string_view(utf8)); }
std::string to_utf8(const abi::String* s) { return stack::utf8_of(s); }
std::string to_utf8(const char16_t* chars, int32_t length) { return chars ? stack::utf8_of(std::u16string_view(chars, static_cast<size_t>(length))) : std::string(); }
std::string to_utf8(const char16_t* chars) { return stack::utf8_of(std::u16string_view(chars)); }

}  // namespace rapgo::run::calls
