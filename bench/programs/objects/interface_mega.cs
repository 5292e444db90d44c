// Megamorphic calls through an interface: 8 receiver types at one call site, in an order drawn once. SIZE * 1000 calls of 64 objects.
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

class Shifter : IStep {
  readonly uint k;
  public Shifter(uint k) { this.k = k; }
  public uint Apply(uint v) { return (v >> 1) + k; }
}

class Masker : IStep {
  readonly uint k;
  public Masker(uint k) { this.k = k; }
  public uint Apply(uint v) { return (v & 0x00ffffff) * 3 + k; }
}

class Scaler : IStep {
  readonly uint k;
  public Scaler(uint k) { this.k = k; }
  public uint Apply(uint v) { return v * 5 + k; }
}

class Rotator : IStep {
  readonly uint k;
  public Rotator(uint k) { this.k = k; }
  public uint Apply(uint v) { return (v << 7 | v >> 25) + k; }
}

class Toggler : IStep {
  readonly uint k;
  public Toggler(uint k) { this.k = k; }
  public uint Apply(uint v) { return v ^ 0x55aa55aa ^ k; }
}

class Counter : IStep {
  readonly uint k;
  public Counter(uint k) { this.k = k; }
  public uint Apply(uint v) { return v + 1 - k; }
}

static class Program {
  static IStep Make(uint kind, uint k) {
    switch (kind) {
      case 0: return new Adder(k);
      case 1: return new Mixer(k);
      case 2: return new Shifter(k);
      case 3: return new Masker(k);
      case 4: return new Scaler(k);
      case 5: return new Rotator(k);
      case 6: return new Toggler(k);
      default: return new Counter(k);
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
      steps[i] = Make((seed >> 16) % 8, seed >> 20);
    }
    uint v = 1;
    for (int r = 0; r < rounds; r++) v = Round(steps, v);
    Console.WriteLine("checksum: " + v);
  }
}
