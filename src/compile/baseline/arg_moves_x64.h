// Brings the arguments of one call from where the abstract stack has them to where the callee wants them.
#pragma once
#include "compile/baseline/compiler_x64.h"

namespace rapgo::compile::baseline {

// add() writes stack arguments at once and remembers register ones; finish() does those in parallel. Entries must outlive finish().
// Afterwards no register is owned by any entry.
struct ArgMoves {
  explicit ArgMoves(Compiler& c) : c(c) {}
  void add(Entry& e, const abi::ArgLocation& loc);
  void add_to(Entry& e, const Gp& reg);
  void finish();

 private:
  struct Move {
    Entry* entry;
    uint8_t to, from, piece;
    bool sse, from_register, address, done;
  };
  Compiler& c;
  Move moves[16];
  int count = 0;
};

}  // namespace rapgo::compile::baseline
