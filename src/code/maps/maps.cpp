#include "code/maps/maps.h"

#include <atomic>
#include <bit>

#include "abi/memory_map.h"
#include "base/error.h"

namespace rapgo::code::maps {
namespace {

constexpr uintptr_t kGranule = 16;
constexpr uintptr_t kGranules = (abi::kCodeEnd - abi::kCodeBase) / kGranule;
constexpr uintptr_t kWords = kGranules / 64;
// A second level, one bit for each non-empty word of the first, bounds the search backwards in empty stretches.
std::atomic<uint64_t> starts[kWords];  // 4 MiB of zero pages, touched where code is
std::atomic<uint64_t> summary[kWords / 64];

uintptr_t granule_of(uintptr_t address) { return (address - abi::kCodeBase) / kGranule; }

// Bits 0..bit inclusive.
uint64_t up_to(uintptr_t bit) { return ~uint64_t{0} >> (63 - bit); }

// The last marked granule at or before `granule`; -1 if there is none.
intptr_t find_backwards(uintptr_t granule) {
  uintptr_t word = granule / 64;
  if (uint64_t bits = starts[word].load(std::memory_order_acquire) & up_to(granule % 64))
    return static_cast<intptr_t>(word * 64 + 63 - std::countl_zero(bits));
  if (word == 0) return -1;
  word--;
  uintptr_t group = word / 64;
  uint64_t nonempty = summary[group].load(std::memory_order_acquire) & up_to(word % 64);
  for (;;) {
    while (nonempty) {
      const uintptr_t bit = 63 - std::countl_zero(nonempty);
      word = group * 64 + bit;
      if (uint64_t bits = starts[word].load(std::memory_order_acquire))
        return static_cast<intptr_t>(word * 64 + 63 - std::countl_zero(bits));
      nonempty &= ~(uint64_t{1} << bit);  // summary bits may stay behind: they are only ever set
    }
    if (group == 0) return -1;
    group--;
    nonempty = summary[group].load(std::memory_order_acquire);
  }
}

}  // namespace

const InstalledCode* lookup(uintptr_t pc) noexcept {
  if (pc - abi::kCodeBase >= abi::kCodeEnd - abi::kCodeBase) return nullptr;
  const intptr_t granule = find_backwards(granule_of(pc));
  if (granule < 0) return nullptr;
  const uintptr_t start = abi::kCodeBase + static_cast<uintptr_t>(granule) * kGranule;
  const auto* header = reinterpret_cast<const CodeHeader*>(start - kHeaderBytes);
  const InstalledCode* code = __atomic_load_n(&header->code, __ATOMIC_ACQUIRE);
  // A garbage word may lead here while that version is being reclaimed. Its bit goes before its bytes, and the descriptor
  // one reclamation later: with the bit still there, what was read is good.
  if ((starts[granule / 64].load(std::memory_order_acquire) >> (granule % 64) & 1) == 0) return nullptr;
  return code->contains(pc) ? code : nullptr;
}

void add(const InstalledCode* code) {
  const uintptr_t granule = granule_of(code->start);
  if (code->start % kGranule != 0 || granule == 0 || granule >= kGranules) base::fatal("maps: code outside the code region");
  summary[granule / 64 / 64].fetch_or(uint64_t{1} << (granule / 64 % 64), std::memory_order_release);
  starts[granule / 64].fetch_or(uint64_t{1} << (granule % 64), std::memory_order_release);
}

void remove(const InstalledCode* code) {
  const uintptr_t granule = granule_of(code->start);
  starts[granule / 64].fetch_and(~(uint64_t{1} << (granule % 64)), std::memory_order_acq_rel);
}

}  // namespace rapgo::code::maps
