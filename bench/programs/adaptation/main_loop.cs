// One loop in Main that never returns to anybody: all the work is in it, so that only a transfer into running code helps;
// SIZE * 1000 turns.
using System;

static class Program {
  static void Main(string[] args) {
    int turns = (args.Length > 0 ? int.Parse(args[0]) : 1) * 1000;
    var table = new uint[256];
    for (uint i = 0; i < table.Length; i++) table[i] = i * 2654435761;
    uint a = 1, b = 2, c = 3;
    double x = 0.5;
    for (int turn = 0; turn < turns; turn++) {
      for (int i = 0; i < table.Length; i++) {
        a = a * 31 + table[i];
        b = b << 3 ^ a >> 5;
        table[i] = c ^ b;
        c += (uint)i;
      }
      x = x * 3.75 * (1 - x);
      if (x < 0.25) c ^= (uint)(x * 1000);
    }
    Console.WriteLine("checksum: " + ((ulong)a * 31 + b + c));
  }
}
