// Delegates and closures: calls of static and instance delegates, captured variables, composed functions, curried functions,
// multicast events; SIZE * 100 rounds.
using System;

sealed class Counter {
  public uint Value;
  public event Action<uint> Changed;
  public void Add(uint v) {
    Value += v;
    if (Changed != null) Changed(v);
  }
  public uint Scale(uint v) { return v * 3 + Value; }
}

static class Program {
  static uint Twist(uint v) { return v << 5 ^ v >> 3; }

  static Func<uint, uint> Compose(Func<uint, uint> f, Func<uint, uint> g) { return v => g(f(v)); }

  static uint Fold(uint[] values, uint start, Func<uint, uint, uint> f) {
    uint a = start;
    foreach (uint v in values) a = f(a, v);
    return a;
  }

  static uint Round(uint[] values, Counter counter, uint sum) {
    uint seen = 0;
    sum = Fold(values, sum, (a, v) => a * 31 + v);
    sum = Fold(values, sum, (a, v) => { seen += v & 1; return a ^ v; });
    Func<uint, uint> pipeline = Compose(Compose(Twist, counter.Scale), v => v + seen);
    for (uint i = 0; i < 50; i++) sum = pipeline(sum + i);
    Func<uint, Func<uint, uint>> curried = a => b => a * 7 + b;
    for (uint i = 0; i < 50; i++) sum = curried(sum)(i);
    for (uint i = 0; i < 20; i++) counter.Add(sum & 15);
    return sum + seen;
  }

  static void Main(string[] args) {
    int rounds = (args.Length > 0 ? int.Parse(args[0]) : 1) * 100;
    var values = new uint[100];
    for (uint i = 0; i < values.Length; i++) values[i] = i * 2654435761;
    var counter = new Counter();
    uint heard = 0, last = 0;
    counter.Changed += v => heard += v;
    counter.Changed += v => last = last * 3 + v;
    uint sum = 1;
    for (int r = 0; r < rounds; r++) sum = Round(values, counter, sum);
    Console.WriteLine("checksum: " + ((ulong)sum + heard * 31UL + last * 17UL + counter.Value));
  }
}
