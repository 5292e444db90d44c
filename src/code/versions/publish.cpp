// Who calls the method reaches the active version: entry slot, vtable cells, the direct jump, the permanent stub.
#include "base/clock.h"
#include "base/error.h"
#include "code/maps/maps.h"
#include "code/versions/patch_x64.h"
#include "code/versions/registry.h"

namespace rapgo::code::versions {
namespace {

constexpr size_t kPoolPage = 4096 - maps::kHeaderBytes;

void store_word(uint64_t* cell, uint64_t value) { __atomic_store_n(cell, value, __ATOMIC_RELEASE); }

uint32_t low_address(uint64_t* cell) {
  const auto address = reinterpret_cast<uintptr_t>(cell);
  if (address >> 32 || address % 8) base::fatal("register_cell: not an aligned word below 4 GiB");
  return static_cast<uint32_t>(address);
}

uintptr_t take_cell(Registry& r, CellPool& pool) {
  if (pool.next == pool.end) {
    InstalledCode* page = make_pool_page(r, pool.name, kPoolPage);
    pool.next = page->start;
    pool.end = page->start + page->size / 8 * 8;
  }
  pool.count++;
  const uintptr_t cell = pool.next;
  pool.next += 8;
  return cell;
}

void add_cell(Registry& r, loop::MethodId method, uint64_t* cell) {
  r.cells.add(method, low_address(cell));
  store_word(cell, load_entry(method));
}

}  // namespace

InstalledCode* make_pool_page(Registry& r, const char* name, size_t bytes) {
  loop::CompiledCode code;
  code.tier = loop::Tier::Stub;
  code.bytes.assign(bytes, 0xCC);
  code.code_size = static_cast<uint32_t>(bytes);
  code.unwind.push_back({.pc = 0, .cfa_offset = 8, .cfa_is_rbp = false});
  InstalledCode* page = place(std::make_shared<const loop::CompiledCode>(std::move(code)), {}, nullptr);
  if (page == nullptr) base::fatal("no room for stubs in code memory");
  page->name = name;
  enter(r, page);
  return page;
}

void set_entry(Registry& r, loop::MethodId method, MethodRecord& record, uint64_t address, InstalledCode* version) {
  abi::MethodHead* head = head_of(method);
  record.active = version;
  __atomic_store_n(&head->active_version, version ? version->id.value : 0, __ATOMIC_RELAXED);
  store_word(&head->entry, address);
  r.cells.each(method, [&](uint64_t* cell) { store_word(cell, address); });
  if (record.direct) {
    memory::patch8(record.direct, jump_word(record.direct, address));
    if (version) emit_event(loop::EventKind::CallPatched, version, record.direct);
  }
}

bool publish(loop::MethodId method, InstalledCode* code, InstalledCode** previous) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  if (code->state.load() >= State::Retired) return false;
  MethodRecord& record = r.methods[method];
  if (record.active == nullptr) record.first_entry = load_entry(method);
  InstalledCode* old = record.active;
  if (old != nullptr && old != code) old->state.store(State::Installed);
  code->state.store(State::Active);
  set_entry(r, method, record, code->entry(), code);
  if (previous) *previous = old == code ? nullptr : old;
  emit_event(loop::EventKind::Published, code);
  return true;
}

void register_cell(loop::MethodId method, uint64_t* cell) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  add_cell(r, method, cell);
}

void register_cells(std::span<const Cell> cells) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  for (const Cell& c : cells) add_cell(r, c.method, c.cell);
}

void unregister_cell(loop::MethodId method, uint64_t* cell) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  r.cells.remove(method, low_address(cell));
}

uintptr_t method_stub(loop::MethodId method) {
  abi::MethodHead* head = head_of(method);
  if (uint32_t known = __atomic_load_n(&head->stub, __ATOMIC_ACQUIRE)) return known;
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  if (head->stub) return head->stub;
  const uintptr_t cell = take_cell(r, r.stubs);
  memory::patch8(cell, slot_jump_word(method.value));
  __atomic_store_n(&head->stub, static_cast<uint32_t>(cell), __ATOMIC_RELEASE);
  return cell;
}

loop::MethodId method_of_stub(uintptr_t address) {
  if (address % 8) return {};
  const InstalledCode* page = maps::lookup(address);
  if (page == nullptr || page->name != registry().stubs.name) return {};
  return {slot_of_jump_word(memory::read8(address))};
}

uintptr_t direct_jump(loop::MethodId method) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  MethodRecord& record = r.methods[method];
  if (record.direct) return record.direct;
  const uint64_t target = load_entry(method);
  if (target == 0) base::fatal("direct_jump: the method has no entry");
  const uintptr_t cell = take_cell(r, r.jumps);
  memory::patch8(cell, jump_word(cell, target));
  return record.direct = cell;
}

}  // namespace rapgo::code::versions
