// Finalizers: each runs once, ordinary ones before critical ones, suppressed and registered again, resurrection, a finalizer that
// allocates and collects, chains of finalizable objects, constructors that throw.
// move: 211
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.ConstrainedExecution;
using System.Threading;

class Log {
  static readonly List<string> entries = new List<string>();
  public static void Add(string entry) { lock (entries) entries.Add(entry); }
  public static string[] Take() {
    lock (entries) {
      var all = entries.ToArray();
      entries.Clear();
      return all;
    }
  }
}
class Ordinary {
  readonly string name;
  public object Other;
  public Ordinary(string name) { this.name = name; }
  ~Ordinary() { Log.Add("ordinary " + name); }
}
class Critical : CriticalFinalizerObject {
  readonly string name;
  public object Other;
  public Critical(string name) { this.name = name; }
  ~Critical() { Log.Add("critical " + name); }
}
class Again {
  public static int Runs, Wanted;
  public int Payload = 42;
  ~Again() {
    if (Payload != 42) Log.Add("lost its payload");
    if (Interlocked.Increment(ref Runs) < Wanted) GC.ReRegisterForFinalize(this);
  }
}
class Risen {
  public static List<Risen> All = new List<Risen>();
  public int[] Data;
  public Risen(int n) { Data = new int[n]; for (int i = 0; i < n; i++) Data[i] = i; }
  ~Risen() { lock (All) All.Add(this); }
}
class Busy {
  public static int Done;
  ~Busy() {
    var list = new List<object>();
    for (int i = 0; i < 200; i++) list.Add(new byte[i]);
    GC.Collect(0);
    if (list.Count == 200) Interlocked.Increment(ref Done);
  }
}
class Base { public static int Count; ~Base() { Interlocked.Increment(ref Count); } }
class Derived : Base { public static int Own; ~Derived() { Interlocked.Increment(ref Own); } }
class Failing {
  public static int Finalized;
  public Failing(bool fail) { if (fail) throw new InvalidOperationException("no"); }
  ~Failing() { Interlocked.Increment(ref Finalized); }
}
class Node {
  public static int Count;
  public Node Next;
  ~Node() { Interlocked.Increment(ref Count); }
}

static class P {
  static int checks, failed;
  static void Check(bool ok, string what) {
    checks++;
    if (ok) return;
    failed++;
    Console.WriteLine("failed: " + what);
  }
  static void Elsewhere(ThreadStart work) {
    var t = new Thread(work);
    t.Start();
    t.Join();
  }
  [MethodImpl(MethodImplOptions.NoInlining)]
  static int Clobber(int n) { long a = n, b = n + 1, c = n + 2, d = n + 3; return n == 0 ? 0 : Clobber(n - 1) + (int)(a - b - c + d); }
  static void CollectAll(int times = 3) {
    for (int i = 0; i < times; i++) {
      Clobber(40);
      GC.Collect();
      GC.WaitForPendingFinalizers();
    }
  }

  static void Order() {
    Elsewhere(() => {
      for (int i = 0; i < 10; i++) {
        var c = new Critical("" + i);
        var o = new Ordinary("" + i);
        c.Other = o;   // in whatever way they reference each other
        if (i % 2 == 0) o.Other = c;
      }
    });
    CollectAll(1);
    string[] first = Log.Take();
    int ordinary = 0, critical = 0;
    bool ordered = true;
    foreach (string s in first) {
      if (s.StartsWith("critical")) critical++;
      else {
        ordinary++;
        if (critical > 0) ordered = false;
      }
    }
    Check(ordinary >= 8 && critical >= 8, "finalizers of both kinds ran: " + ordinary + ", " + critical);
    Check(ordered, "ordinary before critical: " + string.Join(", ", first));
    CollectAll();
    Log.Take();
  }

  static void Suppressed() {
    Elsewhere(() => {
      for (int i = 0; i < 20; i++) {
        var o = new Ordinary("suppressed");
        GC.SuppressFinalize(o);
        GC.SuppressFinalize(o);
        if (i >= 10) GC.ReRegisterForFinalize(o);
      }
    });
    CollectAll();
    int ran = Log.Take().Length;
    Check(ran >= 8 && ran <= 10, "suppressed and registered again: " + ran);
    try { GC.SuppressFinalize(null); Check(false, "null"); } catch (ArgumentNullException) { Check(true, "null"); }
    try { GC.ReRegisterForFinalize(null); Check(false, "null"); } catch (ArgumentNullException) { Check(true, "null"); }
  }

  static void Repeated() {
    Again.Wanted = 4;
    Elsewhere(() => new Again());
    CollectAll(8);
    Check(Again.Runs == 4, "registers itself: " + Again.Runs);
    Check(Log.Take().Length == 0, "its payload");
  }

  static void Resurrection() {
    Elsewhere(() => { for (int i = 0; i < 50; i++) new Risen(i); });
    CollectAll();
    bool whole = true;
    lock (Risen.All) {
      foreach (Risen r in Risen.All)
        for (int i = 0; i < r.Data.Length; i++) whole &= r.Data[i] == i;
      Check(Risen.All.Count >= 48 && Risen.All.Count <= 50, "resurrected: " + Risen.All.Count);
    }
    Check(whole, "with all they reference");
    int before = Risen.All.Count;
    Risen.All = new List<Risen>();
    CollectAll();
    Check(Risen.All.Count <= 50 - before, "a second death is silent: " + Risen.All.Count);
  }

  static void Others() {
    Elsewhere(() => { for (int i = 0; i < 10; i++) new Busy(); });
    CollectAll();
    Check(Busy.Done >= 8, "finalizers that allocate and collect: " + Busy.Done);
    Elsewhere(() => { for (int i = 0; i < 10; i++) new Derived(); });
    CollectAll();
    Check(Derived.Own >= 8 && Derived.Own == Base.Count, "a derived finalizer calls its base's: " + Derived.Own + ", " + Base.Count);
    int thrown = 0;
    Elsewhere(() => {
      for (int i = 0; i < 10; i++)
        try { new Failing(true); } catch (InvalidOperationException) { thrown++; }
    });
    CollectAll();
    Check(thrown == 10 && Failing.Finalized >= 8, "finalized though its constructor threw: " + Failing.Finalized);
    Elsewhere(() => {
      Node head = null;
      for (int i = 0; i < 2000; i++) head = new Node { Next = head };
    });
    CollectAll();
    Check(Node.Count >= 1990 || Node.Count == 0, "a long chain, all in one go or pinned by its head: " + Node.Count);
  }

  static void Main() {
    Order();
    Suppressed();
    Repeated();
    Resurrection();
    Others();
    GC.WaitForPendingFinalizers();
    Console.WriteLine(checks + " checks, " + failed + " failed");
  }
}
