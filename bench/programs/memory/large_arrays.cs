// Arrays of 64 KiB to 1 MiB: allocated, filled, copied, summed and dropped, the last eight kept; SIZE rounds.
using System;

static class Program {
  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    var kept = new long[8][];
    ulong sum = 0;
    for (int r = 0; r < rounds; r++) {
      int length = 8192 << r % 5;
      var a = new long[length];
      for (int i = 0; i < length; i += 8) a[i] = i ^ r;
      var b = new long[length];
      Array.Copy(a, 1, b, 0, length - 1);
      long[] old = kept[r % 8];
      long total = 0;
      if (old != null) for (int i = 0; i < old.Length; i++) total += old[i];
      kept[r % 8] = b;
      sum = sum * 31 + (ulong)total + (ulong)b[length / 2 - 1];
    }
    Console.WriteLine("checksum: " + sum);
  }
}
