// Collections that stop many threads: in loops without calls, in allocation, in locks, waits and sleeps, in native code, starting
// and ending; what all of them built is whole at the end.
// move: 499
using System;
using System.Collections.Generic;
using System.Threading;

class Node { public Node Next; public int Value; public Node(int v, Node n) { Value = v; Next = n; } }

static class P {
  static int checks, failed;
  static volatile bool stop;
  static readonly object gate = new object();
  static int turns;
  static void Check(bool ok, string what) {
    checks++;
    if (ok) return;
    failed++;
    Console.WriteLine("failed: " + what);
  }
  static long Spin() {  // no call, no allocation
    long n = 0;
    while (!stop) n = n * 31 + 7;
    return n;
  }
  static Node Build(int n) {
    Node head = null;
    for (int i = 0; i < n; i++) head = new Node(i, head);
    return head;
  }
  static bool Whole(Node head, int n) {
    for (; head != null; head = head.Next) if (head.Value != --n) return false;
    return n == 0;
  }

  static void Main() {
    var threads = new List<Thread>();
    int bad = 0, waits = 0, sleeps = 0, strings = 0, entered = 0;
    Action<ThreadStart> start = work => {
      var t = new Thread(work);
      t.Start();
      threads.Add(t);
    };
    for (int i = 0; i < 2; i++) start(() => Spin());
    for (int i = 0; i < 4; i++)
      start(() => {
        while (!stop) if (!Whole(Build(500), 500)) Interlocked.Increment(ref bad);
      });
    for (int i = 0; i < 2; i++)
      start(() => {
        while (!stop)
          lock (gate) {
            turns++;
            Monitor.Wait(gate, 1);
            Interlocked.Increment(ref waits);
          }
      });
    for (int i = 0; i < 2; i++)
      start(() => {
        while (!stop) lock (gate) { entered++; Monitor.PulseAll(gate); }
      });
    start(() => { while (!stop) { Thread.Sleep(1); Interlocked.Increment(ref sleeps); } });
    start(() => {
      int n = 0;
      while (!stop) {
        string s = "number " + n++;
        if (s.Split(' ')[1] != (n - 1).ToString()) Interlocked.Increment(ref bad);
        Interlocked.Increment(ref strings);
      }
    });
    // Short threads come and go.
    start(() => {
      while (!stop) {
        Node made = null;
        var t = new Thread(() => made = Build(50));
        t.Start();
        t.Join();
        if (!Whole(made, 50)) Interlocked.Increment(ref bad);
      }
    });
    // Exceptions on their way while the world is stopped.
    start(() => {
      while (!stop)
        try { throw new InvalidOperationException(new string('x', 10)); } catch (InvalidOperationException e) {
          if (e.Message.Length != 10) Interlocked.Increment(ref bad);
        }
    });
    Node own = Build(1000);
    for (int i = 0; i < 60; i++) {
      GC.Collect(i % 4 == 0 ? 1 : 0);
      if (!Whole(own, 1000)) bad++;
      Thread.Yield();
    }
    // Until all have had a turn; the machine may be busy.
    for (int i = 0; i < 20000 && (waits < 2 || sleeps < 1 || strings < 1 || entered < 1); i++) Thread.Sleep(1);
    stop = true;
    foreach (var t in threads) t.Join();
    Check(bad == 0, "something was not whole: " + bad);
    Check(waits >= 2 && turns >= waits, "waits");
    Check(sleeps >= 1 && strings >= 1 && entered >= 1, "all had their turns");
    Console.WriteLine(checks + " checks, " + failed + " failed");
  }
}
