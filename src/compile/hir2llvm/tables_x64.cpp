// Unwind rows from .eh_frame, IL positions from .debug_line, landing pads from .gcc_except_table.
#include <llvm/DebugInfo/DWARF/DWARFContext.h>
#include <llvm/DebugInfo/DWARF/DWARFDebugFrame.h>
#include <llvm/MC/MCAsmInfo.h>
#include <llvm/MC/MCContext.h>
#include <llvm/MC/MCDisassembler/MCDisassembler.h>
#include <llvm/MC/MCInst.h>
#include <llvm/MC/MCInstrInfo.h>
#include <llvm/MC/MCRegisterInfo.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Object/ObjectFile.h>
#include <llvm/Support/LEB128.h>
#include <llvm/Support/MemoryBuffer.h>

#include <algorithm>

#include "compile/hir2llvm/machine_x64.h"

namespace rapgo::compile::hir2llvm {

using namespace llvm;

static std::unique_ptr<object::ObjectFile> open(StringRef bytes, std::string* error) {
  auto file = object::ObjectFile::createObjectFile(MemoryBufferRef(bytes, "code"));
  if (file) return std::move(*file);
  *error = toString(file.takeError());
  return nullptr;
}

bool take_unwind(StringRef bytes, loop::CompiledCode* out, std::string* error) {
  auto file = open(bytes, error);
  if (!file) return false;
  auto context = DWARFContext::create(*file);
  auto frames = context->getEHFrame();
  if (!frames) { *error = toString(frames.takeError()); return false; }
  // DWARF register numbers of rbx, rbp, r12..r15, in the order of loop::kCalleeSaved.
  static constexpr uint32_t kRegisters[] = {3, 6, 12, 13, 14, 15};
  constexpr uint32_t kRbp = 6, kRsp = 7, kReturn = 16;
  for (auto& entry : (*frames)->entries()) {
    auto* fde = dyn_cast<dwarf::FDE>(&entry);
    if (!fde) continue;
    auto table = dwarf::UnwindTable::create(fde);
    if (!table) { *error = toString(table.takeError()); return false; }
    for (auto& row : *table) {
      loop::UnwindRow r{};
      r.pc = static_cast<uint32_t>(row.getAddress());
      auto& cfa = row.getCFAValue();
      if (cfa.getLocation() != dwarf::UnwindLocation::RegPlusOffset || (cfa.getRegister() != kRbp && cfa.getRegister() != kRsp)) {
        *error = "unwind row whose CFA is neither rsp nor rbp based";
        return false;
      }
      r.cfa_is_rbp = cfa.getRegister() == kRbp;
      r.cfa_offset = cfa.getOffset();
      for (int i = 0; i < loop::kCalleeSaved; i++) {
        auto where = row.getRegisterLocations().getRegisterLocation(kRegisters[i]);
        if (where && where->getLocation() == dwarf::UnwindLocation::CFAPlusOffset) r.saved[i] = static_cast<int16_t>(where->getOffset());
      }
      auto ret = row.getRegisterLocations().getRegisterLocation(kReturn);
      if (!ret || ret->getOffset() != -8) { *error = "return address not at CFA-8"; return false; }
      out->unwind.push_back(r);
    }
  }
  std::sort(out->unwind.begin(), out->unwind.end(), [](auto& a, auto& b) { return a.pc < b.pc; });
  if (out->unwind.empty() || out->unwind[0].pc != 0) { *error = "no unwind rows"; return false; }
  return true;
}

bool take_lines(StringRef bytes, const std::vector<Position>& positions, loop::CompiledCode* out, std::string* error) {
  auto file = open(bytes, error);
  if (!file) return false;
  auto context = DWARFContext::create(*file);
  for (auto& unit : context->compile_units()) {
    const DWARFDebugLine::LineTable* table = context->getLineTableForUnit(unit.get());
    if (!table) continue;
    for (auto& row : table->Rows) {
      if (row.EndSequence || row.Line == 0 || row.Line > positions.size()) continue;
      const Position& p = positions[row.Line - 1];
      loop::IlMapRow made{static_cast<uint32_t>(row.Address.Address), p.il_offset, p.frame};
      if (!out->il_map.empty() && out->il_map.back().pc == made.pc) out->il_map.back() = made;
      else if (out->il_map.empty() || out->il_map.back().il_offset != made.il_offset || out->il_map.back().frame != made.frame)
        out->il_map.push_back(made);
    }
  }
  std::stable_sort(out->il_map.begin(), out->il_map.end(), [](auto& a, auto& b) { return a.pc < b.pc; });
  return true;
}

namespace {

// Finds the calls in a code range: the table names ranges around calls, we need return addresses.
class CallFinder {
 public:
  explicit CallFinder(const TargetMachine& tm)
      : sti_(tm.getMCSubtargetInfo()), mii_(tm.getMCInstrInfo()),
        context_(tm.getTargetTriple(), tm.getMCAsmInfo(), tm.getMCRegisterInfo(), sti_),
        dis_(tm.getTarget().createMCDisassembler(*sti_, context_)) {}

