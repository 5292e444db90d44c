// Spelling of the enumerations that occur in HIR text, both ways.
#pragma once
#include <optional>
#include <string_view>

#include "compile/hir/node.h"

namespace rapgo::compile::hir {
std::string_view spell(loop::SymbolKind);
std::string_view spell(loop::ValueKind);
std::string_view spell(loop::ExitReason);
std::string_view spell(loop::Resume);
std::string_view spell(AliasKind);
template <class E>
std::optional<E> parse_enum(std::string_view);  // by the same names
std::optional<Type> parse_type(std::string_view);
std::optional<MemKind> parse_mem_kind(std::string_view);
std::optional<Op> parse_op(std::string_view mnemonic);
}  // namespace rapgo::compile::hir
