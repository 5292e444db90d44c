// async methods: completed at once (a cache), truly suspended (Task.Yield), nested five deep, with exceptions; SIZE * 100 rounds.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;

static class Program {
  static readonly Dictionary<int, Task<int>> cache = new Dictionary<int, Task<int>>();

  static Task<int> Cached(int key) {
    Task<int> task;
    if (!cache.TryGetValue(key, out task)) cache[key] = task = Task.FromResult(key * 17);
    return task;
  }

  static async Task<int> Nested(int depth, int v) {
    if (depth == 0) return await Cached(v & 63);
    return await Nested(depth - 1, v + depth) + 1;
  }

  static async Task<int> Yielding(int v) {
    await Task.Yield();
    return v ^ 5;
  }

  static async Task<int> Failing(int v) {
    if (v % 8 == 0) throw new InvalidOperationException();
    return await Cached(v & 31);
  }

  static async Task<long> Run(int rounds) {
    long sum = 0;
    for (int r = 0; r < rounds; r++) {
      for (int i = 0; i < 10; i++) sum = sum * 31 + await Nested(5, r + i);
      sum = sum * 31 + await Yielding(r);
      try {
        if (r % 4 == 0) sum += await Failing(r);
      } catch (InvalidOperationException) {
        sum += 3;
      }
    }
    return sum;
  }

  static void Main(string[] args) {
    int rounds = (args.Length > 0 ? int.Parse(args[0]) : 1) * 100;
    Console.WriteLine("checksum: " + (ulong)Run(rounds).Result);
  }
}
