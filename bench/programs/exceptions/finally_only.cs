// try/finally, using and lock-like pairs through which nothing is ever thrown: what protection alone costs; SIZE * 1000 rounds.
using System;

sealed class Region : IDisposable {
  public uint Depth, Closed;
  public Region Enter() { Depth++; return this; }
  public void Dispose() { Depth--; Closed++; }
}

static class Program {
  static uint Step(Region region, uint v) {
    try {
      if ((v & 7) == 0) return v + region.Depth;
      using (region.Enter()) {
        v = v * 31 + region.Depth;
        if ((v & 3) == 1) return v ^ 3;
      }
    } finally {
      region.Closed++;
    }
    return v + 1;
  }

  static void Main(string[] args) {
    int rounds = (args.Length > 0 ? int.Parse(args[0]) : 1) * 1000;
    var region = new Region();
    uint v = 1;
    for (int i = 0; i < rounds; i++) {
      try {
        v = Step(region, v);
      } catch (InvalidOperationException) {
        v = 0;
      } finally {
        v += (uint)i;
      }
    }
    Console.WriteLine("checksum: " + ((ulong)v * 31 + region.Closed));
  }
}
