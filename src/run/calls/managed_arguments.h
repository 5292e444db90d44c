// The arguments of a managed call as its stub found them. Private to run/calls.
#pragma once
#include <cstdint>
#include <cstring>

#include "abi/call_layout.h"
#include "run/calls/native_call_x64.h"

namespace rapgo::run::calls {

// Values of the managed arguments, as the entry code saved them.
class ManagedArguments {
 public:
  ManagedArguments(const abi::CallLayout& layout, SavedRegisters* registers, const uint64_t* stack)
      : layout_(layout), registers_(registers), stack_(stack) {}
  // Address of argument i's bytes; `room` takes values that travel in two registers.
  const void* at(size_t i, uint64_t room[2]) const {
    const abi::ArgLocation& l = layout_.args[i];
    if (l.by_address) return reinterpret_cast<const void*>(l.in_registers ? registers_->ints[l.reg[0]] : stack_[l.stack_word]);
    if (!l.in_registers) return &stack_[l.stack_word];
    for (int p = 0; p < l.pieces; p++) {
      if (l.cls[p] == abi::Eightbyte::Integer) room[p] = registers_->ints[l.reg[p]];
      else std::memcpy(&room[p], &registers_->sses[l.reg[p]], 8);
    }
    return room;
  }
  template <class T>
  T get(size_t i) const {
    uint64_t room[2] = {};
    T value;
    std::memcpy(&value, at(i, room), sizeof value);
    return value;
  }

 private:
  const abi::CallLayout& layout_;
  SavedRegisters* registers_;
  const uint64_t* stack_;
};

}  // namespace rapgo::run::calls
