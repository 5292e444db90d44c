// CompiledCode -> InstalledCode: symbols become values, bytes become code.
#include <cstring>
#include <string>

#include "abi/helpers.h"
#include "abi/thread_state.h"
#include "abi/type_head.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "code/maps/maps.h"
#include "code/memory/low_memory.h"
#include "code/versions/patch_x64.h"
#include "code/versions/registry.h"

namespace rapgo::code::versions {
namespace {

using loop::SymbolKind;

// Self is left 0 here: it depends on where the code goes.
uint64_t value_of(const loop::Symbol& symbol, Resolver* resolver, uint64_t* counters) {
  switch (symbol.kind) {
    case SymbolKind::Helper: {
      const uint64_t entry = symbol.id < abi::kHelperCount ? abi::helper_entries[symbol.id] : 0;
      if (entry == 0) base::fatal("install: code calls a runtime helper that does not exist yet");
      return entry;
    }
    case SymbolKind::EntrySlot:
    case SymbolKind::Method:
    case SymbolKind::Type:
    case SymbolKind::Field: return symbol.id;
    case SymbolKind::ImtOffset: return abi::kImtOffset + 8 * abi::imt_slot(symbol.id);
    case SymbolKind::MethodStub: return method_stub({symbol.id});
    case SymbolKind::MethodDirect: return direct_jump({symbol.id});
    case SymbolKind::Self: return 0;
    case SymbolKind::TlsOffset: return static_cast<uint64_t>(static_cast<int64_t>(abi::tls_offset()));
    case SymbolKind::ProbeCounters: return reinterpret_cast<uint64_t>(counters);
    case SymbolKind::TypeWord:
    case SymbolKind::StaticsBase:
    case SymbolKind::TypeObject:
    case SymbolKind::StringLiteral:
    case SymbolKind::CardBias: break;
  }
  if (resolver == nullptr) base::fatal("install: a symbol needs a resolver");
  return resolver->resolve(symbol);
}

memory::Area area_of(loop::Tier tier) {
  switch (tier) {
    case loop::Tier::Stub: return memory::Area::Stub;
    case loop::Tier::Optimized: return memory::Area::Optimized;
    default: return memory::Area::Baseline;
  }
}

struct Counters {  // given back unless a version takes it
  uint64_t* words = nullptr;
  size_t size = 0;
  ~Counters() { memory::meta_block_free(words, size); }
};

InstalledCode* prepare(loop::SharedCode code, Resolver* resolver) {
  Counters counters;
  if (code->probe_words) {
    counters.size = code->probe_words * sizeof(uint64_t);
    counters.words = static_cast<uint64_t*>(memory::meta_block_alloc(counters.size));
  }
  const size_t count = code->symbols.size();
  uint64_t few[64];
  std::vector<uint64_t> many(count > std::size(few) ? count : 0);
  uint64_t* values = many.empty() ? few : many.data();
  for (size_t i = 0; i < count; i++) values[i] = value_of(code->symbols[i], resolver, counters.words);
  InstalledCode* installed = place(std::move(code), {values, count}, counters.words);
  if (installed) counters.words = nullptr;
  return installed;
}

}  // namespace

static constexpr size_t kOptimizedAlign = 64;
static constexpr size_t kScratchKept = 256 << 10;

InstalledCode* place(loop::SharedCode code, std::span<const uint64_t> symbols, uint64_t* counters) {
  const size_t size = code->bytes.size();
  // Vector constants behind optimized code are loaded by instructions that want their alignment.
  const size_t align = code->tier == loop::Tier::Optimized ? kOptimizedAlign : 16;
  const size_t block_size = size + maps::kHeaderBytes + (align - 16);
  const uintptr_t block = memory::allocate(area_of(code->tier), block_size);
  if (block == 0) return nullptr;
  auto* installed = new InstalledCode(std::move(code));
  const loop::CompiledCode& value = installed->code;
  installed->method = value.method;
  installed->tier = value.tier;
  installed->start = (block + maps::kHeaderBytes + align - 1) & ~(align - 1);
  installed->block = block;
  installed->block_size = block_size;
  installed->size = static_cast<uint32_t>(size);
  installed->counters = counters;
  static thread_local std::vector<uint8_t> scratch;  // warm
  if (scratch.size() < size + maps::kHeaderBytes) scratch.resize(size + maps::kHeaderBytes);
  const std::span<uint8_t> image(scratch.data(), size + maps::kHeaderBytes);
  const maps::CodeHeader header{installed, maps::kHeaderMagic};
  static_assert(sizeof header == maps::kHeaderBytes);
  memcpy(image.data(), &header, sizeof header);
  uint8_t* bytes = image.data() + maps::kHeaderBytes;
  if (size) memcpy(bytes, value.bytes.data(), size);
  for (const loop::Reloc& reloc : value.relocs) {
    const uint32_t width = reloc.kind == loop::RelocKind::Abs64 ? 8 : 4;
    if (reloc.symbol >= symbols.size() || reloc.offset > size || size - reloc.offset < width)
      base::fatal("install: relocation outside the code");
    const bool self = value.symbols[reloc.symbol].kind == SymbolKind::Self;
    if (!relocate(bytes, installed->start, reloc, self ? installed->start : symbols[reloc.symbol]))
      base::fatal("install: relocated value does not fit its field");
  }
  memory::write(installed->start - maps::kHeaderBytes, image);
  if (scratch.size() > kScratchKept) std::vector<uint8_t>().swap(scratch);
  return installed;
}

void enter(Registry& r, InstalledCode* code) {
  code->id = {static_cast<uint32_t>(r.by_id.size())};
  if (code->installed_ns == 0) code->installed_ns = base::monotonic_ns();
  r.by_id.push_back(code);
  if (code->method) {
    MethodRecord& record = r.methods[code->method];
    record.versions.push_back(code);
    if (!code->code.is_osr)
      for (const OsrEntry& entry : record.osr) patch_backedges(r, code, entry.il_offset, true);
  }
  for (const loop::Assumption& a : code->code.assumptions) {
    auto& list = r.dependents[assumption_key(a.kind, a.id)];
    if (list.empty() || list.back() != code) list.push_back(code);
  }
  TierFigures& f = r.figures.tier[static_cast<int>(code->tier)];
  f.versions++, f.bytes += code->size, f.total_versions++, f.total_bytes += code->size;
  maps::add(code);
  emit_event(loop::EventKind::Installed, code, code->size);
}

InstalledCode* install(loop::SharedCode code, Resolver& resolver, loop::Assumption* broken) {
  if (!loop::rows_sorted(*code)) {
    auto copy = std::make_shared<loop::CompiledCode>(*code);
    loop::sort_rows(*copy);
    code = std::move(copy);
  }
  InstalledCode* installed = prepare(std::move(code), &resolver);
  if (installed == nullptr) {
    if (base::log_enabled(base::Channel::code)) base::log_line(base::Channel::code, "code memory is full");
    return nullptr;
  }
  Registry& r = registry();
  {
    std::lock_guard guard(r.lock);
    enter(r, installed);
  }
  // Registered first, asked second: whatever breaks from here on reaches us through invalidate().
  for (const loop::Assumption& assumption : installed->code.assumptions) {
    if (resolver.holds(assumption)) continue;
    if (broken) *broken = assumption;
    retire(installed, RetireReason::AssumptionBroken);
    return nullptr;
  }
  if (installed->state.load() == State::Retired) {
    if (broken) *broken = installed->code.assumptions.front();
    return nullptr;
  }
  tell_listeners(r, *installed);
  return installed;
}

InstalledCode* install(loop::CompiledCode&& code, Resolver& resolver, loop::Assumption* broken) {
  loop::sort_rows(code);
  return install(std::make_shared<const loop::CompiledCode>(std::move(code)), resolver, broken);
}

InstalledCode* install_stub(loop::CompiledCode&& code, const char* name, Resolver* resolver) {
  code.tier = loop::Tier::Stub;
  loop::sort_rows(code);
  InstalledCode* installed = prepare(std::make_shared<const loop::CompiledCode>(std::move(code)), resolver);
  if (installed == nullptr) return nullptr;
  installed->name = name;
  Registry& r = registry();
  {
    std::lock_guard guard(r.lock);
    enter(r, installed);
  }
  tell_listeners(r, *installed);
  return installed;
}

void attach(InstalledCode* stub, InstalledCode* owner) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  stub->owner = owner;
  owner->attached.push_back(stub);
  owner->referenced = true;  // a reclamation that is under way has not seen who wants the stub
  if (owner->state.load() == State::Retired) retire_locked(r, stub, RetireReason::Replaced);
}

}  // namespace rapgo::code::versions
