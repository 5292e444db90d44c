// Pi by throwing SIZE * 1000 darts; the generator is an object with a lagged table.
using System;

sealed class Generator {
  readonly int[] table = new int[17];
  int i = 4, j = 16;

  public Generator(int seed) {
    uint s = (uint)seed;
    for (int k = 0; k < table.Length; k++) {
      s = s * 1664525 + 1013904223;
      table[k] = (int)(s >> 1);
    }
  }

  public double Next() {
    int k = table[i] - table[j];
    if (k < 0) k += int.MaxValue;
    table[j] = k;
    if (i == 0) i = 16; else i--;
    if (j == 0) j = 16; else j--;
    return k * (1.0 / int.MaxValue);
  }
}

static class Program {
  static void Main(string[] args) {
    int darts = (args.Length > 0 ? int.Parse(args[0]) : 1) * 1000;
    var random = new Generator(113);
    int inside = 0;
    for (int i = 0; i < darts; i++) {
      double x = random.Next(), y = random.Next();
      if (x * x + y * y <= 1.0) inside++;
    }
    Console.WriteLine("checksum: " + inside);
  }
}
