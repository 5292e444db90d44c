#include "compile/stubs/emitter_x64.h"

#include "base/error.h"

namespace rapgo::compile::stubs {

uint32_t Emitter::symbol(loop::SymbolKind kind, uint32_t id, uint32_t extra) {
  const loop::Symbol s{kind, id, extra};
  // A duplicate costs one row, a search of all would cost time. Ids are addresses of 16-aligned objects, or small.
  const auto& v = out.symbols;
  uint32_t& known = recent_[((id >> 4) + id + extra + static_cast<uint32_t>(kind) * 5) % kRecent];
  if (known < v.size() && v[known] == s) return known;
  out.symbols.push_back(s);
  return known = static_cast<uint32_t>(v.size() - 1);
}

void Emitter::nops(uint32_t bytes) {
  static const uint8_t table[9][9] = {{0x90},
                                      {0x66, 0x90},
                                      {0x0f, 0x1f, 0x00},
                                      {0x0f, 0x1f, 0x40, 0},
                                      {0x0f, 0x1f, 0x44, 0, 0},
                                      {0x66, 0x0f, 0x1f, 0x44, 0, 0},
                                      {0x0f, 0x1f, 0x80, 0, 0, 0, 0},
                                      {0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0},
                                      {0x66, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0}};
  while (bytes) {
    const uint32_t n = bytes < 9 ? bytes : 9;
    raw(table[n - 1], n);
    bytes -= n;
  }
}

uint32_t Emitter::patchable_nop() {
  const uint32_t in_word = pc() & 7;
  if (in_word > 3) nops(8 - in_word);
  const uint32_t at = pc();
  nops(5);
  return at;
}

void Emitter::finish() {
  if (!a.all_bound()) base::fatal("machine code emission: a label was never bound");
  out.bytes.assign(a.bufferData(), a.bufferData() + a.offset());
  if (!out.code_size) out.code_size = static_cast<uint32_t>(out.bytes.size());
}

}  // namespace rapgo::compile::stubs
