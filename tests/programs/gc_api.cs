// What System.GC answers and does.
// move: 997
using System;
using System.Runtime;
using System.Runtime.CompilerServices;
using System.Threading;

static class P {
  static int checks, failed;
  static void Check(bool ok, string what) {
    checks++;
    if (ok) return;
    failed++;
    Console.WriteLine("failed: " + what);
  }
  static void Throws<E>(Action action, string what) where E : Exception {
    try { action(); Check(false, what); } catch (E) { Check(true, what); }
  }
  [MethodImpl(MethodImplOptions.NoInlining)]
  static object Garbage(int bytes) {
    object last = null;
    for (int i = 0; i < bytes; i += 1000) last = new byte[1000];
    return last;
  }
  [MethodImpl(MethodImplOptions.NoInlining)]
  static int Clobber(int n) { long a = n, b = n + 1, c = n + 2, d = n + 3; return n == 0 ? 0 : Clobber(n - 1) + (int)(a - b - c + d); }

  [MethodImpl(MethodImplOptions.NoInlining)]
  static void Large() {
    int[] large = new int[1 << 16];
    Check(GC.GetGeneration(large) == GC.MaxGeneration, "generation of a large object");
    Check(GC.GetGeneration(new WeakReference(large)) == GC.MaxGeneration, "generation through a weak reference");
    GC.KeepAlive(large);
  }

  static void Main() {
    Check(GC.MaxGeneration == 1, "MaxGeneration: " + GC.MaxGeneration);
    object young = new object();
    Check(GC.GetGeneration(young) == 0 || GC.GetGeneration(young) == 1, "generation of an object");
    Large();
    GC.Collect();
    GC.Collect();

    int minor = GC.CollectionCount(0), major = GC.CollectionCount(1);
    GC.Collect(0);
    Check(GC.CollectionCount(0) > minor, "a minor collection counts");
    minor = GC.CollectionCount(0);
    GC.Collect(1);
    Check(GC.CollectionCount(1) > major, "a major one too");
    major = GC.CollectionCount(1);
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced);
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, true);
    Check(GC.CollectionCount(1) >= major + 2, "forced");
    Check(GC.CollectionCount(5) == 0 || GC.CollectionCount(5) >= 0, "no such generation has been collected");
    Throws<ArgumentOutOfRangeException>(() => GC.Collect(-1), "generation -1");
    Throws<ArgumentOutOfRangeException>(() => GC.CollectionCount(-1), "count of generation -1");

    minor = GC.CollectionCount(0);
    GC.KeepAlive(Garbage(64 << 20));
    Check(GC.CollectionCount(0) > minor, "allocating collects");

    Clobber(50);
    long before = GC.GetTotalMemory(true);
    byte[][] held = new byte[100][];
    for (int i = 0; i < 100; i++) held[i] = new byte[100000];
    long with = GC.GetTotalMemory(true);
    Check(with - before > 9000000 && with - before < 13000000, "memory of what is held: " + (with - before));
    GC.KeepAlive(held);
    Array.Clear(held, 0, 100);
    Clobber(50);
    long after = GC.GetTotalMemory(true);
    Check(after - before < 2000000, "and of what is not: " + (after - before));
    Check(GC.GetTotalMemory(false) >= 0, "without a collection");

    GC.AddMemoryPressure(1 << 20);
    GC.RemoveMemoryPressure(1 << 20);
    Throws<ArgumentOutOfRangeException>(() => GC.AddMemoryPressure(0), "no pressure");
    Throws<ArgumentOutOfRangeException>(() => GC.RemoveMemoryPressure(-5), "negative pressure");
    GC.WaitForPendingFinalizers();
    Check(!GCSettings.IsServerGC, "not the server's");
    Check(GCSettings.LatencyMode == GCLatencyMode.Interactive || GCSettings.LatencyMode == GCLatencyMode.Batch, "latency mode");
    Check(GC.GetAllocatedBytesForCurrentThread() >= 0, "allocated bytes");

    // Collecting from many threads at once.
    var threads = new Thread[4];
    int[] sums = new int[4];
    for (int t = 0; t < 4; t++) {
      int id = t;
      threads[t] = new Thread(() => {
        for (int i = 0; i < 20; i++) {
          var a = new int[100 + i];
          for (int k = 0; k < a.Length; k++) a[k] = k;
          GC.Collect(i % 2);
          foreach (int v in a) sums[id] += v;
        }
      });
      threads[t].Start();
    }
    foreach (var t in threads) t.Join();
    Check(sums[0] == sums[3] && sums[1] == sums[2] && sums[0] == 119140, "collections from many threads: " + sums[0]);
    Console.WriteLine(checks + " checks, " + failed + " failed");
  }
}
