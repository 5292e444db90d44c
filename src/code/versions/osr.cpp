// Back-edges: a nop, or `call TransferUp` once there is somewhere to go.
#include <algorithm>

#include "abi/helpers.h"
#include "base/log.h"
#include "code/versions/patch_x64.h"
#include "code/versions/registry.h"

namespace rapgo::code::versions {
namespace {

OsrEntry* find_entry(MethodRecord& record, uint32_t il_offset) {
  for (OsrEntry& entry : record.osr)
    if (entry.il_offset == il_offset) return &entry;
  return nullptr;
}

uint32_t patch_all(Registry& r, MethodRecord& record, uint32_t il_offset, bool on) {
  uint32_t changed = 0;
  for (InstalledCode* version : record.versions)
    if (!version->code.is_osr) changed += patch_backedges(r, version, il_offset, on);
  return changed;
}

void disarm_locked(Registry& r, MethodRecord& record, uint32_t il_offset) {
  patch_all(r, record, il_offset, false);
  std::erase_if(record.osr, [&](const OsrEntry& e) { return e.il_offset == il_offset; });
}

}  // namespace

uint32_t patch_backedges(Registry&, InstalledCode* code, uint32_t il_offset, bool on) {
  const uintptr_t target = abi::helper_entry(abi::Helper::TransferUp);
  if (target == 0 || code->tier > loop::Tier::Probed) return 0;
  uint32_t changed = 0;
  for (const loop::OsrPoint& point : code->osr_points(il_offset)) {
    const uintptr_t pc = code->start + point.pc;
    const uintptr_t at = pc & ~uintptr_t{7};
    uint64_t word = memory::read8(at);
    const auto byte = static_cast<unsigned>(pc & 7);
    if (on ? arm_word(word, byte, pc, target) : disarm_word(word, byte, pc, target)) {
      memory::patch8(at, word);
      changed++;
    }
  }
  if (changed && on) emit_event(loop::EventKind::OsrArmed, code, changed, 0, il_offset);
  return changed;
}

bool publish_osr(loop::MethodId method, uint32_t il_offset, InstalledCode* code, InstalledCode** previous) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  if (code->state.load() >= State::Retired) return false;
  MethodRecord& record = r.methods[method];
  InstalledCode* old = nullptr;
  if (OsrEntry* entry = find_entry(record, il_offset)) {
    old = entry->code;
    entry->code = code;
  } else {
    record.osr.push_back({il_offset, code});
  }
  if (previous) *previous = old == code ? nullptr : old;
  patch_all(r, record, il_offset, true);
  emit_event(loop::EventKind::Published, code, 0, 0, il_offset);
  return true;
}

InstalledCode* find_osr(loop::MethodId method, uint32_t il_offset) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  MethodRecord* found = r.methods.find(method);
  if (!found) return nullptr;
  OsrEntry* entry = find_entry(*found, il_offset);
  return entry ? entry->code : nullptr;
}

uint32_t arm(loop::MethodId method, uint32_t il_offset) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  MethodRecord& record = r.methods[method];
  if (find_entry(record, il_offset) == nullptr) record.osr.push_back({il_offset, nullptr});
  return patch_all(r, record, il_offset, true);
}

uint32_t disarm(loop::MethodId method, uint32_t il_offset) {
  Registry& r = registry();
  std::lock_guard guard(r.lock);
  MethodRecord* found = r.methods.find(method);
  if (!found) return 0;
  const uint32_t changed = patch_all(r, *found, il_offset, false);
  // A registered version stays: armed again, it is found again.
  std::erase_if(found->osr, [&](const OsrEntry& e) { return e.il_offset == il_offset && e.code == nullptr; });
  return changed;
}

void unregister_osr(Registry& r, InstalledCode* code) {
  MethodRecord* found = r.methods.find(code->method);
  if (!found) return;
  MethodRecord& record = *found;
  for (size_t i = 0; i < record.osr.size();) {
    if (record.osr[i].code == code) disarm_locked(r, record, record.osr[i].il_offset);
    else i++;
  }
}

}  // namespace rapgo::code::versions
