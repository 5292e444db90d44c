#include "run/calls/strings.h"

#include <cstring>
#include <functional>
#include <iterator>
#include <mutex>
#include <string>

#include "abi/memory_map.h"
#include "base/pointer_table.h"
#include "gc/binding/api.h"
#include "load/types/loader.h"
#include "run/calls/invoke.h"
#include "run/stack/objects.h"
#include "run/stack/throw.h"

namespace rapgo::run::calls {

namespace {

struct Table {
  std::mutex lock;  // no marked point inside: the frozen space does not collect
  base::PointerTable<abi::String> texts;
};
Table& table() {
  static auto* t = new Table;
  return *t;
}


std::u16string_view text_of(const abi::String* s) { return {s->chars, static_cast<size_t>(s->length)}; }
uint32_t hash_of(std::u16string_view text) { return static_cast<uint32_t>(std::hash<std::u16string_view>()(text)); }

}  // namespace

abi::String* intern_text(std::u16string_view text) {
  abi::TypeHead* head = load::types::Loader::get().types().string->head();
  const uint32_t hash = hash_of(text);
  Table& t = table();
  std::lock_guard hold(t.lock);
  if (abi::String* known = t.texts.find(hash, [&](const abi::String* s) { return text_of(s) == text; })) return known;
  abi::String* s = gc::alloc_frozen_string(head, static_cast<int32_t>(text.size()));
  if (!s) throw std::bad_alloc();
  std::memcpy(s->chars, text.data(), text.size() * 2);
  t.texts.insert(hash, s);
  return s;
}

abi::String* find_interned(std::u16string_view text) {
  Table& t = table();
  std::lock_guard hold(t.lock);
  return t.texts.find(hash_of(text), [&](const abi::String* s) { return text_of(s) == text; });
}

abi::String* string_literal(load::types::Assembly* assembly, load::metadata::Token token) {
  // Dynamic methods name their strings by the address of the frozen object, which no user string's token looks like.
  if (token.table() != load::metadata::Table::UserString && token.value >= abi::kFrozenBase && token.value < abi::kFrozenEnd)
    return reinterpret_cast<abi::String*>(static_cast<uintptr_t>(token.value));
  const auto bytes = assembly->metadata->user_string(token);
  const size_t length = bytes.size() / 2;
  char16_t few[256];
  std::u16string many(length > std::size(few) ? length : 0, u'\0');
  char16_t* text = many.empty() ? few : many.data();  // the heap's own characters need not be aligned
  std::memcpy(text, bytes.data(), length * 2);
  return intern_text({text, length});
}

abi::String* intern(abi::String* s) { return intern_text(text_of(s)); }
abi::String* is_interned(abi::String* s) { return find_interned(text_of(s)); }
abi::String* new_string(const char16_t* chars, size_t length) { return stack::make_string(std::u16string_view(chars, length)); }
abi::String* new_string(const char* utf8) { return stack::make_string(std::string_view(utf8)); }
std::string to_utf8(const abi::String* s) { return stack::utf8_of(s); }
std::string to_utf8(const char16_t* chars, int32_t length) { return chars ? stack::utf8_of(std::u16string_view(chars, static_cast<size_t>(length))) : std::string(); }
std::string to_utf8(const char16_t* chars) { return stack::utf8_of(std::u16string_view(chars)); }

}  // namespace rapgo::run::calls
