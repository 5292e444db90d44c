// Names of things by small process-local numbers, so that values can travel without pointers.
//
// A MethodId, TypeId or FieldId is the 32-bit address of the loader's structure inside the low reservation
// (DESIGN 4.2); nothing outside load/ dereferences it. Ids are valid for one process only: whoever writes them
// to disk translates them through loop::SymbolNames first. 0 means none.
// Thread safety: plain values.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>

namespace rapgo::loop {

template <class Tag>
struct Id {
  uint32_t value = 0;
  explicit constexpr operator bool() const { return value != 0; }
  friend constexpr auto operator<=>(Id, Id) = default;
};

using MethodId = Id<struct MethodTag>;
using TypeId = Id<struct TypeTag>;
using FieldId = Id<struct FieldTag>;
using AssemblyId = Id<struct AssemblyTag>;
// One code version; numbered upwards from 1 in the order of installation, never reused.
using VersionId = Id<struct VersionTag>;

enum class Tier : uint8_t { Baseline, Probed, Optimized, Stub };

inline const char* tier_name(Tier t) {
  switch (t) {
    case Tier::Baseline: return "baseline";
    case Tier::Probed: return "probed";
    case Tier::Optimized: return "optimized";
    case Tier::Stub: return "stub";
  }
  return "?";
}

}  // namespace rapgo::loop

template <class Tag>
struct std::hash<rapgo::loop::Id<Tag>> {
  size_t operator()(rapgo::loop::Id<Tag> id) const noexcept { return id.value * 0x9E3779B97F4A7C15ull >> 16; }
};
