// Synchronized methods, static and not: the lock is held within, released by every way out, and taken again by nested calls.
using System;
using System.Runtime.CompilerServices;
using System.Threading;
class Account {
  long balance; int depth; public static long total; public static int throws;
  [MethodImpl(MethodImplOptions.Synchronized)] public void Add(long x) { long b = balance; for (int i = 0; i < 20; i++) b += i & 1; balance = b - 10 + x; }
  [MethodImpl(MethodImplOptions.Synchronized)] public long Both(Account other, long x) { Add(x); Add(-x / 2); return balance; }
  [MethodImpl(MethodImplOptions.Synchronized)] public int Fails(int i, int[] a) { if (!Monitor.IsEntered(this)) return -1000; depth++; if (i % 5 == 0) throw new InvalidOperationException("i" + i); int v = a[i % 4]; depth--; return v; }
  [MethodImpl(MethodImplOptions.Synchronized)] public int Recurse(int n) { if (n == 0) return Monitor.IsEntered(this) ? 1 : -1; return Recurse(n - 1) + 1; }
  [MethodImpl(MethodImplOptions.Synchronized)] public static void Total(long x) { long t = total; for (int i = 0; i < 10; i++) t ^= i; for (int i = 9; i >= 0; i--) t ^= i; total = t + x; }
  [MethodImpl(MethodImplOptions.Synchronized)] public static int StaticFails(object o) { return o.GetHashCode() == 0 ? 1 : 2; }
  [MethodImpl(MethodImplOptions.Synchronized)] public decimal Wide(decimal x) { balance++; return x * 2 + balance % 2; }
  [MethodImpl(MethodImplOptions.Synchronized)] public int Caught(int i) { try { if (i % 3 == 0) throw new Exception("c"); return i; } catch (Exception e) { return e.Message.Length; } finally { depth += 2; } }
  public bool Free { get { return !Monitor.IsEntered(this); } }
  public int Depth { get { return depth; } }
}
class P {
  static void Main() {
    var a = new Account(); var b = new Account(); int[] four = { 1, 2, 3 }; long h = 0;
    var threads = new Thread[4];
    for (int t = 0; t < threads.Length; t++) { threads[t] = new Thread(() => { for (int i = 0; i < 3000; i++) { a.Add(i % 7); Account.Total(1); if (i % 3 == 0) a.Both(b, 2); } }); threads[t].Start(); }
    foreach (var t in threads) t.Join();
    Console.WriteLine(a.Both(b, 0)); Console.WriteLine(Account.total);
    for (int i = 0; i < 400; i++) {
      try { h = h * 31 + b.Fails(i, four); } catch (InvalidOperationException) { Account.throws++; } catch (IndexOutOfRangeException) { Account.throws += 1000; }
      h = h * 31 + b.Recurse(i % 12) + (b.Free ? 1 : 0) + b.Caught(i) + (long)b.Wide(i);
      try { h = h * 31 + Account.StaticFails(i % 2 == 0 ? null : "x"); } catch (NullReferenceException) { h = h * 31 + 7; }
      h = h * 31 + (Monitor.IsEntered(typeof(Account)) ? 1 : 0);
    }
    Console.WriteLine(h); Console.WriteLine(Account.throws); Console.WriteLine(b.Depth);
    // Another thread gets every lock.
    int got = 0; var last = new Thread(() => { if (Monitor.TryEnter(b, 1000)) got++; if (Monitor.TryEnter(typeof(Account), 1000)) got++; }); last.Start(); last.Join(); Console.WriteLine(got);
  }
}
