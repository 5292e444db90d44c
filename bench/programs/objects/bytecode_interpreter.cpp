#include "../twin.h"
#include <stdexcept>
#include <vector>

enum class Op : uint8_t { kPush, kLoad, kStore, kAdd, kSub, kMul, kMod, kLess, kEqual, kJump, kJumpIfZero, kGet, kSet, kDup, kHalt };

class Machine {
 public:
  explicit Machine(std::vector<uint8_t> code) : code_(std::move(code)) {}

  int run(int input) {
    int pc = 0, sp = 0;
    locals_[0] = input;
    while (true) {
      switch (static_cast<Op>(code_[pc++])) {
        case Op::kPush: stack_[sp++] = operand(pc); pc += 2; break;
        case Op::kLoad: stack_[sp++] = locals_[code_[pc++]]; break;
        case Op::kStore: locals_[code_[pc++]] = stack_[--sp]; break;
        case Op::kAdd: sp--; stack_[sp - 1] += stack_[sp]; break;
        case Op::kSub: sp--; stack_[sp - 1] -= stack_[sp]; break;
        case Op::kMul: sp--; stack_[sp - 1] *= stack_[sp]; break;
        case Op::kMod: sp--; stack_[sp - 1] %= stack_[sp]; break;
        case Op::kLess: sp--; stack_[sp - 1] = stack_[sp - 1] < stack_[sp] ? 1 : 0; break;
        case Op::kEqual: sp--; stack_[sp - 1] = stack_[sp - 1] == stack_[sp] ? 1 : 0; break;
        case Op::kJump: pc = operand(pc); break;
        case Op::kJumpIfZero: pc = stack_[--sp] == 0 ? operand(pc) : pc + 2; break;
        case Op::kGet: stack_[sp - 1] = memory_[stack_[sp - 1]]; break;
        case Op::kSet: sp -= 2; memory_[stack_[sp]] = stack_[sp + 1]; break;
        case Op::kDup: stack_[sp] = stack_[sp - 1]; sp++; break;
        case Op::kHalt: return stack_[sp - 1];
        default: throw std::logic_error("bad byte code");
      }
    }
  }

 private:
  int operand(int at) const { return code_[at] | code_[at + 1] << 8; }

  std::vector<uint8_t> code_;
  std::vector<int> stack_ = std::vector<int>(64), locals_ = std::vector<int>(16), memory_ = std::vector<int>(1024);
};

struct Assembler {
  std::vector<uint8_t> code;
  int here() const { return static_cast<int>(code.size()); }
  void emit(Op op) { code.push_back(static_cast<uint8_t>(op)); }
  void local(Op op, int slot) { emit(op); code.push_back(static_cast<uint8_t>(slot)); }
  void wide(Op op, int operand) { emit(op); code.push_back(static_cast<uint8_t>(operand)); code.push_back(static_cast<uint8_t>(operand >> 8)); }
  int forward(Op op) { wide(op, 0); return here() - 2; }
  void bind(int at) { code[at] = static_cast<uint8_t>(here()); code[at + 1] = static_cast<uint8_t>(here() >> 8); }
};

static const int kLimit = 1000;

// Locals: 0 input and running sum, 1 i, 2 k, 3 count.
static std::vector<uint8_t> build() {
  Assembler a;
  // for (i = 0; i < kLimit; i++) memory[i] = 0
  a.wide(Op::kPush, 0); a.local(Op::kStore, 1);
  int loop = a.here();
  a.local(Op::kLoad, 1); a.wide(Op::kPush, kLimit); a.emit(Op::kLess); int done = a.forward(Op::kJumpIfZero);
  a.local(Op::kLoad, 1); a.wide(Op::kPush, 0); a.emit(Op::kSet);
  a.local(Op::kLoad, 1); a.wide(Op::kPush, 1); a.emit(Op::kAdd); a.local(Op::kStore, 1); a.wide(Op::kJump, loop);
  a.bind(done);
  // count = 0; for (i = 2; i < kLimit; i++) if (memory[i] == 0) { count++; for (k = i + i; k < kLimit; k += i) memory[k] = 1 }
  a.wide(Op::kPush, 0); a.local(Op::kStore, 3);
  a.wide(Op::kPush, 2); a.local(Op::kStore, 1);
  loop = a.here();
  a.local(Op::kLoad, 1); a.wide(Op::kPush, kLimit); a.emit(Op::kLess); done = a.forward(Op::kJumpIfZero);
  a.local(Op::kLoad, 1); a.emit(Op::kGet); a.wide(Op::kPush, 0); a.emit(Op::kEqual); int next = a.forward(Op::kJumpIfZero);
  a.local(Op::kLoad, 3); a.wide(Op::kPush, 1); a.emit(Op::kAdd); a.local(Op::kStore, 3);
  a.local(Op::kLoad, 1); a.emit(Op::kDup); a.emit(Op::kAdd); a.local(Op::kStore, 2);
  int inner = a.here();
  a.local(Op::kLoad, 2); a.wide(Op::kPush, kLimit); a.emit(Op::kLess); int inner_done = a.forward(Op::kJumpIfZero);
  a.local(Op::kLoad, 2); a.wide(Op::kPush, 1); a.emit(Op::kSet);
  a.local(Op::kLoad, 2); a.local(Op::kLoad, 1); a.emit(Op::kAdd); a.local(Op::kStore, 2); a.wide(Op::kJump, inner);
  a.bind(inner_done);
  a.bind(next);
  a.local(Op::kLoad, 1); a.wide(Op::kPush, 1); a.emit(Op::kAdd); a.local(Op::kStore, 1); a.wide(Op::kJump, loop);
  a.bind(done);
  // for (i = 0; i < kLimit; i++) sum = (sum * 31 + i - memory[i]) % 30011; halt with sum + count
  a.wide(Op::kPush, 0); a.local(Op::kStore, 1);
  loop = a.here();
  a.local(Op::kLoad, 1); a.wide(Op::kPush, kLimit); a.emit(Op::kLess); done = a.forward(Op::kJumpIfZero);
  a.local(Op::kLoad, 0); a.wide(Op::kPush, 31); a.emit(Op::kMul); a.local(Op::kLoad, 1); a.emit(Op::kAdd);
  a.local(Op::kLoad, 1); a.emit(Op::kGet); a.emit(Op::kSub); a.wide(Op::kPush, 30011); a.emit(Op::kMod); a.local(Op::kStore, 0);
  a.local(Op::kLoad, 1); a.wide(Op::kPush, 1); a.emit(Op::kAdd); a.local(Op::kStore, 1); a.wide(Op::kJump, loop);
  a.bind(done);
  a.local(Op::kLoad, 0); a.local(Op::kLoad, 3); a.emit(Op::kAdd); a.emit(Op::kHalt);
  return a.code;
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  Machine machine(build());
  int sum = 1;
  for (int r = 0; r < rounds; r++) sum = machine.run(sum);
  return print_checksum(static_cast<uint64_t>(sum));
}
