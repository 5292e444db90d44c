// MethodHead: the first bytes of load::types::Method, which machine code reads. 16-aligned, below 4 GiB.
#pragma once
#include <cstdint>

namespace rapgo::abi {

// `entry` is the entry slot (offset 0): `call [method]` reaches the active version. Before the first compile it holds the
// method's first-call stub (`mov r11d, method; jmp first_call`). Only code::versions writes it, together with every vtable
// word that holds the method.
struct alignas(16) MethodHead {
  uint64_t entry;
  uint32_t active_version;  // VersionId of the published version, 0 before the first compile
  uint32_t stub;            // address of the permanent stub (ldftn), 0 until made
  uint32_t record;          // number of what code::versions remembers of the method, 0: nothing yet
  uint32_t cells;           // number of the first word that holds its entry too (vtables), 0: none
};
static_assert(sizeof(MethodHead) == 32);

}  // namespace rapgo::abi