  template <class F>
  bool each(const loop::Rows<uint8_t>& code, uint64_t begin, uint64_t end, F&& f) {
    for (uint64_t at = begin; at < end;) {
      MCInst inst;
      uint64_t size = 0;
      ArrayRef<uint8_t> rest(code.data() + at, code.size() - at);
      if (dis_->getInstruction(inst, size, rest, at, nulls()) != MCDisassembler::Success || size == 0) return false;
      at += size;
      if (mii_->get(inst.getOpcode()).isCall()) f(static_cast<uint32_t>(at));
    }
    return true;
  }

 private:
  const MCSubtargetInfo* sti_;
  const MCInstrInfo* mii_;
  MCContext context_;
  std::unique_ptr<MCDisassembler> dis_;
};

struct Cursor {
  const uint8_t* at;
  const uint8_t* end;
  bool ok = true;
  uint8_t byte() { return at < end ? *at++ : (ok = false, 0); }
  uint64_t uleb() {
    unsigned n = 0;
    const char* bad = nullptr;
    uint64_t v = decodeULEB128(at, &n, end, &bad);
    if (bad) ok = false;
    at += n;
    return v;
  }
  uint64_t encoded(uint8_t encoding) {
    switch (encoding & 0x0f) {
      case dwarf::DW_EH_PE_uleb128: return uleb();
      case dwarf::DW_EH_PE_udata4:
      case dwarf::DW_EH_PE_sdata4: {
        uint32_t v = 0;
        if (end - at < 4) { ok = false; return 0; }
        memcpy(&v, at, 4);
        at += 4;
        return v;
      }
      default: ok = false; return 0;
    }
  }
};

}  // namespace

bool take_landing_pads(ArrayRef<uint8_t> lsda, const TargetMachine& tm, loop::CompiledCode* out, std::string* error) {
  Cursor c{lsda.begin(), lsda.end()};
  if (c.byte() != dwarf::DW_EH_PE_omit) { *error = "landing pads with a base of their own"; return false; }
  if (c.byte() != dwarf::DW_EH_PE_omit) c.uleb();  // type table: unused
  uint8_t encoding = c.byte();
  uint64_t length = c.uleb();
  const uint8_t* end = c.at + length;
  CallFinder calls(tm);
  while (c.ok && c.at < end) {
    uint64_t start = c.encoded(encoding), size = c.encoded(encoding), pad = c.encoded(encoding);
    c.uleb();  // action
    if (!c.ok || !pad) continue;
    if (start + size > out->code_size || pad >= out->code_size) { *error = "landing pad outside the code"; return false; }
    bool decoded = calls.each(out->bytes, start, start + size, [&](uint32_t pc) {
      out->landing_pads.push_back({pc, static_cast<uint32_t>(pad)});
    });
    if (!decoded) { *error = "undecodable instruction before a landing pad"; return false; }
  }
  if (!c.ok) { *error = "damaged exception table"; return false; }
  std::sort(out->landing_pads.begin(), out->landing_pads.end(), [](auto& a, auto& b) { return a.pc < b.pc; });
  return true;
}

}  // namespace rapgo::compile::hir2llvm
