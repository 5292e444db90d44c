// Primes below 20,000 + r by the sieve of Eratosthenes, for r = 0 .. SIZE - 1 (mod 64).
using System;

static class Program {
  static int Count(bool[] composite, int limit) {
    Array.Clear(composite, 0, limit);
    int count = 0;
    for (int i = 2; i < limit; i++) {
      if (composite[i]) continue;
      count++;
      for (int k = i + i; k < limit; k += i) composite[k] = true;
    }
    return count;
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    var composite = new bool[20064];
    uint sum = 0;
    for (int r = 0; r < rounds; r++) sum = sum * 31 + (uint)Count(composite, 20000 + r % 64);
    Console.WriteLine("checksum: " + sum);
  }
}
