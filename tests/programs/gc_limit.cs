// A heap limit: OutOfMemoryException is thrown, caught, and what was dropped can be allocated again.
// env: RAPGO_OPTIONS=--heap-max=48M DOTNET_GCHeapHardLimit=0x3000000
// peer: dotnet9
// move: 9973
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;

class Node { public Node Next; public long A, B; }

static class P {
  static int checks, failed, finallys;
  static void Check(bool ok, string what) {
    checks++;
    if (ok) return;
    failed++;
    Console.WriteLine("failed: " + what);
  }
  [MethodImpl(MethodImplOptions.NoInlining)]
  static int Clobber(int n) { long a = n, b = n + 1, c = n + 2, d = n + 3; return n == 0 ? 0 : Clobber(n - 1) + (int)(a - b - c + d); }

  [MethodImpl(MethodImplOptions.NoInlining)]
  static int FillArrays(int size) {
    var list = new List<byte[]>();
    try {
      for (;;) list.Add(new byte[size]);
    } catch (OutOfMemoryException e) {
      int count = list.Count;
      list = null;
      Check(e.Message.Length > 0, "a message");
      return count;
    } finally { finallys++; }
  }
  [MethodImpl(MethodImplOptions.NoInlining)]
  static int FillNodes() {
    Node head = null;
    int count = 0;
    try {
      for (;; count++) head = new Node { Next = head };
    } catch (OutOfMemoryException) {
      int n = 0;
      for (; head != null; head = head.Next) n++;
      return n;
    }
  }
  static void Main() {
    for (int round = 0; round < 3; round++) {
      Clobber(40);
      int large = FillArrays(1 << 20);
      Check(large >= 16 && large <= 48, "large arrays until the limit: " + large);
      Clobber(40);
      int small = FillArrays(1000);
      Check(small >= 10000 && small <= 50000, "small arrays until the limit: " + small);
      Clobber(40);
      int nodes = FillNodes();
      Check(nodes >= 200000 && nodes <= 1600000, "nodes until the limit: " + nodes);
    }
    Clobber(40);
    try {
      GC.KeepAlive(new byte[100 << 20]);
      Check(false, "more than there can ever be");
    } catch (OutOfMemoryException) { Check(true, "more than there can ever be"); }
    int caught = 0;
    var t = new Thread(() => {
      try { FillArrays(100000); caught++; } catch (OutOfMemoryException) { caught += 100; }
    });
    t.Start();
    t.Join();
    Check(caught == 1, "in another thread");
    Clobber(40);
    string s = "";
    for (int i = 0; i < 1000; i++) s += "x";
    Check(s.Length == 1000 && finallys == 7, "and life goes on: " + finallys);
    Console.WriteLine(checks + " checks, " + failed + " failed");
  }
}
