// The extra arguments of a call with a variable list (ECMA-335 I.12.3.2.4, II.15.5.5): the caller passes the address of this block, which
// lies in its own frame, in r10 besides the ordinary arguments. A RuntimeArgumentHandle is that address.
// Thread safety: read by the callee only. Lives as long as the call.
#pragma once
#include <cstdint>

namespace rapgo::abi {

struct VariableArguments {
  struct Item {
    uint64_t type;     // load Type*, which is what RuntimeTypeHandle holds
    uint64_t address;  // of the value: 8-byte words in the caller's frame, narrow integers kept as 32 bits
  };
  uint64_t count;
  Item items[1];       // `count` of them
};

}  // namespace rapgo::abi
