#include <dlfcn.h>

#include <Zydis/Disassembler.h>
#include <fmt/format.h>

#include "abi/helpers.h"
#include "base/error.h"
#include "code/maps/maps.h"
#include "vm/code_listeners.h"

namespace rapgo::vm {

using code::versions::InstalledCode;

// Loaded when it is asked for, so that start-up does not pay for it.
static decltype(&ZydisDisassembleIntel) disassembler() {
  static auto* found = [] {
    void* library = dlopen("libZydis.so.4.0", RTLD_NOW | RTLD_LOCAL);
    return library ? reinterpret_cast<decltype(&ZydisDisassembleIntel)>(dlsym(library, "ZydisDisassembleIntel")) : nullptr;
  }();
  if (!found) throw base::UserError("--dump-code needs the disassembler libZydis.so.4.0 (Debian package libzydis4.0)");
  return found;
}

void require_disassembler() { disassembler(); }

// What an absolute target is, where one sees it.
static std::string meaning(uint64_t target, const InstalledCode& self, loop::SymbolNames& names) {
  if (self.contains(target)) return {};
  for (uint32_t i = 0; i < abi::kHelperCount; i++)
    if (abi::helper_entries[i] == target) return abi::helper_info(static_cast<abi::Helper>(i)).name;
  if (const InstalledCode* code = code::maps::lookup(target)) return code->method ? names.display_name(code->method) : code->name;
  return {};
}

std::string disassembly(const InstalledCode& code, loop::SymbolNames& names) {
  auto* decode = disassembler();
  const loop::CompiledCode& value = code.code;
  std::string out = fmt::format("; {}, {}{}, {} bytes at {:#x}\n", names.display_name(code.method), loop::tier_name(code.tier),
                                value.is_osr ? fmt::format(" for the loop at IL {:04x}", value.osr_il_offset) : "", code.size, code.start);
  size_t row = 0;
  for (uint32_t at = 0; at < value.code_size;) {
    for (; row < value.il_map.size() && value.il_map[row].pc <= at; row++) {
      const auto& r = value.il_map[row];
      if (row + 1 < value.il_map.size() && value.il_map[row + 1].pc <= at) continue;  // the last of several counts
      out += fmt::format("IL_{:04x}{}:\n", r.il_offset, r.frame && r.frame < value.inlined.size() ? " in " + names.display_name(value.inlined[r.frame].method) : "");
    }
    ZydisDisassembledInstruction i;
    const auto* bytes = reinterpret_cast<const uint8_t*>(code.start + at);
    if (!ZYAN_SUCCESS(decode(ZYDIS_MACHINE_MODE_LONG_64, code.start + at, bytes, value.code_size - at, &i))) {
      out += fmt::format("  {:#x}  (byte {:#04x})\n", code.start + at, *bytes);
      at++;
      continue;
    }
    std::string what;
    if (i.info.operand_count_visible == 1 && i.operands[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE && i.operands[0].imm.is_relative) {
      const uint64_t target = code.start + at + i.info.length + static_cast<uint64_t>(i.operands[0].imm.value.s);
      what = meaning(target, code, names);
    }
    out += fmt::format("  {:#x}  {}{}{}\n", code.start + at, i.text, what.empty() ? "" : "  ; ", what);
    at += i.info.length;
  }
  if (value.code_size < code.size) out += fmt::format("  ; {} bytes of constants\n", code.size - value.code_size);
  return out;
}

}  // namespace rapgo::vm
