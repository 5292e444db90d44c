// Tests: a loader over the installed class library with mocked low memory and hooks.
#pragma once
#include <gtest/gtest.h>
#include <sys/mman.h>

#include "load/types/loader.h"

namespace rapgo::load::types {

struct Mocks {
  static inline std::vector<std::pair<Method*, uint64_t*>> cells;
  static inline std::vector<Type*> completed;
  static inline int roots = 0;
};

inline void* low_mock(size_t size, size_t align) {
  static char *cursor = nullptr, *limit = nullptr;
  auto at = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(cursor) + align - 1) & ~(align - 1));
  if (!cursor || at + size > limit) {
    const size_t chunk = std::max<size_t>(16 << 20, size + 4096);
    void* p = mmap(nullptr, chunk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (p == MAP_FAILED) std::abort();
    at = cursor = static_cast<char*>(p);
    limit = cursor + chunk;
  }
  cursor = at + size;
  return at;
}

inline Loader& test_loader() {
  static const bool once = [] {
    Loader::Options o;
    o.alloc_low = low_mock;
    Loader::init(o);
    Loader& l = Loader::get();
    l.make_entry = [](Method* m) { return uint64_t{m->id().value} + 1; };
    l.make_unboxing_entry = [](Method* m) { return uint64_t{m->id().value} + 2; };
    l.register_cells = [](std::span<const Loader::VtableCell> cells) {
      for (const auto& c : cells) Mocks::cells.push_back({Method::from(c.method), c.cell});
    };
    l.interface_miss_entry = [] { return uint64_t{0x4040}; };
    l.register_static_roots = [](uint8_t*, const abi::GcMap*) { ++Mocks::roots; };
    l.on_type_complete = [](Type* t) { Mocks::completed.push_back(t); };
    return true;
  }();
  (void)once;
  return Loader::get();
}

inline Type* corlib(std::string_view ns, std::string_view name) { return test_loader().corlib_type(ns, name); }
inline Type* generic(std::string_view name, std::vector<Type*> args, std::string_view ns = "System.Collections.Generic") {
  return test_loader().instantiate(corlib(ns, name), args);
}

}  // namespace rapgo::load::types
