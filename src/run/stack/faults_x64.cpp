// Faults of managed code become calls of Throw stubs (conventions 5). Runs in signal handlers.
#include <csignal>
#include <cstring>

#include <sys/ucontext.h>
#include <unistd.h>

#include "abi/helpers.h"
#include "code/memory/code_memory.h"
#include "load/types/method.h"
#include "run/stack/cursor.h"
#include "run/stack/faults.h"

namespace rapgo::run::stack {

using abi::Helper;

namespace {

uint64_t gpr(const ucontext_t* uc, int number) {
  static constexpr int kOrder[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                     REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  return static_cast<uint64_t>(uc->uc_mcontext.gregs[kOrder[number]]);
}

// SIGFPE comes from div and idiv alone: a divisor of 0, or else a quotient that does not fit (MinValue / -1).
bool divisor_is_zero(const ucontext_t* uc, const uint8_t* pc) {
  bool wide = false, word = false;
  int r = 0, x = 0, b = 0;
  while (*pc == 0x66) word = true, pc++;
  if ((*pc & 0xF0) == 0x40) {
    wide = *pc & 8;
    r = *pc & 4, x = (*pc & 2) << 2, b = (*pc & 1) << 3;
    pc++;
  }
  (void)r;
  const bool byte = *pc == 0xF6;
  if (*pc != 0xF6 && *pc != 0xF7) return true;
  const uint8_t modrm = *++pc;
  const int mod = modrm >> 6, rm = modrm & 7;
  const uint64_t mask = byte ? 0xFF : word ? 0xFFFF : wide ? ~0ull : 0xFFFFFFFF;
  pc++;
  if (mod == 3) return (gpr(uc, rm | b) & mask) == 0;
  uint64_t at = 0;
  bool rip = false, no_base = false;
  if (rm == 4) {
    const uint8_t sib = *pc++;
    const int index = ((sib >> 3) & 7) | x;
    if (index != 4) at += gpr(uc, index) << (sib >> 6);
    no_base = (sib & 7) == 5 && mod == 0;
    if (!no_base) at += gpr(uc, (sib & 7) | b);
  } else if (rm == 5 && mod == 0) {
    rip = true;
  } else {
    at += gpr(uc, rm | b);
  }
  if (mod == 1) {
    at += static_cast<uint64_t>(static_cast<int64_t>(static_cast<int8_t>(*pc++)));
  } else if (mod == 2 || rip || no_base) {
    int32_t d;
    memcpy(&d, pc, 4);
    pc += 4;
    at += static_cast<uint64_t>(static_cast<int64_t>(d));
  }
  if (rip) at += reinterpret_cast<uint64_t>(pc);
  uint64_t value = 0;
  memcpy(&value, reinterpret_cast<const void*>(at), byte ? 1 : word ? 2 : wide ? 8 : 4);
  return value == 0;
}

void put(ucontext_t* uc, const Registers& r) {
  auto& g = uc->uc_mcontext.gregs;
  constexpr int kOrder[] = {REG_RBX, REG_RBP, REG_R12, REG_R13, REG_R14, REG_R15};
  for (int i = 0; i < loop::kCalleeSaved; i++) g[kOrder[i]] = static_cast<greg_t>(r.saved[i]);
  g[REG_RSP] = static_cast<greg_t>(r.sp);
  g[REG_RIP] = static_cast<greg_t>(r.pc);
}

void say(int fd, std::string_view text) { [[maybe_unused]] auto n = write(fd, text.data(), text.size()); }

void say_hex(int fd, uint64_t value) {
  char text[16];
  int n = 0;
  for (int shift = 60; shift >= 0; shift -= 4)
    if (value >> shift || shift == 0) text[n++] = "0123456789abcdef"[value >> shift & 15];
  say(fd, {text, static_cast<size_t>(n)});
}

}  // namespace

bool fault_in_managed(threads::Thread& thread, void* context, int signal, uint64_t address) {
  auto* uc = static_cast<ucontext_t*>(context);
  const abi::ThreadState& state = *thread.state;
  Registers r = registers_of(uc);
  const InstalledCode* code = code::maps::lookup(r.pc);
  Helper thrower = Helper::ThrowNullReference;
  if (signal == SIGFPE) {
    if (!code) return false;
    thrower = divisor_is_zero(uc, reinterpret_cast<const uint8_t*>(r.pc)) ? Helper::ThrowDivideByZero : Helper::ThrowOverflow;
  } else if (signal == SIGILL) {
    return false;
  } else if (thread.guard_low && address >= thread.guard_low && address < state.stack_low) {
    thrower = Helper::ThrowStackOverflow;
  }
  if (!code) {
    if (code::memory::in_code(r.pc)) return false;  // gone astray inside the code region
    if (!leave_leaf(state, r)) return false;
    r.sp -= 8;
  } else if (code->tier != loop::Tier::Stub || code->method) {
    // As if the instruction had called the stub: return address one past the fault, so that pc - 1 is the instruction.
    r.sp -= 8;
    *reinterpret_cast<uint64_t*>(r.sp) = r.pc + 1;
  } else {
    // Inside a stub without C++: the exception is the caller's.
    for (Cursor c(thread, r, true);;) {
      if (!c.next()) return false;
      r = c.registers();
      if (c.kind() == Cursor::Kind::Managed) break;
      if (c.kind() != Cursor::Kind::Stub) return false;
    }
    r.sp -= 8;  // the return address still lies there
  }
  r.pc = abi::helper_entry(thrower);
  put(uc, r);
  uc->uc_mcontext.gregs[REG_EFL] &= ~0x400;  // direction flag clear
  return true;
}

void print_stack(threads::Thread& thread, void* context, int fd) {
  if (!thread.state) return;
  Registers r;
  bool exact = false;
  if (context && thread.state->mode.load() == abi::Mode::Managed) {
    r = registers_of(context);
    exact = code::maps::lookup(r.pc) != nullptr;
    if (!exact && !leave_leaf(*thread.state, r)) return;
  } else {
    r.pc = thread.state->last_pc;
    r.sp = thread.state->last_sp;
    r.saved[1] = thread.state->last_fp;
  }
  Cursor c(thread, r, exact);
  for (int n = 0; n < 200; n++) {
    if (c.kind() == Cursor::Kind::Managed) {
      const auto* m = load::types::Method::from(c.code()->method);
      say(fd, "  at ");
      if (m->declaring) {
        say(fd, m->declaring->name_space);
        if (!m->declaring->name_space.empty()) say(fd, ".");
        say(fd, m->declaring->name);
      }
      say(fd, ".");
      say(fd, m->name);
      IlPosition at;
      if (c.il(at)) {
        say(fd, " [0x");
        say_hex(fd, at.il_offset);
        say(fd, "]");
      }
      say(fd, c.code()->tier == loop::Tier::Optimized ? " (optimized)\n" : "\n");
    } else if (c.kind() == Cursor::Kind::Entry) {
      say(fd, "  (runtime)\n");
    }
    if (!c.next()) break;
  }
  if (c.kind() == Cursor::Kind::Lost) say(fd, "  (the rest cannot be made out)\n");
}

}  // namespace rapgo::run::stack
