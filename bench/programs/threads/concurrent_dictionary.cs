// ConcurrentDictionary and ConcurrentQueue used by two threads; SIZE rounds of 5,000 operations each.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;

static class Program {
  static void Work(ConcurrentDictionary<int, int> map, ConcurrentQueue<int> queue, uint s, int rounds) {
    for (int r = 0; r < rounds; r++)
      for (int i = 0; i < 5000; i++) {
        s = s * 1664525 + 1013904223;
        int key = (int)(s >> 16) % 4096;
        map.AddOrUpdate(key, 1, (k, old) => old + 1);
        int value;
        if ((i & 3) == 0 && map.TryGetValue(key ^ 1, out value) && value < 0) throw new InvalidOperationException();
        if ((i & 7) == 0) {
          queue.Enqueue(key);
          int other;
          if (queue.Count > 64) queue.TryDequeue(out other);
        }
      }
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    var map = new ConcurrentDictionary<int, int>();
    var queue = new ConcurrentQueue<int>();
    var partner = new Thread(() => Work(map, queue, 17, rounds));
    partner.Start();
    Work(map, queue, 4, rounds);
    partner.Join();
    ulong sum = 0;
    foreach (KeyValuePair<int, int> pair in map) sum += (ulong)(pair.Key + 1) * (ulong)pair.Value;
    Console.WriteLine("checksum: " + (sum * 31 + (ulong)map.Count));
  }
}
