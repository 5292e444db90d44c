// Monomorphic calls through a virtual method: 1 receiver type at one call site, in an order drawn once. SIZE * 1000 calls of 64 objects.
using System;

abstract class Step {
  public abstract uint Apply(uint v);
}

class Adder : Step {
  readonly uint k;
  public Adder(uint k) { this.k = k; }
  public override uint Apply(uint v) { return v + k; }
}

static class Program {
  static Step Make(uint kind, uint k) {
    return new Adder(k);
  }

  static uint Round(Step[] steps, uint v) {
    foreach (Step step in steps) v = step.Apply(v);
    return v;
  }

  static void Main(string[] args) {
    int rounds = (args.Length > 0 ? int.Parse(args[0]) : 1) * 1000;
    var steps = new Step[64];
    uint seed = 12345;
    for (int i = 0; i < steps.Length; i++) {
      seed = seed * 1664525 + 1013904223;
      steps[i] = Make((seed >> 16) % 1, seed >> 20);
    }
    uint v = 1;
    for (int r = 0; r < rounds; r++) v = Round(steps, v);
    Console.WriteLine("checksum: " + v);
  }
}
