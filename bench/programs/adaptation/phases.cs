// Four phases that each bring another receiver type, another branch and another loop length to the same code: what was
// learnt in one is wrong in the next. SIZE * 250 rounds per phase.
using System;

abstract class Source {
  public abstract uint Next(uint v);
}

sealed class Linear : Source {
  public override uint Next(uint v) { return v * 1664525 + 1013904223; }
}

sealed class Shifted : Source {
  public override uint Next(uint v) { v ^= v << 13; v ^= v >> 17; return v ^ v << 5; }
}

sealed class Squared : Source {
  public override uint Next(uint v) { ulong s = (ulong)v * v; return (uint)(s >> 16) + 12345; }
}

sealed class Table : Source {
  readonly uint[] values = new uint[64];
  public Table() { for (uint i = 0; i < values.Length; i++) values[i] = i * i * 40503 + 7; }
  public override uint Next(uint v) { return values[v & 63] + (v >> 3); }
}

static class Program {
  static uint Mix(Source source, uint[] data, uint v, int phase) {
    for (int i = 0; i < data.Length; i++) {
      v = source.Next(v);
      if (phase < 2) data[i] += v;
      else if (phase == 2) data[i] = data[i] * 3 ^ v;
      else data[data[i] % (uint)data.Length] ^= v;
    }
    return v;
  }

  static void Main(string[] args) {
    int rounds = (args.Length > 0 ? int.Parse(args[0]) : 1) * 250;
    Source[] sources = { new Linear(), new Shifted(), new Squared(), new Table() };
    uint v = 1, sum = 0;
    for (int phase = 0; phase < 4; phase++) {
      var data = new uint[64 << phase];
      for (int r = 0; r < rounds >> phase; r++) v = Mix(sources[phase], data, v, phase);
      foreach (uint d in data) sum = sum * 31 + d;
    }
    Console.WriteLine("checksum: " + ((ulong)sum + v));
  }
}
