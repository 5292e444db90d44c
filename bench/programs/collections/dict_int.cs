// Dictionary with int keys: 20,000 insertions, look-ups (half of them misses), updates and removals; SIZE rounds.
using System;
using System.Collections.Generic;

static class Program {
  static ulong Round(Dictionary<int, int> map, uint seed) {
    map.Clear();
    ulong sum = 0;
    uint s = seed;
    for (int i = 0; i < 20000; i++) {
      s = s * 1664525 + 1013904223;
      int key = (int)(s >> 12), old;
      map[key] = map.TryGetValue(key, out old) ? old + 1 : i;
    }
    uint hit = seed, miss = ~seed;
    for (int i = 0; i < 20000; i++) {
      hit = hit * 1664525 + 1013904223;
      miss = miss * 1664525 + 1013904223;
      int value;
      if (map.TryGetValue((int)(hit >> 12), out value)) sum += (ulong)value;
      if (map.ContainsKey((int)(miss >> 12))) sum += 7;
    }
    s = seed;
    for (int i = 0; i < 20000; i++) {
      s = s * 1664525 + 1013904223;
      if ((i & 3) == 0 && map.Remove((int)(s >> 12))) sum += 3;
    }
    foreach (KeyValuePair<int, int> pair in map) sum += (ulong)((long)pair.Key * pair.Value);
    return sum + (ulong)map.Count;
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    var map = new Dictionary<int, int>();
    ulong sum = 0;
    for (int r = 0; r < rounds; r++) sum = sum * 31 + Round(map, (uint)r * 2654435761 + 17);
    Console.WriteLine("checksum: " + sum);
  }
}
