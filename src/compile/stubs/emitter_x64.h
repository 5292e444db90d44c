// One asmjit assembler that writes into a loop::CompiledCode: relocations stay symbolic, unwind rows are recorded as we go.
// Thread safety: none; one per compilation. Errors: an instruction that asmjit refuses is a bug here: base::fatal.
#pragma once
#include <asmjit/x86.h>

#include <cstdint>
#include <cstring>

#include "abi/helpers.h"
#include "compile/stubs/assembler_x64.h"
#include "loop/compiled_code.h"

namespace rapgo::compile::stubs {

namespace x86 = asmjit::x86;

// Integer argument registers in the order of abi/call_layout.h.
inline constexpr x86::Gp kIntArg[6] = {x86::rdi, x86::rsi, x86::rdx, x86::rcx, x86::r8, x86::r9};

// A 32-bit field of the abi::TypeHead that `type` points to.
inline x86::Mem head_field(const x86::Gp& type, size_t offset) { return x86::dword_ptr(type, static_cast<int32_t>(offset)); }

class Emitter {
  LentAssembler lent_;

 public:
  explicit Emitter(loop::CompiledCode& out) : a(*lent_), out(out) {}

  Assembler& a;
  loop::CompiledCode& out;

  uint32_t pc() const { return static_cast<uint32_t>(a.offset()); }

  // ---- symbols ----
  uint32_t symbol(loop::SymbolKind kind, uint32_t id, uint32_t extra = 0);
  void reloc(uint32_t offset, loop::RelocKind kind, uint32_t symbol, int32_t addend = 0) {
    out.relocs.push_back({offset, kind, symbol, addend});
  }
  void call(loop::SymbolKind kind, uint32_t id) { branch(0xE8, kind, id); }
  void jmp(loop::SymbolKind kind, uint32_t id) { branch(0xE9, kind, id); }
  void call(abi::Helper h) { call(loop::SymbolKind::Helper, static_cast<uint32_t>(h)); }
  void jmp(abi::Helper h) { jmp(loop::SymbolKind::Helper, static_cast<uint32_t>(h)); }
  // mov r32, symbol + addend (zero-extended: everything symbolic lies below 4 GiB)
  void mov(const x86::Gp& reg, loop::SymbolKind kind, uint32_t id, uint32_t extra = 0, int32_t addend = 0) {
    uint8_t bytes[6] = {0x41};
    const size_t rex = reg.id() >= 8;
    bytes[rex] = static_cast<uint8_t>(0xB8 + (reg.id() & 7));
    raw(bytes, 5 + rex);
    reloc(pc() - 4, loop::RelocKind::Abs32, symbol(kind, id, extra), addend);
  }
  // Memory at an absolute symbolic address, for the *next* instruction, which must be finished by abs_done(bytes of immediate).
  static x86::Mem abs(uint32_t size = 0) {
    x86::Mem m = x86::ptr_abs(kPlaceholder, size);
    m.setAddrType(x86::Mem::AddrType::kAbs);
    return m;
  }
  void abs_done(loop::SymbolKind kind, uint32_t id, int32_t addend = 0, uint32_t immediate = 0, uint32_t extra = 0) {
    reloc(pc() - 4 - immediate, loop::RelocKind::Abs32, symbol(kind, id, extra), addend);
  }
  // call/jmp [8-byte word at symbol]
  void call_slot(loop::SymbolKind kind, uint32_t id) { through(0x14, kind, id); }
  void jmp_slot(loop::SymbolKind kind, uint32_t id) { through(0x24, kind, id); }
  // cmp dword [mem], symbol
  void cmp(const x86::Mem& mem, loop::SymbolKind kind, uint32_t id) {
    x86::Mem m = mem;
    m.setSize(4);
    a.cmp(m, asmjit::imm(kPlaceholder));
    reloc(pc() - 4, loop::RelocKind::Abs32, symbol(kind, id));
  }

  // A nop (or patchable call) of 5 bytes inside one aligned 8-byte word; returns its offset.
  uint32_t patchable_nop();
  void raw(const void* bytes, size_t n) { a.raw(bytes, n); }
  // The commonest instructions of baseline code, encoded here. `size` is 4 or 8.
  void load_frame(const x86::Gp& reg, int32_t offset, uint32_t size) { frame_move(0x8B, reg.id(), offset, size); }
  void store_frame(int32_t offset, const x86::Gp& reg, uint32_t size) { frame_move(0x89, reg.id(), offset, size); }
  void nops(uint32_t bytes);

  // ---- unwinding ----
  // From here on: the caller's frame is found at rsp + offset, rbp untouched.
  void frame_at_rsp(int32_t offset) { row(offset, false, 0); }
  // From here on: push rbp; mov rbp, rsp has happened.
  void frame_at_rbp() { row(16, true, -16); }
  // push rbp has happened.
  void frame_pushed() { row(16, false, -16); }

  uint32_t label_offset(const asmjit::Label& l) const { return a.offset_of(l); }  // REQUIRES: bound
  bool is_bound(const asmjit::Label& l) const { return a.is_bound(l); }
  // Moves the bytes into `out`. Labels must be bound. No emission afterwards.
  void finish();

  static constexpr uint32_t kPlaceholder = 0x12345678;  // needs 32 bits, so asmjit takes no shorter form

 private:
  static constexpr uint32_t kRecent = 32;
  uint32_t recent_[kRecent] = {};  // row of `symbols`, by hash; looked at before it is believed

  void branch(uint8_t opcode, loop::SymbolKind kind, uint32_t id) {
    uint8_t bytes[5] = {opcode};
    raw(bytes, 5);
    reloc(pc() - 4, loop::RelocKind::Rel32, symbol(kind, id));
  }
  void through(uint8_t modrm, loop::SymbolKind kind, uint32_t id) {
    uint8_t bytes[7] = {0xFF, modrm, 0x25};
    raw(bytes, 7);
    reloc(pc() - 4, loop::RelocKind::Abs32, symbol(kind, id));
  }
  // mov between a register and [rbp + offset].
  void frame_move(uint8_t opcode, uint32_t reg, int32_t offset, uint32_t size) {
    uint8_t bytes[8];
    size_t n = 0;
    const auto rex = static_cast<uint8_t>((size == 8 ? 0x48 : 0x40) | (reg >= 8 ? 4 : 0));
    if (rex != 0x40) bytes[n++] = rex;
    bytes[n++] = opcode;
    const auto field = static_cast<uint8_t>((reg & 7) << 3);
    if (offset == static_cast<int8_t>(offset)) {
      bytes[n++] = 0x45 | field;
      bytes[n++] = static_cast<uint8_t>(offset);
    } else {
      bytes[n++] = 0x85 | field;
      std::memcpy(bytes + n, &offset, 4);
      n += 4;
    }
    raw(bytes, n);
  }
  void row(int32_t cfa_offset, bool rbp, int16_t saved_rbp) {
    loop::UnwindRow r{pc(), cfa_offset, rbp};
    r.saved[1] = saved_rbp;
    if (!out.unwind.empty() && out.unwind.back().pc == r.pc) out.unwind.back() = r;
    else out.unwind.push_back(r);
  }
};

}  // namespace rapgo::compile::stubs
