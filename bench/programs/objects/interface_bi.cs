// Bimorphic calls through an interface: 2 receiver types at one call site, in an order drawn once. SIZE * 1000 calls of 64 objects.
using System;

interface IStep {
  uint Apply(uint v);
}

class Adder : IStep {
  readonly uint k;
  public Adder(uint k) { this.k = k; }
  public uint Apply(uint v) { return v + k; }
}

class Mixer : IStep {
  readonly uint k;
  public Mixer(uint k) { this.k = k; }
  public uint Apply(uint v) { return v * 31 ^ k; }
}

static class Program {
  static IStep Make(uint kind, uint k) {
    switch (kind) {
      case 0: return new Adder(k);
      default: return new Mixer(k);
    }
  }

  static uint Round(IStep[] steps, uint v) {
    foreach (IStep step in steps) v = step.Apply(v);
    return v;
  }

  static void Main(string[] args) {
    int rounds = (args.Length > 0 ? int.Parse(args[0]) : 1) * 1000;
    var steps = new IStep[64];
    uint seed = 12345;
    for (int i = 0; i < steps.Length; i++) {
      seed = seed * 1664525 + 1013904223;
      steps[i] = Make((seed >> 16) % 2, seed >> 20);
    }
    uint v = 1;
    for (int r = 0; r < rounds; r++) v = Round(steps, v);
    Console.WriteLine("checksum: " + v);
  }
}
