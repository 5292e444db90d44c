// For tests of code without code memory: low executable memory, and relocation by a callback.
#pragma once
#include <sys/mman.h>

#include <cstring>
#include <functional>
#include <stdexcept>

#include "compile/stubs/stubs.h"

namespace rapgo::compile::stubs::testing {

inline uint8_t* low_memory(size_t size) {
  static uint8_t *at = nullptr, *end = nullptr;
  if (!at) {
    const size_t all = 64 << 20;
    void* p = mmap(nullptr, all, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) throw std::runtime_error("no low memory");
    at = static_cast<uint8_t*>(p);
    end = at + all;
  }
  uint8_t* p = at;
  at += (size + 63) & ~size_t{63};
  if (at > end) throw std::runtime_error("out of low test memory");
  return p;
}

using Resolve = std::function<uint64_t(const loop::Symbol&)>;

inline uint64_t install(const loop::CompiledCode& code, const Resolve& resolve = {}) {
  uint8_t* p = low_memory(code.bytes.size() + 16);
  std::memcpy(p, code.bytes.data(), code.bytes.size());
  const auto base = reinterpret_cast<uint64_t>(p);
  for (const loop::Reloc& r : code.relocs) {
    const loop::Symbol& s = code.symbols[r.symbol];
    uint64_t value = 0;
    switch (s.kind) {
      case loop::SymbolKind::Helper: value = abi::helper_entries[s.id]; break;
      case loop::SymbolKind::Self: value = base; break;
      case loop::SymbolKind::EntrySlot:
      case loop::SymbolKind::Method:
      case loop::SymbolKind::Type:
      case loop::SymbolKind::Field: value = s.id; break;
      default: value = resolve ? resolve(s) : s.id; break;
    }
    value += static_cast<int64_t>(r.addend);
    if (r.kind == loop::RelocKind::Rel32) value -= base + r.offset + 4;
    std::memcpy(p + r.offset, &value, r.kind == loop::RelocKind::Abs64 ? 8 : 4);
  }
  return base;
}

// Installs the core stubs with whatever bodies are registered.
inline const CoreStubs& install_core() {
  static CoreStubs stubs = [] {
    CoreStubs s = core_stubs();
    publish_core_stubs(s, install(s.code));
    return s;
  }();
  return stubs;
}

}  // namespace rapgo::compile::stubs::testing
