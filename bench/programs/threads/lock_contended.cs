// Four threads take one lock for short sections with some work of their own in between; SIZE * 100 sections each.
using System;
using System.Threading;

static class Program {
  static readonly object gate = new object();
  static ulong total;
  static uint entries;

  static void Work(int id, int rounds) {
    uint v = (uint)id;
    for (int i = 0; i < rounds; i++) {
      for (int k = 0; k < 20; k++) v = v * 1664525 + 1013904223;
      lock (gate) {
        total += v >> 8;
        entries++;
      }
    }
  }

  static void Main(string[] args) {
    int rounds = (args.Length > 0 ? int.Parse(args[0]) : 1) * 100;
    var threads = new Thread[4];
    for (int i = 0; i < threads.Length; i++) {
      int id = i + 1;
      threads[i] = new Thread(() => Work(id, rounds));
      threads[i].Start();
    }
    foreach (Thread t in threads) t.Join();
    Console.WriteLine("checksum: " + (total * 31 + entries));
  }
}
