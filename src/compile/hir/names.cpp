#include "compile/hir/names.h"

#include <iterator>
#include <unordered_map>

namespace rapgo::compile::hir {

static constexpr std::string_view kSymbols[] = {"helper", "slot", "method", "stub", "direct", "type", "typehandle", "field",
                                                "statics", "typeobject", "string", "self", "tls", "cardbias",
                                                "imtoffset", "probes"};
static constexpr std::string_view kValues[] = {"i32", "i64", "f32", "f64", "ref", "byref", "native", "struct"};
static constexpr std::string_view kReasons[] = {"type", "target", "classinit", "null", "bounds", "dividebyzero", "overflow", "cast",
                                                "unreached", "assumption", "callee", "throw", "stress", "unsupported"};
static constexpr std::string_view kResumes[] = {"reexecute", "after", "throw"};
static constexpr std::string_view kAliases[] = {"any", "field", "static", "elem", "slot"};

template <class E> struct Table;
template <> struct Table<loop::SymbolKind> { static constexpr auto& names = kSymbols; };
template <> struct Table<loop::ValueKind> { static constexpr auto& names = kValues; };
template <> struct Table<loop::ExitReason> { static constexpr auto& names = kReasons; };
template <> struct Table<loop::Resume> { static constexpr auto& names = kResumes; };
template <> struct Table<AliasKind> { static constexpr auto& names = kAliases; };

template <class E>
static std::string_view name_of(E e) {
  auto i = static_cast<size_t>(e);
  return i < std::size(Table<E>::names) ? Table<E>::names[i] : "?";
}
std::string_view spell(loop::SymbolKind k) { return name_of(k); }
std::string_view spell(loop::ValueKind k) { return name_of(k); }
std::string_view spell(loop::ExitReason k) { return name_of(k); }
std::string_view spell(loop::Resume k) { return name_of(k); }
std::string_view spell(AliasKind k) { return name_of(k); }

template <class E>
std::optional<E> parse_enum(std::string_view s) {
  for (size_t i = 0; i < std::size(Table<E>::names); i++)
    if (Table<E>::names[i] == s) return static_cast<E>(i);
  return std::nullopt;
}
template std::optional<loop::SymbolKind> parse_enum(std::string_view);
template std::optional<loop::ValueKind> parse_enum(std::string_view);
template std::optional<loop::ExitReason> parse_enum(std::string_view);
template std::optional<loop::Resume> parse_enum(std::string_view);
template std::optional<AliasKind> parse_enum(std::string_view);

std::optional<Type> parse_type(std::string_view s) {
  for (auto t : {Type::Void, Type::I32, Type::I64, Type::F32, Type::F64, Type::Ref, Type::Ptr})
    if (s == type_name(t)) return t;
  return std::nullopt;
}

std::optional<MemKind> parse_mem_kind(std::string_view s) {
  for (int k = 0; k <= static_cast<int>(MemKind::Ptr); k++)
    if (s == mem_kind_name(static_cast<MemKind>(k))) return static_cast<MemKind>(k);
  return std::nullopt;
}

std::optional<Op> parse_op(std::string_view s) {
  static const auto* table = [] {
    auto* t = new std::unordered_map<std::string_view, Op>;
    for (int i = 0; i < static_cast<int>(Op::Count_); i++) (*t)[op_info(static_cast<Op>(i)).mnemonic] = static_cast<Op>(i);
    return t;
  }();
  auto it = table->find(s);
  return it == table->end() ? std::nullopt : std::optional(it->second);
}

}  // namespace rapgo::compile::hir
