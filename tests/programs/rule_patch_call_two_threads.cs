// Rule: a call that is patched to another version while two threads run through it reaches either the old or the new code,
// whole. Hot callees change version again and again as their receivers change.
// args: 400000
using System.Threading; using System.Runtime.CompilerServices;
abstract class V { public abstract int Get(int x); } class V1 : V { public override int Get(int x) { return x + 1; } } class V2 : V { public override int Get(int x) { return x + 1 + (x & 0); } } class V3 : V { public override int Get(int x) { return -(-x - 1); } }
class P {
  static V shared = new V1(); static long total;
  [MethodImpl(MethodImplOptions.NoInlining)] static int Leaf(int x, V v) { return v.Get(x) * 2; }
  [MethodImpl(MethodImplOptions.NoInlining)] static int Caller(int x, V v) { return Leaf(x, v) + Leaf(x + 1, v); }
  static void Work(int n) { long s = 0; for (int i = 0; i < n; i++) { if (i == n / 3) shared = new V2(); if (i == n / 3 * 2) shared = new V3(); s += Caller(i & 1023, shared); } Interlocked.Add(ref total, s); }
  static void Main(string[] args) { int n = int.Parse(args[0]); Thread a = new Thread(() => Work(n)), b = new Thread(() => Work(n)); a.Start(); b.Start(); a.Join(); b.Join(); System.Console.WriteLine(total); }
}
