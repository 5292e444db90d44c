// An interpreter with a switch over byte codes and an operand stack, running a small program (a sieve in its own memory
// and a nested loop) SIZE times.
using System;
using System.Collections.Generic;

enum Op : byte { Push, Load, Store, Add, Sub, Mul, Mod, Less, Equal, Jump, JumpIfZero, Get, Set, Dup, Halt }

sealed class Machine {
  readonly byte[] code;
  readonly int[] stack = new int[64], locals = new int[16], memory = new int[1024];
  public Machine(byte[] code) { this.code = code; }

  int Operand(int at) { return code[at] | code[at + 1] << 8; }

  public int Run(int input) {
    int pc = 0, sp = 0;
    locals[0] = input;
    while (true) {
      switch ((Op)code[pc++]) {
        case Op.Push: stack[sp++] = Operand(pc); pc += 2; break;
        case Op.Load: stack[sp++] = locals[code[pc++]]; break;
        case Op.Store: locals[code[pc++]] = stack[--sp]; break;
        case Op.Add: sp--; stack[sp - 1] += stack[sp]; break;
        case Op.Sub: sp--; stack[sp - 1] -= stack[sp]; break;
        case Op.Mul: sp--; stack[sp - 1] *= stack[sp]; break;
        case Op.Mod: sp--; stack[sp - 1] %= stack[sp]; break;
        case Op.Less: sp--; stack[sp - 1] = stack[sp - 1] < stack[sp] ? 1 : 0; break;
        case Op.Equal: sp--; stack[sp - 1] = stack[sp - 1] == stack[sp] ? 1 : 0; break;
        case Op.Jump: pc = Operand(pc); break;
        case Op.JumpIfZero: pc = stack[--sp] == 0 ? Operand(pc) : pc + 2; break;
        case Op.Get: stack[sp - 1] = memory[stack[sp - 1]]; break;
        case Op.Set: sp -= 2; memory[stack[sp]] = stack[sp + 1]; break;
        case Op.Dup: stack[sp] = stack[sp - 1]; sp++; break;
        case Op.Halt: return stack[sp - 1];
        default: throw new InvalidOperationException("bad byte code");
      }
    }
  }
}

sealed class Assembler {
  readonly List<byte> code = new List<byte>();
  public int Here { get { return code.Count; } }
  public byte[] Code { get { return code.ToArray(); } }
  public void Emit(Op op) { code.Add((byte)op); }
  public void Local(Op op, int slot) { Emit(op); code.Add((byte)slot); }
  public void Wide(Op op, int operand) { Emit(op); code.Add((byte)operand); code.Add((byte)(operand >> 8)); }
  public int Forward(Op op) { Wide(op, 0); return Here - 2; }
  public void Bind(int at) { code[at] = (byte)Here; code[at + 1] = (byte)(Here >> 8); }
}

static class Program {
  const int Limit = 1000;

  // Locals: 0 input and running sum, 1 i, 2 k, 3 count.
  static byte[] Build() {
    var a = new Assembler();
    // for (i = 0; i < Limit; i++) memory[i] = 0
    a.Wide(Op.Push, 0); a.Local(Op.Store, 1);
    int loop = a.Here;
    a.Local(Op.Load, 1); a.Wide(Op.Push, Limit); a.Emit(Op.Less); int done = a.Forward(Op.JumpIfZero);
    a.Local(Op.Load, 1); a.Wide(Op.Push, 0); a.Emit(Op.Set);
    a.Local(Op.Load, 1); a.Wide(Op.Push, 1); a.Emit(Op.Add); a.Local(Op.Store, 1); a.Wide(Op.Jump, loop);
    a.Bind(done);
    // count = 0; for (i = 2; i < Limit; i++) if (memory[i] == 0) { count++; for (k = i + i; k < Limit; k += i) memory[k] = 1 }
    a.Wide(Op.Push, 0); a.Local(Op.Store, 3);
    a.Wide(Op.Push, 2); a.Local(Op.Store, 1);
    loop = a.Here;
    a.Local(Op.Load, 1); a.Wide(Op.Push, Limit); a.Emit(Op.Less); done = a.Forward(Op.JumpIfZero);
    a.Local(Op.Load, 1); a.Emit(Op.Get); a.Wide(Op.Push, 0); a.Emit(Op.Equal); int next = a.Forward(Op.JumpIfZero);
    a.Local(Op.Load, 3); a.Wide(Op.Push, 1); a.Emit(Op.Add); a.Local(Op.Store, 3);
    a.Local(Op.Load, 1); a.Emit(Op.Dup); a.Emit(Op.Add); a.Local(Op.Store, 2);
    int inner = a.Here;
    a.Local(Op.Load, 2); a.Wide(Op.Push, Limit); a.Emit(Op.Less); int innerDone = a.Forward(Op.JumpIfZero);
    a.Local(Op.Load, 2); a.Wide(Op.Push, 1); a.Emit(Op.Set);
    a.Local(Op.Load, 2); a.Local(Op.Load, 1); a.Emit(Op.Add); a.Local(Op.Store, 2); a.Wide(Op.Jump, inner);
    a.Bind(innerDone);
    a.Bind(next);
    a.Local(Op.Load, 1); a.Wide(Op.Push, 1); a.Emit(Op.Add); a.Local(Op.Store, 1); a.Wide(Op.Jump, loop);
    a.Bind(done);
    // for (i = 0; i < Limit; i++) sum = (sum * 31 + i - memory[i]) % 30011; halt with sum + count
    a.Wide(Op.Push, 0); a.Local(Op.Store, 1);
    loop = a.Here;
    a.Local(Op.Load, 1); a.Wide(Op.Push, Limit); a.Emit(Op.Less); done = a.Forward(Op.JumpIfZero);
    a.Local(Op.Load, 0); a.Wide(Op.Push, 31); a.Emit(Op.Mul); a.Local(Op.Load, 1); a.Emit(Op.Add);
    a.Local(Op.Load, 1); a.Emit(Op.Get); a.Emit(Op.Sub); a.Wide(Op.Push, 30011); a.Emit(Op.Mod); a.Local(Op.Store, 0);
    a.Local(Op.Load, 1); a.Wide(Op.Push, 1); a.Emit(Op.Add); a.Local(Op.Store, 1); a.Wide(Op.Jump, loop);
    a.Bind(done);
    a.Local(Op.Load, 0); a.Local(Op.Load, 3); a.Emit(Op.Add); a.Emit(Op.Halt);
    return a.Code;
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    var machine = new Machine(Build());
    int sum = 1;
    for (int r = 0; r < rounds; r++) sum = machine.Run(sum);
    Console.WriteLine("checksum: " + sum);
  }
}
